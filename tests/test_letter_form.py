"""letters.toml by a form: every key has its field, comments stay, nobody's change is lost."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.study.study import read_study
from geodata.errors import DataError
from requests_gen.workspace import letters_toml as letter_settings
from requests_gen.workspace.letters_edit import CHANGED, Written, changed, differences, edited, parsed, read_written, save
from requests_gen.workspace.letters_form import form_groups, form_values, still_empty
from requests_gen.workspace.letters_toml import read_letter_settings, write_letters_toml
from tests.letter_world import SETTINGS, world_folder

TABLES = {
    "letter": letter_settings.Paper,
    "sender": letter_settings.Sender,
    "contact": letter_settings.Contact,
    "style": letter_settings.Style,
    "zones": letter_settings.ZoneChoice,
    "texts": letter_settings.Texts,
    "carriers.alpha": letter_settings.Addressee,
}


@pytest.fixture
def office(tmp_path):
    """The study, and a fresh commented letters.toml of it."""
    study = read_study(world_folder())
    return study, write_letters_toml(tmp_path, study)


def values_of(text: str, carrier: str = "alpha"):
    return form_values(parsed(text), carrier)


def test_every_key_has_one_field_with_help():
    fields = [field for group in form_groups("alpha") for field in group.fields]
    spec = {f"{table}.{name}" for table, part in TABLES.items() for name in part.model_fields}
    assert sorted(field.key for field in fields) == sorted(spec)
    assert all(field.help.ja and field.help.en and field.label.en for field in fields)


@pytest.mark.parametrize("text", [SETTINGS, "", '[carriers.alpha]\nhonorific = "御中"\n', SETTINGS + "ask = false\n"])
def test_the_form_asks_for_what_the_letter_asks_for(tmp_path, text):
    (tmp_path / "letters.toml").write_text(text, encoding="utf-8")
    said = read_letter_settings(read_study(world_folder()), tmp_path / "letters.toml")
    assert still_empty(values_of(text), "alpha") == said.missing("alpha")


def test_values_are_those_of_the_settings():
    values = values_of(SETTINGS)
    assert values["carriers.alpha.number"] == "12の1"
    assert (values["carriers.alpha.commitments"], values["carriers.alpha.ask"]) == (None, True)
    assert (values["zones.max_zones"], values["style.font_size"]) == (50, 11.0)
    assert values_of("[letter]\ndate = 2026-11-20\n")["letter.date"] == "2026-11-20"
    assert values_of("letter = 3\n")["letter.date"] == ""


def test_filling_in_keeps_comments_and_order(office):
    _, file = office
    before = file.read_text(encoding="utf-8")
    edits = {
        "sender.name": '髙﨑 "𠮷"',
        "letter.date": "2026-11-20",
        "zones.max_zones": 7,
        "style.font_size": 10.5,
        "zones.marks": ["×"],
        "texts.approved_commitments": ["国の補助", "調整"],
        "carriers.beta.ask": False,
        "carriers.alpha.commitments": ["調整"],
    }
    after = edited(before, edits)
    assert [line.partition("#")[2] for line in after.splitlines() if "#" in line] == [
        line.partition("#")[2] for line in before.splitlines() if "#" in line
    ]
    for key, value in edits.items():
        assert values_of(after, key.split(".")[1] if key.startswith("c") else "alpha")[key] == value
    assert len(after.splitlines()) == len(before.splitlines()) + 3  # two promises, one new key
    assert edited(after, {"carriers.alpha.commitments": None}).count("commitments = ") == after.count("commitments = ") - 1


@pytest.mark.parametrize(
    "text", ["", "# only\n", '[carriers.alpha]\nname = "x"\n# about us\n[sender]\n', 'carriers.alpha.name = "x"\n', "[letter]\n"]
)
def test_keys_and_tables_that_are_not_there_are_added(text):
    edits = {"letter.date": "2026-11-20", "carriers.alpha.number": "1", "carriers.beta.name": "乙"}
    after = edited(text, edits)
    for key, value in edits.items():
        assert values_of(after, "beta" if ".beta." in key else "alpha")[key] == value
    assert all(line in after.splitlines() for line in text.splitlines() if line.startswith("#"))


def test_what_cannot_be_edited_is_told():
    with pytest.raises(DataError) as error:
        edited("letter = 3\n", {"letter.date": "2026-11-20"})
    assert error.value.code == "settings-unfit-for-form"


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.sampled_from(["sender.name", "texts.region"]))
def test_any_text_comes_back_and_nothing_else_changes(value, key):
    after = edited(SETTINGS, {key: value})
    assert values_of(after)[key] == value
    assert set(changed(values_of(after), values_of(SETTINGS))) <= {key}
    assert edited(SETTINGS, {}) == SETTINGS


@pytest.mark.parametrize(("bom", "crlf"), [(False, False), (True, False), (False, True), (True, True)])
def test_the_files_own_line_ends_stay(tmp_path, office, bom, crlf):
    study, file = office
    data = Written(file.read_text(encoding="utf-8"), bom, crlf).as_bytes()
    file.write_bytes(data)
    began = read_written(file)
    assert (began.bom, began.crlf, began.as_bytes()) == (bom, crlf, data)
    save(file, began, edited(began.text, {"sender.name": "見本"}), study)
    new = file.read_bytes()
    assert new.startswith(b"\xef\xbb\xbf") == bom
    assert (new.count(b"\r\n") == new.count(b"\n")) == crlf
    assert (tmp_path / "letters.toml.old").read_bytes() == data
    assert [a for a, b in zip(data.splitlines(), new.splitlines(), strict=True) if a != b] == [
        next(line for line in data.splitlines() if line.startswith(b'name = ""'))
    ]


def test_what_someone_else_wrote_is_not_overwritten(office):
    study, file = office
    began = read_written(file)
    theirs = edited(began.text, {"sender.name": "乙", "contact.phone": "000"})
    file.write_bytes(theirs.encode())
    with pytest.raises(DataError) as error:
        save(file, began, edited(began.text, {"sender.name": "甲"}), study)
    assert error.value.code == CHANGED
    assert file.read_text(encoding="utf-8") == theirs
    assert not file.with_name("letters.toml.old").exists()
    mine = {**values_of(began.text), "sender.name": "甲"}
    rows = {row.key: row for row in differences(values_of(began.text), values_of(theirs), mine)}
    assert {key: row.both for key, row in rows.items()} == {"sender.name": True, "contact.phone": False}


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ({"letter.date": "2026-11-20", "letter.deadline": "2026-11-01"}, "settings-invalid"),
        ({"carriers.alpha.commitments": ["全額を補助"]}, "settings-invalid"),
        ({"carriers.gamma.name": "x"}, "letters-unknown-carrier"),
    ],
)
def test_what_is_not_valid_is_not_written(office, edits, code):
    study, file = office
    before = file.read_bytes()
    began = read_written(file)
    with pytest.raises(DataError) as error:
        save(file, began, edited(began.text, edits), study)
    assert error.value.code == code
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir()) == ["letters.toml"]


def test_another_encoding_is_told(tmp_path: Path):
    (tmp_path / "letters.toml").write_bytes('name = "三重"'.encode("cp932"))
    with pytest.raises(DataError) as error:
        read_written(tmp_path / "letters.toml")
    assert error.value.code == "settings-not-utf8"
