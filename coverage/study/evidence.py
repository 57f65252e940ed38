"""[evidence] of study.toml: what was measured on the ground, and what it takes to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from coverage.study.sources import STRICT, Key
from geodata.tables import plain

EvidenceKind = Literal["field_test", "municipal_report", "resident_report"]


class EvidenceFiles(BaseModel):
    """Files of the ground and the rule by which they speak.

    `mode` "flag" changes no figure; "override" replaces the share of cells that were tested enough. `kinds`
    decide; the others are kept and counted beside them. `share` is of the tests used: more than half, so that
    a place cannot be both. `most_error_m` (metres): field tests that know their place less well are not read, and told.
    """

    model_config = STRICT

    field_tests: list[str] = []
    site_reports: list[str] = []
    photos: str | None = None
    credit: str | None = None
    aliases: dict[Key, list[str]] = {}
    mode: Literal["flag", "override"] = "flag"
    kinds: Annotated[list[EvidenceKind], Field(min_length=1)] = ["field_test"]
    indoors: bool = False
    least_tests: Annotated[int, Field(ge=1)] = 3
    least_days: Annotated[int, Field(ge=1)] = 1
    weak_dbm: Annotated[float, Field(ge=-156, le=-31)] = -110.0
    share: Annotated[float, Field(gt=0.5, le=1)] = 0.7
    newest_months: Annotated[int, Field(ge=1, le=600)] = 24
    most_error_m: Annotated[float, Field(gt=0, le=100_000)] = 100.0  # as geodata.evidence.accuracy says why

    @model_validator(mode="after")
    def _some_file(self) -> EvidenceFiles:
        if not (self.field_tests or self.site_reports):
            raise ValueError("evidence-files-missing")
        return self

    def check_names(self, carriers: Mapping[str, str]) -> None:
        """Raise ValueError where an alias belongs to no carrier of the study, or a name to two. carriers: key → name."""
        if unexpected := sorted(set(self.aliases) - set(carriers)):
            raise ValueError(f"alias-of-unknown-carrier {', '.join(unexpected)}")
        owner: dict[str, str] = {}
        for key, names in self.names(carriers).items():
            for name in (key, *names):
                if owner.setdefault(plain(name), key) != key:
                    raise ValueError(f"alias-of-two {name}")

    def names(self, carriers: Mapping[str, str]) -> dict[str, list[str]]:
        """{key: the carrier's name and its declared aliases}. carriers: key → name."""
        return {key: [name, *self.aliases.get(key, [])] for key, name in carriers.items()}
