"""Folders that staff work in: a new study, a copy of the example, the list of zone ids."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from coverage.study import Study
from geodata.atomic import write_bytes
from geodata.errors import Text
from geodata.zone_ids import read_zone_ids, zone_ids_csv
from requests_gen.registry import location, open_registry, store, zones

if TYPE_CHECKING:
    from coverage.result import Result

LIST_DIFFERS = Text(
    "地区IDの一覧（zone_ids.csv）を手で直したか、別の作業フォルダから写した場合は、台帳に合わせて直してください。"
    "kengai registry export で台帳の地区を見られます。",
    "mend the list (zone_ids.csv) if it was changed by hand or copied from elsewhere; `kengai registry export` shows the registry's zones",
)


def sync_zone_ids(study: Study) -> None:
    """Bring the ids that the registry knows into the study's list, so that a run gives none of them twice.

    The list only ever grows. Raises DataError "zone-id-taken" where the two say different things. Does nothing
    where there is no registry yet.
    """
    place = location.existing_registry(location.workspace_of(study.folder))
    if place is None:
        return
    path = study.path(study.zones.ids)
    with open_registry(place) as registry:
        known = zones.known_ids(registry.database)
    listed = read_zone_ids(path)
    zones.check_agree(known, listed, path.name, LIST_DIFFERS)
    missing = known[~known["zone_id"].isin(listed["zone_id"])].sort_values("zone_id")
    if len(missing):
        write_bytes(path, zone_ids_csv(pd.concat([listed, missing], ignore_index=True)))


def register_zone_ids(result: Result, who: str, at: datetime) -> store.Saved:
    """Register the ids of a run, before its results are published.

    Raises DataError "zone-id-taken" where another run has given one of them in the meantime.
    """
    study = result.study
    with open_registry(location.registry_place(location.workspace_of(study.folder))) as registry:
        return registry.register_zones(result.zone_ids, study.about.fiscal_year, who=who, at=at)


def save_zone_ids(result: Result) -> None:
    """Keep the ids that this run gave, so that the next run gives the same. Only ever adds rows."""
    path = result.study.path(result.study.zones.ids)
    text = zone_ids_csv(result.zone_ids)
    if not path.exists() or path.read_bytes() != text:
        write_bytes(path, text)
