"""From masks to polygons, in the four ways the made-up carriers hand them over, faults and all.

alpha cuts smoothed polygons into overlapping sheets, bravo keeps the staircase of its raster, charlie draws by
hand and overlaps, delta is smooth and full of holes. Everything in EPSG:6674 until it is written.
"""

from __future__ import annotations

import numpy as np
import shapely
from rasterio.features import shapes
from rasterio.transform import Affine
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from shapely.geometry import Point, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from examples.mie.radio import PIXEL_M, Field

SHEET_M = 10_000.0
SHEET_OVERLAP_M = 30.0
LEAST_DRAWN_M2 = 60_000.0


def outlines(mask: np.ndarray, transform: Affine) -> np.ndarray:
    """Polygons of the true pixels, staircase and all: object[n], largest first."""
    # 4-connectivity: pixels that meet at a corner would make invalid polygons
    found = shapes(mask.astype(np.uint8), mask, connectivity=4, transform=transform)
    return _sorted(np.array([shape(outline) for outline, _ in found], dtype=object))


def _sorted(polygons: np.ndarray) -> np.ndarray:
    """Polygonal parts in an order that depends on nothing but themselves."""
    parts = shapely.get_parts(polygons[shapely.get_dimensions(polygons) == 2])
    parts = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 1.0)]
    west, south, _, _ = shapely.bounds(parts).T
    return np.asarray(parts[np.lexsort((south, west, -shapely.area(parts)))])


def stairs(mask: np.ndarray, field: Field, least_pixels: int, least_hole: int) -> np.ndarray:
    """bravo: the raster's own outline; specks and holes smaller than so many pixels are dropped."""
    square = PIXEL_M * PIXEL_M
    kept = [
        Polygon(part.exterior, [ring for ring in part.interiors if Polygon(ring).area >= least_hole * square])
        for part in outlines(mask, field.transform)
        if part.area >= least_pixels * square
    ]
    return np.array(kept, dtype=object)


def sheets(mask: np.ndarray, field: Field, tolerance: float, least_pixels: int = 1) -> np.ndarray:
    """alpha: outlines with their corners cut, delivered in sheets of SHEET_M that overlap a little."""
    whole = outlines(mask, field.transform)
    whole = shapely.simplify(whole[shapely.area(whole) >= least_pixels * PIXEL_M**2], tolerance)
    west, south, east, north = shapely.total_bounds(whole)
    x, y = np.meshgrid(np.arange(west, east, SHEET_M), np.arange(south, north, SHEET_M))
    cells = shapely.box(x.ravel() - SHEET_OVERLAP_M, y.ravel() - SHEET_OVERLAP_M, x.ravel() + SHEET_M, y.ravel() + SHEET_M)
    sheet, part = shapely.STRtree(whole).query(cells, predicate="intersects")
    return _sorted(shapely.intersection(cells[sheet], shapely.make_valid(whole)[part]))


def by_hand(mask: np.ndarray, hollow: np.ndarray, field: Field, pieces: int, rng: np.random.Generator) -> np.ndarray:
    """charlie: about so many overlapping polygons with few corners, and hollows cut out roughly."""
    mask = gaussian_filter(mask.astype(np.float32), 1.4) > 0.5  # nobody draws single pixels
    whole = shapely.union_all(outlines(mask, field.transform))
    row, column = np.nonzero(mask)
    pixels = np.column_stack(field.transform @ (column + 0.5, row + 0.5))
    anchors = pixels[rng.choice(len(pixels), pieces, replace=False)]
    spread = 0.75 * cKDTree(anchors).query(anchors, k=4)[0][:, -1]
    owner = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(anchors), extend_to=box(*whole.bounds)))
    hollows = shapely.union_all(outlines(hollow, field.transform)).simplify(60.0)
    drawn = []
    for cell in owner:
        at = int(cKDTree(anchors).query(shapely.get_coordinates(cell.centroid)[0])[1])
        reach = float(np.clip(spread[at], 200.0, 900.0))
        for part in shapely.get_parts(cell.buffer(reach / 2, join_style="mitre").intersection(whole)):
            if part.geom_type == "Polygon" and part.area >= LEAST_DRAWN_M2:
                rough = _shaken(Polygon(part.buffer(70.0).simplify(90.0).exterior), 25.0, rng)
                drawn.append(rough.difference(hollows))
    return _sorted(np.array(drawn, dtype=object))


def _shaken(polygon: Polygon, metres: float, rng: np.random.Generator) -> BaseGeometry:
    """Every corner a little off, as a hand draws; still valid."""
    rings = [polygon.exterior, *polygon.interiors]
    corners = [np.array(ring.coords)[:-1] for ring in rings]
    moved = [ring + rng.normal(0.0, metres, ring.shape) for ring in corners]
    return shapely.make_valid(Polygon(moved[0], moved[1:]), method="structure", keep_collapsed=False)


def smooth(mask: np.ndarray, hollow: np.ndarray, field: Field, least_hole_m2: float) -> np.ndarray:
    """delta: rounded outlines with holes."""
    whole = shapely.union_all(outlines(mask, field.transform)).buffer(170.0).buffer(-290.0).buffer(160.0, quad_segs=3)
    whole = whole.difference(shapely.union_all(outlines(hollow, field.transform)).buffer(-60.0).buffer(60.0, quad_segs=3))
    parts = shapely.get_parts(whole.simplify(24.0))
    return _sorted(
        np.array([Polygon(p.exterior, [r for r in p.interiors if Polygon(r).area >= least_hole_m2]) for p in parts], dtype=object)
    )


def with_faults(polygons: np.ndarray, bow_ties: int, twice: int, slivers: int, rng: np.random.Generator) -> np.ndarray:
    """The polygons with so many crossed rings, repeated parts and slivers among them, as real files have."""
    polygons = polygons.copy()
    middling = [n for n, part in enumerate(polygons) if 12 <= len(part.exterior.coords) <= 400]
    crossed = 0
    for number in rng.permutation(middling):
        if crossed == bow_ties:
            break
        bent = _crossed(polygons[number], rng)
        if bent is not None:
            polygons[number], crossed = bent, crossed + 1
    repeated = polygons[rng.choice(len(polygons), twice, replace=False)]
    edges = [polygons[n].exterior for n in rng.choice(len(polygons), slivers)]
    thin = [_sliver(edge, rng) for edge in edges]
    return np.concatenate([polygons, repeated, np.array(thin, dtype=object)])


def _crossed(polygon: Polygon, rng: np.random.Generator) -> Polygon | None:
    """Two neighbouring corners in the wrong order, or None where that crosses nothing."""
    ring = np.array(polygon.exterior.coords)[:-1]
    for number in rng.permutation(len(ring) - 1):
        bent = ring.copy()
        bent[[number, number + 1]] = bent[[number + 1, number]]
        result = Polygon(bent, polygon.interiors)
        if not result.is_valid and abs(result.area - polygon.area) < 15_000.0:
            return result
    return None


def _sliver(edge: BaseGeometry, rng: np.random.Generator) -> Polygon:
    """A strip of a few metres along a piece of an outline."""
    start = Point(edge.interpolate(rng.uniform(0.0, edge.length)))
    bearing, length, width = rng.uniform(0.0, 2 * np.pi), rng.uniform(80.0, 600.0), rng.uniform(0.5, 8.0)
    along = length * np.array([np.cos(bearing), np.sin(bearing)])
    across = width * np.array([-np.sin(bearing), np.cos(bearing)])
    corner = np.array([start.x, start.y])
    return Polygon([corner, corner + along, corner + along + across, corner + 0.3 * along + 0.6 * across])
