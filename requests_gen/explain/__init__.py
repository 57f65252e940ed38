"""Any figure asked back: `kengai explain`, and the same behind each number of the screen.

answer = explained(result, place, "complete_population", asked, day)     # asked: coverage.explain.Asked
lines(answer, result, "ja", 10)
"""

from __future__ import annotations

from requests_gen.explain.asked import explained
from requests_gen.explain.words import as_dict, lines, listed, name_of, part_name, part_words

__all__ = ["as_dict", "explained", "lines", "listed", "name_of", "part_name", "part_words"]
