"""Typst templates as PDF/A: data in, bytes out. The same data gives the same bytes on every machine.

paper_pdf(template, data, frame, "要望書")     # one paper
fitted_pdf(template, data, frame, "要望概要")  # one that must not run over: smaller characters until it fits
"""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from geodata.errors import DataError, Text
from requests_gen.files.print_checks import check_glyphs, check_no_hole, without_control
from requests_gen.wording import numbers_and_eras

# the Typst functions that all templates share
COMMON = Path(__file__).parents[1] / "files" / "papers.typ"
# for archives and for screen readers; under these a character without a glyph is an error
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
FITTED_SIZES_PT = (10.0, 9.0, 8.0, 7.0)


class PageOverflowError(Exception):
    """The text needs more pages than the template allows."""


@dataclass(frozen=True)
class Frame:
    """What the margins of every paper of one letter show. made: the day that the PDF names as its date."""

    draft: str
    notice: str
    author: str
    carrier_name: str
    year: str
    wording: numbers_and_eras.Wording
    made: date


def margin_texts(frame: Frame) -> dict[str, str]:
    """The texts of `frame` under the names that the templates use."""
    return {"draft": frame.draft, "notice": frame.notice, "author": frame.author, "carrier_name": frame.carrier_name, "year": frame.year}


def paper_pdf(template: Path, data: Mapping[str, Any], frame: Frame, paper: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of `template` (a .typ file) filled with `data`, which it reads as JSON.

    paper: the paper's name, for messages; files: pictures, {name in the template: bytes}. Raises DataError naming the
    character that cannot be printed or the text that is missing, PageOverflowError where the template allows fewer pages.
    """
    import typst

    clean = without_control(dict(data))
    check_no_hole(clean, paper)
    check_glyphs(clean, paper)
    made = int(datetime(frame.made.year, frame.made.month, frame.made.day, tzinfo=UTC).timestamp())
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        root = Path(folder)
        for file in (COMMON, template):
            shutil.copyfile(file, root / file.name)
        for name, png in (files or {}).items():
            (root / name).write_bytes(png)
        try:
            return bytes(
                typst.compile(
                    str(root / template.name),
                    root=str(root),
                    font_paths=_fonts(),
                    ignore_system_fonts=True,
                    sys_inputs={"data": json.dumps(clean, ensure_ascii=False, allow_nan=False)},
                    pdf_standards=STANDARDS,  # type: ignore[arg-type]
                    timestamp=made,
                )
            )
        except typst.TypstError as error:
            if "more than one page" in str(error.message):
                raise PageOverflowError from error
            if "could not be displayed" not in str(error.message):
                raise  # a mistake in our own template
            raise DataError(
                "glyph-missing",
                Text(f"印刷できない文字があります（{error.message}）", f"a character cannot be printed ({error.message})"),
                Text("その字を別の字体に替えてください。", "write it with another character"),
                paper,
            ) from error


def fitted_pdf(template: Path, data: Mapping[str, Any], frame: Frame, paper: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """As paper_pdf, in the largest of FITTED_SIZES_PT (`base_pt` in the data) that does not overflow.

    Raises PageOverflowError where the smallest does.
    """
    for size_pt in FITTED_SIZES_PT[:-1]:
        with contextlib.suppress(PageOverflowError):
            return paper_pdf(template, {**data, "base_pt": size_pt}, frame, paper, files)
    return paper_pdf(template, {**data, "base_pt": FITTED_SIZES_PT[-1]}, frame, paper, files)


@functools.cache
def _fonts() -> Any:
    import typst
    from pylopdf_fonts_jp import serif_path

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(serif_path().parent)])
