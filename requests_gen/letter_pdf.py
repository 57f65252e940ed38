"""The papers as PDF/A: one Typst template each, fed with data only. The same data gives the same bytes."""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from geodata.errors import DataError, Text
from requests_gen.annex_tables import AnnexTable
from requests_gen.letter import RequestLetter
from requests_gen.letter_checks import check_glyphs, check_no_hole, without_control
from requests_gen.letter_words import Wording, item_number
from requests_gen.zone_maps import ZoneMaps
from requests_gen.zone_sheets import TITLE, ZoneSheet

TEMPLATES = Path(__file__).parent / "templates"
TYPST_FILES = ("papers.typ", "letter.typ", "annex1.typ", "annex2.typ", "cover.typ", "annual_report.typ")
# archivable, readable aloud, and a character without a glyph is an error
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
PARTS_OF_SHEET = 10
# letters of annex 1: the more columns, the smaller, so that a zone's id stays on one line
USUAL_PT, LEAST_PT, PT_MM = 8.0, 5.8, 2300.0
COVER_SIZES_PT = (10.0, 9.0, 8.0, 7.0)


class _TooLongError(Exception):
    """The page was full."""


@dataclass(frozen=True)
class Frame:
    """What stands in the margins of every paper of one letter. made: the day that the PDF names as its date."""

    draft: str
    notice: str
    author: str
    carrier_name: str
    year: str
    wording: Wording
    made: date


def letter_pdf(letter: RequestLetter, frame: Frame) -> bytes:
    """要望書."""
    return _paper("letter.typ", asdict(letter), frame, "要望書")


def annex1_pdf(table: AnnexTable, frame: Frame) -> bytes:
    """別紙1."""
    data = {
        "title": table.title,
        "headings": [asdict(heading) for heading in table.headings],
        "grouped": any(heading.group for heading in table.headings),
        "cells": [[cell.text for cell in row] for row in table.cells],
        "totals": [cell.text for cell in table.totals],
        "notes": list(table.notes),
        "size_pt": letter_size_pt(sum(heading.width_mm for heading in table.headings)),
        "one": frame.wording.text("1"),
    }
    return _paper("annex1.typ", {**data, **_margins(frame)}, frame, "別紙1")


def letter_size_pt(width_mm: float) -> float:
    """Size of the letters in a table whose columns ask for `width_mm` together."""
    return round(min(USUAL_PT, max(LEAST_PT, PT_MM / width_mm)), 1)


def annex2_pdf(sheets: list[ZoneSheet], pictures: Mapping[str, ZoneMaps], frame: Frame) -> bytes:
    """別紙2. A zone without a picture gets an empty frame that says so."""
    files: dict[str, bytes] = {}
    rows = []
    for sheet in sheets:
        picture = pictures.get(sheet.zone_id)
        names = {"where": "", "close": "", "alt_where": "", "alt_close": ""}
        if picture is not None:
            names = {
                "where": f"{sheet.zone_id}-where.png",
                "close": f"{sheet.zone_id}-close.png",
                "alt_where": f"{sheet.place[0][1]}の位置図",
                "alt_close": picture.alt_text,
            }
            files |= {names["where"]: picture.where_png, names["close"]: picture.close_png}
        rows.append({**asdict(sheet), **names})
    data = {
        "title": TITLE,
        "sheets": rows,
        "numbers": [item_number(frame.wording, 1, n) for n in range(1, PARTS_OF_SHEET + 1)],
        "two": frame.wording.text("2"),
    }
    return _paper("annex2.typ", {**data, **_margins(frame)}, frame, "別紙2", files)


def cover_pdf(cover: Mapping[str, Any], frame: Frame) -> bytes:
    """要望概要, on one page: where names are long, its letters are smaller."""
    data = {**cover, **_margins(frame)}
    for size in COVER_SIZES_PT:
        try:
            return _paper("cover.typ", {**data, "base_pt": size}, frame, "要望概要")
        except _TooLongError:
            continue
    raise DataError(
        "cover-too-long",
        Text("要望概要が1枚に収まりません", "the summary does not fit one page"),
        Text("地区名・市町名・備考が長すぎないか確かめてください。", "look for very long names or notes"),
        "要望概要",
    )


def report_pdf(report: Mapping[str, Any], frame: Frame, files: Mapping[str, bytes]) -> bytes:
    """年次報告, on two pages: where names are long, its letters are smaller."""
    for size in COVER_SIZES_PT:
        try:
            data = {**report, **_margins(frame), "base_pt": size}
            return _paper("annual_report.typ", data, frame, "年次報告", files)
        except _TooLongError:
            continue
    raise DataError(
        "report-too-long",
        Text("年次報告が2枚に収まりません", "the report does not fit two pages"),
        Text("地区名・市町名・事業者名が長すぎないか確かめてください。", "look for very long names"),
        "年次報告",
    )


def _margins(frame: Frame) -> dict[str, str]:
    return {
        "draft": frame.draft,
        "notice": frame.notice,
        "author": frame.author,
        "carrier_name": frame.carrier_name,
        "year": frame.year,
    }


def _paper(
    template: str, data: Mapping[str, Any], frame: Frame, paper: str, files: Mapping[str, bytes] | None = None
) -> bytes:
    """One PDF. Raises DataError naming the character that cannot be printed, or the text that is missing."""
    import typst

    clean = without_control(dict(data))
    check_no_hole(clean, paper)
    check_glyphs(clean, paper)
    made = int(datetime(frame.made.year, frame.made.month, frame.made.day, tzinfo=UTC).timestamp())
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        root = Path(folder)
        for name in TYPST_FILES:
            shutil.copyfile(TEMPLATES / name, root / name)
        for name, png in (files or {}).items():
            (root / name).write_bytes(png)
        try:
            return bytes(
                typst.compile(
                    str(root / template), root=str(root), font_paths=_fonts(), ignore_system_fonts=True,
                    sys_inputs={"data": json.dumps(clean, ensure_ascii=False, allow_nan=False)},
                    pdf_standards=STANDARDS,  # type: ignore[arg-type]
                    timestamp=made,
                )
            )  # fmt: skip
        except typst.TypstError as error:
            if "more than one page" in str(error.message):
                raise _TooLongError from error
            if "could not be displayed" not in str(error.message):
                raise  # a mistake in our own template
            raise DataError(
                "glyph-missing",
                Text(
                    f"印刷できない文字があります（{error.message}）",
                    f"a character cannot be printed ({error.message})",
                ),
                Text("その字を別の字体に替えてください。", "write it with another character"),
                paper,
            ) from error


@functools.cache
def _fonts() -> Any:
    import typst
    from pylopdf_fonts_jp import serif_path

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(serif_path().parent)]
    )
