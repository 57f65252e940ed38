"""The four carriers' papers of the embedded example: golden text, every zone once, pages, other programs."""

import dataclasses
import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from requests_gen.letters.annexes.annex1_table import AnnexTable
from requests_gen.letters.last_year import CarrierHistory, History, ZoneReply
from requests_gen.letters.make import PaperMaker, write_letters
from requests_gen.workspace.letters_toml import read_letter_settings
from tests.letter_world import SETTINGS, papers_of, settings_of, world
from tests.waiting import CEILING_S

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
HISTORY = History(
    fiscal_year=2025,
    carriers={"alpha": CarrierHistory(answered=12, opened=3, zones={"24202-001": ZoneReply(answer="B2 検討中", first_year=2024)})},
)


@pytest.fixture(scope="module")
def example(tmp_path_factory, example_result):
    """(folder of the letters, result, letters.json entries) of examples/mie."""
    settings = read_letter_settings(example_result.study)
    out = tmp_path_factory.mktemp("example") / "letters"
    return out, example_result, write_letters(example_result, settings, out, maker=PaperMaker(workers=1))


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


@functools.cache
def pages_of(pdf: Path) -> list[str]:
    """The text of each page, read once for all tests: reading is slow, and nobody changes the papers."""
    return [page.extract_text() for page in PdfReader(str(pdf)).pages]


def lines_of(pdf: Path) -> str:
    return "\n".join(pages_of(pdf))


def test_every_carrier_has_its_folder_and_no_draft(example):
    out, _, entries = example
    assert [(entry.carrier, entry.state) for entry in entries] == [(key, "ready") for key in ("alpha", "bravo", "charlie", "delta")]
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == [f"架空モバイル{c}" for c in "ABCD"]


def test_every_zone_stands_in_annex_1_exactly_once(example):
    out, result, entries = example
    for entry in entries:
        text = lines_of(only(out / entry.folder, "02_*.pdf"))
        ids = re.findall(r"\b\d{5}-\d{3}\b", text)
        assert sorted(ids) == sorted(entry.facts["zones"])
        marks = result.zones.loc[ids, f"mark_4G_{entry.carrier}"]
        assert set(marks) <= {"×", "△"}
        if entry.carrier != "delta":
            continue  # the others' sheets are made alike; reading them takes seconds
        sheets = pages_of(only(out / entry.folder, "03_*.pdf"))
        heads = [re.search(r"地区ID\s*(\d{5}-\d{3})", page) for page in sheets]
        assert [head.group(1) for head in heads if head] == entry.facts["zones"]


def test_the_letter_says_the_sums_of_the_printed_annex(example):
    out, _, entries = example
    for entry in entries:
        table = pd.read_excel(only(out / entry.folder, "02_*.xlsx"), header=3, dtype=object)
        rows = table[table["地区ID"].astype(str).str.fullmatch(r"\d{5}-\d{3}")]
        people = int(rows[next(c for c in rows if c.startswith("貴社\nエリア外\n人口"))].sum())
        households = int(rows[next(c for c in rows if c.startswith("貴社\nエリア外\n世帯"))].sum())
        assert (people, households) == (entry.facts["figures"]["people"], entry.facts["figures"]["households"])
        said = lines_of(only(out / entry.folder, "01_*.pdf")).replace("\n", "").replace(" ", "")
        wide = str.maketrans("0123456789,", "０１２３４５６７８９，")
        assert f"{people:,}人、{households:,}世帯".translate(wide) in said


def test_the_cover_is_one_page_and_a_sheet_at_most_two(example):
    out, _, entries = example
    for entry in entries:
        assert len(PdfReader(str(only(out / entry.folder, "00_*.pdf"))).pages) == 1
        sheets = len(PdfReader(str(only(out / entry.folder, "03_*.pdf"))).pages)
        assert sheets <= 2 * len(entry.facts["zones"])


def test_every_page_of_the_example_says_fictitious(example):
    out, _, _ = example
    for pdf in sorted({*out.rglob("0[012]*.pdf"), *(out / "架空モバイルD").glob("*.pdf")}):
        for page in pages_of(pdf):
            assert "架空のエリアによる例" in page, pdf.name


def test_every_picture_has_words(example):
    out, _, entries = example
    data = only(out / entries[0].folder, "03_*.pdf")
    reader = PdfReader(str(data))
    assert len(reader.pages[0].images) == 2
    figures = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif hasattr(node, "get"):
            if node.get("/S") == "/Figure":
                figures.append(str(node.get("/Alt", "")))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    assert len(figures) == 2 * len(entries[0].facts["zones"])
    assert all(figures)


KINDS = {
    "usual": (SETTINGS, "alpha", None),
    "thanks": (SETTINGS, "alpha", HISTORY),
    "draft_hankaku": (
        SETTINGS.replace('date = "2026-11-20"', "").replace('deadline = "2027-01-29"', "")
        + '[style]\ndigits = "hankaku"\ntitle_align = "center"\ncomma = "，"\n',
        "beta",
        None,
    ),
    "roaming_mixed": (
        SETTINGS + 'roaming_partner = "架空アルファ"\n[style]\ndigits = "mixed"\n[zones]\nother_carriers = "hidden"\n',
        "beta",
        None,
    ),
}


def plain_text(papers) -> str:
    """All the words of one carrier's papers, in order."""
    letter = papers.letter
    parts = [
        letter.draft,
        letter.notice,
        letter.number,
        letter.date,
        *letter.addressee,
        *letter.sender,
        letter.title,
        *letter.body,
        "記",
        *(f"{'　' * item.level}{item.number} {item.text}" for item in letter.items),
        "以上",
        *(f"{label}: {text}" for label, text in letter.contact),
        "",
        *_table(papers.table),
        "",
        *(f"{key}: {value}" for key, value in dataclasses.asdict(papers.sheets[0]).items()),
        "",
        *(f"{key}: {value}" for key, value in papers.cover.items()),
    ]
    return "\n".join(parts) + "\n"


def _table(table: AnnexTable) -> list[str]:
    rows = [[heading.text.replace("\n", "") for heading in table.headings]]
    rows += [[cell.text.replace("\n", " ") for cell in row] for row in (*table.cells, table.totals)]
    return [table.title, *("\t".join(row) for row in rows), *table.notes]


@pytest.mark.parametrize("kind", KINDS)
def test_golden_letters(tmp_path, request, kind):
    text, carrier, history = KINDS[kind]
    said = plain_text(papers_of(world(), settings_of(tmp_path, text), carrier, history))
    file = GOLDEN / f"letter_{kind}.txt"
    if request.config.getoption("--update-golden", default=False):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8"), "pytest --update-golden, if this is what was meant"


def test_golden_example_letter(example, request):
    out, _, entries = example
    # where a reader of PDFs sees a narrow space is its own business, and differs between its versions
    said = lines_of(only(out / entries[0].folder, "01_*.pdf")).replace(" ", "") + "\n"
    file = GOLDEN / "example_letter_alpha.txt"
    if request.config.getoption("--update-golden", default=False):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture(scope="module")
def converted(example, tmp_path_factory):
    """Every DOCX and XLSX of one carrier as LibreOffice prints it: {name: pages' texts}."""
    if OFFICE is None:
        pytest.skip("LibreOffice is not here: DOCX and XLSX are not opened with another program")
    out, _, entries = example
    folder = tmp_path_factory.mktemp("office")
    sources = [p for p in sorted((out / entries[3].folder).iterdir()) if p.suffix in {".docx", ".xlsx"}]
    done = subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            *map(str, sources),
        ],
        capture_output=True,
        timeout=CEILING_S,
        check=False,
        env={**os.environ, "HOME": str(folder)},
    )
    made = {source.name: folder / f"{source.stem}.pdf" for source in sources}
    lost = [name for name, pdf in made.items() if not pdf.is_file()]
    if len(lost) == len(made):
        pytest.skip(f"LibreOffice here cannot convert (writer or calc missing?): {done.stderr[-200:]!r}")
    assert lost == []
    return {name: [page.extract_text() for page in PdfReader(str(pdf)).pages] for name, pdf in made.items()}


def test_other_programs_print_the_letter_on_as_many_pages(example, converted):
    out, _, entries = example
    ours = len(PdfReader(str(only(out / entries[3].folder, "01_*.pdf"))).pages)
    assert len(converted["01_要望書.docx"]) == ours


def test_other_programs_print_every_zone_of_the_sheet_once(example, converted):
    out, _, entries = example
    pages = converted["02_別紙1_優先整備要望地区一覧表.xlsx"]
    assert len(pages) == len(PdfReader(str(only(out / entries[3].folder, "02_*.pdf"))).pages)
    text = "\n".join(pages)
    assert sorted(re.findall(r"\b\d{5}-\d{3}\b", text)) == sorted(entries[3].facts["zones"])
    assert all("地区ID" in page for page in pages)
    reply = "\n".join(converted["04_別添_回答様式.xlsx"])
    assert all(zone in reply for zone in entries[3].facts["zones"])
