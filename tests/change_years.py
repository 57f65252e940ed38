"""Years of the hand-made world: the same study with one thing changed."""

from __future__ import annotations

from pathlib import Path

import shapely

from coverage.result import Result
from coverage.run import run
from coverage.study.study import read_study
from requests_gen.runs.zone_ids import save_zone_ids
from tests.hand_world import cell, municipalities
from tests.mini_study import PEOPLE, STUDY, _write, write_mini_study


def write_year(
    folder: Path,
    year: int = 2026,
    *,
    layers: dict[str, list[shapely.Geometry]] | None = None,
    people: dict[tuple[int, int], int] | None = None,
    study: tuple[tuple[str, str], ...] = (),
    land: dict[str, shapely.Geometry] | None = None,
    ids_of: Path | None = None,
) -> Path:
    """The hand-made study in `folder` with other areas, people, words of study.toml, land or kept zone ids."""
    write_mini_study(folder)
    text = STUDY.replace("fiscal_year = 2026", f"fiscal_year = {year}")
    for old, new in study:
        assert old in text
        text = text.replace(old, new)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    for name, polygons in (layers or {}).items():
        _write(folder / f"{name}.geojson", [({}, polygon) for polygon in polygons])
    if people:
        path = folder / "tblT001141H24.txt"
        head = path.read_bytes().decode("cp932").split("\r\n")[:2]
        counted = {**PEOPLE, **people}
        rows = [f"{cell(*at)},0,,,{count},{count // 2},{count // 2}" for at, count in counted.items()]
        path.write_bytes(("\r\n".join([*head, *rows]) + "\r\n").encode("cp932"))
    if land:
        _write(
            folder / "n03.geojson",
            [
                ({"N03_001": "三重県", "N03_003": None, "N03_004": name, "N03_005": None, "N03_007": code}, land[code])
                for code, name in municipalities()["name"].items()
                if code in land
            ],
        )
    if ids_of is not None:
        (folder / "zone_ids.csv").write_bytes((ids_of / "zone_ids.csv").read_bytes())
    return folder


def run_year(folder: Path, year: int = 2026, **changed: object) -> Result:
    """The result of write_year; its zone ids are kept beside it, as a run of the command does."""
    result = run(read_study(write_year(folder, year, **changed)))  # type: ignore[arg-type]
    save_zone_ids(result)
    return result
