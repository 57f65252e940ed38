"""The papers as they would be printed, made without touching the letters' folder; and their pages as pictures."""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.progress import Progress, silent
from requests_gen.letters.make import FOLDER, PaperMaker, maps_folder, write_letters
from requests_gen.letters.papers import PaperStore
from requests_gen.letters.versions import LETTERS_JSON, Entry, files_in, last_entry, read_versions
from requests_gen.workspace import LetterSettings, letters_toml

if TYPE_CHECKING:
    from coverage.result import Result

# matplotlib and PDFium must not be used by two threads at once; and no letter may be copied while its folder is exchanged
DRAWING, _PDFIUM = threading.Lock(), threading.Lock()


@dataclass(frozen=True)
class Proof:
    """The papers of one carrier as they would be made. unfilled: what is printed as 〔未記入…〕 because it is empty.

    kept: nothing has changed since this version was made, so these are its own files.
    """

    entry: Entry
    files: dict[str, bytes]
    unfilled: tuple[letters_toml.Missing, ...]
    kept: bool


def proof(
    result: Result,
    settings: LetterSettings,
    carrier: str,
    letter_versions: Path,
    progress: Progress = silent,
    store: PaperStore | None = None,
) -> Proof:
    """What making the letter to `carrier` would give now. The folder `letter_versions` is only read.

    Drawn maps are kept where making looks for them, and the papers in `store`: given to the LetterRun that makes the
    letter, it writes them there without typesetting again.

    What is still empty but needed is printed as 〔未記入：…〕. Raises DataError as write_letters does, and where
    there is nothing to ask for.
    """
    unfilled = tuple(missing for missing in settings.missing(carrier) if missing.needed)
    with DRAWING, tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        trial = Path(folder) / FOLDER
        before = _copy_last(letter_versions, carrier, trial)
        # one process: the screen's threads start no processes, which would run the screen again
        maker = PaperMaker(1, maps_folder(letter_versions), (store or PaperStore()).write)
        write_letters(result, filled(settings, unfilled), trial, [carrier], progress, maker=maker)
        entry = last_entry(read_versions(trial), carrier)
        if entry is None:
            raise DataError(
                "letter-nothing-to-ask",
                Text("要望する地区がないため、要望書はありません", "there is no zone to ask for, and no letter"),
                Text("「対象地区」の設定か、調査の設定を確かめてください。", "look at the settings of the zones and of the study"),
                carrier,
            )
        files = {name: (trial / entry.folder / name).read_bytes() for name in files_in(trial / entry.folder)}
    return Proof(entry, files, unfilled, kept=before is not None and entry == before)


def filled(settings: LetterSettings, unfilled: tuple[letters_toml.Missing, ...]) -> LetterSettings:
    """The same settings with a mark that says so where something is missing."""
    for missing in unfilled:
        settings = _with(settings, missing.key.split("."), f"〔未記入：{missing.ja}〕")
    return settings


def _with(part: Any, path: list[str], value: str) -> Any:
    name, *rest = path
    if isinstance(part, dict):
        return {**part, name: _with(part.get(name, letters_toml.Addressee()), rest, value)}
    inner = _with(getattr(part, name), rest, value) if rest else value
    return part.model_copy(update={name: inner})


def _copy_last(letter_versions: Path, carrier: str, trial: Path) -> Entry | None:
    """Copy the newest letter to `carrier` into `trial`, so that version numbers go on from it; return it."""
    last = last_entry(read_versions(letter_versions), carrier)
    if last is None:
        return None
    if (letter_versions / last.folder).is_dir():
        shutil.copytree(letter_versions / last.folder, trial / last.folder)
    write_bytes(trial / LETTERS_JSON, (letter_versions / LETTERS_JSON).read_bytes())
    return last


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with _opened(pdf) as document:
        return len(document)


def page_png(pdf: bytes, page: int, width_px: int) -> bytes:
    """A page (from 0) as it is printed: PNG, `width_px` wide."""
    with _opened(pdf) as document:
        sheet = document[page]
        bitmap = sheet.render(scale=width_px / sheet.get_width())
        picture = bitmap.to_pil()
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def page_text(pdf: bytes, page: int) -> str:
    """The text of a page (from 0), for screen readers and for searching."""
    with _opened(pdf) as document:
        return str(document[page].get_textpage().get_text_bounded())


@contextmanager
def _opened(pdf: bytes) -> Iterator[Any]:
    """The document, one at a time, closed at the end. Raises DataError for what is no PDF."""
    import pypdfium2  # type: ignore[import-untyped]

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise DataError(
                "pdf-unreadable",
                Text("PDFとして開けません", "cannot be opened as a PDF"),
                Text("要望書を作り直すか、そのファイルを除いてください。", "make the letter again, or remove the file"),
            ) from error
        try:
            yield document
        finally:
            document.close()
