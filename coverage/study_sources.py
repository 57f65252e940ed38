"""The tables of study.toml that say what makes a zone urgent: roads, designated areas, future population."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from coverage.study_parts import STRICT
from geodata.schema import ROAD_CLASSES

FacilityKind = Literal[
    "gsi_shelters", "schools_p29", "clinics_p04", "offices_p05", "stations_n02", "own_places"
]
RoadClass = Literal["expressway", "national", "prefectural", "municipal", "other"]
AreaKind = Literal[
    "depopulated", "remote", "island", "peninsula", "mountain", "farming", "snow",
    "landslide", "landslide_special", "tsunami", "park_special", "park_ordinary", "did",
]  # fmt: skip


class SourceFiles(BaseModel):
    """Files of one kind, with what the files themselves may not say."""

    model_config = STRICT

    files: Annotated[list[str], Field(min_length=1)]
    crs: str | None = None
    layer: str | None = None
    credit: str | None = None


class RoadFiles(SourceFiles):
    """Roads: 国土数値情報 N13, or the office's own ledger whose fields are named here."""

    kind: Literal["n13", "ledger"]
    classes: list[RoadClass] = ["expressway", "national", "prefectural"]
    class_field: str | None = None
    class_values: dict[str, RoadClass] = {}
    road_class: RoadClass | None = None
    name_field: str | None = None
    emergency_field: str | None = None
    emergency: bool | None = None

    @model_validator(mode="after")
    def _ledger_says_its_classes(self) -> RoadFiles:
        said = (self.class_field is not None and bool(self.class_values)) != (self.road_class is not None)
        if self.kind == "ledger" and not said:
            raise ValueError("road-class-missing")
        return self

    @property
    def given(self) -> frozenset[str]:
        """The classes these files speak of: a class not among them is unknown, not without roads."""
        if self.kind == "n13":
            return frozenset(self.classes)
        spoken = {self.road_class} if self.road_class else set(self.class_values.values())
        wanted = set(self.classes) if "classes" in self.model_fields_set else set(ROAD_CLASSES)
        return frozenset(str(road) for road in spoken & wanted)


class AreaFiles(SourceFiles):
    """Areas that a law or a survey marks out.

    `overrides` is the office's own list of designations; of the kinds in `replaces` only what it says holds.
    `special_values`: the codes of A10 that mean 特別地域.
    """

    kind: Literal["designated", "overrides", "hazards", "parks", "did"]
    special_values: list[str] = []
    replaces: list[AreaKind] = []


class FuturePopulationFiles(SourceFiles):
    """Estimated people to come, for reference. level: nominal metres of the meshes."""

    level: Literal[1000, 500, 250]
    years: list[Annotated[int, Field(ge=2020, le=2070)]] = [2030, 2040]
