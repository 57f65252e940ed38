"""What all pages have in common: the frame, the opened study, the address, the registry, text as it was written.

result = load_result(opened.place.results, opened.stamp)
with shell.telling(lang): …             # trouble is shown in words, details go to the log
as_written(name)                        # a name in Markdown without becoming markup
"""

from __future__ import annotations

from screens.shared import address, registry_cache, shell
from screens.shared.escape import as_html, as_written
from screens.shared.first_visit import example_folder
from screens.shared.opened import Opened, load_result

__all__ = ["Opened", "address", "as_html", "as_written", "example_folder", "load_result", "registry_cache", "shell"]
