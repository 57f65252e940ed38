"""What was measured or reported on the ground, row by row: fields, values, photographs.

values.dbm_of(texts)            # a column of signal strengths in dBm, NaN where nothing was written
rows.located(table, …)          # the rows that have a place and a day
photos.read_photo(path)         # what a photograph says of its place and time
"""

from __future__ import annotations

from geodata.evidence import photos, rows, values

__all__ = ["photos", "rows", "values"]
