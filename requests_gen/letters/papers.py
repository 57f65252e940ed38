"""The papers of one carrier: put into words, checked, typeset into a folder; and kept, so that none is typeset twice."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.report import file_sha256
from requests_gen.files import plain, print_checks, typst_pdf
from requests_gen.letters.annexes.annex1 import Annex
from requests_gen.letters.annexes.annex1_table import AnnexTable, annex_table
from requests_gen.letters.annexes.annex1_xlsx import write_annex_xlsx
from requests_gen.letters.annexes.annex2 import ZoneSheet, zone_sheets
from requests_gen.letters.checks import check_figures, check_no_secret
from requests_gen.letters.cover import cover
from requests_gen.letters.docx import docx_texts, letter_docx
from requests_gen.letters.last_year import History
from requests_gen.letters.letter import RequestLetter, compose
from requests_gen.letters.pdf import TEMPLATES, annex1_pdf, annex2_pdf, cover_pdf, letter_pdf
from requests_gen.wording import Caption
from requests_gen.workspace import LetterSettings, letters_toml
from requests_gen.zone_maps import ZoneMaps

if TYPE_CHECKING:
    from coverage.result import Result

APRIL = 4
REPLY_FORM_VERSION = "1"  # raise it when the columns of the form change
MOST_KEPT = 12  # typeset letters a PaperStore holds, about 3 MB each


@dataclass(frozen=True)
class Papers:
    """All papers of one carrier in words, checked. own_texts: what the office wrote itself; answers: its known counts."""

    fiscal_year: int
    caption: Caption
    letter: RequestLetter
    zones: Annex
    table: AnnexTable
    sheets: list[ZoneSheet]
    cover: dict[str, Any]
    frame: typst_pdf.Frame
    own_texts: list[str]
    answers: list[int]


def make_papers(result: Result, settings: LetterSettings, zones: Annex, history: History | None, caption: Caption, identity: str) -> Papers:
    """The papers to the carrier of `zones`. Raises DataError where a figure or an answer is where it must not be."""
    letter = compose(result, settings, zones, history, identity)
    year = settings.style.wording.fiscal_year(result.study.about.fiscal_year)
    day = settings.letter.date
    own = history.of(zones.carrier) if history else None
    papers = Papers(
        fiscal_year=result.study.about.fiscal_year,
        caption=caption,
        letter=letter,
        zones=zones,
        table=annex_table(result, settings, zones, caption, identity),
        sheets=zone_sheets(result, settings, zones, caption, identity),
        cover=cover(result, settings, zones, letter, caption),
        frame=typst_pdf.Frame(
            draft=letter.draft,
            notice=letter.notice,
            author=letter.sender[0],
            carrier_name=letter.carrier_name,
            year=year,
            wording=settings.style.wording,
            made=date.fromisoformat(day) if day else date(result.study.about.fiscal_year, APRIL, 1),
        ),
        own_texts=_own_texts(result, settings, letter),
        answers=[own.answered, own.opened] if own else [],
    )
    _check(papers, history)
    return papers


def _own_texts(result: Result, settings: LetterSettings, letter: RequestLetter) -> list[str]:
    """What the office wrote itself: numbers in it are its own."""
    return [
        settings.letter.title,
        *settings.texts.approved_commitments,
        *letters_toml.words_of(settings, result.study).values(),
        *letter.addressee,
        *letter.sender,
        *(text for _, text in letter.contact),
        settings.carriers[letter.carrier].roaming_partner,
    ]


def _check(papers: Papers, history: History | None) -> None:
    sentences = [*papers.letter.body, *(item.text for item in papers.letter.items)]
    check_figures(sentences, papers.table, papers.own_texts, papers.answers, "要望書")
    boxes = [number + unit for _, number, unit in papers.cover["figures"]]
    check_figures(boxes, papers.table, [], [], "要望概要")
    for data in (asdict(papers.letter), asdict(papers.table), {"sheets": [asdict(s) for s in papers.sheets]}, papers.cover):
        check_no_secret([text for _, text in print_checks.texts_in(data)], history, papers.letter.carrier)


# no paper of a letter is made from it, but it was in every hash that letters.json holds: without it, letters that were
# sent would look changed and come out a second time
REPORT = Path(__file__).parents[1] / "annual_report" / "annual_report.typ"


def content_hash(papers: Papers, maps: Mapping[str, ZoneMaps], template: Path, version: str) -> str:
    """Hash of everything that decides what the papers look like. `papers` as made with an empty id."""
    parts = {
        "kengai": version,
        "template": file_sha256(template),
        "typst": {file.name: file_sha256(file) for file in (typst_pdf.COMMON, *sorted(TEMPLATES.glob("*.typ")), REPORT)},
        "letter": asdict(papers.letter),
        "table": asdict(papers.table),
        "sheets": [asdict(sheet) for sheet in papers.sheets],
        "cover": papers.cover,
        "maps": {zone: pictures.key for zone, pictures in maps.items()},
    }
    return hashlib.sha256(json.dumps(plain(parts), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# writes the files of `papers` into a folder that it makes; maps: {zone_id: its pictures}; template: of the DOCX
WritePapers = Callable[[Path, Papers, Mapping[str, ZoneMaps], Path], None]


def write_papers(folder: Path, papers: Papers, maps: Mapping[str, ZoneMaps], template: Path) -> None:
    """Typeset all files of one carrier into the new `folder`. Raises DataError for what cannot be printed."""
    letter, frame, draft = papers.letter, papers.frame, papers.letter.draft
    folder.mkdir(parents=True)
    docx = letter_docx(letter, template, frame.made)
    # the office's template may hold figures of its own: what came out is read back
    check_figures(docx_texts(docx), papers.table, papers.own_texts, papers.answers, template.name)
    files = {
        f"00_要望概要{draft}.pdf": cover_pdf(papers.cover, frame),
        f"01_要望書{draft}.docx": docx,
        f"01_要望書{draft}.pdf": letter_pdf(letter, frame),
        f"02_別紙1_優先整備要望地区一覧表{draft}.pdf": annex1_pdf(papers.table, frame),
        f"03_別紙2_地区別個票{draft}.pdf": annex2_pdf(papers.sheets, maps, frame),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    write_annex_xlsx(
        folder / f"02_別紙1_優先整備要望地区一覧表{draft}.xlsx",
        papers.table,
        papers.caption,
        (letter.draft, letter.notice),
        letter.carrier_name,
    )
    _reply_form(folder / f"04_別添_回答様式{draft}.xlsx", papers)


def _reply_form(path: Path, papers: Papers) -> None:
    import pandas as pd

    from requests_gen.replies import form

    letter = papers.letter
    rows = pd.DataFrame(
        [(row.zone_id, row.municipality, row.name) for row in papers.zones.rows], columns=["zone_id", "municipality", "name"]
    )
    form.write_reply_form(
        path,
        form.ReplyForm(
            letter_id=letter.letter_id,
            fiscal_year=papers.fiscal_year,
            carrier_key=letter.carrier,
            carrier_name=letter.carrier_name,
            form_version=REPLY_FORM_VERSION,
            deadline_text=letter.deadline,
            fictitious=bool(letter.notice),
            draft=bool(letter.draft),
        ),
        rows,
    )


class PaperStore:
    """Papers typeset recently, by their content: a preview and the letter made after it are typeset once.

    May be used by several threads. The papers used longest ago are dropped first.
    """

    def __init__(self, write: WritePapers = write_papers) -> None:
        self._write = write
        self._kept: OrderedDict[str, dict[str, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def write(self, folder: Path, papers: Papers, maps: Mapping[str, ZoneMaps], template: Path) -> None:
        """As write_papers; papers with the same content are not typeset again but written byte for byte as before."""
        key = f"{content_hash(papers, maps, template, '')} {papers.fiscal_year} {papers.caption!r}"
        with self._lock:
            files = self._kept.get(key)
        if files is None:
            self._write(folder, papers, maps, template)
            files = {path.name: path.read_bytes() for path in folder.iterdir()}
        else:
            folder.mkdir(parents=True)
            for name, data in files.items():
                (folder / name).write_bytes(data)
        with self._lock:
            self._kept[key] = files
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
