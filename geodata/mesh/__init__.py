"""地域メッシュ (JIS X 0410): codes, corners, grids.

mesh_grid(500, (west, south, east, north))    # the Grid of 500 m cells that covers the box, in JGD2011 degrees
codes_at(500, i, j, grid)                     # the codes of its cells
parent(codes, 250, 500)                       # the 500 m cell that holds each 250 m cell
lists.listed_cells(table, meaning, report)       # what a carrier's list of mesh codes says of its cells
"""

from __future__ import annotations

from geodata.mesh import codes, lists
from geodata.mesh.standard import cell_bounds, cell_mas, codes_at, digits_of, level_of, mesh_grid, normal_level, parent

__all__ = ["cell_bounds", "cell_mas", "codes", "codes_at", "digits_of", "level_of", "lists", "mesh_grid", "normal_level", "parent"]
