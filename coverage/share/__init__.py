"""Exact share of every cell inside the union of polygons that may overlap, touch or repeat.

share = covered_share(polygons, grid)      # float64[ny, nx], 0..1, row 0 the southernmost
edges = polygon_edges(polygons, grid)      # once for many calls: share_of(edges, rows=…)
covered_stretches(pieces, edges)           # where along each piece of line_pieces(…) it lies inside
common_shares([stretches, …], n)           # the part of each piece inside every one of some layers (or the only one)
"""

from __future__ import annotations

from coverage.share.covered import covered_share, share_of
from coverage.share.edges import Edges, joined_edges, polygon_edges
from coverage.share.lines import LinePieces, Stretches, common_shares, covered_stretches, line_pieces

__all__ = [
    "Edges",
    "LinePieces",
    "Stretches",
    "common_shares",
    "covered_share",
    "covered_stretches",
    "joined_edges",
    "line_pieces",
    "polygon_edges",
    "share_of",
]
