"""The papers as PDF/A: one Typst template each, fed with data only. The same data gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geodata.errors import DataError, Text
from requests_gen.files import typst_pdf
from requests_gen.letters.annexes.annex1_table import AnnexTable
from requests_gen.letters.annexes.annex2 import TITLE, ZoneSheet
from requests_gen.letters.letter import RequestLetter
from requests_gen.wording import numbers_and_eras
from requests_gen.zone_maps import ZoneMaps

TEMPLATES = Path(__file__).parent / "templates"
PARTS_OF_SHEET = 10
# characters of annex 1: the more columns, the smaller, so that a zone's id stays on one line
USUAL_PT, LEAST_PT, PT_MM = 8.0, 5.8, 2300.0


def letter_pdf(letter: RequestLetter, frame: typst_pdf.Frame) -> bytes:
    """要望書."""
    return typst_pdf.paper_pdf(TEMPLATES / "letter.typ", asdict(letter), frame, "要望書")


def annex1_pdf(table: AnnexTable, frame: typst_pdf.Frame) -> bytes:
    """別紙1."""
    data = {
        "title": table.title,
        "headings": [asdict(heading) for heading in table.headings],
        "grouped": any(heading.group for heading in table.headings),
        "cells": [[cell.text for cell in row] for row in table.cells],
        "totals": [cell.text for cell in table.totals],
        "notes": list(table.notes),
        "size_pt": font_size_pt(sum(heading.width_mm for heading in table.headings)),
        "one": frame.wording.text("1"),
    }
    return typst_pdf.paper_pdf(TEMPLATES / "annex1.typ", {**data, **typst_pdf.margin_texts(frame)}, frame, "別紙1")


def font_size_pt(width_mm: float) -> float:
    """Size of the characters in a table whose columns ask for `width_mm` together."""
    return round(min(USUAL_PT, max(LEAST_PT, PT_MM / width_mm)), 1)


def annex2_pdf(sheets: list[ZoneSheet], pictures: Mapping[str, ZoneMaps], frame: typst_pdf.Frame) -> bytes:
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
        "numbers": [numbers_and_eras.item_number(frame.wording, 1, n) for n in range(1, PARTS_OF_SHEET + 1)],
        "two": frame.wording.text("2"),
    }
    return typst_pdf.paper_pdf(TEMPLATES / "annex2.typ", {**data, **typst_pdf.margin_texts(frame)}, frame, "別紙2", files)


def cover_pdf(cover: Mapping[str, Any], frame: typst_pdf.Frame) -> bytes:
    """要望概要, on one page. Raises DataError where it does not fit in the smallest characters."""
    data = {**cover, **typst_pdf.margin_texts(frame)}
    try:
        return typst_pdf.fitted_pdf(TEMPLATES / "cover.typ", data, frame, "要望概要")
    except typst_pdf.PageOverflowError as error:
        raise DataError(
            "cover-too-long",
            Text("要望概要が1枚に収まりません", "the summary does not fit one page"),
            Text("地区名・市町名・備考が長すぎないか確かめてください。", "look for very long names or notes"),
            "要望概要",
        ) from error
