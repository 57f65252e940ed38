"""経年比較: what changed between two years, in words, files and the table that was published before Kengai.

folder = results_of(study)                        # where the findings of a year lie
write_change(change, result, folder, "ja")        # compare.xlsx and compare.json
words.sentences(change, carriers, "ja")
whole_people.whole_people(change).zones           # the people of each zone as every page and sheet prints them
"""

from __future__ import annotations

from requests_gen.compare import layer_moves, whole_people, words
from requests_gen.compare.earlier_results import Held, earlier_findings, results_of
from requests_gen.compare.files import SHEET, change_facts, write_change
from requests_gen.compare.published_table import read_published

__all__ = [
    "SHEET",
    "Held",
    "change_facts",
    "earlier_findings",
    "layer_moves",
    "read_published",
    "results_of",
    "whole_people",
    "words",
    "write_change",
]
