"""The embedded example, wholly: a workspace of three fiscal years with a registry that tells their story.

`out`/study is this year with `out`/results and `out`/letters beside it; `out`/2024 and `out`/2025 are the years
before, made here from this year's files (years.py). What happened in them stands in `out`/kengai.sqlite
(story.py). What is there already is kept.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from coverage.study import STUDY_FILE, Study, read_study
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.progress import Progress, silent
from requests_gen.files import replace_folder
from requests_gen.registry import location, open_registry
from requests_gen.runs import run_study
from requests_gen.workspace import StudyPlace, find_studies, new_study

if TYPE_CHECKING:
    from coverage.result import Result

REPLIES = "replies"  # the forms that came back, in each year's folder


def make_demo(
    example: Path, out: Path, progress: Progress = silent, *, who: str, at: datetime, lang: str = "ja"
) -> tuple[StudyPlace, Result]:
    """Copy the example into `out`, run its years, the first one first, write their findings and the registry.

    Answers this year's study and what was found in it. Letters are not made. who, at: of this year's run; the
    years before have days of their own. An example without a story has this year alone.
    """
    from requests_gen.demo.story import WHO, run_day
    from requests_gen.demo.years import STORY, earlier_years, read_changes, write_earlier_year

    _own_registry()
    story = example / STORY
    this = read_study(new_study.copy_example(example, out))
    year = this.about.fiscal_year
    changes = read_changes(story)
    for former in earlier_years(changes, year):
        folder = out / str(former)
        progress(Text(f"{former}年度の例を作っています", f"making the example's fiscal year {former}"))
        if not (folder / STUDY_FILE).exists():
            write_earlier_year(this, changes, story, former, folder)
            _same_ids(this, folder)
        if not (folder / "results" / replace_folder.MANIFEST).exists():
            place, result = _run(folder, progress, WHO, run_day(former), lang)
            _tell(place, result, story, False)
    place, result = _run(this.folder, progress, who, at, lang)
    _tell(place, result, story, True)
    return place, result


def _same_ids(this: Study, folder: Path) -> None:
    """A demo of an older program has given ids already: the years before must not give them to other places."""
    ids = this.path(this.zones.ids)
    if ids.is_file():
        write_bytes(folder / ids.name, ids.read_bytes())


def _own_registry() -> None:
    """An invented story must never get into a registry that an office shares."""
    if os.environ.get(location.URL_VARIABLE, "").strip():
        raise DataError(
            "demo-shared-registry",
            Text(
                f"共有の台帳（環境変数 {location.URL_VARIABLE}）を使う設定のため、架空の例を作りませんでした。何も変えていません",
                f"the invented example was not made: {location.URL_VARIABLE} names a shared registry; nothing was changed",
            ),
            Text(
                f"自分の調査のフォルダを指定するか、{location.URL_VARIABLE} を外してから実行してください。",
                f"name the folder of your own study, or unset {location.URL_VARIABLE} first",
            ),
        )


def _run(folder: Path, progress: Progress, who: str, at: datetime, lang: str) -> tuple[StudyPlace, Result]:
    """One year, run as any study is."""
    place = next(one for one in find_studies(folder) if one.folder == folder.resolve())
    return place, run_study(read_study(folder), place.results, progress, who=who, at=at, lang=lang)


def _tell(place: StudyPlace, result: Result, story: Path, is_last: bool) -> None:
    """The year's story into the registry, once."""
    from requests_gen.demo.story import tell_year

    if not story.is_dir():
        return
    year = result.study.about.fiscal_year
    with open_registry(location.registry_place(place.workspace)) as registry:
        if year not in set(registry.campaigns()["year"]):
            tell_year(registry, result, story, place.folder / REPLIES, place.stamp, is_last)
