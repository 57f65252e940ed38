"""Folders that staff work in: a new study, a copy of the example, the list of zone ids."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from coverage.study import STUDY_FILE, Study, read_study
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.prefectures import PREFECTURES, metric_crs
from geodata.zone_ids import read_zone_ids, zone_ids_csv
from requests_gen.letter_settings import LETTERS_FILE, write_letters_toml
from requests_gen.registry import Saved, open_registry
from requests_gen.registry_places import existing_registry, registry_place, workspace_of
from requests_gen.registry_zones import check_agree, known_ids
from requests_gen.study_places import STUDY_FOLDER

if TYPE_CHECKING:
    from coverage.run import Result

LIST_DIFFERS = Text(
    "地区IDの一覧（zone_ids.csv）を手で直したか、別の作業フォルダから写した場合は、台帳に合わせて直してください。"
    "kengai registry export で台帳の地区を見られます。",
    "mend the list (zone_ids.csv) if it was changed by hand or copied from elsewhere; "
    "`kengai registry export` shows the registry's zones",
)
TEMPLATE = Path(__file__).parent / "templates" / "study.toml"


def copy_example(example: Path, out: Path) -> Path:
    """Copy the embedded example into `out`/study and return that folder.

    Files of the copy that someone changed are kept: the demo then runs on the changed study.
    """
    target = out / STUDY_FOLDER
    if not (target / STUDY_FILE).exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copytree(example / "data", target / "data", dirs_exist_ok=True)
        for beside in (*sorted(example.glob("*.csv")), example / LETTERS_FILE):
            write_bytes(target / beside.name, beside.read_bytes())
        # the study file last: its presence says that the copy is whole
        write_bytes(target / STUDY_FILE, (example / STUDY_FILE).read_bytes())
    return target


def new_workspace(folder: Path, prefecture: str) -> Path:
    """Write a commented study.toml for `prefecture` (two digits) into `folder`; refuses to overwrite one."""
    if prefecture not in PREFECTURES:
        raise DataError(
            "prefecture-unknown",
            Text(f"都道府県コード {prefecture} はありません", f"there is no prefecture {prefecture}"),
            Text("01（北海道）から47（沖縄県）の2桁で指定してください。", "give two digits, 01 to 47"),
        )
    target = folder / STUDY_FILE
    if target.exists():
        raise DataError(
            "study-exists",
            Text("study.toml がすでにあります", "there is a study.toml already"),
            Text(
                "別のフォルダ名を指定してください。今あるものは変えていません。",
                "name another folder; nothing was changed",
            ),
            str(target),
        )
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in (
        ("@PREFECTURE@", prefecture),
        ("@NAME@", PREFECTURES[prefecture]),
        ("@METRIC_CRS@", metric_crs(prefecture)),
    ):
        text = text.replace(name, value)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    write_bytes(target, text.encode("utf-8"))
    # the template itself must always be a study that reads
    write_letters_toml(folder, read_study(target))
    return target


def take_zone_ids(study: Study) -> None:
    """Bring the ids that the registry knows into the study's list, so that a run gives none of them twice.

    The list only ever grows. Raises DataError "zone-id-taken" where the two say different things. Does nothing
    where there is no registry yet.
    """
    place = existing_registry(workspace_of(study.folder))
    if place is None:
        return
    path = study.path(study.zones.ids)
    with open_registry(place) as registry:
        known = known_ids(registry.door)
    listed = read_zone_ids(path)
    check_agree(known, listed, path.name, LIST_DIFFERS)
    missing = known[~known["zone_id"].isin(listed["zone_id"])].sort_values("zone_id")
    if len(missing):
        write_bytes(path, zone_ids_csv(pd.concat([listed, missing], ignore_index=True)))


def keep_zone_ids(result: Result, who: str, at: datetime) -> Saved:
    """Register the ids of a run, before its results are published.

    Raises DataError "zone-id-taken" where another run has given one of them in the meantime.
    """
    study = result.study
    with open_registry(registry_place(workspace_of(study.folder))) as registry:
        return registry.register_zones(result.zone_ids, study.about.fiscal_year, who=who, at=at)


def write_zone_ids(result: Result) -> None:
    """Keep the ids that this run gave, so that the next run gives the same. Only ever adds rows."""
    path = result.study.path(result.study.zones.ids)
    text = zone_ids_csv(result.zone_ids)
    if not path.exists() or path.read_bytes() != text:
        write_bytes(path, text)
