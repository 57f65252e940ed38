"""The gate: what an input is asked that its file cannot tell, the same in the run, `check --study` and the data page."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coverage.cells import build_cells
from coverage.input_tables import Inputs
from coverage.inputs import read_inputs
from coverage.questions import Asked, Context, Question, facts_of, questions_of, reaches, with_answers
from coverage.questions.context import sha256_of
from coverage.questions.layers import counted_layers
from coverage.run import asked_of, run
from coverage.study import read_study
from geodata.errors import DataError, Text
from geodata.prefectures import AREA_KM2, CENSUS_2020
from geodata.progress import silent
from geodata.report import IntakeReport, file_sha256
from geodata.schema import Population
from kengai import app
from requests_gen.commands.findings import found_in_words
from requests_gen.compare import Held, layer_moves
from requests_gen.intake import edits, in_study
from requests_gen.intake.check import check_files
from requests_gen.intake.preview import asked_about
from requests_gen.intake.study_toml import Entry
from requests_gen.results.intake_report import intake_facts, intake_html
from requests_gen.web_map import map_html
from requests_gen.wording import caption
from tests import hand_world as world
from tests.mini_study import LAYERS, PEOPLE, STUDY, _write, write_mini_study
from tests.waiting import CEILING_S

AT = datetime(2026, 11, 30, tzinfo=UTC)
EVERYWHERE = [world.box(-4, -4, 8, 6)]  # a map frame around the 4 × 2 cells
NOWHERE = [world.box(3.2, 0.2, 3.8, 0.8)]  # in the sea
STAR = shapely.Point(136.0125, 34.004).buffer(0.2)  # everybody, but no rectangle


@pytest.fixture
def study(tmp_path) -> Path:
    return write_mini_study(tmp_path / "s")


def area(study: Path, shapes: list, name: str = "beta_4g.geojson") -> Path:
    _write(study / name, [({}, shape) for shape in shapes])
    return study / name


def asked(study: Path) -> list[Asked]:
    """What the run asks, without the rest of the run."""
    read = read_study(study)
    return asked_of(read, read_inputs(read, silent))


def names(found: Iterable[Asked]) -> list[str]:
    return [one.question.id for one in found]


def ids(result) -> list[str]:
    return [one["id"] for one in result.summary["questions"]]


def population(study: Path, rows: list[str], name: str = "tblT001141H24.txt") -> None:
    head = (study / "tblT001141H24.txt").read_bytes().decode("cp932").splitlines()[:2]
    (study / name).write_bytes(("\r\n".join([*head, *rows]) + "\r\n").encode("cp932"))


@pytest.mark.parametrize(
    ("shapes", "code"),
    [(EVERYWHERE, "layer-map-frame"), ([STAR], "layer-covers-everybody"), (NOWHERE, "layer-covers-nobody"), (LAYERS["beta_4g"], "")],
)
def test_a_layer_of_all_or_nobody_is_asked_under_one_id_everywhere(study, shapes, code):
    """check --study, the data page's function and the run: same id, and the end of the id is the file's fingerprint."""
    file = area(study, shapes)
    spec = [f"{code}-{file_sha256(file)[:8]}"] if code else []
    assert names(asked(study)) == spec
    held = in_study.held_against(read_study(study), file)
    assert names(held.asked) == spec
    assert [notice.code for notice in held.report.notices if notice.code.startswith("layer-")] == ([code] if code else [])
    if code != "layer-covers-nobody":
        return
    entry = Entry("layers", carrier="beta", generation="4G", as_of="2026-03-31")
    text = (study / "study.toml").read_text(encoding="utf-8")
    assert [one["id"] for one in asked_about(file, entry, study, text)] == spec
    # the same file before it is in the study
    elsewhere = study.parent / "sent_by_mail.geojson"
    elsewhere.write_bytes(file.read_bytes())
    assert names(in_study.held_against(read_study(study), elsewhere).asked) == spec


def test_an_answer_closes_the_question_changes_no_figure_and_holds_for_this_file_only(study):
    area(study, EVERYWHERE)
    before = run(read_study(study))
    (name,) = ids(before)
    assert name in found_in_words(before.summary, "ja")
    assert before.summary["questions"][0]["line"] in found_in_words(before.summary, "ja")
    # the share of people is told of every layer: beta's frame holds all 83, alpha 10 + 20 + half of 40
    told = {(one["carrier"], one["generation"]): one["people_covered_share"] for one in before.summary["layers"]}
    assert told == pytest.approx({("alpha", "4G"): 50 / 83, ("beta", "4G"): 1.0, ("alpha", "5G"): 10 / 83})
    edits.apply(edits.plan_answer(study, name, "2026-11-30 事業者に確認（鈴木）"), AT)
    after = run(read_study(study))
    (one,) = after.summary["questions"]
    assert (one["id"], one["answered"], one["answer"]) == (name, True, "2026-11-30 事業者に確認（鈴木）")
    assert name not in found_in_words(after.summary, "ja")
    for key in set(before.summary) - {"questions"}:
        assert after.summary[key] == before.summary[key]
    pd.testing.assert_frame_equal(after.ranking, before.ranking)
    pd.testing.assert_frame_equal(after.shares, before.shares)
    area(study, [world.box(-4, -4, 8, 7)])
    again = facts_of(asked(study), read_study(study).answers)
    assert [one["answered"] for one in again["questions"]] == [False]
    assert again["answers_unasked"] == [name]
    assert name in found_in_words(before.summary | again, "ja")


def test_the_line_to_paste_is_no_answer_before_its_reason_is_written():
    question = Question("code", "ask", Text("", ""), Text("", ""), "f", "ab" * 32)
    (one,) = with_answers([question], tomllib.loads(question.line))
    assert one.open


def test_an_open_question_stands_in_report_map_and_lists_an_answered_one_only_with_its_reason(study):
    area(study, EVERYWHERE)
    result = run(read_study(study))
    (name,) = ids(result)
    words = caption(result, "ja")
    facts = intake_facts(result.reports, True, words, result.summary["questions"])
    for page in (intake_html(result, words), map_html(result, words).split("<script")[0], json.dumps(facts), "".join(words.lines)):
        assert name in page
    messages = next(one for one in facts["files"] if one["path"] == "beta_4g.geojson")["messages"]
    assert [one["code"] for one in messages] == ["layer-map-frame"]
    done = {"questions": [{**result.summary["questions"][0], "answered": True, "answer": "県が<確認>済み"}]}
    answered = replace(result, summary=result.summary | done)
    assert name not in " ".join(caption(answered, "ja").lines)
    page = intake_html(answered, caption(answered, "ja"))
    assert "県が&lt;確認&gt;済み" in page


def test_one_file_for_two_carriers_is_one_question_that_names_both(study):
    area(study, NOWHERE)
    area(study, NOWHERE, "alpha_4g.geojson")
    (one,) = asked(study)
    assert one.question.file == "alpha_4g.geojson, beta_4g.geojson"
    assert one.question.problem.ja.startswith("架空アルファ 4G、架空ベータ 4G: ")


def test_a_satellite_is_asked_nothing_unless_it_counts():
    usual = study_of_tests()
    layers = [layer.model_copy(update={"kind": "satellite"}) for layer in usual.layers]
    theirs = usual.model_copy(update={"layers": layers})
    assert list(counted_layers(usual)) == [("alpha", "4G"), ("beta", "4G"), ("alpha", "5G")]
    assert counted_layers(theirs) == {}
    counted = theirs.model_copy(update={"rules": theirs.rules.model_copy(update={"kinds": ["own", "satellite"]})})
    assert list(counted_layers(counted)) == list(counted_layers(usual))


@pytest.mark.parametrize(
    ("rows", "name", "code"),
    [
        (["533964001,0,,,10,3,5"], "tblT001141H24.txt", "nobody-lives-here"),
        ([f"{world.cell(0, 1)},0,,,0,0,0"], "tblT001141H24.txt", "nobody-counted"),
        ([f"{world.cell(0, 1)},0,,,10,3,5"], "tblT001141H23.txt", "boundary-table-apart"),
    ],
)
def test_a_table_that_does_not_meet_the_boundary_stops_and_refuses(study, rows, name, code):
    population(study, rows, name)
    text = (study / "study.toml").read_text(encoding="utf-8").replace("tblT001141H24.txt", name)
    (study / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as stopped:
        run(read_study(study))
    assert stopped.value.code == code
    if code != "nobody-lives-here":
        return
    for file in (name, "n03.geojson"):
        report = in_study.held_against(read_study(study), study / file).report
        assert (report.verdict, report.notices[-1].code) == ("refuse", code)


@cache
def hand_inputs() -> Inputs:
    """The hand-made world as the mini study reads it."""
    with tempfile.TemporaryDirectory() as folder:
        return read_inputs(read_study(write_mini_study(Path(folder) / "study")), silent)


def hand_context(people: dict[tuple[int, int], float], households: float = 1.0) -> Context:
    """The hand-made world with other people."""
    frame = pd.DataFrame(
        {"population": list(people.values()), "households": households, "population_65plus": 0.0, "age_basis": "own"},
        index=pd.Index([world.cell(*at) for at in people], name="cell_id"),
    )
    reports = [IntakeReport("tblT001141H24.txt", "population", sha256="c0ffee00" * 8)]
    inputs = replace(hand_inputs(), population=Population(frame, 500, frozenset({"24"})), reports=reports)
    cells = build_cells(inputs.population, inputs.municipalities, inputs.in_study, inputs.grid)
    return Context(study_of_tests(), inputs, cells)


@cache
def study_of_tests():
    """A study file without the files it names."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "study.toml").write_text(STUDY, encoding="utf-8")
        return read_study(folder)


@pytest.mark.parametrize(
    ("people", "households", "codes"),
    [
        ({(0, 1): 10.0, (1, 1): 20.0}, 10.0, []),
        ({(0, 1): 10.0, (1, 1): 20.0}, 11.0, ["households-above-population"]),
        ({(0, 1): 49_000.0}, 1.0, []),
        ({(0, 1): 51_000.0}, 1.0, ["cell-holds-a-city"]),
        ({(0, 1): 2_655_000.0}, 1.0, ["cell-holds-a-city"]),
        ({(0, 1): 2_656_000.0}, 1.0, ["population-above-census", "cell-holds-a-city"]),
    ],
)
def test_people_that_cannot_be_are_asked_and_others_are_not(people, households, codes):
    """Mie had 1,770,254 people: 1.5 times that is 2,655,381. A city has 50,000."""
    found = questions_of(hand_context(people, households))
    assert [one.code for one in found] == codes
    assert {one.id for one in found} == {f"{code}-c0ffee00" for code in codes}


def test_more_elderly_than_people_is_asked_from_what_the_reader_found(study):
    population(study, [f"{world.cell(*at)},0,,,{count},{count + 1},1" for at, count in PEOPLE.items() if count])
    assert [one.question.code for one in asked(study)] == ["elderly-above-population"]


def test_less_than_half_a_census_is_asked_only_of_a_whole_prefecture(monkeypatch):
    context = hand_context({(0, 1): 10.0, (1, 1): 20.0})
    assert questions_of(context) == []
    # seven 500 m cells of land are 1.87 km²
    monkeypatch.setitem(AREA_KM2, "24", 2)
    assert [one.code for one in questions_of(context)] == ["population-below-census"]
    monkeypatch.setitem(CENSUS_2020, "24", 60)
    assert questions_of(context) == []


def test_the_census_table_adds_up_to_the_country():
    assert sum(CENSUS_2020.values()) == 126_146_099
    assert CENSUS_2020["24"] == 1_770_254
    assert sum(AREA_KM2.values()) == pytest.approx(377_975, abs=2)


def test_unknown_shares_neither_cover_nor_leave_out():
    """Cell (2, 1) holds 40 of 83 people; where the layer does not say, the reach is that of the other 43."""
    frame, study = world.cells(), study_of_tests()
    shares = pd.DataFrame({("beta", "4G"): 1.0}, index=frame.index)
    shares.columns = pd.MultiIndex.from_tuples(shares.columns, names=["carrier", "generation"])
    shares.loc[world.cell(2, 1)] = float("nan")
    (reach,) = reaches(study, frame, shares)
    assert (reach.share, reach.unknown_people) == (1.0, 40.0)


@given(st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), min_size=1, max_size=4))
def test_the_fingerprint_of_several_files_is_that_of_their_contents_not_of_their_order(hashes):
    reports = [IntakeReport(str(n), sha256=one) for n, one in enumerate(hashes)]
    assert sha256_of(reports) == sha256_of(reports[::-1])
    assert (sha256_of(reports) == hashes[0]) == (len(set(hashes)) == 1)
    assert sha256_of(reports, "where") != sha256_of(reports)


@given(st.text(max_size=30), st.text(max_size=30), st.text(min_size=1, max_size=60))
def test_the_line_to_paste_is_toml_whatever_is_asked_about(about, code_of, reason):
    question = Question(f"code-{len(code_of)}", "ask", Text("", ""), Text("", ""), "f", "ab" * 32, about)
    assert list(tomllib.loads(question.line)) == [question.id]
    (one,) = with_answers([question, question], {question.id: reason})
    assert one.open == (not reason.strip() or reason.strip() == tomllib.loads(question.line)[question.id])


def test_the_command_refuses_a_kind_that_does_not_exist(study):
    done = CliRunner().invoke(app, ["check", str(study / "n03.geojson"), "--kind", "foo"])
    assert done.exit_code == 2
    assert "coverage・population・boundary" in done.stderr


def test_check_with_a_study_says_so_where_the_study_cannot_be_read_beside_the_file(study):
    (study / "tblT001141H24.txt").unlink()
    held = in_study.held_against(read_study(study), study / "alpha_4g.geojson")
    assert (held.report.verdict, held.report.notices[-1].code) == ("warn", "study-not-read")
    assert "tblT001141H24.txt" in held.report.notices[-1].text.ja


def test_check_with_a_study_takes_its_mesh_size_and_its_carriers(study):
    """Ten digits alone are 250 m or 100 m; a field test of a carrier that the study does not know is refused by the run."""
    tests = study / "tests.csv"
    tests.write_text("日時,緯度,経度,事業者,RSRP\n2026-05-01 10:00,34.002,136.002,どこか,-90\n", encoding="utf-8")
    assert check_files([tests])[0].verdict == "accept"
    found = in_study.held_against(read_study(study), tests).report
    assert found.verdict != "accept"


@pytest.mark.parametrize("form", ["{}", "{}.0", "{0:.4}-{1}"])
def test_check_reads_the_mesh_codes_a_run_reads(tmp_path, form):
    codes = [world.cell(*at) for at in PEOPLE]
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    rows = [f"{form.format(code, code[4:])},5" for code in codes[:-1]] + [f"{codes[-1].translate(wide)},5"]
    file = tmp_path / "own.csv"
    file.write_text("メッシュコード,人口\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (report,) = check_files([file])
    assert (report.kind, report.verdict, report.accepted) == ("population", "warn", 6)


def test_the_two_largest_changes_of_a_layer_since_last_year_are_told(tmp_path):
    """alpha moves most in B, then in C; A stands still, D is unknown; a carrier that was not there has no line."""

    def summary(year: int, shares: dict[str, float | None]) -> dict:
        towns = {code: {"generations": {"4G": {"area": {"alpha": {"population_coverage": share}}}}} for code, share in shares.items()}
        return {"study": {"fiscal_year": year}, "rules": {"official": "area"}, "municipalities": towns}

    held = []
    for year in (2024, 2025, 2027):
        folder = tmp_path / str(year)
        folder.mkdir()
        shares = {"A": 0.5, "B": 0.9, "C": 0.2, "D": None, "E": 0.31} if year == 2025 else {"B": 0.0}
        (folder / "summary.json").write_text(json.dumps(summary(year, shares)), encoding="utf-8")
        held.append(Held(folder, str(year), False))
    before = layer_moves.year_before(held, 2026)
    assert before is not None
    after = summary(2026, {"A": 0.5, "B": 0.1, "C": 0.3, "D": 0.4, "E": 0.3, "F": 1.0})
    moves = layer_moves.largest_moves(before, after, [("alpha", "4G"), ("beta", "4G")])
    assert [(move.municipality, move.before, move.after) for move in moves] == [("B", 0.9, 0.1), ("C", 0.2, 0.3)]
    (line,) = layer_moves.words(moves, 2025, {"B": "乙町"}, {"alpha": "架空A"})
    assert line.ja == "架空A 4G のカバー率が2025年度から大きく変わった市町村: 乙町 90.0%→10.0%、C 20.0%→30.0%"
    assert layer_moves.year_before(held, 2024) is None


def draw_questions(folder: str, asked: list) -> None:
    from pathlib import Path

    from coverage.study import read_study
    from requests_gen.workspace.places import find_studies
    from screens.data.answers import show_questions
    from screens.shared import Opened, page_parts

    place = find_studies(Path(folder))[0]
    page_parts.show_done()
    show_questions(Opened(place, "", "ja"), read_study(place.folder), asked)


@pytest.mark.filterwarnings("ignore")  # Streamlit's own modules warn on import under some versions
def test_the_page_writes_the_reason_into_the_study_and_folds_the_question(study):
    from streamlit.testing.v1 import AppTest

    text = Text("**枠**のようです", "a frame?")
    question = Question("layer-map-frame", "ask", text, text, "beta_4g.geojson", "ab" * 32)
    (one,) = with_answers([question], {})
    page = AppTest.from_function(draw_questions, args=(str(study), [one.as_dict]), default_timeout=CEILING_S).run()
    assert not page.exception
    assert r"\*\*枠\*\*" in page.warning[0].value
    page.text_input[0].input('県の"情報"課で確認').run()
    page.button[0].click().run()
    assert not page.exception
    assert read_study(study).answers == {"layer-map-frame-abababab": '県の"情報"課で確認'}
    assert not page.warning
    edits.undo(study, AT)
    assert read_study(study).answers == {}


def test_a_table_of_ten_digits_is_read_with_the_mesh_size_of_the_study(study):
    text = (study / "study.toml").read_text(encoding="utf-8").replace("level = 500", "level = 250")
    (study / "study.toml").write_text(text, encoding="utf-8")
    file = study / "own.csv"
    file.write_text("メッシュコード,人口\n" + "".join(f"{world.cell(*at)}1,5\n" for at in PEOPLE), encoding="utf-8")
    assert check_files([file])[0].notices[-1].code == "mesh-level-ambiguous"
    report = in_study.held_against(read_study(study), file).report
    assert (report.verdict, report.accepted, report.facts["level"]) == ("accept", 6, 250)
