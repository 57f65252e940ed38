"""The demo, made once in a run of the tests, and what stood there after each of its years."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from geodata.errors import Text
from requests_gen.demo.demo import make_demo
from requests_gen.registry.registry import open_registry
from tests.made_once import EXAMPLE

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
FIRST_STEP = "人口を読んでいます"


class StoppedError(Exception):
    """The demo was stopped where a test wanted it."""


class Watch:
    """Listens to the steps of a demo being made in `out`: a copy when the second year begins, digests when the last does."""

    def __init__(self, out: Path, first_year: Path | None = None) -> None:
        self.out, self.first_year = out, first_year
        self.earlier_years: dict[str, str] = {}

    def __call__(self, step: Text) -> None:
        if self.first_year and step.en == "making the example's fiscal year 2025":
            shutil.copytree(self.out, self.first_year)
        if step.ja == FIRST_STEP and not self.earlier_years and self._told(2025):
            self.earlier_years = digests(self.out)
            if self.first_year is None:
                raise StoppedError

    def _told(self, year: int) -> bool:
        with open_registry(self.out) as registry:
            return year in set(registry.campaigns()["year"])


@dataclass(frozen=True)
class Made:
    """out: the demo; first_year: a copy when its second year began; earlier_years: digests when its last did."""

    out: Path
    first_year: Path
    earlier_years: dict[str, str]


def write_demo(folder: Path) -> None:
    """The whole demo in folder/demo, without letters; nobody may change it."""
    folder.mkdir()
    watch = Watch(folder / "demo", folder / "first_year")
    make_demo(EXAMPLE, watch.out, watch, who="試験", at=AT)
    (folder / "earlier_years.json").write_text(json.dumps(watch.earlier_years), encoding="utf-8")


def read_demo(folder: Path) -> Made:
    """What write_demo wrote."""
    return Made(folder / "demo", folder / "first_year", json.loads((folder / "earlier_years.json").read_text(encoding="utf-8")))


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
