"""study.toml: what is accepted, and what an office worker reads when it is not."""

from pathlib import Path

import pytest

from coverage.ranking.criteria import DEFAULT_WEIGHTS
from coverage.study.study import read_study
from coverage.study.toml_file import MISTAKE_TEXTS
from geodata.errors import DataError

GOOD = """
[study]
name = "小さな調査"
prefecture = "24"
fiscal_year = 2026
metric_crs = "EPSG:6674"
[population]
files = ["people.txt"]
level = 500
[boundaries]
files = ["n03.geojson"]
[settlements]
files = ["places.csv"]
[[carriers]]
key = "alpha"
name = "架空A"
[[layers]]
carrier = "alpha"
generation = "5G-sub6"
files = ["a.zip"]
as_of = "2026-03-31"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_good_study_reads_with_its_defaults(tmp_path):
    study = read_study(write(tmp_path, GOOD))
    assert study.path("a.zip") == tmp_path.resolve() / "a.zip"
    assert study.text == GOOD
    assert study.generations == ["4G", "5G", "5G-sub6"]
    assert (study.rules.official, study.rules.gaps, study.rules.inclusive) == ("mic_half", "area", True)
    assert study.ranking.weights == DEFAULT_WEIGHTS


def test_windows_notepad_writes_a_bom(tmp_path):
    (tmp_path / "study.toml").write_bytes(GOOD.encode("utf-8-sig"))
    assert read_study(tmp_path / "study.toml").about.name == "小さな調査"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("level = 500", ""), "level"),
        (("level = 500", "levle = 500"), "知らない項目"),
        (('carrier = "alpha"', 'carrier = "beta"'), "beta"),
        (('[settlements]\nfiles = ["places.csv"]', ""), "contiguous"),
        (("fiscal_year = 2026", 'fiscal_year = "令和8"'), "study.fiscal_year"),
        (('as_of = "2026-03-31"', 'as_of = "R8.3.31"'), "layers.1.as_of"),
        (("[study]", "[study"), "TOML"),
        (("[population]", "[ranking.weights]\nhope = 3.0\n[population]"), "hope"),
        (("[population]", "[ranking.weights]\nshelters = 0.0\n[population]"), "すべて0"),
        (('name = "架空A"', 'name = "架空A"\n[[carriers]]\nkey = "alpha"\nname = "B"'), "alpha"),
    ],
)
def test_each_mistake_is_named(tmp_path, change, expected):
    with pytest.raises(DataError) as refused:
        read_study(write(tmp_path, GOOD.replace(*change)))
    message = str(refused.value)
    assert expected in message
    assert "study.toml" in message
    assert "直し方" in message


def test_a_missing_study_says_how_to_make_one(tmp_path):
    with pytest.raises(DataError, match="kengai new"):
        read_study(tmp_path)


def test_shift_jis_is_refused_with_the_mend(tmp_path):
    (tmp_path / "study.toml").write_bytes(GOOD.encode("cp932"))
    with pytest.raises(DataError, match="UTF-8"):
        read_study(tmp_path)


def test_every_said_word_has_both_languages():
    assert all(ja and en and ja != en for ja, en in MISTAKE_TEXTS.values())
