"""Workbooks that people send back: cells as they were meant, whatever a spreadsheet did to them.

sheets = read_sheets(path, holds_form)    # per sheet: text cells, merged ones filled; hidden, struck out, comments
number_again("1905-07-18")                # "2026": a column of numbers that was shown as days
"""

from __future__ import annotations

from requests_gen.returned_forms.sheets import ReturnedSheet, SheetFeatures, holds_drawings, number_again, read_sheets

__all__ = ["ReturnedSheet", "SheetFeatures", "holds_drawings", "number_again", "read_sheets"]
