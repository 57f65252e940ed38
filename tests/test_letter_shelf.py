"""Letters that were sent or changed by hand are never written again; a killed run leaves no half of anything."""

import json
import unicodedata
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import DataError
from requests_gen.files.names import file_name, safe_name
from requests_gen.letters import make as letters
from requests_gen.letters import papers
from requests_gen.letters import versions as letter_exchange
from requests_gen.letters.make import PaperMaker, mark_sent, write_letters
from requests_gen.letters.versions import files_in, read_versions
from tests.letter_world import SETTINGS, settings_of, world

ALPHA = "架空アルファ"
SENT_ON = date(2026, 11, 24)


def plain_papers(folder, words_of, maps, template):
    """In place of the real papers: files of the same names that hold the words, and differ when these do."""
    folder.mkdir(parents=True)
    words = json.dumps([asdict(words_of.letter), asdict(words_of.table)], ensure_ascii=False, sort_keys=True, default=str)
    for name in ("01_要望書{}.docx", "01_要望書{}.pdf", "02_別紙1{}.xlsx"):
        (folder / name.format(words_of.letter.draft)).write_text(f"{name}\n{words}", encoding="utf-8")


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """Where the maps of all these letters are kept: drawn once."""
    return tmp_path_factory.mktemp("maps")


@pytest.fixture
def office(real_office):
    """An office whose papers are plain text: what becomes of the folders does not depend on what is printed."""
    real_office.write_papers = staticmethod(plain_papers)
    return real_office


@pytest.fixture
def real_office(tmp_path, maps):
    """Writes the letters with other settings into one shelf; returns {folder: files} of it."""

    class Office:
        letter_versions = tmp_path / "papers" / "letters"
        write_papers = staticmethod(papers.write_papers)

        def write(self, text=SETTINGS, **more):
            self.said = []
            write_letters(
                world(),
                settings_of(tmp_path, text),
                self.letter_versions,
                progress=lambda step: self.said.append(step.ja),
                maker=PaperMaker(workers=1, maps=maps, write=self.write_papers),
                **more,
            )
            return self.folders()

        def folders(self):
            return {path.name: files_in(path) for path in sorted(self.letter_versions.iterdir()) if path.is_dir()}

        def entry(self, letter_id):
            return next(entry for entry in read_versions(self.letter_versions) if entry.id == letter_id)

    return Office()


OTHER = SETTINGS.replace('deadline = "2027-01-29"', 'deadline = "2027-02-26"')


def test_a_folder_for_every_carrier_with_names_an_office_would_give(real_office):
    office = real_office
    folders = office.write()
    assert list(folders) == [ALPHA, "架空ベータ"]
    assert list(folders[ALPHA]) == [
        "00_要望概要.pdf",
        "01_要望書.docx",
        "01_要望書.pdf",
        "02_別紙1_優先整備要望地区一覧表.pdf",
        "02_別紙1_優先整備要望地区一覧表.xlsx",
        "03_別紙2_地区別個票.pdf",
        "04_別添_回答様式.xlsx",
    ]
    told = json.loads((office.letter_versions / "letters.json").read_text(encoding="utf-8"))
    alpha = told["letters"][0]
    assert (alpha["id"], alpha["state"], alpha["figures"]["people"]) == ("2026-alpha-1", "ready", 33)
    assert alpha["zones"] == ["24202-001", "24201-001"]
    assert len(alpha["result_sha256"]) == 64
    assert {f["name"]: f["sha256"] for f in alpha["files"]} == folders[ALPHA]
    assert told["fictitious"] is True


def test_the_same_again_changes_nothing(office):
    first = office.write()
    before = (office.letter_versions / "letters.json").read_bytes()
    assert office.write() == first
    assert (office.letter_versions / "letters.json").read_bytes() == before
    assert any("変わっていないため" in text for text in office.said)


def test_elsewhere_the_same_bytes(real_office, tmp_path):
    office = real_office
    here = office.write()
    office.letter_versions = tmp_path / "elsewhere"
    assert office.write() == here


def test_an_unsent_letter_is_made_anew_and_the_old_one_kept(office):
    first = office.write()
    second = office.write(OTHER)
    assert list(second) == list(first)
    assert second[ALPHA]["01_要望書.pdf"] != first[ALPHA]["01_要望書.pdf"]
    assert files_in(office.letter_versions.with_name("letters.old") / ALPHA) == first[ALPHA]


def test_a_sent_letter_is_never_written_again(office):
    first = office.write()
    mark_sent(office.letter_versions, ["alpha"], SENT_ON)
    assert office.entry("2026-alpha-1").sent_on == "2026-11-24"
    second = office.write(OTHER)
    assert second[ALPHA] == first[ALPHA]
    assert list(second) == [ALPHA, f"{ALPHA}_第2版", "架空ベータ"]
    assert office.entry("2026-alpha-1").state == "sent"
    assert office.entry("2026-alpha-2").state == "ready"
    assert any("送付済みのため残し、第2版" in text for text in office.said)
    # and once more: the second version is not sent yet and is replaced, the first still stands
    third = office.write(OTHER.replace('symbol = "デ"', 'symbol = "情"'))
    assert third[ALPHA] == first[ALPHA]
    assert third[f"{ALPHA}_第2版"] != second[f"{ALPHA}_第2版"]
    assert list(third) == list(second)


def test_a_sent_letter_that_nothing_changed_needs_no_second(office):
    first = office.write()
    mark_sent(office.letter_versions, ["2026-alpha-1"], SENT_ON)
    assert office.write() == first


def test_work_by_hand_is_kept(office):
    office.write()
    edited = office.letter_versions / ALPHA / "01_要望書.docx"
    edited.write_bytes(b"edited by hand")
    assert office.write()[ALPHA]["01_要望書.docx"]
    assert edited.read_bytes() == b"edited by hand"
    assert f"{ALPHA}_第2版" in office.write(OTHER)
    assert edited.read_bytes() == b"edited by hand"
    assert any("手で直されているため残し" in text for text in office.said)


def test_what_was_sent_is_what_lay_there(office):
    office.write()
    (office.letter_versions / ALPHA / "01_要望書.docx").write_bytes(b"edited, then sent")
    mark_sent(office.letter_versions, ["alpha"], SENT_ON)
    assert office.entry("2026-alpha-1").files == files_in(office.letter_versions / ALPHA)


def test_a_note_of_the_office_stays(office):
    office.write()
    (office.letter_versions / "memo.txt").write_text("mine")
    office.write(OTHER)
    assert (office.letter_versions / "memo.txt").read_text() == "mine"


def test_one_carrier_leaves_the_others_alone(office):
    first = office.write()
    second = office.write(OTHER, carriers=["beta"])
    assert second[ALPHA] == first[ALPHA]
    assert second["架空ベータ"] != first["架空ベータ"]


def test_a_draft_says_so_and_cannot_have_been_sent(office):
    folders = office.write(SETTINGS.replace('person = "例示"', ""))
    assert "01_要望書（案）.docx" in folders[ALPHA]
    assert office.entry("2026-alpha-1").facts["missing"] == ["担当者名"]
    with pytest.raises(DataError) as error:
        mark_sent(office.letter_versions, ["alpha"], SENT_ON)
    assert error.value.code == "letter-is-draft"
    assert "01_要望書.docx" in office.write()[ALPHA]
    assert "01_要望書（案）.docx" not in office.folders()[ALPHA]


def test_a_carrier_that_is_not_asked_is_named(office):
    folders = office.write(SETTINGS + "ask = false\n")
    assert list(folders) == [ALPHA]
    told = json.loads((office.letter_versions / "letters.json").read_text(encoding="utf-8"))
    assert told["not_asked"] == [{"carrier": "beta", "reason": "ask = false"}]


def test_unknown_names_are_refused(office):
    with pytest.raises(DataError) as error:
        office.write(carriers=["gamma"])
    assert error.value.code == "carrier-unknown"
    office.write()
    with pytest.raises(DataError) as error:
        mark_sent(office.letter_versions, ["2026-gamma-1"], SENT_ON)
    assert error.value.code == "letter-unknown"


@pytest.mark.parametrize("text", ["{", '{"letters": [{}]}', None])
def test_a_folder_that_is_no_shelf_is_left_alone(office, text):
    office.letter_versions.mkdir(parents=True)
    (office.letter_versions / "mine.txt").write_text("mine")
    if text is not None:
        (office.letter_versions / "letters.json").write_text(text)
    with pytest.raises(DataError) as error:
        office.write()
    assert error.value.code == "letters-not-a-shelf"
    assert (office.letter_versions / "mine.txt").read_text() == "mine"


def test_somebodys_own_folder_of_that_name_is_not_written_into(office):
    office.write(carriers=["beta"])
    (office.letter_versions / ALPHA).mkdir()
    (office.letter_versions / ALPHA / "mine.txt").write_text("mine")
    folders = office.write()
    assert folders[ALPHA].keys() == {"mine.txt"}
    assert "01_要望書.pdf" in folders[f"{ALPHA}_alpha"]


@pytest.mark.parametrize("step", ["annex2_pdf", "write_annex_xlsx", "_reply_form"])
def test_stopped_half_way_nothing_has_changed(office, monkeypatch, step):
    first = office.write()

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    office.write_papers = staticmethod(papers.write_papers)
    monkeypatch.setattr(f"requests_gen.letters.papers.{step}", stop)
    with pytest.raises(KeyboardInterrupt):
        office.write(OTHER)
    assert office.folders() == first
    assert [path.name for path in office.letter_versions.parent.iterdir() if "making" in path.name] == []


def test_killed_between_the_two_renames_the_letters_come_back(office, monkeypatch):
    first = office.write()
    office.letter_versions.rename(office.letter_versions.with_name("letters.old"))
    assert office.write() == first


def test_where_names_cannot_be_exchanged_it_works_all_the_same(office, monkeypatch):
    monkeypatch.setattr(letter_exchange.replace_folder, "swap_folders", lambda one, other: False)
    first = office.write()
    assert office.write(OTHER) != first
    assert files_in(office.letter_versions.with_name("letters.old") / ALPHA) == first[ALPHA]


def test_where_names_cannot_be_exchanged_a_refused_last_rename_leaves_the_letters(office, monkeypatch):
    monkeypatch.setattr(letter_exchange.replace_folder, "swap_folders", lambda one, other: False)
    first, rename = office.write(), Path.rename

    def refused(self, target):
        if self.name.endswith(".making") and Path(target) == office.letter_versions:
            raise PermissionError("open elsewhere")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(DataError) as error:
        office.write(OTHER)
    assert error.value.code == "output-in-use"
    assert office.folders() == first


def test_an_old_shelf_with_somebodys_work_is_set_aside(office):
    office.write()
    office.write(OTHER)
    note = office.letter_versions.with_name("letters.old") / ALPHA / "note.txt"
    note.write_text("mine")
    office.write()
    assert (office.letter_versions.with_name("letters.old2") / ALPHA / "note.txt").read_text() == "mine"


def test_the_hash_of_the_result_follows_the_result():
    result = world()
    assert letters.result_hash(result) == letters.result_hash(result)


@pytest.mark.parametrize(
    ("text", "name"), [("A/B:C*?", "A_B_C__"), ("..", "_"), ("CON", "_CON"), ("com1.x", "_com1.x"), (" 名前. ", "名前"), ("a\x00b", "a_b")]
)
def test_names_that_every_system_takes(text, name):
    assert file_name(text) == name


SAFE_NAMES = [
    ("表\u202egpj.xlsx", "表_gpj.xlsx"),  # shown as 表xslx.jpg
    ("ゼロ\u200b幅\ufeff.csv", "ゼロ_幅_.csv"),
    ("a\nb\u2028c\x7f.csv", "a_b_c_.csv"),
    ("NUL", "_NUL"),
    ("aux.txt", "_aux.txt"),
    ("COM¹.csv", "_COM¹.csv"),
    ("conout$", "_conout$"),
    ("CONSOLE.csv", "CONSOLE.csv"),
    ("津市．ＣＳＶ", "津市．ＣＳＶ"),  # full-width signs are letters like others
    ("表.csv. . ", "表.csv"),
]


@pytest.mark.parametrize(("text", "name"), SAFE_NAMES)
def test_letters_and_intake_make_the_same_names(text, name):
    assert (file_name(text), safe_name(text)) == (name, name)


@given(st.text(max_size=300))
def test_whatever_is_written_makes_a_name(text):
    for name in (file_name, safe_name):
        made = name(text)
        assert name(made) == made
        assert made == made.strip(" .") != ""
        assert len(made.encode()) < 240
        assert not {unicodedata.category(sign) for sign in made} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert not set(made) & set('/:*?"<>|') | ({"\\"} & set(made))
