"""A new study: from nothing for a prefecture, or with last year's settings for a new fiscal year."""

from __future__ import annotations

import shutil
from pathlib import Path

import tomlkit

from coverage.study import STUDY_FILE, read_study
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.prefectures import PREFECTURES, metric_crs
from requests_gen.workspace.letters_toml import LETTERS_FILE, write_letters_toml
from requests_gen.workspace.places import DATA, INBOX, STUDY_FOLDER

TEMPLATE = Path(__file__).with_name("study.toml")


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
            Text("別のフォルダ名を指定してください。今あるものは変えていません。", "name another folder; nothing was changed"),
            str(target),
        )
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in (("@PREFECTURE@", prefecture), ("@NAME@", PREFECTURES[prefecture]), ("@METRIC_CRS@", metric_crs(prefecture))):
        text = text.replace(name, value)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    write_bytes(target, text.encode("utf-8"))
    # the template itself must always be a study that reads
    write_letters_toml(folder, read_study(target))
    return target


FIRST_YEAR, LAST_YEAR = 2000, 2100  # as coverage.study allows


def year_folder(workspace: Path, year: int) -> Path:
    """Where the study of a fiscal year goes. DataError when something is there already."""
    folder = workspace / str(year)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DataError(
            "year-impossible",
            Text(f"年度 {year} は使えません。", f"the fiscal year {year} cannot be used"),
            Text("西暦4桁（例 2027）で指定してください。", "give four digits, e.g. 2027"),
        )
    if folder.exists():
        raise DataError(
            "year-exists",
            Text(f"{year}年度のフォルダがすでにあります。", f"there is a folder for {year} already"),
            Text(
                "別の年度を選ぶか、そのフォルダを使ってください。何も変えていません。",
                "choose another year, or use that folder; nothing was changed",
            ),
            folder.name,
        )
    return folder


def start_empty(workspace: Path, prefecture: str, year: int) -> Path:
    """A commented study.toml for a prefecture (two digits) in a folder of its own; the folder."""
    folder = year_folder(workspace, year)
    file = new_workspace(folder, prefecture)
    write_bytes(file, _for_year(file.read_bytes(), year))
    (folder / INBOX).mkdir(exist_ok=True)
    read_study(file)
    return folder


def start_from(former: Path, workspace: Path, year: int) -> Path:
    """Last year's settings for a new year: study.toml, letters.toml and the zone ids, but none of its data.

    Every input is then missing until the new year's file is put in: last year's area must not pass for this
    year's. Raises DataError, changing nothing, when the former study cannot be read.
    """
    study = read_study(former)
    folder = year_folder(workspace, year)
    text = _for_year((former / STUDY_FILE).read_bytes(), year)
    (folder / DATA).mkdir(parents=True)
    (folder / INBOX).mkdir()
    for name in (LETTERS_FILE, study.zones.ids):
        # a list of ids that lies outside the study is shared by all years and stays where it is
        if (former / name).is_file() and Path(name).name == name:
            write_bytes(folder / name, (former / name).read_bytes())
    write_bytes(folder / STUDY_FILE, text)  # last: its presence says that the folder is whole
    return folder


def _for_year(data: bytes, year: int) -> bytes:
    document = tomlkit.parse(data.decode("utf-8-sig"))
    document["study"]["fiscal_year"] = year  # type: ignore[index]
    return tomlkit.dumps(document).encode("utf-8")
