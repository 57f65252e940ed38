"""Any figure asked back: `kengai explain`, and the same behind each number of the screen.

explained(result, place, "complete_population", Asked(zone="24201-001"), day)
"\\n".join(lines(told, result, "ja", 10))
"""

from __future__ import annotations

from requests_gen.explain.asked import explained
from requests_gen.explain.words import as_dict, lines, listed, name_of

__all__ = ["as_dict", "explained", "lines", "listed", "name_of"]
