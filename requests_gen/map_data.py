"""What map.html draws: zones, borders, shares and facilities as compact plain data, words beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from coverage.gaps import ANY
from coverage.ranking import CRITERIA
from coverage.zones import MARK_COVERED, MARK_LACKING
from geodata.text import stripped
from requests_gen.captions import UNIONS, Caption, dates_by_layer, plain
from requests_gen.columns import degrees, in_degrees, ranking_rows
from requests_gen.map_words import MAP_WORDS

if TYPE_CHECKING:
    from coverage.run import Result
    from geodata.grid import Grid

UNITS_A_DEGREE = 100_000  # about 1 m: finer than anything shown
BORDER_STEP_DEGREES = 0.0004
LEAST_ISLAND_DEGREES2 = 4e-6
METRES_A_DEGREE = 111_000.0
HALF = 0.5
OUTSIDE, NONE, LITTLE, HALF_OR_MORE, ALL, UNKNOWN = range(6)
RUN_LETTERS = "abcdef"  # one for each class above
OVERSAMPLE = 2  # only where the grid does not run along meridians


def map_data(result: Result, caption: Caption) -> dict[str, Any]:
    """Everything the page's script needs. Positions are [lon, lat] in 1/UNITS_A_DEGREE degrees."""
    rows = ranking_rows(result, caption)
    place, window = _raster(result.grid, result.cells)
    return {
        "words": {key: text.in_(caption.lang) for key, text in MAP_WORDS.items()},
        "units": UNITS_A_DEGREE,
        "carriers": [{"key": key, "name": stripped(name)} for key, name in caption.carriers.items()],
        "any": UNIONS[ANY].in_(caption.lang),
        "generations": result.study.generations,
        "generation": caption.generation,
        "shake": result.study.ranking.shake,
        "criteria": _criteria(result, caption),
        "grid": window,
        "layers": _layers(result, place),
        "zones": _zones(result, rows),
        "municipalities": _municipalities(result),
        "facilities": _facilities(result),
    }


def _criteria(result: Result, caption: Caption) -> list[dict[str, Any]]:
    weights = result.study.ranking.weights
    used = [criterion for criterion in CRITERIA if weights.get(criterion.key, 0.0) > 0]
    total = sum(weights[criterion.key] for criterion in used)
    return [
        {
            "key": criterion.key,
            "name": criterion.en if caption.lang == "en" else criterion.ja,
            "points": round(100 * weights[criterion.key] / total, 1),
        }
        for criterion in used
    ]


def _zones(result: Result, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """One record a zone, in order of rank."""
    study = result.study
    parts = [c.key for c in CRITERIA if f"score_{c.key}" in rows.columns]
    shapes = encoded(result.zones.geometry.reindex(rows.index).to_numpy(object), result.grid.crs)
    records = rows.to_dict("index")
    return [
        plain(
            {
                "id": zone_id,
                "name": stripped(row["name"]),
                "municipality": stripped(row["municipality"]),
                "rank": row["rank"], "low": row["rank_low"], "high": row["rank_high"],
                "tied": row["tied"], "gate": row["gate"], "without": row["unknown_criteria"],
                "score": _round(row["score"], 2), "parts": [_round(row[f"score_{key}"], 2) for key in parts],
                "kind": zone_class(row["complete_population"]),
                **{key: _round(row[key], 1) for key in (
                    "population", "uncovered_population", "complete_population", "uncovered_households",
                    "uncovered_65plus", "shelters", "nearest_coverage_km",
                )},
                "marks": [[row[f"mark_{g}_{c.key}"] for g in study.generations] for c in study.carriers],
                "x": round(row["lon"] * UNITS_A_DEGREE), "y": round(row["lat"] * UNITS_A_DEGREE),
            }
        )
        | {"shape": shape}
        for (zone_id, row), shape in zip(records.items(), shapes, strict=True)
    ]  # fmt: skip


def zone_class(complete_population: float) -> str:
    """How a zone is drawn: `complete` somebody has no carrier at all, `partial` everybody has one, `unknown`."""
    if complete_population != complete_population:
        return "unknown"
    return "complete" if complete_population > 0 else "partial"


def _round(value: Any, digits: int) -> Any:
    return round(float(value), digits)


def encoded(shapes: np.ndarray, crs: str) -> list[list[list[list[int]]]]:
    """Each shape as polygons of rings [x0, y0, dx, dy, …] in whole units, without points on a straight line."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return [[] for _ in shapes]
    lon, lat = degrees(xy[:, 0], xy[:, 1], crs)
    points = np.rint(np.column_stack([lon, lat]) * UNITS_A_DEGREE).astype(np.int64)
    open_ring = np.append(ring_of_point[1:] == ring_of_point[:-1], False)  # the last point is the first again
    points, ring_of_point = _corners(points[open_ring], ring_of_point[open_ring])
    steps = points.copy()
    steps[1:] -= np.where((ring_of_point[1:] == ring_of_point[:-1])[:, None], points[:-1], 0)
    starts = np.searchsorted(ring_of_point, np.arange(len(rings) + 1)).tolist()
    flat = steps.ravel().tolist()
    polygons: list[list[list[int]]] = [[] for _ in parts]
    for part, start, end in zip(part_of_ring.tolist(), starts[:-1], starts[1:], strict=True):
        if end - start >= 3:
            polygons[part].append(flat[2 * start : 2 * end])
    out: list[list[list[list[int]]]] = [[] for _ in shapes]
    for shape, polygon in zip(shape_of_part.tolist(), polygons, strict=True):
        if polygon:
            out[shape].append(polygon)
    return out


def _corners(points: np.ndarray, ring: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points where open rings turn, and the ring of each. points: int64[n, 2]; ring: int64[n], sorted."""
    before, after = _neighbours(ring)
    distinct = (points != points[before]).any(axis=1)
    points, ring = points[distinct], ring[distinct]
    before, after = _neighbours(ring)
    back, ahead = points - points[before], points[after] - points
    turns = back[:, 0] * ahead[:, 1] != back[:, 1] * ahead[:, 0]
    return points[turns], ring[turns]


def _neighbours(ring: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the point before and after each point, going round its own ring. ring: int64[n], sorted."""
    index = np.arange(len(ring))
    first = np.searchsorted(ring, ring, side="left")
    last = np.searchsorted(ring, ring, side="right") - 1
    return np.where(index == first, last, index - 1), np.where(index == last, first, index + 1)


def _municipalities(result: Result) -> list[dict[str, Any]]:
    """Borders thinned to what a screen shows; `own` tells the study's own from its neighbours."""
    towns = result.municipalities
    degree = 1.0 if in_degrees(result.grid.crs) else METRES_A_DEGREE
    shapes = np.array([_thinned(shape, degree) for shape in towns.geometry], dtype=object)
    own = set(result.summary["municipalities"])
    anchors = shapely.point_on_surface(shapes)
    lon, lat = degrees(shapely.get_x(anchors), shapely.get_y(anchors), result.grid.crs)
    return [
        {
            "name": stripped(name), "own": code in own, "shape": shape,
            "x": round(x * UNITS_A_DEGREE), "y": round(y * UNITS_A_DEGREE),
        }
        for code, name, shape, x, y in zip(
            towns.index, towns["name"], encoded(shapes, result.grid.crs), lon.tolist(), lat.tolist(), strict=True
        )
    ]  # fmt: skip


def _thinned(shape: Any, degree: float) -> Any:
    """A border with the points and islands nobody would see left out; the largest part always stays.

    degree: how long a degree is in the units of the shape's CRS.
    """
    parts = shapely.get_parts(shape)
    areas = shapely.area(parts)
    kept = parts[(areas >= LEAST_ISLAND_DEGREES2 * degree**2) | (areas == areas.max())]
    return shapely.simplify(
        shapely.multipolygons(kept), BORDER_STEP_DEGREES * degree, preserve_topology=False
    )


def _facilities(result: Result) -> list[list[Any]]:
    places = result.facilities
    lon, lat = degrees(places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float), result.grid.crs)
    x, y = np.rint(lon * UNITS_A_DEGREE).astype(int), np.rint(lat * UNITS_A_DEGREE).astype(int)
    return [list(row) for row in zip(x.tolist(), y.tolist(), map(stripped, places["name"]), strict=True)]


def _raster(grid: Grid, cells: pd.DataFrame) -> tuple[np.ndarray, dict[str, Any]]:
    """(row of `cells` under each pixel or −1, int64[ny, nx], south first; where the pixels lie in degrees).

    On a grid of degrees a pixel is a cell. Any other grid is looked up at the middle of smaller pixels.
    """
    at = np.full(grid.shape, -1, np.int64)
    at[cells["j"].to_numpy(), cells["i"].to_numpy()] = np.arange(len(cells))
    west, south, east, north = _degree_bounds(grid)
    nx, ny = grid.nx, grid.ny
    if not in_degrees(grid.crs):
        nx, ny = nx * OVERSAMPLE, ny * OVERSAMPLE
        at = _looked_up(at, grid, west, south, (east - west) / nx, (north - south) / ny, nx, ny)
    window = {
        "west": west,
        "south": south,
        "dx": (east - west) / nx,
        "dy": (north - south) / ny,
        "nx": nx,
        "ny": ny,
    }
    return at, window


def _degree_bounds(grid: Grid) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees around all of the grid."""
    west, south, east, north = grid.bounds
    edge = np.linspace(0.0, 1.0, 21)
    x = np.concatenate([west + (east - west) * edge] * 2 + [np.full(21, west), np.full(21, east)])
    y = np.concatenate([np.full(21, south), np.full(21, north)] + [south + (north - south) * edge] * 2)
    lon, lat = degrees(x, y, grid.crs)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _looked_up(
    at: np.ndarray, grid: Grid, west: float, south: float, dx: float, dy: float, nx: int, ny: int
) -> np.ndarray:
    """`at` of a grid that does not run along meridians, at the middles of nx × ny pixels of degrees."""
    from pyproj import Transformer

    lon, lat = np.meshgrid(west + (np.arange(nx) + 0.5) * dx, south + (np.arange(ny) + 0.5) * dy)
    back = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    x, y = back.transform(lon.ravel(), lat.ravel())
    i, j, inside = grid.locate(np.asarray(x), np.asarray(y))
    out = np.full(nx * ny, -1, np.int64)
    out[inside] = at[j[inside], i[inside]]
    return out.reshape(ny, nx)


def _layers(result: Result, place: np.ndarray) -> list[dict[str, Any]]:
    """Each carrier's (and any carrier's) shares in a generation, as classes in runs; "" where not published."""
    dates = dates_by_layer(result)
    out = []
    for generation in result.study.generations:
        for carrier in [*result.study.carrier_keys, ANY]:
            shares = result.shares[(carrier, generation)].to_numpy(float)
            told = sorted(
                {d for g, by in dates.items() if g.split("-")[0] == generation for d in by.get(carrier, [])}
            )
            out.append(
                {
                    "carrier": carrier, "generation": generation, "as_of": " ～ ".join(dict.fromkeys(told[:1] + told[-1:])),
                    "runs": "" if np.isnan(shares).all() else runs(classes(shares, place)),
                }
            )  # fmt: skip
    return out


def classes(shares: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Class of every pixel. shares: float64[n] of cells; place: int64[ny, nx], −1 outside. uint8[ny, nx]."""
    by_cell = np.select(
        [np.isnan(shares), shares <= MARK_LACKING, shares < HALF, shares < MARK_COVERED],
        [UNKNOWN, NONE, LITTLE, HALF_OR_MORE],
        ALL,
    ).astype(np.uint8)
    return np.asarray(np.append(by_cell, np.uint8(OUTSIDE))[place])  # place −1 takes the last


def runs(values: np.ndarray) -> str:
    """Run-length text of a class raster in its flat order: a letter a class, then how often if not once."""
    flat = values.ravel()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1])
    lengths = np.diff(np.append(starts, len(flat)))
    return "".join(
        RUN_LETTERS[value] + (str(length) if length > 1 else "")
        for value, length in zip(flat[starts].tolist(), lengths.tolist(), strict=True)
    )
