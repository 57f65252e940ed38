"""What the reading of a file found: verdict, messages with places, facts, a picture of its position."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
import streamlit as st

from coverage.study import STUDY_FILE, read_study
from geodata.errors import DataError, Text
from geodata.report import IntakeReport, Notice
from requests_gen.intake import crs_choices, preview, study_toml
from requests_gen.intake import picture as intake_picture
from requests_gen.wording import intake
from screens.shared import Opened, as_written

NEAR_DEGREES = 0.5  # as in a run: data further outside than this is in the wrong place
BORDER_DEGREES = 0.001
LIST_ASKS = {"mesh-list-column", "mesh-list-weak", "mesh-list-share", "mesh-list-dbm"}
ANSWERED_HERE = crs_choices.ASKED_BY | LIST_ASKS | {"layer-ambiguous", "layer-missing"}
LEVEL_ORDER = ("refuse", "warn", "info")


def first_looked(path: Path) -> IntakeReport:
    """What the file is, before any question; computed once for a file."""
    status = path.stat()
    return _first_looked(str(path), status.st_size, status.st_mtime_ns)


@st.cache_data(max_entries=32, show_spinner="ファイルを調べています / looking at the file")
def _first_looked(path: str, size: int, modified_ns: int) -> IntakeReport:
    return preview.first_look(Path(path))


def looked(opened: Opened, path: Path, entry: study_toml.Entry) -> preview.Preview:
    """The file read as the run would with `entry`, and its picture; computed once for a file and its answers."""
    status = path.stat()
    borders, near = _land(str(opened.place.folder), str(opened.place.results), opened.stamp)
    text = (opened.place.folder / STUDY_FILE).read_text(encoding="utf-8")
    return _looked(str(path), status.st_size, status.st_mtime_ns, _as_read(entry), borders, near, text)


def asked(opened: Opened, path: Path, entry: study_toml.Entry) -> list[dict[str, Any]]:
    """What a run would ask about the file once it stands where `entry` puts it; computed once for a file and a study."""
    status = path.stat()
    text = (opened.place.folder / STUDY_FILE).read_text(encoding="utf-8-sig")
    return _asked(str(path), status.st_size, status.st_mtime_ns, entry, str(opened.place.folder), text)


@st.cache_data(max_entries=16, show_spinner="調査の人口・境界と突き合わせています / holding it against the study")
def _asked(path: str, size: int, modified_ns: int, entry: study_toml.Entry, folder: str, study_text: str) -> list[dict[str, Any]]:
    return preview.asked_about(Path(path), entry, Path(folder), study_text)


def _as_read(entry: study_toml.Entry) -> study_toml.Entry:
    """`entry` with only what changes the reading: its date does not. A mesh list may have a column a carrier or generation."""
    if entry.slot != "layers":
        return replace(entry, beside=False)
    return replace(entry, carrier=entry.carrier or "any", generation=entry.generation or "4G", as_of="", beside=False)


@st.cache_data(max_entries=32, show_spinner="ファイルを読んで、位置を描いています / reading and drawing the file")
def _looked(
    path: str,
    size: int,
    modified_ns: int,
    entry: study_toml.Entry,
    borders: tuple[bytes, ...],
    near: intake_picture.Box | None,
    study_text: str,
) -> preview.Preview:
    return preview.preview_of(Path(path), entry, borders, near, study_text)


@st.cache_data(max_entries=8, show_spinner=False)
def _land(folder: str, results: str, stamp: str) -> tuple[tuple[bytes, ...], intake_picture.Box | None]:
    """(municipal borders as WKB in degrees, where data must lie): from the findings, else from the boundary file."""
    from coverage.inputs import read_files
    from screens.shared import load_result

    try:
        if stamp:
            table = load_result(results, stamp).municipalities
        else:
            study = read_study(folder)
            table, _ = read_files(study.boundaries, [study.path(name) for name in study.boundaries.files])
    except DataError:
        return (), None  # no borders yet: the picture shows degrees instead
    table = table.to_crs("EPSG:6668")
    west, south, east, north = (float(value) for value in table.total_bounds)
    near = west - NEAR_DEGREES, south - NEAR_DEGREES, east + NEAR_DEGREES, north + NEAR_DEGREES
    return tuple(shapely.to_wkb(shape) for shape in table.geometry.simplify(BORDER_DEGREES)), near


def show_look(opened: Opened, found: preview.Preview) -> None:
    """What was found, in words on the left; on the right the picture of where the features are."""
    words, picture = st.columns([5, 6])
    with words:
        show_report(opened, found.report)
    with picture:
        _picture(opened, found)


def show_report(opened: Opened, report: IntakeReport) -> None:
    """Verdict, counts, messages, facts."""
    verdict = as_written(opened.say(intake.VERDICTS[report.verdict]))
    tell = {"accept": st.success, "warn": st.warning, "refuse": st.error}[report.verdict]
    tell(f"**{verdict}**  \n{as_written(opened.say(_counted(report)))}")
    for notice in sorted(report.notices, key=lambda notice: LEVEL_ORDER.index(notice.level)):
        _notice(opened, notice)
    with st.expander(opened.say(Text("ファイルの詳細", "About the file"))):
        st.dataframe(_facts(opened, report), hide_index=True, width="stretch")


def _counted(report: IntakeReport) -> Text:
    if report.verdict == "refuse":
        return Text("このファイルは使えません。理由と直し方は下のとおりです。", "It cannot be used; see why and what to do below.")
    left_out = sum(report.excluded.values())
    if report.records_in_file is None:
        return Text("全体を読みました。", "It was read as a whole.")
    return Text(
        f"{report.records_in_file:,}件のうち {report.accepted:,}件を使い、{left_out:,}件を除きます。",
        f"Of {report.records_in_file:,} records {report.accepted:,} are used and {left_out:,} left out.",
    )


def _notice(opened: Opened, notice: Notice) -> None:
    with st.container(border=True):
        st.markdown(f"**{as_written(opened.say(intake.LEVELS[notice.level]))}**")
        st.markdown(as_written(_reason(opened, notice)))
        if notice.places:
            more = notice.count - len(notice.places)
            rest = opened.say(Text(f" ほか{more:,}件", f" and {more:,} more")) if more > 0 else ""
            where = opened.say(Text("場所: ", "where: "))
            st.caption(as_written(where + "、".join(notice.places) + rest))


def _reason(opened: Opened, notice: Notice) -> str:
    """The message; where the remedy is a question on this page, it points there instead of at study.toml."""
    message = opened.say(notice.text)
    if notice.level != "refuse" or notice.code not in ANSWERED_HERE:
        return message
    remedy = Text(
        "直し方: 上の質問の答えを選び直してください。作成元に確かめるのが確実です。",
        "remedy: choose another answer to the question above; the maker of the file knows the right one.",
    )
    return "\n".join([*message.splitlines()[:-1], opened.say(remedy)])


def _facts(opened: Opened, report: IntakeReport) -> pd.DataFrame:
    fact, value = opened.say(Text("項目", "item")), opened.say(Text("内容", "value"))
    kind = intake.FORMATS[report.format].in_(opened.lang) if report.format in intake.FORMATS else report.format
    rows = [(opened.say(Text("形式", "format")), kind)]
    rows += [
        (opened.say(heading), _said(opened, key, report.facts[key]))
        for key, heading in intake.FACTS.items()
        if report.facts.get(key) not in ("", None, [], {})
    ]
    rows.append((opened.say(Text("大きさ（バイト）", "size (bytes)")), f"{report.size_bytes:,}"))
    rows.append((opened.say(Text("指紋（SHA-256）", "SHA-256")), report.sha256))
    columns = ", ".join(str(name) for name in report.facts.get("columns", ()))
    rows.append((opened.say(Text("列", "columns")), columns or "－"))
    return pd.DataFrame(rows, columns=[fact, value])


def _said(opened: Opened, key: str, value: object) -> str:
    if str(value) in intake.VALUE_NAMES:
        return opened.say(intake.VALUE_NAMES[str(value)])
    if isinstance(value, int | float) and key != "year":
        return f"{value:,.6g}" if value % 1 else f"{value:,.0f}"
    return " , ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _picture(opened: Opened, found: preview.Preview) -> None:
    picture = found.picture
    if picture is None:
        st.caption(opened.say(Text("読み取れないため、位置の絵はありません。", "There is no picture: the file could not be read.")))
        return
    st.image(
        picture.png, width="stretch", alt=opened.say(Text("ファイルの図形が地図のどこにあるかの絵", "Where the features of the file lie"))
    )
    west, south, east, north = picture.bounds
    message = Text(
        f"だいだい色がこのファイルの図形（{picture.features:,}個）、線は市町村の境界。東経{west:.3f}〜{east:.3f}度・"
        f"北緯{south:.3f}〜{north:.3f}度。{picture.remark.ja}",
        f"Orange: the {picture.features:,} features of this file; lines: municipal borders. {west:.3f} to {east:.3f} °E, "
        f"{south:.3f} to {north:.3f} °N. {picture.remark.en}",
    )
    st.caption(as_written(opened.say(message)))
