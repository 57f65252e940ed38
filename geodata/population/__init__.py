"""Census tables by mesh cell, put together from files and checked against their own totals.

table.read_numbers(frame, names)    # persons and households, NaN where the census hides them
join(parts, level)                  # one table of several files and reference years
"""

from __future__ import annotations

from geodata.population.joining import Part, join
from geodata.population.table import ROLE_NAMES, compare_total, only_cells, plain, read_numbers

__all__ = ["ROLE_NAMES", "Part", "compare_total", "join", "only_cells", "plain", "read_numbers"]
