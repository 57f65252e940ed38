"""Study: one TOML file that says which files, rules, weights and names an analysis uses."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from coverage.study.evidence import EvidenceFiles
from coverage.study.ranking import OwnCriterion, Ranking
from coverage.study.sources import (
    AreaFiles,
    AsOf,
    BoundaryFiles,
    FacilityFiles,
    FuturePopulationFiles,
    Key,
    Part,
    PopulationFiles,
    RoadFiles,
    SettlementFiles,
    TerrainFiles,
    VectorFiles,
    WaterFiles,
    Where,
)
from coverage.study.toml_file import read_settings
from geodata.crs import metric
from geodata.errors import Text

YEAR_END = (3, 31)


def last_day(fiscal_year: int) -> date:
    """The last day of a fiscal year: designations are judged as they still hold then, their ends said."""
    return date(fiscal_year + 1, *YEAR_END)


RuleName = Literal["mic_half", "area", "any_touch", "centroid"]
Generation = Literal["4G", "5G", "5G-sub6", "5G-mmWave", "5G-refarmed"]
__all__ = ["STUDY_FILE", "OwnCriterion", "Part", "Ranking", "Study", "read_study"]
STUDY_FILE = "study.toml"


class About(Part):
    """What the study is called and where it is."""

    name: str
    prefecture: Annotated[str, Field(pattern=r"^\d{2}$")] = ""
    fiscal_year: Annotated[int, Field(ge=2000, le=2100)]
    metric_crs: str  # distances in metres are taken in this CRS, named by the user and never guessed
    fictitious: bool = False
    notes: str = ""


# what figures of several carriers together are called: no carrier may be called so
UNIONS = ("any", "any_carrier", "best_carrier", "worst")


class Carrier(Part):
    """A mobile network operator."""

    key: Key
    name: str

    @field_validator("key")
    @classmethod
    def _not_a_union(cls, key: str) -> str:
        if key in UNIONS:
            raise ValueError(f"{key} は、いくつかの会社をまとめた数の名前です。別のキーにしてください / is the name of a union of carriers")
        return key


class Layer(VectorFiles):
    """The area one carrier says it serves with one generation, or that it serves nothing here (`none`)."""

    carrier: Key
    generation: Generation
    files: list[str] = []
    none: bool = False
    kind: Literal["own", "roaming", "satellite"] = "own"
    as_of: AsOf
    where: Where = {}
    # only for lists of mesh codes: geodata.mesh.lists.Meaning
    level: int | None = None
    answer_field: str | None = None
    weak: Literal["covered", "not_covered"] | None = None
    least_share: Annotated[float, Field(gt=0, le=1)] | None = None
    least_dbm: Annotated[float, Field(ge=-156, le=-31)] | None = None

    @model_validator(mode="after")
    def _files_or_none(self) -> Layer:
        if bool(self.files) == self.none:
            raise ValueError("layer-files-and-none" if self.none else "layer-files-missing")
        return self

    def contradicts(self, other: Layer) -> bool:
        """Whether one says that there is nothing where the other has files (5G takes its parts in)."""
        if (self.carrier, self.kind) != (other.carrier, other.kind) or self.none == other.none:
            return False
        nothing, something = (self, other) if self.none else (other, self)
        return something.generation == nothing.generation or something.generation.startswith(f"{nothing.generation}-")


class Rules(Part):
    """How a share becomes "covered". `official` heads the summary, `gaps` finds the zones."""

    official: RuleName = "mic_half"
    gaps: Literal["area", "mic_half"] = "area"
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    inclusive: bool = True
    mesh_area: Literal["land", "full"] = "land"
    kinds: list[Literal["own", "roaming", "satellite"]] = ["own"]


class Zones(Part):
    """What makes a place a zone."""

    unit: Literal["settlement", "contiguous"] = "settlement"
    generation: Generation = "4G"
    least_uncovered_share: Annotated[float, Field(ge=0, lt=1)] = 0.1
    least_road_km: Annotated[float, Field(ge=0)] = 0.1  # of 県道以上 in one cell, where the study gives roads
    ids: str = "zone_ids.csv"


class Study(Part):
    """One analysis. Paths in it are relative to the folder of its file."""

    about: About = Field(alias="study")
    population: PopulationFiles
    boundaries: BoundaryFiles
    settlements: SettlementFiles | None = None
    facilities: list[FacilityFiles] = []
    roads: list[RoadFiles] = []
    areas: list[AreaFiles] = []
    water: list[WaterFiles] = []
    future_population: FuturePopulationFiles | None = None
    terrain: TerrainFiles | None = None
    carriers: Annotated[list[Carrier], Field(min_length=1)]
    layers: list[Layer] = []
    evidence: EvidenceFiles | None = None
    rules: Rules = Rules()
    zones: Zones = Zones()
    ranking: Ranking = Ranking()
    answers: dict[str, Annotated[str, Field(min_length=1)]] = {}  # id of a question (coverage.questions) → reason
    _folder: Path = PrivateAttr(default=Path())
    _text: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _names_agree(self) -> Study:
        keys = [carrier.key for carrier in self.carriers]
        if doubled := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"carrier-twice {', '.join(doubled)}")
        if unexpected := sorted({layer.carrier for layer in self.layers} - set(keys)):
            raise ValueError(f"layer-of-unknown-carrier {', '.join(unexpected)}")
        if contradicting := [f"{a.carrier} {a.generation}" for a in self.layers for b in self.layers if a.none and a.contradicts(b)]:
            raise ValueError(f"layer-none-contradicted {', '.join(dict.fromkeys(contradicting))}")
        if self.zones.unit == "settlement" and self.settlements is None:
            raise ValueError("settlements-missing")
        if self.evidence is not None:
            self.evidence.check_names({carrier.key: carrier.name for carrier in self.carriers})
        return self

    @model_validator(mode="after")
    def _weigh_what_is_given(self) -> Study:
        """Standard items that the study's files speak of weigh what they usually do."""
        kinds = {spec.kind for spec in self.facilities}
        given = {
            "uncovered_road_km": any(roads.given for roads in self.roads),
            "hazard": any(area.kind == "hazards" or area.declared & {"landslide", "landslide_special"} for area in self.areas),
            "public_facilities": bool(kinds & {"schools_p29", "clinics_p04", "offices_p05"}),
            "visitors": "own_places" in kinds,
        }
        self.__dict__["ranking"] = self.ranking.with_items({key for key, there in given.items() if there})
        return self

    @property
    def folder(self) -> Path:
        """The folder that holds the study file."""
        return self._folder

    @property
    def text(self) -> str:
        """The study file as it was read, for provenance."""
        return self._text

    @property
    def carrier_keys(self) -> list[str]:
        """Carriers in the order of the study."""
        return [carrier.key for carrier in self.carriers]

    @property
    def generations(self) -> list[str]:
        """Generations that some layer speaks of, and the one the zones are made for. 5G parts imply "5G"."""
        found = {str(layer.generation) for layer in self.layers} | {str(self.zones.generation)}
        return sorted(found | {name.split("-")[0] for name in found})

    def path(self, name: str) -> Path:
        """A file of the study."""
        return self._folder / name


def read_study(path: Path | str) -> Study:
    """The study in `path`: a folder that holds study.toml, or the file itself.

    Raises DataError naming the key, what is wrong with it and how to mend it.
    """
    path = Path(path)
    file = path / STUDY_FILE if path.is_dir() else path
    missing = Text(
        f"{STUDY_FILE} のあるフォルダを指定するか、kengai new で作ってください。",
        f"name the folder that holds {STUDY_FILE}, or make one with `kengai new`",
    )
    study, text = read_settings(file, Study, "docs/study.md", missing)
    metric.metric_crs(study.about.metric_crs, study.about.prefecture)
    study._folder = file.resolve().parent
    study._text = text
    return study
