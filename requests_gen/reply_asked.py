"""What an answer is held against: which zones there are, and which of them each carrier was asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coverage.study import read_study
from geodata.errors import DataError
from requests_gen.registry import Registry
from requests_gen.registry_zones import live_zones
from requests_gen.reply_days import plain_text
from requests_gen.study_places import find_studies


@dataclass(frozen=True)
class Asked:
    """zones: {zone_id: name}; asked: {(year, carrier): zones of its letters}; letters: {letter_id: (year, carrier)}.

    carriers: {plain name or key: key}; successors: {superseded zone: the zones that stand for it}.
    year, carrier: what the person says the file is; None = as the file says.
    """

    zones: Mapping[str, str]
    asked: Mapping[tuple[int, str], frozenset[str]]
    letters: Mapping[str, tuple[int, str]]
    carriers: Mapping[str, str]
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year: int | None = None
    carrier: str | None = None


def asked_of(
    registry: Registry, names: Mapping[str, str], *, year: int | None = None, carrier: str | None = None
) -> Asked:
    """From the registry. names: {carrier's key: its name}, as the studies have them."""
    zones, letters = registry.zones(), registry.letters()
    asked: dict[tuple[int, str], frozenset[str]] = {}
    for row in letters.itertuples():
        key = (int(row.year), str(row.carrier))
        asked[key] = asked.get(key, frozenset()) | frozenset(row.zones or [])
    keys = {*names, *(key for _, key in asked)}
    known = {plain_text(key): key for key in keys} | {plain_text(name): key for key, name in names.items()}
    gone = [zone for zone, after in zones["superseded_by"].items() if after]
    return Asked(
        zones={str(zone): str(name or "") for zone, name in zones["name"].items()},
        asked=asked,
        letters={str(r.letter_id): (int(r.year), str(r.carrier)) for r in letters.itertuples()},
        carriers=known,
        successors={str(zone): live_zones(zones, zone) for zone in gone},
        year=year,
        carrier=carrier,
    )


def carrier_names(workspace: Path) -> dict[str, str]:
    """{key: name} of the carriers of all studies in `workspace`; later years' names win."""
    names: dict[str, str] = {}
    try:
        places = find_studies(workspace)
    except DataError:
        return names
    for place in places:
        try:
            names |= {carrier.key: carrier.name for carrier in read_study(place.folder).carriers}
        except DataError:
            continue  # a study that cannot be read names nobody: its page says so
    return names
