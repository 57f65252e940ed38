"""Exact share of every cell inside the union of polygons that may overlap, touch or repeat.

share = covered_share(polygons, grid)      # float64[ny, nx], 0..1, row 0 the southernmost
edges = polygon_edges(polygons, grid)      # once for many calls: share_of(edges, rows=…)
line_shares(pieces, edges)                 # the part of each piece of line_pieces(…) that lies inside
"""

from __future__ import annotations

from coverage.share.covered import covered_share, share_of
from coverage.share.edges import Edges, joined_edges, polygon_edges
from coverage.share.lines import LinePieces, line_pieces, line_shares

__all__ = ["Edges", "LinePieces", "covered_share", "joined_edges", "line_pieces", "line_shares", "polygon_edges", "share_of"]
