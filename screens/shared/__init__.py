"""What all pages have in common: the frame, the opened study, the address, the registry, text as it was written.

result = load_result(opened.place.results, opened.stamp)
with shell.errors_in_words(lang): …     # errors are shown in words, details go to the log
page_parts.choose_part(…)               # what several pages draw alike
figure_box.offer(opened, keys)          # what the numbers of a page mean and come from
as_written(name)                        # a name in Markdown without becoming markup
"""

from __future__ import annotations

from screens.shared import address, figure_box, page_parts, registry_cache, shell
from screens.shared.escape import as_html, as_written
from screens.shared.first_visit import example_folder
from screens.shared.opened import Opened, load_result

__all__ = [
    "Opened",
    "address",
    "as_html",
    "as_written",
    "example_folder",
    "figure_box",
    "load_result",
    "page_parts",
    "registry_cache",
    "shell",
]
