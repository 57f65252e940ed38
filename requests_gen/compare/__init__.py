"""経年比較: what changed between two years, in words, files and the table that was published before Kengai.

folder = results_of(study)                        # where the findings of a year lie
write_change(change, result, folder, "ja")        # compare.xlsx and compare.json
words.sentences(change, carriers, "ja")
"""

from __future__ import annotations

from requests_gen.compare import layer_moves, words
from requests_gen.compare.earlier_results import Held, earlier_findings, results_of
from requests_gen.compare.files import SHEET, change_facts, ordered_zones, write_change
from requests_gen.compare.published_table import read_published

__all__ = [
    "SHEET",
    "Held",
    "change_facts",
    "earlier_findings",
    "layer_moves",
    "ordered_zones",
    "read_published",
    "results_of",
    "words",
    "write_change",
]
