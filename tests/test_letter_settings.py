"""letters.toml: what it may say, what is asked for by name, and that each key is explained."""

from pathlib import Path

import pytest

from coverage.study.study import read_study
from geodata.errors import DataError
from requests_gen.letters.make import write_letters
from requests_gen.workspace import letters_toml as letter_prefecture
from requests_gen.workspace import letters_toml as letter_settings
from tests.letter_world import SETTINGS, papers_of, settings_of, world, world_folder

ROOT = Path(__file__).resolve().parents[1]
PARTS = [
    letter_settings.Paper,
    letter_settings.Sender,
    letter_settings.Contact,
    letter_settings.Style,
    letter_settings.ZoneChoice,
    letter_settings.Texts,
    letter_settings.Addressee,
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_key_is_explained_and_in_the_template(part):
    docs = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8")
    template = letter_settings.TEMPLATE.read_text(encoding="utf-8")
    assert [name for name in part.model_fields if f"`{name}`" not in docs] == []
    assert [name for name in part.model_fields if name not in template] == []


def test_the_template_reads_and_asks_for_what_is_empty(tmp_path):
    study = read_study(world_folder())
    letter_settings.write_letters_toml(tmp_path, study)
    settings = letter_settings.read_letter_settings(study, tmp_path / "letters.toml")
    assert settings.sender.title == "三重県知事"
    assert settings.asked() == ["alpha", "beta"]
    with pytest.raises(DataError) as error:
        write_letters(world(), settings, tmp_path / "letters")
    assert error.value.code == "letter-settings-missing"
    for name in ("差出人の氏名（sender.name）", "宛先の会社名（carriers.beta.organisation）", "文書の日付（letter.date）"):
        assert name in str(error.value)
    assert not (tmp_path / "letters").exists()


def test_a_letters_toml_that_is_there_is_kept(tmp_path):
    (tmp_path / "letters.toml").write_text("# mine\n", encoding="utf-8")
    letter_settings.write_letters_toml(tmp_path, read_study(world_folder()))
    assert (tmp_path / "letters.toml").read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ('date = "2026-11-20"', 'date = "20.11.2026"', "settings-invalid", "letter.date: 日付は"),
        ('date = "2026-11-20"', "date = 2026-11-20", "settings-invalid", "引用符で囲んだ文字"),
        ('deadline = "2027-01-29"', 'deadline = "2026-11-20"', "settings-invalid", "回答期限が文書の日付より後ではありません"),
        ('symbol = "デ"', 'simbol = "デ"', "settings-invalid", "知らない項目です"),
        ("[carriers.beta]", "[carriers.gamma]", "letters-unknown-carrier", "gamma"),
        ('number = "12の2"', 'commitments = ["全額を補助"]', "settings-invalid", "approved_commitments に無い約束です"),
        ("[sender]", "[sender", "settings-not-toml", "TOMLとして読めません"),
    ],
)
def test_mistakes_are_named(tmp_path, before, after, code, said):
    with pytest.raises(DataError) as error:
        settings_of(tmp_path, SETTINGS.replace(before, after, 1))
    assert error.value.code == code
    assert said in str(error.value)


def test_without_number_and_date_it_is_a_draft_with_space_to_write(tmp_path):
    text = SETTINGS.replace('date = "2026-11-20"', "").replace('number = "12の1"', "")
    letter = papers_of(world(), settings_of(tmp_path, text)).letter
    assert letter.draft == "（案）"
    assert letter.blanks == ("文書の日付", "文書番号")
    assert letter.number == "デ第　　号"
    assert letter.date == "令和　　年　　月　　日"
    assert papers_of(world(), settings_of(tmp_path)).letter.draft == ""


def test_a_company_alone_is_addressed_with_onchu(tmp_path):
    text = SETTINGS.replace('title = "代表取締役社長"\nname = "架空　一郎"', 'honorific = "御中"', 1)
    assert papers_of(world(), settings_of(tmp_path, text)).letter.addressee == ("架空アルファ株式会社　御中",)


def test_only_what_is_approved_is_promised(tmp_path):
    def body(text: str) -> str:
        return "".join(papers_of(world(), settings_of(tmp_path, text)).letter.body)

    assert "用地の情報提供及び関係機関との調整について" in body(SETTINGS)
    one = SETTINGS.replace('number = "12の1"', 'number = "12の1"\ncommitments = ["関係機関との調整"]')
    assert "用地" not in body(one)
    assert "関係機関との調整について" in body(one)
    nothing = SETTINGS.replace('["用地の情報提供", "関係機関との調整"]', "[]")
    assert "協力を行って" not in body(nothing)


def test_each_prefecture_speaks_of_itself():
    words = letter_prefecture.usual_words
    assert words("24")["@MUNICIPALITIES@"] == "市町"
    assert words("20")["@MUNICIPALITIES@"] == "市町村"
    assert (words("01")["@WE@"], words("13")["@GOVERNMENT@"], words("26")["@GOVERNOR@"]) == ("本道", "都", "京都府知事")
    assert "入り組んだ海岸線" in words("24")["@REGION@"]
    assert words("20")["@REGION@"] == letter_prefecture.ANY_REGION
