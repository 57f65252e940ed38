"""The findings of a run, kept whole: pages, letters and later years work from them without the input files.

The folder `findings` in the results holds store.json and one Parquet file a table. What comes back is equal
to what was written, whatever became of study.toml and the inputs since; and nothing in it is executed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coverage.study import STUDY_FILE, Study
from geodata.errors import DataError, Text
from geodata.grid import Grid
from geodata.report import IntakeReport, Notice
from requests_gen.files import replace_folder
from requests_gen.results.store_tables import read_table, table_bytes
from requests_gen.wording import captions

if TYPE_CHECKING:
    from coverage.result import Result

FORMAT = 1  # raised when what is written changes, so that no version reads what it would misunderstand
FOLDER = "findings"
STORE = "store.json"
TABLES = (
    "cells",
    "memberships",
    "shares",
    "gaps",
    "zones",
    "ranking",
    "municipalities",
    "facilities",
    "layers",
    "zone_ids",
    "evidence",
    "verdicts",
)
FILES = tuple(f"{FOLDER}/{name}" for name in (*(f"{table}.parquet" for table in TABLES), STORE))
# findings that were kept before there were such tables have none: nothing was measured in those runs
LATER = {"evidence", "verdicts"}
TUPLE = "()"


def write_result(result: Result, folder: Path) -> None:
    """Write FILES into the results folder `folder`. The same result gives the same bytes.

    Folders of this machine are not written. Whoever calls makes the writing whole (publishing.publish).
    """
    inside = folder / FOLDER
    inside.mkdir(parents=True, exist_ok=True)
    fictitious = result.study.about.fictitious
    notice = {"study": result.study.about.name, "fictitious": fictitious, "notice": captions.FICTITIOUS.ja if fictitious else ""}
    tables = {}
    for name in TABLES:
        data, shape = table_bytes(getattr(result, name), notice)
        (inside / f"{name}.parquet").write_bytes(data)
        tables[name] = {**shape, "sha256": hashlib.sha256(data).hexdigest()}
    facts = {
        "format": FORMAT,
        **notice,
        "study": result.study.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "study_text": result.study.text,
        "grid": asdict(result.grid),
        "summary": _kept(result.summary),
        "reports": [_report_facts(report) for report in result.reports],
        "provenance": _kept(result.provenance),
        "tables": tables,
    }
    text = _text(facts)
    (inside / STORE).write_bytes(_text({"sha256": _digest(text), **facts}).encode("utf-8"))


def read_result(folder: Path, study_folder: Path | None = None) -> Result:
    """The result that `write_result` was given. The study is the one of that run, not study.toml of today.

    study_folder: where the study lies now; by default the folder beside the results that holds study.toml
    (results/ lies in the study, or beside a folder study/). Results that an earlier version wrote without keeping
    their findings are made again, which takes as long as a run, if the study and its files are still the same.
    Raises DataError where nothing was kept, where another version wrote it, or where a file was damaged.
    """
    from coverage.result import Result

    inside = folder / FOLDER
    if not holds_result(folder) and (again := _made_again(folder)) is not None:
        return again
    facts = _read_facts(inside / STORE)
    try:
        there = [name for name in TABLES if name in facts["tables"] or name not in LATER]
        tables = {name: _read_table(inside, name, facts["tables"][name]) for name in there}
        study = Study.model_validate_json(json.dumps(facts["study"]))
        study._text = facts["study_text"]
        study._folder = (study_folder or _study_beside(folder, study.text)).resolve()
        return Result(
            study=study,
            grid=Grid(**facts["grid"]),
            summary=_given_back(facts["summary"]),
            reports=[_report(each) for each in facts["reports"]],
            provenance=_given_back(facts["provenance"]),
            **tables,
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise _damaged(inside / STORE) from error


def holds_result(folder: Path) -> bool:
    """Whether a run kept its findings in the results folder `folder`."""
    return (folder / FOLDER / STORE).is_file()


def _made_again(folder: Path) -> Result | None:
    """The findings of results without `findings`, or None where the study or a file is not that run's any more."""
    from coverage.run import run
    from coverage.study import read_study

    place = _study_beside(folder, "")
    try:
        manifest = json.loads((folder / replace_folder.MANIFEST).read_text(encoding="utf-8"))
        study, inputs = manifest["study_sha256"], manifest["inputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not (place / STUDY_FILE).is_file() or _digest((read := read_study(place)).text) != study:
        return None
    result = run(read)
    return result if _kept(result.provenance["inputs"]) == inputs else None


def _read_facts(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DataError(
            "findings-missing",
            Text(
                "この結果には、計算の中身（findings フォルダ）が残っていません。前の版の Kengai で作った結果です",
                "the findings themselves (folder findings) are not kept here: an earlier version wrote these results",
            ),
            Text("調査をもう一度実行してください（kengai run）。", "run the study again (`kengai run`)"),
            str(path.parent.parent),
        )
    try:
        facts = json.loads(path.read_bytes())
        version, digest = facts["format"], facts.pop("sha256")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error
    if version != FORMAT:
        raise DataError(
            "findings-other-version",
            Text(
                f"別の版の Kengai が書いた結果です（形式 {str(version)[:20]}、この版は {FORMAT}）",
                f"another version of Kengai wrote these results (format {str(version)[:20]}, this one is {FORMAT})",
            ),
            Text(
                "この版で調査をもう一度実行するか、書いた版の Kengai で開いてください。",
                "run the study again with this version, or open it with the version that wrote it",
            ),
            str(path.parent.parent),
        )
    if digest != _digest(_text(facts)):
        raise _damaged(path)
    return dict(facts)


def _read_table(inside: Path, name: str, described: dict[str, Any]) -> Any:
    path = inside / f"{name}.parquet"
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise _damaged(path) from error
    if hashlib.sha256(data).hexdigest() != described["sha256"]:
        raise _damaged(path)
    return read_table(data, described)


def _damaged(path: Path) -> DataError:
    return DataError(
        "findings-damaged",
        Text(
            "結果の中身（findings フォルダのファイル）が、書かれたときと違うか、壊れています",
            "a file of the findings is missing, damaged or not the one that was written",
        ),
        Text(
            "調査をもう一度実行してください。前の年度の結果なら、控えから戻してください。",
            "run the study again; the results of a past year are to be restored from your backup",
        ),
        f"{path.parent.name}/{path.name}",
    )


def _study_beside(folder: Path, text: str) -> Path:
    """Where the study of the results in `folder` lies: of two, the one whose text is still the same."""
    around = folder.resolve().parent
    found = [place for place in (around, around / "study") if (place / STUDY_FILE).is_file()]
    same = [place for place in found if (place / STUDY_FILE).read_text("utf-8-sig", errors="replace") == text]
    return [*same, *found, around][0]


def _report_facts(report: IntakeReport) -> dict[str, Any]:
    return {**asdict(report), "facts": _kept(report.facts)}


def _report(written: dict[str, Any]) -> IntakeReport:
    notices = [Notice(n["level"], n["code"], Text(**n["text"]), n["count"], tuple(n["places"])) for n in written["notices"]]
    return IntakeReport(**{**written, "facts": _given_back(written["facts"]), "notices": notices})


def _kept(value: Any) -> Any:
    """Plain data as JSON holds it, with tuples marked. Raises TypeError for what would come back otherwise."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("only text can be a key in what is kept")
        return {key: _kept(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return {TUPLE: [_kept(item) for item in value]}
    return [_kept(item) for item in value] if isinstance(value, list) else value


def _given_back(value: Any) -> Any:
    if isinstance(value, dict):
        if list(value) == [TUPLE]:
            return tuple(_given_back(item) for item in value[TUPLE])
        return {key: _given_back(item) for key, item in value.items()}
    return [_given_back(item) for item in value] if isinstance(value, list) else value


def _text(facts: dict[str, Any]) -> str:
    # unknown numbers stay NaN here: this file is only read by read_result
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=_scalar)


def _scalar(value: Any) -> Any:
    """numpy's whole numbers and truth values as Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
