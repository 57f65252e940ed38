"""study.toml: what is accepted, and what an office worker reads when it is not."""

import json
from pathlib import Path

import pytest

from coverage.ranking.criteria import DEFAULT_WEIGHTS
from coverage.study.study import read_study
from coverage.study.toml_file import MISTAKE_TEXTS
from geodata.errors import DataError
from tests.mini_study import STUDY as MINI

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


BETA = 'carrier = "beta"\ngeneration = "4G"\nfiles = ["beta_4g.geojson"]\nas_of = "2026-03-31"\n'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('carrier = "beta"\ngeneration = "4G"\nas_of = "2026-03-31"\n', "none = true"),
        (BETA + "none = true\n", "一緒に書けません"),
        (BETA + '[[layers]]\ncarrier = "beta"\ngeneration = "4G"\nas_of = "2026-03-31"\nnone = true\n', "どちらかを消してください beta 4G"),
        (BETA + "where = { a = { atleast = 3 } }\n", "where.a.choice.atleast"),
        (BETA + "where = { a = {} }\n", "contains、at_least、at_most"),
        (BETA + "where = { a = 3 }\n", "where.a"),
        (BETA + 'weak = "yes"\n', "weak"),
        (BETA + "least_share = 50\n", "least_share"),
    ],
)
def test_each_mistake_in_a_layer_is_named(tmp_path, lines, expected):
    with pytest.raises(DataError) as caught:
        read_study(write(tmp_path, MINI.replace(BETA, lines)))
    assert expected in str(caught.value)


def test_what_a_layer_may_say(tmp_path):
    more = 'weak = "covered"\nanswer_field = "4G"\nleast_share = 0.5\nleast_dbm = -110\n'
    more += 'where = { a = ["x", 3], b = { contains = "4G" }, c = { at_least = 3, at_most = 4.5 } }\n'
    nothing = '[[layers]]\ncarrier = "beta"\ngeneration = "5G"\nnone = true\nas_of = "2026-03-31"\n'
    roaming = nothing.replace("none = true", 'kind = "roaming"\nfiles = ["r.kml"]')  # of another's network: no contradiction
    study = read_study(write(tmp_path, MINI.replace(BETA, BETA + more + nothing + roaming)))
    assert study.layers[1].weak == "covered"
    assert study.layers[2].none
    assert not study.layers[2].files
    kept = type(study).model_validate_json(json.dumps(study.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    assert kept.layers == study.layers


def test_a_missing_study_says_how_to_make_one(tmp_path):
    with pytest.raises(DataError, match="kengai new"):
        read_study(tmp_path)


def test_shift_jis_is_refused_with_the_mend(tmp_path):
    (tmp_path / "study.toml").write_bytes(GOOD.encode("cp932"))
    with pytest.raises(DataError, match="UTF-8"):
        read_study(tmp_path)


def test_every_said_word_has_both_languages():
    assert all(ja and en and ja != en for ja, en in MISTAKE_TEXTS.values())
