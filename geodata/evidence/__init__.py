"""What was measured or reported at a place, row by row: fields, values, photographs.

values.dbm_of("-95 dBm")        # a signal strength in dBm, NaN where it is none
rows.read_located(path)         # (rows that have a place, report)
accuracy.well_placed(rows, written, 100.0, report)   # without records that do not know where they are
photos.read_photo(folder, name) # what a photograph says of its place and time
"""

from __future__ import annotations

from geodata.evidence import accuracy, photos, rows, values

__all__ = ["accuracy", "photos", "rows", "values"]
