"""study.toml: what is accepted, and what an office worker reads when it is not."""

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from coverage.ranking.criteria import DEFAULT_WEIGHTS
from coverage.study.study import Study, read_study
from coverage.study.toml_file import MISTAKE_TEXTS
from geodata.errors import DataError
from requests_gen.workspace.letters_toml import LetterSettings, read_letter_settings
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


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999"])
@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("[population]", "[ranking]\nweights = { shelters = @ }\n[population]"), "ranking.weights.shelters"),
        (("[population]", "[ranking]\nleast_uncovered_population = @\n[population]"), "ranking.least_uncovered_population"),
        (("[population]", "[rules]\nthreshold = @\n[population]"), "rules.threshold"),
        (("[population]", "[zones]\nleast_road_km = @\n[population]"), "zones.least_road_km"),
        (("[population]", '[evidence]\nfield_tests = ["a.csv"]\nweak_dbm = @\n[population]'), "evidence.weak_dbm"),
    ],
)
def test_no_number_is_infinite_or_none(tmp_path, change, key, value):
    """Also where a limit would keep infinity out: the words are the same."""
    with pytest.raises(DataError) as refused:
        read_study(write(tmp_path, GOOD.replace(change[0], change[1].replace("@", value))))
    assert refused.value.code == "settings-invalid"
    assert key in refused.value.problem.ja
    assert "inf（無限大）や nan ではなく" in refused.value.problem.ja


def test_weights_that_cannot_be_added_up_are_refused(tmp_path):
    with pytest.raises(DataError, match="大きすぎます"):
        read_study(write(tmp_path, GOOD + "[ranking.weights]\nshelters = 1e308\nuncovered_population = 1e308\n"))


def test_every_table_of_settings_refuses_infinity():
    """Whoever adds a number adds it to a model that refuses inf and nan: all are made of Part, or say it themselves."""
    seen, to_see = set(), [Study, LetterSettings]
    while to_see:
        model = to_see.pop()
        if model not in seen:
            seen.add(model)
            assert model.model_config.get("allow_inf_nan") is False, model
            to_see += [part for field in model.model_fields.values() for part in _models(field.annotation, BaseModel)]
    assert len(seen) > 15


def _models(annotation, base):
    if isinstance(annotation, type) and issubclass(annotation, base):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part, base)]


WINDOWS = [
    "C:\\Users\\県庁\\people.txt",  # \U begins a character by number
    "C:\\data\\people.txt",
    "C:\\temp\\new.txt",  # reads well, with a tab and a line break in it
    "C:\\back\\form\\run.txt",
    "..\\people.txt",
    "\\\\server\\share\\people.txt",
    "C:\\data\\",  # takes the closing quote with it
    "C:\\temp\\",
]


@pytest.mark.parametrize("path", WINDOWS)
def test_a_path_from_explorer_is_told_with_its_line_and_the_advice_works(tmp_path, path):
    text = GOOD.replace('"people.txt"', f'"{path}"')
    with pytest.raises(DataError) as refused:
        read_study(write(tmp_path, text))
    error = refused.value
    assert (error.code, error.file, str(error.where)) == ("settings-backslash", "study.toml", "8行目")
    assert "バックスラッシュ" in error.problem.ja
    for advised in (f'"{path.replace(chr(92), "/")}"', f"'{path}'"):
        assert advised[1:-1] in read_study(write(tmp_path, GOOD.replace('"people.txt"', advised))).population.files


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('files = ["places.csv"]', 'files = [\n  "a.csv",\n  "C:\\temp.csv",\n]', 15),
        ("[settlements]", '[evidence]\nfield_tests = ["tests\\result.csv"]\n[settlements]', 13),
        ("[settlements]", '[zones]\nids = "old\\new.csv"\n[settlements]', 13),
    ],
)
def test_every_key_that_names_a_file_is_looked_at(tmp_path, old, new, line):
    assert old in GOOD
    with pytest.raises(DataError) as refused:
        read_study(write(tmp_path, GOOD.replace(old, new)))
    assert (refused.value.code, str(refused.value.where)) == ("settings-backslash", f"{line}行目")


def test_notes_may_hold_lines_and_literal_strings_backslashes(tmp_path):
    study = read_study(
        write(tmp_path, GOOD.replace("fiscal_year", 'notes = "1行目\\n2行目"\nfiscal_year').replace('"a.zip"', "'data\\new.zip'"))
    )
    assert study.about.notes == "1行目\n2行目"
    assert study.layers[0].files == ["data\\new.zip"]


@pytest.mark.parametrize(
    ("change", "code", "words", "where"),
    [
        (("[boundaries]", "[population]\nlevel = 1000\n[boundaries]"), "settings-twice", "[population]", "10行目"),
        (("level = 500", "level = 500\nlevel = 1000"), "settings-twice", "level = 1000", "10行目"),
        (("[[carriers]]", "[carriers]\nx = 1\n[[carriers]]"), "settings-twice", "[[carriers]]", "16行目"),
        (("level = 500", "level 500"), "settings-not-toml", "= がありません", "9行目"),
        (('"EPSG:6674"', "EPSG:6674"), "settings-not-toml", "引用符", "6行目"),
        (('name = "小さな調査"', 'name = "小さな調査'), "settings-not-toml", "閉じていません", "3行目"),
    ],
)
def test_slips_of_the_pen_are_told_by_line(tmp_path, change, code, words, where):
    with pytest.raises(DataError) as refused:
        read_study(write(tmp_path, GOOD.replace(*change)))
    assert (refused.value.code, str(refused.value.where)) == (code, where)
    assert words in refused.value.problem.ja


def test_letters_toml_is_read_the_same_way(tmp_path):
    study = read_study(write(tmp_path, GOOD))
    for text, code in (("[style]\nfont_size = nan\n", "settings-invalid"), ("[style]\n[style]\n", "settings-twice")):
        (tmp_path / "letters.toml").write_text(text, encoding="utf-8")
        with pytest.raises(DataError) as refused:
            read_letter_settings(study)
        assert (refused.value.code, refused.value.file) == (code, "letters.toml")


@pytest.mark.parametrize(
    ("crs", "code"), [("EPSG:66740", "metric-crs-unknown"), ("EPSG:6668", "metric-crs-not-metres"), ("EPSG:3857", "metric-crs-web")]
)
def test_a_study_is_measured_in_metres(tmp_path, crs, code):
    with pytest.raises(DataError) as refused:
        read_study(write(tmp_path, GOOD.replace("EPSG:6674", crs)))
    assert refused.value.code == code
    assert 'metric_crs = "EPSG:6674"' in refused.value.remedy.ja


def test_a_missing_study_says_how_to_make_one(tmp_path):
    with pytest.raises(DataError, match="kengai new"):
        read_study(tmp_path)


def test_shift_jis_is_refused_with_the_mend(tmp_path):
    (tmp_path / "study.toml").write_bytes(GOOD.encode("cp932"))
    with pytest.raises(DataError, match="UTF-8"):
        read_study(tmp_path)


def test_every_said_word_has_both_languages():
    assert all(ja and en and ja != en for ja, en in MISTAKE_TEXTS.values())
