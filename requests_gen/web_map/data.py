"""What the maps draw, as compact plain data: all of map.html, and for the screen the parts that it fetches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage.gaps import ANY, mark_column
from geodata.areas import degrees, in_degrees
from geodata.tables import text as tables_text
from requests_gen.files import plain
from requests_gen.results import columns
from requests_gen.web_map.raster import PEOPLE_FROM, classes, raster, runs
from requests_gen.web_map.words import MAP_WORDS
from requests_gen.web_map.zone_card import CARD as CARD
from requests_gen.web_map.zone_card import fact_names, fact_values, urgency_facts
from requests_gen.wording import Caption, amounts, captions

if TYPE_CHECKING:
    from coverage.ranking import Criterion
    from coverage.result import Result

UNITS_A_DEGREE = 100_000  # about 1 m: finer than anything shown
BORDER_STEP_DEGREES = 0.0004
LEAST_ISLAND_DEGREES2 = 4e-6
METRES_A_DEGREE = 111_000.0


def map_data(result: Result, caption: Caption, rows: pd.DataFrame | None = None) -> dict[str, Any]:
    """Everything the page's script needs. Positions are [lon, lat] in 1/UNITS_A_DEGREE degrees.

    rows: ranking_rows, where they are made already.
    """
    rows = columns.ranking_rows(result, caption) if rows is None else rows
    place, window = raster(result.grid, result.cells)
    return {
        "words": {key: text.in_(caption.lang) for key, text in MAP_WORDS.items()},
        "units": UNITS_A_DEGREE,
        "carriers": [{"key": key, "name": tables_text.stripped(name)} for key, name in caption.carriers.items()],
        "any": captions.UNIONS[ANY].in_(caption.lang),
        "generations": result.study.generations,
        "generation": caption.generation,
        "shake": result.study.ranking.shake,
        "criteria": _criteria(result, caption),
        "facts": fact_names(caption.lang),
        "grid": window,
        "layers": _layers(result, place),
        "zones": _zones(result, rows, caption.lang),
        "municipalities": towns(result),
        "facilities": facility_rows(result),
    }


def _criteria(result: Result, caption: Caption) -> list[dict[str, Any]]:
    weights, used = result.study.ranking.weights, _weighed(result)
    total = sum(weights[criterion.key] for criterion in used)
    return [
        {
            "key": criterion.key,
            "name": criterion.en if caption.lang == "en" else criterion.ja,
            "points": round(100 * weights[criterion.key] / total, 1),
        }
        for criterion in used
    ]


def _weighed(result: Result) -> list[Criterion]:
    """The criteria that count, the study's own among them, in the order of their parts."""
    ranking = result.study.ranking
    return [criterion for criterion in ranking.all_criteria if ranking.weights.get(criterion.key, 0.0) > 0]


def _zones(result: Result, rows: pd.DataFrame, lang: str) -> list[dict[str, Any]]:
    """One record a zone, in order of rank."""
    study = result.study
    parts = [criterion.key for criterion in _weighed(result)]
    shapes = encoded(result.zones.geometry.reindex(rows.index).to_numpy(object), result.grid.crs)
    generations = study.generations
    return [
        plain(
            {
                "id": zone_id,
                "name": tables_text.stripped(row["name"]),
                "municipality": tables_text.stripped(row["municipality"]),
                "rank": row["rank"],
                "low": row["rank_low"],
                "high": row["rank_high"],
                "tied": row["tied"],
                "gate": row["gate"],
                "without": row["unknown_criteria"],
                "score": _round(row["score"], 2),
                "parts": [_round(row[f"score_{key}"], 2) for key in parts],
                "kind": zone_class(row["complete_population"]),
                "people": people,
                "needs": needs,
                "more": urgency_facts(row, study, lang),
                "marks": [[row[mark_column(g, c.key)] for g in generations] for c in study.carriers],
                "x": round(row["lon"] * UNITS_A_DEGREE),
                "y": round(row["lat"] * UNITS_A_DEGREE),
            }
        )
        | {"shape": shape}
        for zone_id, row, shape, people, needs in zip(
            rows.index,
            columns.records(rows),
            shapes,
            amounts.figure_words(rows, "uncovered_population", lang),
            fact_values(rows, lang),
            strict=True,
        )
    ]


def zone_class(complete_population: float | None) -> str:
    """How a zone is drawn: `complete` somebody has no carrier at all, `partial` everybody has one, `unknown`."""
    if complete_population is None or complete_population != complete_population:
        return "unknown"
    return "complete" if complete_population > 0 else "partial"


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


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


def towns(result: Result) -> list[dict[str, Any]]:
    """Municipalities: borders thinned to what a screen shows; `own`: whether it belongs to the study, not to its neighbours."""
    towns = result.municipalities
    degree = 1.0 if in_degrees(result.grid.crs) else METRES_A_DEGREE
    shapes = np.array([_thinned(shape, degree) for shape in towns.geometry], dtype=object)
    own = set(result.summary["municipalities"])
    anchors = shapely.point_on_surface(shapes)
    lon, lat = degrees(shapely.get_x(anchors), shapely.get_y(anchors), result.grid.crs)
    return [
        {
            "name": tables_text.stripped(name),
            "own": code in own,
            "shape": shape,
            "x": round(x * UNITS_A_DEGREE),
            "y": round(y * UNITS_A_DEGREE),
        }
        for code, name, shape, x, y in zip(
            towns.index, towns["name"], encoded(shapes, result.grid.crs), lon.tolist(), lat.tolist(), strict=True
        )
    ]


def _thinned(shape: Any, degree: float) -> Any:
    """A border without the points and islands too small to see; the largest part always stays.

    degree: how long a degree is in the units of the shape's CRS.
    """
    parts = shapely.get_parts(shape)
    areas = shapely.area(parts)
    kept = parts[(areas >= LEAST_ISLAND_DEGREES2 * degree**2) | (areas == areas.max())]
    return shapely.simplify(shapely.multipolygons(kept), BORDER_STEP_DEGREES * degree, preserve_topology=False)


def facility_rows(result: Result) -> list[list[Any]]:
    """[x, y, name, category] of every place, once in each role."""
    places = result.places
    lon, lat = degrees(places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float), result.grid.crs)
    x, y = np.rint(lon * UNITS_A_DEGREE).astype(int), np.rint(lat * UNITS_A_DEGREE).astype(int)
    return [
        list(row)
        for row in zip(x.tolist(), y.tolist(), map(tables_text.stripped, places["name"]), places["category"].astype(str), strict=True)
    ]


def _layers(result: Result, place: np.ndarray) -> list[dict[str, Any]]:
    """Each carrier's (and any carrier's) shares in a generation, as classes in runs; "" where not published."""
    return [
        {
            "carrier": carrier,
            "generation": generation,
            "as_of": as_of,
            "runs": "" if np.isnan(shares).all() else runs(classes(shares, place)),
        }
        for (carrier, generation), as_of in layer_dates_text(result).items()
        for shares in [result.shares[(carrier, generation)].to_numpy(float)]
    ]


def layer_dates_text(result: Result) -> dict[tuple[str, str], str]:
    """The first and last date each (carrier or any, generation) was true for, "" where not published."""
    dates = captions.dates_by_layer(result)
    out = {}
    for generation in result.study.generations:
        parts = [by for g, by in dates.items() if g.split("-")[0] == generation]
        for carrier in [*result.study.carrier_keys, ANY]:
            days = sorted({date for by in parts for date in by.get(carrier, [])})
            out[carrier, generation] = " ～ ".join(dict.fromkeys(days[:1] + days[-1:]))
    return out


# how a zone is drawn: the classes of one year (see zone_class), then the states of a comparison of two years
KINDS = ("complete", "partial", "unknown", "no5g", "new", "grown", "shrunk", "unchanged", "resolved", "came_back")


class ZoneToDraw(TypedDict):
    """One zone of any map. geometry: polygons in the grid's CRS; kind: one of KINDS; rank: None = not ranked."""

    id: str
    name: str
    municipality: str
    kind: str
    geometry: Any
    rank: int | None


def zones_of(result: Result, caption: Caption) -> list[ZoneToDraw]:
    """The study's own zones in order of rank, with the class zone_class() gives them."""
    rows = columns.ranking_rows(result, caption)
    shapes = result.zones.geometry.reindex(rows.index)
    return [
        {
            "id": str(zone_id),
            "name": str(name),
            "municipality": str(town),
            "kind": zone_class(complete),
            "geometry": shape,
            "rank": plain(rank),
        }
        for zone_id, name, town, complete, shape, rank in zip(
            rows.index, rows["name"], rows["municipality"], rows["complete_population"], shapes, rows["rank"], strict=True
        )
    ]


def zones_part(zones: Sequence[ZoneToDraw], result: Result) -> list[dict[str, Any]]:
    """One record a zone, in the order given; the place of its marker is the middle of its people where known."""
    unexpected = sorted({zone["kind"] for zone in zones} - set(KINDS))
    if unexpected:
        raise ValueError(f"kinds the map cannot draw: {unexpected}")
    shapes = np.array([zone["geometry"] for zone in zones] + [None], object)[:-1]
    lon, lat = _anchors(zones, shapes, result)
    return [
        {
            "id": zone["id"],
            "name": tables_text.stripped(zone["name"]),
            "municipality": tables_text.stripped(zone["municipality"]),
            "rank": plain(zone["rank"]),
            "kind": zone["kind"],
            "shape": shape,
            "x": round(x * UNITS_A_DEGREE),
            "y": round(y * UNITS_A_DEGREE),
        }
        for zone, shape, x, y in zip(zones, encoded(shapes, result.grid.crs), lon.tolist(), lat.tolist(), strict=True)
    ]


def _anchors(
    zones: Sequence[ZoneToDraw], shapes: npt.NDArray[np.object_], result: Result
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    ids = [zone["id"] for zone in zones]
    middle = shapely.point_on_surface(shapes)
    known = result.zones[["x", "y"]].reindex(ids)
    x = known["x"].fillna(dict(zip(ids, shapely.get_x(middle), strict=True))).to_numpy(float)
    y = known["y"].fillna(dict(zip(ids, shapely.get_y(middle), strict=True))).to_numpy(float)
    return degrees(x, y, result.grid.crs)


def base_map_part(result: Result, caption: Caption, window: dict[str, Any]) -> dict[str, Any]:
    """Words, carriers, borders and facilities: what stays the same while zones are filtered.

    window: position of the class rasters (raster.raster).
    """
    return {
        "lang": caption.lang,
        "words": {key: text.in_(caption.lang) for key, text in MAP_WORDS.items()},
        "units": UNITS_A_DEGREE,
        "kinds": KINDS,
        "people_from": [int(people) for people in PEOPLE_FROM],
        "carriers": [{"key": key, "name": tables_text.stripped(name)} for key, name in caption.carriers.items()],
        "any": captions.UNIONS[ANY].in_(caption.lang),
        "fictitious": caption.short_notice,
        "generations": result.study.generations,
        "generation": caption.generation,
        "dates": {f"{carrier} {generation}": days for (carrier, generation), days in layer_dates_text(result).items()},
        "grid": window,
        "municipalities": towns(result),
        "facilities": facility_rows(result),
    }
