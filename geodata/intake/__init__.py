"""Open any vector, table or raster file safely; say what was found, repaired and refused.

table, report = read_vector(path, crs=None)      # read_table and read_raster likewise; DataError names file, place, remedy
report = inspect(path)                           # never raises for bad data: what the file is
with opened(path) as (file, report): …          # for a reader of its own: the report begun, refusals named
"""

from __future__ import annotations

from geodata.intake import choice, containers, foreign, heights
from geodata.intake.reading import inspect, opened, read_raster, read_table, read_vector

__all__ = ["choice", "containers", "foreign", "heights", "inspect", "opened", "read_raster", "read_table", "read_vector"]
