"""What two studies did differently, so that a changed rule or file is never taken for a changed network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coverage.gaps import ANY

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Study

KINDS = {"boundaries": "boundary", "settlements": "settlement", "facilities": "facility", "population": "population"}
SETTINGS: dict[str, Callable[[Study], Any]] = {
    "rule": lambda study: study.rules.gaps,
    "threshold": lambda study: [study.rules.threshold, study.rules.inclusive],
    "kinds": lambda study: sorted(study.rules.kinds),
    "mesh_area": lambda study: study.rules.mesh_area,
    "generation": lambda study: str(study.zones.generation),
    "least_uncovered_share": lambda study: study.zones.least_uncovered_share,
    "measured": lambda study: study.evidence is not None and study.evidence.mode == "override",
    "unit": lambda study: study.zones.unit,
    "level": lambda study: study.population.level,
}


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `code`: a key of SETTINGS or KINDS, "population_year", "grid" or "published"."""

    code: str
    old: Any
    new: Any


def differences(old: Result, new: Result) -> list[Difference]:
    """Everything but the areas themselves that differs between two runs; plain data for JSON."""
    found = [Difference(code, ask(old.study), ask(new.study)) for code, ask in SETTINGS.items()]
    found.append(Difference("population_year", population_year(old), population_year(new)))
    found.append(Difference("published", published(old), published(new)))
    told = [each for each in found if each.old != each.new]
    for code, kind in KINDS.items():
        before, after = _files(old, kind), _files(new, kind)
        if sorted(before.values()) != sorted(after.values()):
            told.append(Difference(code, sorted(before), sorted(after)))
    if not comparable(old, new):
        told.append(Difference("grid", _grid_words(old), _grid_words(new)))
    return told


def comparable(old: Result, new: Result) -> bool:
    """Whether a cell_id means the same square in both: meshes of one size, or one and the same raster."""
    one, other = old.grid, new.grid
    if old.study.population.level != new.study.population.level or one.crs != other.crs:
        return False
    if old.study.population.level is None:
        return one == other
    return (one.dx, one.dy) == (other.dx, other.dy)


def population_year(result: Result) -> int | None:
    """The census year of the people, where the files say one."""
    years = {report.facts.get("year", 0) for report in result.reports if report.kind == "population"}
    return int(years.pop()) or None if len(years) == 1 else None


def published(result: Result) -> list[str]:
    """ "<carrier> <generation>" of every area that was given."""
    given = result.shares.notna().any()
    return sorted(f"{carrier} {generation}" for (carrier, generation), known in given.items() if known and carrier != ANY)


def common_carriers(old: Result, new: Result, generation: str) -> list[str]:
    """Carriers, in the new study's order, that gave their areas of a generation in both years."""
    both = set(published(old)) & set(published(new))
    return [carrier for carrier in new.study.carrier_keys if f"{carrier} {generation}" in both]


def not_renewed(old: Result, new: Result) -> list[str]:
    """ "<carrier> <generation>" whose area files are byte for byte the same in both years."""
    before, after = _layer_files(old), _layer_files(new)
    return sorted(name for name in after if after[name] and after[name] == before.get(name))


def _files(result: Result, kind: str) -> dict[str, str]:
    return {report.path: report.sha256 for report in result.reports if report.kind == kind}


def _layer_files(result: Result) -> dict[str, frozenset[str]]:
    of_path = _files(result, "coverage")
    found: dict[str, set[str]] = {}
    for layer in result.study.layers:
        hashes = {of_path[name] for name in layer.files if name in of_path}
        found.setdefault(f"{layer.carrier} {layer.generation}", set()).update(hashes)
    return {name: frozenset(hashes) for name, hashes in found.items()}


def _grid_words(result: Result) -> str:
    grid = result.grid
    return f"{grid.crs} {grid.dx:.9g} × {grid.dy:.9g}"
