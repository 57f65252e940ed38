"""Zones: places with a gap. A zone is a place, not a blob, so it keeps its identity when coverage moves.

gap = tables.gap_cells(cells, shares, facilities_in, carriers, least_uncovered)    # bool by cell
places = settlements.assign_settlements(cells, settlements, names, grid, metric_crs)           # cell -> place
further = urgency.urgency(study, sources, cells, roads, points, zone_ids, grid)    # what makes a zone urgent
"""

from __future__ import annotations

from coverage.zones import designations, facilities, own_values, roads, settlements, tables, urgency

__all__ = ["designations", "facilities", "own_values", "roads", "settlements", "tables", "urgency"]
