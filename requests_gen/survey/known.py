"""What is known when a survey comes back: zones, earlier answers, the municipalities' order, Kengai's figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geodata.inside import any_contains
from requests_gen.registry import Registry, values, zones
from requests_gen.survey.new_places import place_number
from requests_gen.wording import dates

if TYPE_CHECKING:
    from coverage.result import Result

Record = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """Of one municipality and year. `now`, `before`: this year's answers and the last of earlier years, by zone_id."""

    year: int
    municipality_id: str
    zones: pd.DataFrame  # Registry.zones()
    now: Mapping[str, Record]
    revisions: Mapping[str, int]
    before: Mapping[str, Record]
    orders: pd.DataFrame  # Registry.municipal_order(year)
    result: Result | None

    @classmethod
    def of(cls, registry: Registry, result: Result | None, year: int, municipality_id: str) -> Known:
        """As the registry stands. result: the findings of that year, None where there are none."""
        answers = registry.survey_answers()
        mine = answers[answers["municipality_id"] == municipality_id].sort_values("year", kind="stable")
        this, earlier = mine[mine["year"] == year], mine[mine["year"] < year]
        return cls(
            year,
            municipality_id,
            registry.zones(),
            _records(this),
            dict(zip(this["zone_id"], this["revision"].astype(int), strict=True)),
            _records(earlier.drop_duplicates("zone_id", keep="last")),
            registry.municipal_order(year),
            result,
        )

    def name_of(self, zone_id: str) -> str:
        """What the zone is called in the form."""
        if self.result is not None and zone_id in self.result.zones.index:
            return str(self.result.zones.loc[zone_id, "name"])
        return str(self.zones.loc[zone_id, "name"])

    def successors(self, zone_id: str) -> tuple[str, ...]:
        """The zones that took its place; () where it still stands for itself."""
        live = zones.live_zones(self.zones, zone_id)
        return () if live == (zone_id,) else live

    def our_people(self, zone_id: str) -> float:
        """Kengai's estimate; NaN where it has none."""
        if self.result is None or zone_id not in self.result.zones.index:
            return float("nan")
        return float(self.result.zones.loc[zone_id, "population"])

    @cached_property
    def carriers(self) -> dict[str, str]:
        """{plain name or key: key} of the study's carriers."""
        if self.result is None:
            return {}
        carriers = self.result.study.carriers
        return {dates.plain_text(word): carrier.key for carrier in carriers for word in (carrier.name, carrier.key)}

    def zone_at(self, longitude: float, latitude: float) -> str:
        """The zone whose cell holds the point, "" where it is none."""
        if self.result is None:
            return ""
        x, y = self._in_grid(longitude, latitude)
        row = int(self.result.grid.rows_at(self.result.cells, x, y)[0])
        return str(self.result.cells["zone_id"].iloc[row]) if row >= 0 else ""

    def lies_inside(self, longitude: float, latitude: float) -> bool:
        """Whether the point is in the municipality; True where that cannot be told."""
        if self.result is None or self.municipality_id not in self.result.municipalities.index:
            return True
        x, y = self._in_grid(longitude, latitude)
        shape = self.result.municipalities.geometry.loc[self.municipality_id]
        return bool(any_contains(np.array([shape], object), shapely.points(x, y))[0])

    def _in_grid(self, longitude: float, latitude: float) -> tuple[Any, Any]:
        from pyproj import Transformer

        if self.result is None:
            raise ValueError("no findings, no grid")
        move = Transformer.from_crs("EPSG:6668", self.result.grid.crs, always_xy=True)
        return move.transform([longitude], [latitude])

    def free_number(self, taken: set[int]) -> int:
        """A number for a new candidate that nothing bears."""
        return max([*taken, *(place_number(reference) for reference in self.now)], default=0) + 1


def _records(answers: pd.DataFrame) -> dict[str, Record]:
    """{zone_id: fields that are known, as plain values}."""
    out: dict[str, Record] = {}
    for row in answers.drop(columns=[name for name in values.RESERVED if name in answers]).to_dict("records"):
        known = {str(name): _plain(value) for name, value in row.items() if isinstance(value, list | dict) or not values.is_unknown(value)}
        out[str(known["zone_id"])] = known
    return out


def _plain(value: Any) -> Any:
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole or (not isinstance(value, bool) and hasattr(value, "__index__")) else value
