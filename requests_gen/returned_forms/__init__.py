"""Workbooks that people send back: cells as they were meant, whatever a spreadsheet did to them.

features = features_of(path)              # per sheet: hidden rows, merged cells, struck-out text, numbers shown as dates
table = filled(table, features[sheet].merged)        # a merged cell speaks for all it covers
"""

from __future__ import annotations

from requests_gen.returned_forms.sheets import SheetFeatures, features_of, filled, holds_drawings, number_again, numbered

__all__ = ["SheetFeatures", "features_of", "filled", "holds_drawings", "number_again", "numbered"]
