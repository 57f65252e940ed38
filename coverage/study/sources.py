"""The tables of study.toml that say what makes a zone urgent: roads, designated areas, future population."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from geodata.schema import ROAD_CLASSES

# What every table of study.toml is made of.

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,32}$")]


def _a_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"date-form {text}") from error


AsOf = Annotated[str, AfterValidator(_a_date)]
# a key nobody knows is a mistake, not a wish to be ignored; 2026 is a number and "2026" is not
# and no amount is infinite, nor nan: every figure worked out from it would be unknown without a word
STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
SchoolClass = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
FacilityKind = Literal["gsi_shelters", "schools_p29", "clinics_p04", "offices_p05", "stations_n02", "own_places"]
RoadClass = Literal["expressway", "national", "prefectural", "municipal", "other"]
AreaKind = Literal[
    "depopulated",
    "remote",
    "island",
    "peninsula",
    "mountain",
    "farming",
    "snow",
    "landslide",
    "landslide_special",
    "tsunami",
    "park_special",
    "park_ordinary",
    "did",
]


class Part(BaseModel):
    """A table of the TOML file. A key nobody knows is a mistake, not a wish to be ignored."""

    model_config = STRICT


class Files(Part):
    """Files of one kind, with what the files themselves may not say."""

    files: Annotated[list[str], Field(min_length=1)]
    crs: str | None = None
    credit: str | None = None  # whom to name on papers and maps; by default the source's usual credit


class VectorFiles(Files):
    """Files that may hold several layers."""

    layer: str | None = None


class PopulationFiles(Files):
    """Who lives where: e-Stat mesh tables, or a GeoTIFF of counts.

    `cut`: what files hold whose name does not tell: "mesh" (everybody in the cells) or a prefecture's code (only its own
    people). `uninhabited`: first-order meshes that no file is given for because nobody lives there. `nodata`: what a raster
    means where it holds no value; some products leave out what they know to be empty.
    """

    kind: Literal["estat_mesh", "raster"] = "estat_mesh"
    level: int | None = None  # nominal metres; ten digits are ambiguous, so it is always said
    cut: Annotated[str, Field(pattern=r"^(mesh|[0-9]{2})$")] | None = None
    uninhabited: list[Annotated[str, Field(pattern=r"^[0-9]{4}$")]] = []
    nodata: Literal["unknown", "nobody"] = "unknown"

    @model_validator(mode="after")
    def _level_is_said(self) -> PopulationFiles:
        if self.kind == "estat_mesh" and self.level is None:
            raise ValueError("level-missing")
        return self


class BoundaryFiles(VectorFiles):
    """Municipalities of the study, and of its neighbours for the cells on the border.

    `polygons` reads any polygon file by `id_field` and `name_field`, for places without N03.
    """

    kind: Literal["n03", "polygons"] = "n03"
    neighbours: list[str] = []
    id_field: str = ""
    name_field: str = ""

    @model_validator(mode="after")
    def _fields_are_said(self) -> BoundaryFiles:
        if self.kind == "polygons" and not (self.id_field and self.name_field):
            raise ValueError("boundary-fields-missing")
        return self


class SettlementFiles(VectorFiles):
    """Named places. The fields are looked for by their usual names unless they are given here."""

    name_field: str | None = None
    municipality_field: str | None = None


class FacilityFiles(VectorFiles):
    """Places people go to. classes: which 学校分類コード count as schools, for schools_p29 only."""

    kind: FacilityKind = "gsi_shelters"
    classes: Annotated[list[SchoolClass], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _classes_are_of_schools(self) -> FacilityFiles:
        if self.classes is not None and self.kind != "schools_p29":
            raise ValueError("school-classes-elsewhere")
        return self


class RoadFiles(VectorFiles):
    """Roads: 国土数値情報 N13, N01 or N10 (emergency roads), or the office's own ledger whose fields are named here."""

    kind: Literal["n13", "n01", "n10", "ledger"]
    classes: list[RoadClass] = ["expressway", "national", "prefectural"]
    class_field: str | None = None
    class_values: dict[str, RoadClass] = {}
    road_class: RoadClass | None = None
    name_field: str | None = None
    emergency_field: str | None = None
    emergency_values: dict[str, Literal["yes", "no"]] = {}
    emergency: bool | None = None

    @model_validator(mode="after")
    def _ledger_says_its_classes(self) -> RoadFiles:
        said = (self.class_field is not None and bool(self.class_values)) != (self.road_class is not None)
        if self.kind == "ledger" and not said:
            raise ValueError("road-class-missing")
        return self

    @property
    def read_classes(self) -> list[str]:
        """The classes that are read of these files."""
        if self.kind == "ledger":
            return sorted(self.given)
        return list(ROAD_CLASSES) if self.kind == "n10" and "classes" not in self.model_fields_set else list(self.classes)

    @property
    def given(self) -> frozenset[str]:
        """The classes these files speak of: a class not among them is unknown, not without roads."""
        if self.kind == "n10":
            return frozenset()  # emergency roads alone: of no class all
        if self.kind == "n13":
            return frozenset(self.classes)
        if self.kind == "n01":
            return frozenset(self.classes) & {"expressway", "national", "prefectural", *self.class_values.values()}
        published = {self.road_class} if self.road_class else set(self.class_values.values())
        spec = set(self.classes) if "classes" in self.model_fields_set else set(ROAD_CLASSES)
        return frozenset(str(road) for road in published & spec)


class AreaFiles(VectorFiles):
    """Areas that a law or a survey marks out.

    `overrides` is the office's own list of designations; of the kinds in `replaces` only what it says holds.
    `special_values`: the codes of A10 that mean 特別地域. `own_areas` reads any polygons: all of `area_kind`, or each by
    what `class_values` says of the value of `class_field` ("none": not used).
    """

    kind: Literal["designated", "overrides", "hazards", "parks", "did", "own_areas"]
    special_values: list[str] = []
    replaces: list[AreaKind] = []
    area_kind: AreaKind | None = None
    class_field: str | None = None
    class_values: dict[str, AreaKind | Literal["none"]] = {}
    name_field: str | None = None
    municipality_field: str | None = None
    from_field: str | None = None
    to_field: str | None = None

    @model_validator(mode="after")
    def _own_areas_say_what_they_are(self) -> AreaFiles:
        said = (self.class_field is not None and bool(self.class_values)) != (self.area_kind is not None)
        if self.kind == "own_areas" and not said:
            raise ValueError("area-class-missing")
        return self

    @property
    def declared(self) -> frozenset[str]:
        """The kinds of area that the study says of own columns; empty for files that say it themselves."""
        if self.kind != "own_areas":
            return frozenset()
        return frozenset({str(self.area_kind)} if self.area_kind else {str(kind) for kind in self.class_values.values()} - {"none"})

    @property
    def topics(self) -> frozenset[str]:
        """The kinds of tables that these files stand for, wherever sources are spoken of: own columns tell the same things."""
        return frozenset(_TOPICS.get(kind, "designated") for kind in self.declared) if self.kind == "own_areas" else frozenset({self.kind})


_TOPICS = {
    **dict.fromkeys(("landslide", "landslide_special", "tsunami"), "hazards"),
    **dict.fromkeys(("park_special", "park_ordinary"), "parks"),
    "did": "did",
}


class WaterFiles(VectorFiles):
    """Rivers (国土数値情報 W05) or lakes (W09), for maps."""

    kind: Literal["w05", "w09"] = "w05"


class RowChoice(Part):
    """What a field must say for its row to count, where a list of values cannot say it; all that is given must hold."""

    contains: str | int | Annotated[list[str | int], Field(min_length=1)] | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _something_is_said(self) -> RowChoice:
        if self.contains is None and self.at_least is None and self.at_most is None:
            raise ValueError("row-choice-empty")
        return self


# tagged by its form, so that a mistake is told once and at its own key
Where = dict[
    str,
    Annotated[
        Annotated[list[str | int], Tag("values")] | Annotated[RowChoice, Tag("choice")],
        Discriminator(lambda said: "values" if isinstance(said, list) else "choice"),
    ],
]


class TerrainFiles(Files):
    """Heights of the ground: 基盤地図情報 DEM (XML, zip) and GeoTIFFs, told apart by what they hold.

    crs, vertical: only where a file does not say. sea: what sea without a height (基盤地図情報) and cells of exactly 0 m
    (GeoTIFF) stand for.
    """

    vertical: Literal["JGD2000", "JGD2011", "JGD2024", "EGM96", "EGM2008", "ellipsoid"] | None = None
    sea: Literal["zero", "nodata"] | None = None


class FuturePopulationFiles(VectorFiles):
    """Estimated people to come, for reference. level: nominal metres of the meshes."""

    level: Literal[1000, 500, 250]
    years: list[Annotated[int, Field(ge=2020, le=2070)]] = [2030, 2040]
