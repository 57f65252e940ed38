"""Claims and what was measured there, on the hand-made world: verdicts, contradictions kept, shares as asked for."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.evidence.judging import NOT_USED, VERDICTS, judged, no_tests, outcomes, period, verdict, verdicts
from coverage.evidence.override import changes, overridden
from coverage.gaps import ANY
from coverage.matrix import ShareMatrix, layers_by_column, share_matrix
from coverage.run import run
from coverage.study.evidence import EvidenceFiles
from coverage.study.study import read_study
from geodata.errors import DataError
from geodata.schema import EVIDENCE, check
from requests_gen.results.columns import ranking_rows
from requests_gen.results.store import FOLDER, LATER, STORE, read_result, write_result
from requests_gen.wording.captions import caption
from requests_gen.wording.evidence import claim_basis, contradictions
from requests_gen.wording.numbers_and_eras import Wording
from tests.hand_world import CARRIERS, GRID, box, cell, cells, layers, municipalities
from tests.letter_world import world
from tests.mini_study import STUDY, write_mini_study
from tests.test_sources_site_reports import HEAD, photo

UNTIL = date(2027, 3, 31)
GENERATIONS = ["4G", "5G"]
CELLS = cells().assign(zone_id="")
ZONES = cells().assign(zone_id=lambda table: np.where(table.index == cell(2, 1), "24202-001", ""))
LAYERS = layers()
SAY = Wording("hankaku")


def rule(**more) -> EvidenceFiles:
    return EvidenceFiles(field_tests=["x.csv"], **more)


def ground(*records: dict) -> gpd.GeoDataFrame:
    """Records in the middle of cell (i, j) of `at_cell`; alpha, 4G, no service, outdoors if not said."""
    usual = {
        "carrier": "alpha",
        "generation": "4G",
        "at": "2026-10-01T10:00:00+09:00",
        "rsrp_dbm": np.nan,
        "call_ok": "",
        "signal": "none",
        "indoors": "no",
        "kind": "field_test",
        "device": "",
        "source": "x.csv",
        "row": 2.0,
        "photos": 0.0,
        "photo_day": "",
        "photo_direction": np.nan,
    }
    rows = [{**usual, **{k: v for k, v in record.items() if k != "at_cell"}} for record in records]
    at = [record.get("at_cell", (0.5, 1.5)) for record in records]
    points = [shapely.Point(GRID.west + x * GRID.dx, GRID.south + y * GRID.dy) for x, y in at]
    index = pd.Index([f"e{n}" for n in range(len(rows))], name="evidence_id", dtype=object)
    return gpd.GeoDataFrame(pd.DataFrame(rows, index=index), geometry=points, crs="EPSG:6668")


def judge(*records: dict, table=CELLS, **more):
    return judged(ground(*records), table, LAYERS, GRID, rule(**more), GENERATIONS, ["own"], UNTIL)


def test_what_one_record_says():
    said = ground(
        {},
        {"signal": "", "call_ok": "no"},
        {"signal": "", "call_ok": "yes", "rsrp_dbm": -120.0},
        {"signal": "", "rsrp_dbm": -110.0},
        {"signal": "", "rsrp_dbm": -110.1},
        {"signal": "weak"},
        {"signal": "works"},
        {"call_ok": "yes"},
        {"signal": "works", "rsrp_dbm": -120.0},
    )
    assert outcomes(said, -110).tolist() == ["none", "none", "works", "works", "weak", "weak", "works", "unclear", "weak"]


def test_claims_are_taken_at_the_very_place():
    """alpha's 4G ends in the middle of cell (2, 1); beta has published no 5G."""
    tests = judge(
        {"at_cell": (2.4, 1.5)}, {"at_cell": (2.6, 1.5)}, {"carrier": "beta", "generation": "5G"}, {"carrier": "alpha", "generation": "5G"}
    )
    assert tests["claimed"].tolist() == ["in", "out", "unpublished", "in"]
    assert tests["cell_id"].tolist() == [cell(2, 1), cell(2, 1), cell(0, 1), cell(0, 1)]


def test_the_four_verdicts_and_what_is_kept_beside_them():
    inside, outside = (0.5, 1.5), (0.5, 0.5)
    works = {"signal": "works"}
    three = lambda **more: [{**more, "row": float(n)} for n in range(1, 4)]  # noqa: E731
    for claimed_at, said, told in (
        (inside, works, "claimed_confirmed"),
        (inside, {}, "claimed_out"),
        (outside, works, "unclaimed_works"),
        (outside, {}, "unclaimed_out"),
    ):
        tests = judge(*three(at_cell=claimed_at, **said))
        found = verdicts(tests, CELLS, rule())
        assert found["verdict"].tolist() == [told]
        assert found[["tests", "days"]].to_numpy().tolist() == [[3.0, 1.0]]
        assert verdicts(judge({"at_cell": claimed_at, **said}), CELLS, rule())["verdict"].tolist() == ["unknown"]


def test_contradicting_tests_stay_in_the_counts():
    tests = judge(*[{"signal": "works", "row": float(n)} for n in range(1, 3)], {"row": 3.0}, {"row": 4.0})
    (row,) = verdicts(tests, CELLS, rule()).to_dict("records")
    assert (row["verdict"], row["good"], row["bad"]) == ("mixed", 2.0, 2.0)


def test_one_zone_may_be_confirmed_here_and_contradicted_there():
    """In zone 24202-001 (cell (2, 1)) alpha claims the west half: out there, and works in the east half."""
    west = [{"at_cell": (2.2, 1.5), "row": float(n)} for n in range(1, 4)]
    east = [{"at_cell": (2.8, 1.5), "signal": "works", "row": float(n)} for n in range(4, 7)]
    found = verdicts(judge(*west, *east, table=ZONES), ZONES, rule())
    assert found["zone_id"].tolist() == ["24202-001"] * 2
    assert dict(zip(found["claimed"], found["verdict"], strict=True)) == {"in": "claimed_out", "out": "unclaimed_works"}


def test_why_a_test_decides_nothing_is_kept():
    tests = judge(
        {"at_cell": (9.0, 9.0)},
        {"kind": "resident_report"},
        {"indoors": "yes"},
        {"call_ok": "yes"},
        {"at": ""},
        {"at": "2062-01-01"},
        {"at": "2024-09-30"},
        {"at": "2024-10-01"},
        {"generation": "", "signal": "works"},
        {},
    )
    assert tests["not_used"].tolist() == ["outside", "kind", "indoors", "unclear", "undated", "future", "old", "", "generation", ""]
    assert set(tests["not_used"]) - {""} <= set(NOT_USED)
    (row,) = (r for r in verdicts(tests, CELLS, rule()).to_dict("records") if r["generation"] == "4G")
    assert (row["tests"], row["not_used"], row["first_day"]) == (2.0, 6.0, "2024-10-01")


def test_a_phone_from_the_future_does_not_age_the_others():
    assert period(ground({"at": "2062-01-01"}, {"at": "2026-03-31"}), 1, UNTIL).first == "2026-02-28"
    assert period(ground({"at": ""}), 24, UNTIL).last == ""


def test_no_service_without_a_generation_speaks_of_all():
    tests = judge({"generation": ""})
    assert tests["generation"].tolist() == ["4G", "5G"]
    assert (tests["not_used"] == "").all()


def test_tests_older_than_the_area_are_told():
    tests = judge(*[{"at": "2026-03-30", "row": float(n)} for n in range(1, 4)])
    assert verdicts(tests, CELLS, rule())["before_area"].tolist() == [3.0]


def test_days_are_asked_for_too():
    tests = judge(*[{"row": float(n)} for n in range(1, 4)])
    assert verdicts(tests, CELLS, rule(least_days=2))["verdict"].tolist() == ["unknown"]


def test_a_share_of_half_would_let_a_place_be_both():
    with pytest.raises(ValueError, match="greater than"):
        rule(share=0.5)
    with pytest.raises(ValueError, match="evidence-files-missing"):
        EvidenceFiles()


@st.composite
def records(draw):
    return [
        {
            "carrier": draw(st.sampled_from(CARRIERS)),
            "generation": draw(st.sampled_from(["4G", "5G", ""])),
            "signal": draw(st.sampled_from(["none", "works", "weak", ""])),
            "call_ok": draw(st.sampled_from(["yes", "no", ""])),
            "at": draw(st.sampled_from(["2026-10-01", "2026-09-01", "2020-01-01", ""])),
            "at_cell": (draw(st.floats(-0.5, 4.5)), draw(st.floats(0, 2))),
            "row": 2.0,
        }
        for _ in range(draw(st.integers(0, 12)))
    ]


@given(records())
@settings(deadline=None, max_examples=13)
def test_each_test_is_in_one_verdict_or_outside(given_records):
    tests = judge(*given_records) if given_records else no_tests(GRID.crs)
    found = verdicts(tests, CELLS, rule())
    assert found["tests"].sum() + found["not_used"].sum() == (tests["cell_id"] != "").sum()
    assert (found["tests"] == found["good"] + found["bad"]).all()
    assert set(found["verdict"]) <= {*VERDICTS.values(), "mixed", "unknown"}


@given(records(), st.randoms())
@settings(deadline=None, max_examples=13)
def test_the_order_of_records_does_not_matter(given_records, random):
    if not given_records:
        return
    table = ground(*given_records)
    order = list(range(len(table)))
    random.shuffle(order)
    one, other = (judged(t, CELLS, LAYERS, GRID, rule(), GENERATIONS, ["own"], UNTIL) for t in (table, table.iloc[order]))
    pd.testing.assert_frame_equal(verdicts(one, CELLS, rule()), verdicts(other, CELLS, rule()))


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3))
def test_more_bad_tests_never_confirm_a_claim(good, bad, days):
    order = ["claimed_out", "mixed", "claimed_confirmed"]
    now, worse = verdict("in", good, bad, days, rule()), verdict("in", good, bad + 1, days, rule())
    if "unknown" not in (now, worse):
        assert order.index(worse) <= order.index(now)


# override

LAND = municipalities().geometry.to_numpy()
COLUMNS = layers_by_column(LAYERS, CARRIERS, GENERATIONS, ["own"])
MATRIX = share_matrix(CELLS, LAND, LAYERS, COLUMNS, GRID)


def union(index, left, generation):
    columns = layers_by_column(LAYERS, left, [generation], ["own"])
    if not columns[ANY, generation].published:
        return np.zeros(len(index)), np.zeros(len(index))
    made = share_matrix(CELLS.loc[index], LAND, LAYERS, {(ANY, generation): columns[ANY, generation]}, GRID)
    return (made.shares.to_numpy()[:, 0], made.centre_covered.to_numpy()[:, 0])


def replaced(*given_records: dict, **more) -> tuple[ShareMatrix, pd.DataFrame]:
    changed = changes(MATRIX, judge(*given_records), CELLS, rule(mode="override", **more))
    return overridden(MATRIX, changed, CARRIERS, union), changed


def test_where_a_carrier_does_not_know_it_claims_nothing():
    """beta does not know cell (1, 1): a test there is no contradiction of beta, and alpha's claim stays what it is."""
    extra = LAYERS.iloc[[1]].assign(says="unknown").set_geometry([box(1, 1, 2, 2)], crs=GRID.crs)
    known = pd.concat([LAYERS.assign(says="covered"), extra], ignore_index=True)
    records = [{"at_cell": (1.5, 1.5), "carrier": name} for name in CARRIERS] + [{"at_cell": (2.5, 0.5), "carrier": "beta", "row": 3.0}]
    table = judged(ground(*records), CELLS, known, GRID, rule(), ["4G"], ["own"], UNTIL)
    assert table["claimed"].tolist() == ["in", "unpublished", "out"]


def test_only_the_tested_cell_changes_and_the_union_is_measured_again():
    """Cell (0, 1): both serve it. alpha measured out → beta alone still covers it. Cell (1, 1): alpha alone → nobody."""
    there = [{"at_cell": at, "row": float(n)} for at in ((0.5, 1.5), (1.5, 1.5)) for n in range(3)]
    matrix, changed = replaced(*there)
    assert changed["cell_id"].tolist() == [cell(0, 1), cell(1, 1)]
    assert changed[["before", "after", "tests"]].to_numpy().tolist() == [[1.0, 0.0, 3.0]] * 2
    four = matrix.shares.xs("4G", axis=1, level="generation")
    assert four.loc[cell(0, 1)].to_dict() == {"alpha": 0.0, "beta": 1.0, "any": 1.0}
    assert four.loc[cell(1, 1)].to_dict() == {"alpha": 0.0, "beta": 0.0, "any": 0.0}
    same = ~MATRIX.shares.index.isin(changed["cell_id"])
    pd.testing.assert_frame_equal(matrix.shares[same], MATRIX.shares[same])
    pd.testing.assert_frame_equal(matrix.shares.xs("5G", axis=1, level=1), MATRIX.shares.xs("5G", axis=1, level=1))
    assert matrix.centre_covered.at[cell(1, 1), (ANY, "4G")] == 0.0


def test_works_where_nothing_was_claimed_covers_the_cell():
    matrix, changed = replaced(*[{"at_cell": (0.5, 0.5), "signal": "works", "row": float(n)} for n in range(3)])
    assert changed["after"].tolist() == [1.0]
    assert matrix.shares.loc[cell(0, 0), (slice(None), "4G")].to_dict() == {("alpha", "4G"): 1.0, ("beta", "4G"): 0.0, (ANY, "4G"): 1.0}


def test_what_was_never_published_stays_unknown():
    matrix, changed = replaced(*[{"carrier": "beta", "generation": "5G", "row": float(n)} for n in range(3)])
    assert changed.empty
    assert matrix.shares["beta", "5G"].isna().all()


def test_too_few_tests_replace_nothing():
    _, changed = replaced({}, {"row": 3.0})
    assert changed.empty


@given(records())
@settings(deadline=None, max_examples=11)
def test_shares_stay_shares(given_records):
    if not given_records:
        return
    matrix, _ = replaced(*given_records, least_tests=1, share=0.6)
    for generation in GENERATIONS:
        each = matrix.shares[[(key, generation) for key in CARRIERS]]
        together = matrix.shares[ANY, generation]
        assert (together >= each.max(axis=1).fillna(0) - 1e-9).all()
        assert (together <= each.sum(axis=1).clip(upper=1) + 1e-9).all()


# words


def test_the_sentence_names_counts_days_and_the_rule():
    west = [{"at_cell": (2.2, 1.5), "at": f"2026-0{5 + n}-01", "row": float(n)} for n in range(4)]
    found = verdicts(judge(*west, table=ZONES), ZONES, rule())
    (said,) = contradictions(found, "alpha", "24202-001", rule(), SAY)
    assert said.startswith("貴社の4Gのエリア図では圏内だが、現地測定では4回のうち4回がつながらなかった")
    assert "令和8年5月1日から令和8年8月1日まで" in said
    assert "延べ4日" in said
    assert "3回以上" in said
    assert "−110dBm" in said
    assert contradictions(found, "beta", "24202-001", rule(), SAY) == []
    assert contradictions(found, "alpha", "24202-001", None, SAY) == []


def test_each_carrier_sees_only_its_own():
    west = [{"at_cell": (2.2, 1.5), "row": float(n)} for n in range(3)]
    found = verdicts(judge(*west, table=ZONES), ZONES, rule())
    own = claim_basis(found, "24202-001", "alpha", "alpha", "令和8年3月31日", rule(), SAY)
    assert own == ("エリア図、現地測定 4G：図は圏内だが不通（3回中3回不通）", "令和8年10月1日")
    assert claim_basis(found, "24202-001", "alpha", "beta", "令和8年3月31日", rule(), SAY) == ("エリア図", "－")
    assert claim_basis(found, "24202-001", "beta", "beta", "", rule(), SAY) == ("－", "－")


def test_the_table_is_checked_at_the_border():
    check(EVIDENCE, ground({}))
    with pytest.raises(ValueError, match="rsrp_dbm"):
        check(EVIDENCE, ground({"rsrp_dbm": 0.0}))


# the whole run

TESTS = "日時,緯度,経度,事業者,方式,RSRP,通話可否,圏外\n"


def write_tests(folder, *at, mode="flag", said="圏外"):
    """The hand-made study with three tests of alpha's 4G at each place (x, y in cells)."""
    write_mini_study(folder)
    rows = [
        f"2026-10-0{n} 10:00,{GRID.south + y * GRID.dy!r},{GRID.west + x * GRID.dx!r},α社,4G,,,{said}" for x, y in at for n in (1, 2, 3)
    ]
    (folder / "tests.csv").write_text(TESTS + "\n".join(rows) + "\n", encoding="utf-8")
    more = f'[evidence]\nfield_tests = ["tests.csv"]\nmode = "{mode}"\n[evidence.aliases]\nalpha = ["α社"]\n'
    (folder / "study.toml").write_text(STUDY + more, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def flagged(tmp_path_factory):
    return run(read_study(write_tests(tmp_path_factory.mktemp("flag"), (0.5, 1.5), (1.5, 1.5))))


@pytest.fixture(scope="module")
def replacing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("override")
    return run(read_study(write_tests(folder, (0.5, 1.5), (1.5, 1.5), mode="override")))


def test_flags_change_no_figure(flagged):
    plain = world()
    for name in ("shares", "gaps", "zones", "ranking", "cells"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(flagged, name)), pd.DataFrame(getattr(plain, name)))
    assert {k: v for k, v in flagged.summary.items() if k != "evidence"} == plain.summary
    assert flagged.summary["evidence"]["used"] == 6
    assert flagged.verdicts["verdict"].tolist() == ["claimed_out"] * 2
    assert flagged.provenance["evidence"]["replaced"] == []
    assert "現地測定" not in caption(flagged, "ja").rule


def test_a_study_without_evidence_is_as_it_was():
    assert "evidence" not in world().summary
    assert world().verdicts.empty
    assert world().evidence.empty


def test_override_is_listed_counted_and_said(flagged, replacing):
    """alpha served (0, 1) with 10 people, where beta is too, and (1, 1) with 20 alone."""
    told = replacing.provenance["evidence"]
    assert [(row["cell_id"], row["before"], row["after"]) for row in told["replaced"]] == [(cell(0, 1), 1.0, 0.0), (cell(1, 1), 1.0, 0.0)]
    assert replacing.summary["evidence"]["cells_replaced"] == 2
    lost = "uncovered_population_4G_alpha"
    assert (replacing.gaps[lost] - flagged.gaps[lost]).sum() == pytest.approx(30)
    nobody = "uncovered_population_4G"
    assert (replacing.gaps[nobody] - flagged.gaps[nobody]).sum() == pytest.approx(20)
    assert "2個のメッシュは、エリア図でなく現地測定" in caption(replacing, "ja").rule


def test_evidence_is_kept_with_the_findings(replacing, tmp_path):
    write_result(replacing, tmp_path / "results")
    back = read_result(tmp_path / "results")
    pd.testing.assert_frame_equal(back.verdicts, replacing.verdicts)
    pd.testing.assert_frame_equal(pd.DataFrame(back.evidence), pd.DataFrame(replacing.evidence))
    assert back.evidence.crs == replacing.evidence.crs


def test_findings_from_before_there_was_evidence_are_still_read(flagged, tmp_path):
    write_result(world(), tmp_path / "results")
    store = tmp_path / "results" / FOLDER / STORE
    facts = json.loads(store.read_text("utf-8"))
    facts.pop("sha256")
    for name in LATER:
        del facts["tables"][name]
        (store.parent / f"{name}.parquet").unlink()
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    facts = {"sha256": hashlib.sha256(text.encode()).hexdigest(), **facts}
    store.write_text(json.dumps(facts, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    assert read_result(tmp_path / "results").verdicts.empty


def test_no_word_about_evidence_of_strangers(tmp_path):
    write_tests(tmp_path)
    text = (tmp_path / "study.toml").read_text("utf-8")
    for wrong, slug in ((text.replace("alpha = [", "gamma = ["), "gamma"), (text.replace("α社", "架空ベータ"), "架空ベータ")):
        (tmp_path / "study.toml").write_text(wrong, encoding="utf-8")
        with pytest.raises(DataError, match=slug):
            read_study(tmp_path)


def test_the_ranking_counts_tests_only_where_somebody_looked(tmp_path):
    found = run(read_study(write_tests(tmp_path, (2.2, 1.5))))
    rows = ranking_rows(found, caption(found, "ja"))
    there = found.cells.at[cell(2, 1), "zone_id"]
    assert rows.loc[there, ["ground_tests", "claimed_out"]].tolist() == [3.0, 1.0]
    assert rows.drop(index=there)[["ground_tests", "claimed_out"]].to_numpy().max() == 0.0
    assert not {"ground_tests", "claimed_out"} & set(ranking_rows(world(), caption(world(), "ja")))


def test_reports_are_kept_beside_and_nothing_of_their_photos(tmp_path):
    photo(tmp_path / "photos" / "玄関.jpg")
    write_mini_study(tmp_path)
    lat, lon = GRID.south + 1.5 * GRID.dy, GRID.west + 0.5 * GRID.dx
    lines = [f"2026-10-0{n},{lat!r},{lon!r},全社,4G,圏外,,山田花子,玄関.jpg,うち" for n in (1, 2, 3)]
    (tmp_path / "reports.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    more = '[evidence]\nsite_reports = ["reports.csv"]\nphotos = "photos"\n'
    (tmp_path / "study.toml").write_text(STUDY + more, encoding="utf-8")
    found = run(read_study(tmp_path))
    assert found.verdicts["verdict"].tolist() == ["unknown", "unknown"]  # only tests decide, if not said otherwise
    assert found.verdicts["not_used"].tolist() == [3.0, 3.0]
    assert found.evidence["photo_direction"].tolist() == [123.5] * 6
    said = found.evidence.to_csv() + str(found.provenance["evidence"]) + str([r.as_dict() for r in found.reports])
    assert not any(word in said for word in ("玄関", "山田", "うち,"))
