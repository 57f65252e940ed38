"""PDF/A by Typst: one template, data only, fonts of ours; a text that is missing or has no glyph is an error."""

from __future__ import annotations

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

# what all templates of papers have in common
COMMON = Path(__file__).parents[1] / "files" / "papers.typ"
# archivable, readable aloud, and a character without a glyph is an error
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
COVER_SIZES_PT = (10.0, 9.0, 8.0, 7.0)


class TooLongError(Exception):
    """The page was full."""


@dataclass(frozen=True)
class Frame:
    """What stands in the margins of every paper of one letter. made: the day that the PDF names as its date."""

    draft: str
    notice: str
    author: str
    carrier_name: str
    year: str
    wording: numbers_and_eras.Wording
    made: date


def margins(frame: Frame) -> dict[str, str]:
    return {
        "draft": frame.draft,
        "notice": frame.notice,
        "author": frame.author,
        "carrier_name": frame.carrier_name,
        "year": frame.year,
    }


def paper_pdf(
    template: Path, data: Mapping[str, Any], frame: Frame, paper: str, files: Mapping[str, bytes] | None = None
) -> bytes:
    """One PDF. Raises DataError naming the character that cannot be printed, or the text that is missing."""
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
                raise TooLongError from error
            if "could not be displayed" not in str(error.message):
                raise  # a mistake in our own template
            raise DataError(
                "glyph-missing",
                Text(f"印刷できない文字があります（{error.message}）", f"a character cannot be printed ({error.message})"),
                Text("その字を別の字体に替えてください。", "write it with another character"),
                paper,
            ) from error


@functools.cache
def _fonts() -> Any:
    import typst
    from pylopdf_fonts_jp import serif_path

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(serif_path().parent)])
