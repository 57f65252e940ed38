"""What the map of the screen draws, in the parts that it fetches: the zones, and the ground they lie on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import numpy.typing as npt
import shapely

from coverage.gaps import ANY
from geodata.text import stripped
from requests_gen.captions import UNIONS, Caption, plain
from requests_gen.columns import degrees, ranking_rows
from requests_gen.map_classes import PEOPLE_FROM
from requests_gen.map_data import UNITS_A_DEGREE, encoded, facility_rows, layer_dates_text, towns, zone_class
from requests_gen.map_words import MAP_WORDS

if TYPE_CHECKING:
    from coverage.run import Result

KINDS = (
    "complete", "partial", "unknown", "no5g", "new", "grown", "shrunk", "unchanged", "resolved", "came_back",
)  # fmt: skip


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
    rows = ranking_rows(result, caption)
    shapes = result.zones.geometry.reindex(rows.index)
    return [
        {
            "id": str(zone_id), "name": str(name), "municipality": str(town),
            "kind": zone_class(complete), "geometry": shape, "rank": plain(rank),
        }
        for zone_id, name, town, complete, shape, rank in zip(
            rows.index, rows["name"], rows["municipality"], rows["complete_population"], shapes, rows["rank"], strict=True,
        )
    ]  # fmt: skip


def zones_part(zones: Sequence[ZoneToDraw], result: Result) -> list[dict[str, Any]]:
    """One record a zone, in the order given; the place of its marker is the middle of its people where known."""
    strangers = sorted({zone["kind"] for zone in zones} - set(KINDS))
    if strangers:
        raise ValueError(f"kinds nobody can draw: {strangers}")
    shapes = np.array([zone["geometry"] for zone in zones] + [None], object)[:-1]
    lon, lat = _anchors(zones, shapes, result)
    return [
        {
            "id": zone["id"], "name": stripped(zone["name"]), "municipality": stripped(zone["municipality"]),
            "rank": plain(zone["rank"]), "kind": zone["kind"], "shape": shape,
            "x": round(x * UNITS_A_DEGREE), "y": round(y * UNITS_A_DEGREE),
        }
        for zone, shape, x, y in zip(
            zones, encoded(shapes, result.grid.crs), lon.tolist(), lat.tolist(), strict=True
        )
    ]  # fmt: skip


def _anchors(
    zones: Sequence[ZoneToDraw], shapes: npt.NDArray[np.object_], result: Result
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    ids = [zone["id"] for zone in zones]
    middle = shapely.point_on_surface(shapes)
    known = result.zones[["x", "y"]].reindex(ids)
    x = known["x"].fillna(dict(zip(ids, shapely.get_x(middle), strict=True))).to_numpy(float)
    y = known["y"].fillna(dict(zip(ids, shapely.get_y(middle), strict=True))).to_numpy(float)
    return degrees(x, y, result.grid.crs)


def ground_part(result: Result, caption: Caption, window: dict[str, Any]) -> dict[str, Any]:
    """Words, carriers, borders and facilities: what stays the same while zones are filtered.

    window: where the class rasters lie (map_raster.raster).
    """
    return {
        "lang": caption.lang,
        "words": {key: text.in_(caption.lang) for key, text in MAP_WORDS.items()},
        "units": UNITS_A_DEGREE,
        "kinds": KINDS,
        "people_from": [int(people) for people in PEOPLE_FROM],
        "carriers": [{"key": key, "name": stripped(name)} for key, name in caption.carriers.items()],
        "any": UNIONS[ANY].in_(caption.lang),
        "fictitious": caption.short_notice,
        "generations": result.study.generations,
        "generation": caption.generation,
        "dates": {f"{carrier} {generation}": told for (carrier, generation), told in layer_dates_text(result).items()},
        "grid": window,
        "municipalities": towns(result),
        "facilities": facility_rows(result),
    }  # fmt: skip
