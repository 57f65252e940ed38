"""Before the letters leave: previews, making several, what stands on the shelf, the zip, where figures come from."""

import dataclasses
import io
import json
import zipfile
from datetime import date

import pytest

from geodata.errors import DataError
from requests_gen.files import typst_pdf
from requests_gen.files.zips import zip_bytes
from requests_gen.letters.background import LetterRun
from requests_gen.letters.docx import template_file
from requests_gen.letters.make import PaperMaker, mark_sent, result_hash, write_letters
from requests_gen.letters.papers import MOST_KEPT, PaperStore
from requests_gen.letters.proof import filled, page_count, page_png, page_text, proof
from requests_gen.letters.status import asked_zones, letter_status, reason, traced
from requests_gen.letters.versions import files_in, read_versions
from requests_gen.letters.zip import README, letters_zip
from requests_gen.workspace.letters_edit import edited
from tests.letter_world import SETTINGS, annex_of, papers_of, settings_of, world

WITHOUT_NAME = edited(SETTINGS, {"sender.name": "", "carriers.beta.organisation": ""})


@pytest.fixture
def letter_versions(tmp_path):
    return tmp_path / "papers" / "letters"


def make(letter_versions, settings, carriers=None):
    return write_letters(world(), settings, letter_versions, carriers, maker=PaperMaker(workers=1))


def pdf_of(made):
    return made.files["01_要望書.pdf"]


def test_a_preview_is_what_making_gives_and_makes_nothing(tmp_path, letter_versions):
    pypdf = pytest.importorskip("pypdf")
    settings = settings_of(tmp_path)
    made = proof(world(), settings, "alpha", letter_versions)
    assert not letter_versions.exists()
    (entry,) = make(letter_versions, settings, ["alpha"])
    assert entry == made.entry
    assert {name: (letter_versions / entry.folder / name).read_bytes() for name in files_in(letter_versions / entry.folder)} == made.files
    assert page_count(pdf_of(made)) == len(pypdf.PdfReader(io.BytesIO(pdf_of(made))).pages)


@pytest.fixture
def typeset(monkeypatch):
    """The names of the PDFs typeset, one a call of the typesetter."""
    names, real = [], typst_pdf.paper_pdf

    def counted(template, data, frame, paper, files=None):
        names.append(f"{frame.carrier_name} {paper}")
        return real(template, data, frame, paper, files)

    monkeypatch.setattr(typst_pdf, "paper_pdf", counted)
    return names


def test_a_letter_is_typeset_once_for_preview_check_and_folder(tmp_path, letter_versions, typeset):
    """The command typesets 4 PDFs a letter: so must a preview and the making after it, together."""
    settings, store = settings_of(tmp_path), PaperStore()
    made = proof(world(), settings, "alpha", letter_versions, store=store)
    assert len(typeset) == len(set(typeset)) == 4
    making = LetterRun(("alpha", "beta"), store=store)
    making.run(world(), settings, letter_versions)
    assert making.made == ["alpha", "beta"]
    assert len(typeset) == len(set(typeset)) == 8
    folder = letter_versions / made.entry.folder
    assert {name: (folder / name).read_bytes() for name in files_in(folder)} == made.files


def test_other_content_is_typeset_again(tmp_path, letter_versions, typeset):
    store = PaperStore()
    proof(world(), settings_of(tmp_path), "alpha", letter_versions, store=store)
    later = settings_of(tmp_path, edited(SETTINGS, {"letter.deadline": "2027-02-26"}))
    made = proof(world(), later, "alpha", letter_versions, store=store)
    assert len(typeset) == 8
    assert "２月２６日" in page_text(pdf_of(made), 0) + page_text(pdf_of(made), page_count(pdf_of(made)) - 1)


def test_the_papers_of_late_are_kept_and_no_more(tmp_path):
    written = []

    def write(folder, papers, maps, template):
        written.append(papers.letter.letter_id)
        folder.mkdir()
        (folder / "letter.txt").write_text(papers.letter.letter_id, encoding="utf-8")

    settings, store = settings_of(tmp_path), PaperStore(write)
    papers = [
        dataclasses.replace(one, letter=dataclasses.replace(one.letter, letter_id=str(number)))
        for one in [papers_of(world(), settings)]
        for number in range(MOST_KEPT + 1)
    ]
    for number in (*range(MOST_KEPT + 1), MOST_KEPT, 0):
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        store.write(folder, papers[number], {}, template_file(tmp_path))
        assert (folder / "letter.txt").read_text(encoding="utf-8") == str(number)
    assert written == [str(number) for number in (*range(MOST_KEPT + 1), 0)]


def test_a_preview_knows_the_next_version(tmp_path, letter_versions):
    settings = settings_of(tmp_path)
    make(letter_versions, settings, ["alpha"])
    assert proof(world(), settings, "alpha", letter_versions).kept
    mark_sent(letter_versions, ["alpha"], date(2026, 11, 24))
    assert proof(world(), settings, "alpha", letter_versions).kept
    later = settings_of(tmp_path, edited(SETTINGS, {"letter.deadline": "2027-02-26"}))
    before = files_in(letter_versions)
    made = proof(world(), later, "alpha", letter_versions)
    assert (made.entry.id, made.kept) == ("2026-alpha-2", False)
    assert files_in(letter_versions) == before


def test_what_is_missing_stands_on_the_page(tmp_path, letter_versions):
    settings = settings_of(tmp_path, WITHOUT_NAME)
    made = proof(world(), settings, "beta", letter_versions)
    assert [missing.key for missing in made.unfilled] == ["sender.name", "carriers.beta.organisation"]
    words = "".join(page_text(pdf_of(made), 0).split())
    assert "〔未記入：差出人の氏名〕" in words
    assert "〔未記入：宛先の会社名〕" in words
    assert settings.sender.name == ""
    assert filled(settings, made.unfilled).sender.name == "〔未記入：差出人の氏名〕"


def test_a_page_is_drawn_as_wide_as_asked(tmp_path, letter_versions):
    from PIL import Image

    made = proof(world(), settings_of(tmp_path), "alpha", letter_versions)
    picture = Image.open(io.BytesIO(page_png(pdf_of(made), 0, 400)))
    assert picture.width == 400
    assert picture.height == pytest.approx(400 * 297 / 210, abs=2)
    assert picture.convert("L").getextrema()[0] < 100  # something is printed
    with pytest.raises(DataError) as error:
        page_count(b"not a pdf")
    assert error.value.code == "pdf-unreadable"


def test_without_a_zone_there_is_nothing_to_preview(tmp_path, letter_versions):
    settings = settings_of(tmp_path, edited(SETTINGS, {"carriers.alpha.ask": False}))
    with pytest.raises(DataError) as error:
        proof(world(), settings, "alpha", letter_versions)
    assert error.value.code == "letter-nothing-to-ask"


def test_one_carriers_trouble_does_not_stop_the_others(tmp_path, letter_versions):
    making = LetterRun(("alpha", "beta"))
    making.run(world(), settings_of(tmp_path, edited(SETTINGS, {"carriers.beta.name": ""})), letter_versions)
    assert (making.made, making.running, making.broken, making.fraction) == (["alpha"], False, False, 1.0)
    assert "宛先の氏名" in str(making.failed["beta"])
    assert [entry.id for entry in read_versions(letter_versions)] == ["2026-alpha-1"]
    assert any("1/2社目" in step.ja for step in making.steps)


def test_a_character_that_cannot_be_printed_stops_that_carrier_alone(tmp_path, letter_versions):
    making = LetterRun(("alpha", "beta"))
    making.run(world(), settings_of(tmp_path, edited(SETTINGS, {"carriers.alpha.name": "🗾"})), letter_versions)
    assert (making.made, set(making.failed)) == (["beta"], {"alpha"})


def test_a_making_that_fails_keeps_what_was_there(tmp_path, letter_versions, monkeypatch):
    settings = settings_of(tmp_path)
    make(letter_versions, settings)
    before = files_in(letter_versions)
    monkeypatch.setattr("requests_gen.letters.background.proof", lambda *_: 1 / 0)
    making = LetterRun(("alpha",))
    making.start(world(), settings, letter_versions)
    assert making.wait(30)
    assert (making.broken, making.made) == (True, [])
    assert files_in(letter_versions) == before


def standing_of(tmp_path, letter_versions, text=SETTINGS, carrier="alpha"):
    settings = settings_of(tmp_path, text)
    zones = asked_zones(world(), settings, carrier)
    return letter_status(world(), result_hash(world()), settings, zones, carrier, read_versions(letter_versions), letter_versions)


def test_each_state_has_its_word(tmp_path, letter_versions):
    assert (state := standing_of(tmp_path, letter_versions)).state.ja == "未作成"
    assert (state.zones, state.people) == (2, 33)
    make(letter_versions, settings_of(tmp_path, edited(SETTINGS, {"letter.date": ""})), ["alpha"])
    assert (state := standing_of(tmp_path, letter_versions)).state.ja == "（案）"
    assert state.outdated  # the date was filled in since
    make(letter_versions, settings_of(tmp_path), ["alpha"])
    assert (state := standing_of(tmp_path, letter_versions)).state.ja == "完成（未送付）"
    assert not state.outdated
    (letter_versions / "架空アルファ" / "01_要望書.docx").write_bytes(b"mine")
    assert standing_of(tmp_path, letter_versions).changed_by_hand
    mark_sent(letter_versions, ["alpha"], date(2026, 11, 24))
    assert (state := standing_of(tmp_path, letter_versions)).state.ja == "送付済み（2026-11-24）"
    assert not state.changed_by_hand
    assert [entry.id for entry in state.sent] == ["2026-alpha-1"]


def test_why_there_is_no_letter(tmp_path, letter_versions):
    unpublished = standing_of(tmp_path, letter_versions, edited(SETTINGS, {"carriers.beta.ask": False}), "beta")
    assert (unpublished.why_none.ja, unpublished.missing, unpublished.people) == ("要望書を出さない設定です", (), None)
    blank = standing_of(tmp_path, letter_versions, WITHOUT_NAME, "beta")
    assert blank.cannot_be_made
    assert letter_status(world(), "", None, None, "beta", [], letter_versions).why_none is None


def test_the_zip_holds_what_the_folder_holds(tmp_path, letter_versions):
    entries = make(letter_versions, settings_of(tmp_path))
    (letter_versions / entries[0].folder / "01_要望書.docx").write_bytes(b"mine")
    data = letters_zip(letter_versions, entries, fictitious=True)
    assert data == letters_zip(letter_versions, entries, fictitious=True)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = set(packed.namelist()) - {README}
        assert names == {f"{e.folder}/{name}" for e in entries for name in files_in(letter_versions / e.folder)}
        assert all(packed.read(name) == (letter_versions / name).read_bytes() for name in names)
        assert all(member.flag_bits & 0x800 for member in packed.infolist())
        said = packed.read(README).decode("utf-8-sig")
    assert said.startswith("架空のエリアによる例")
    assert "01_要望書.docx（作成後に手で直されたファイル）" in said
    assert "letters.json" not in names


def test_a_zip_for_one_carrier_speaks_of_no_other(tmp_path, letter_versions):
    entries = make(letter_versions, settings_of(tmp_path))
    with zipfile.ZipFile(io.BytesIO(letters_zip(letter_versions, entries[:1], fictitious=False))) as packed:
        said = packed.read(README).decode("utf-8-sig")
        assert not [name for name in packed.namelist() if "ベータ" in name]
    assert "ベータ" not in said
    assert not said.startswith("架空のエリア")


def test_the_order_of_files_does_not_matter():
    assert zip_bytes({"い": b"1", "あ": b"2"}) == zip_bytes({"あ": b"2", "い": b"1"})


def test_every_figure_is_the_sum_of_its_rows(tmp_path, letter_versions):
    settings = settings_of(tmp_path)
    zones = annex_of(world(), settings)
    figures = {figure.name.en: figure for figure in traced(zones)}
    assert {name: figure.value for name, figure in figures.items()} == {
        "zones asked for": 2,
        "zones without a carrier": 1,
        "people outside the carrier's area": 33,
        "households outside the carrier's area": 16,
        "shelters outside the carrier's area": None,
    }
    for figure in figures.values():
        if figure.value is None:
            assert None in [part for _, part in figure.rows]
        else:
            assert sum(part for _, part in figure.rows) == figure.value
    people = figures["people outside the carrier's area"]
    make(letter_versions, settings, ["alpha"])
    told = json.loads((letter_versions / "letters.json").read_text(encoding="utf-8"))["letters"][0]
    assert told["figures"]["people"] == people.value
    assert [zone for zone, _ in people.rows] == told["zones"]
    assert "一部がエリア外（△）" in reason(zones.rows[0], zones, world()).ja + reason(zones.rows[1], zones, world()).ja
