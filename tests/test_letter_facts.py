"""What the letter says is what annex 1 adds up to, by hand and by law."""

import dataclasses

import numpy as np
import pytest

from coverage.run import run
from coverage.study.study import read_study
from geodata.errors import DataError
from requests_gen.letters.annexes.annex1 import figures
from requests_gen.letters.checks import check_figures, counted, sums_of
from requests_gen.letters.last_year import CarrierHistory, History, ZoneReply, read_history
from tests.hand_world import box
from tests.letter_world import SETTINGS, annex_of, papers_of, settings_of, world
from tests.mini_study import _write, write_mini_study


def text_of(papers):
    return "\n".join([*papers.letter.body, *(item.text for item in papers.letter.items)])


def test_the_zones_that_alpha_does_not_serve(tmp_path):
    zones = annex_of(world(), settings_of(tmp_path))
    assert [(row.zone_id, row.people, row.households, row.share_65plus) for row in zones.rows] == [
        ("24202-001", 28, 14, 50),
        ("24201-001", 5, 2, 40),
    ]
    assert [row.marks for row in zones.rows] == [("△", "×"), ("×", "×")]
    assert [(row.serving, row.nobody) for row in zones.rows] == [(1, False), (0, True)]
    assert (zones.figures.zones, zones.figures.zero_zones, zones.figures.people, zones.figures.households) == (2, 1, 33, 16)


def test_the_letter_counts_what_the_annex_lists(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path))
    assert sums_of(papers.table) == {"地区": 2, "0社": 1, "人": 33, "世帯": 16, "か所": None}
    found = counted(text_of(papers))
    assert {(33, "人"), (16, "世帯"), (2, "地区"), (1, "地区")} == set(found)
    # nobody gave a list of shelters and of roads: the letter does not speak of any
    assert "か所" not in text_of(papers)
    assert "キロメートル" not in text_of(papers)


def test_only_the_wanted_marks_and_the_first_zones(tmp_path):
    only = annex_of(world(), settings_of(tmp_path, SETTINGS + '[zones]\nmarks = ["×"]\n'))
    assert [row.zone_id for row in only.rows] == ["24201-001"]
    first = annex_of(world(), settings_of(tmp_path, SETTINGS + "[zones]\nmax_zones = 1\n"))
    assert [row.zone_id for row in first.rows] == ["24202-001"]
    assert (first.rest.zones, first.rest.people) == (1, 5)
    papers = papers_of(world(), settings_of(tmp_path, SETTINGS + "[zones]\nmax_zones = 1\n"))
    assert "このほかに同じ条件の地区が１地区（貴社エリア外人口 推計５人）" in papers.table.notes[0]
    assert (28, "人") in counted(text_of(papers))


def test_unknown_households_are_left_out_and_not_zero(tmp_path):
    result = world()
    cells = result.cells.assign(households=np.nan)
    papers = papers_of(dataclasses.replace(result, cells=cells), settings_of(tmp_path))
    assert papers.zones.figures.households is None
    assert "世帯" not in text_of(papers)
    assert "３３人が居住している" in text_of(papers)
    at = [heading.text for heading in papers.table.headings].index("貴社\nエリア外\n世帯(推計)")
    assert [row[at].text for row in papers.table.cells] == ["不明", "不明"]


def test_people_beside_cells_of_unknown_people_are_a_least(tmp_path):
    result = world()
    assert "推計で３３人" in text_of(papers_of(result, settings_of(tmp_path)))
    zones = result.zones.assign(unknown_people_cells=[0, 1, 0])
    assert zones.index[1] == "24201-002"  # which alpha serves
    assert "推計で３３人" in text_of(papers_of(dataclasses.replace(result, zones=zones), settings_of(tmp_path)))
    zones = result.zones.assign(unknown_people_cells=[1, 0, 0])
    assert "推計で少なくとも３３人" in text_of(papers_of(dataclasses.replace(result, zones=zones), settings_of(tmp_path)))


@pytest.mark.parametrize("said", ["34人", "３４人", "17世帯", "3地区", "2か所"])
def test_a_figure_that_the_annex_does_not_have_is_refused(tmp_path, said):
    papers = papers_of(world(), settings_of(tmp_path))
    with pytest.raises(DataError) as error:
        check_figures([text_of(papers), f"約{said}が"], papers.table, [], [], "要望書")
    assert error.value.code == "letter-figure"


def test_a_figure_that_is_left_out_is_refused(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path))
    with pytest.raises(DataError, match="人の数なし"):
        check_figures(["2地区、1地区、16世帯"], papers.table, [], [], "要望書")


def test_a_row_changed_after_the_sum_is_refused(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path))
    row = [dataclasses.replace(c, text="２９") if c.text == "２８" else c for c in papers.table.cells[0]]
    table = dataclasses.replace(papers.table, cells=(tuple(row), papers.table.cells[1]))
    with pytest.raises(DataError):
        check_figures([text_of(papers)], table, [], [], "要望書")


def test_sums_follow_the_printed_rows(tmp_path):
    rows = annex_of(world(), settings_of(tmp_path), "beta").rows
    for n in range(len(rows) + 1):
        assert figures(rows[:n]).people == sum(row.people for row in rows[:n])


def test_the_order_is_that_of_the_ranking(tmp_path):
    rows = annex_of(world(), settings_of(tmp_path), "beta").rows
    assert [row.rank for row in rows] == sorted(row.rank for row in rows)
    assert [row.number for row in rows] == [1, 2, 3]


HISTORY = History(
    fiscal_year=2025,
    carriers={
        "alpha": CarrierHistory(answered=12, opened=3, zones={"24202-001": ZoneReply(answer="整備を検討中", first_year=2024)}),
        "beta": CarrierHistory(answered=7, opened=0, zones={"24202-001": ZoneReply(answer="令和10年に極秘の局を建てる")}),
    },
)


def test_thanks_for_last_years_answers(tmp_path):
    settings = settings_of(tmp_path)
    papers = papers_of(world(), settings, "alpha", HISTORY)
    assert "昨年度の要望に際しましては、１２地区について御回答をいただき、このうち３地区で" in text_of(papers)
    assert "７地区について御回答をいただきましたことに" in text_of(papers_of(world(), settings, "beta", HISTORY))
    assert "重ねて" not in text_of(papers_of(world(), settings))
    older = HISTORY.model_copy(update={"fiscal_year": 2023})
    assert "令和５年度の要望" in text_of(papers_of(world(), settings, "alpha", older))


def test_a_carriers_own_answer_comes_back_to_it_and_no_others(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path), "alpha", HISTORY)
    assert [cell.text for cell in papers.table.cells[0]][-2:] == ["令和６年", "整備を検討中"]
    everything = repr(papers)
    assert "極秘" not in everything


def test_another_carriers_answer_in_a_paper_is_refused(tmp_path):
    text = SETTINGS.replace('office = "見本課"', 'office = "令和10年に極秘の局を建てる"')
    with pytest.raises(DataError) as error:
        papers_of(world(), settings_of(tmp_path, text), "alpha", HISTORY)
    assert error.value.code == "letter-secret"


def test_other_carriers_can_be_hidden(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path, SETTINGS + '[zones]\nother_carriers = "hidden"\n'))
    assert "架空ベータ" not in repr((papers.table, papers.sheets, papers.cover, papers.letter))
    assert "架空ベータ" in repr(papers_of(world(), settings_of(tmp_path)).table)


def test_roaming_is_shown_apart_and_counts_as_not_served(tmp_path):
    """beta roams on a layer over the west half (columns 0 and 1): the 5 and 20 people there, not the 48 further east."""
    folder = write_mini_study(tmp_path / "roaming")
    study = (folder / "study.toml").read_text(encoding="utf-8")
    layer = '[[layers]]\ncarrier = "beta"\ngeneration = "4G"\nkind = "roaming"\nfiles = ["roaming.geojson"]\nas_of = "2026-03-31"\n'
    (folder / "study.toml").write_text(study.replace("[ranking]", layer + "[ranking]"), encoding="utf-8")
    _write(folder / "roaming.geojson", [({}, box(0, 0, 2, 2))])
    result = run(read_study(folder))
    text = SETTINGS + 'roaming_partner = "架空アルファ"\n'
    papers = papers_of(result, settings_of(tmp_path, text, folder), "beta")
    assert {row.zone_id: (row.people, row.roaming) for row in papers.zones.rows} == {
        "24202-001": (48, 0),
        "24201-002": (20, 20),
        "24201-001": (5, 5),
    }
    assert "貴社の自社回線による４Ｇのサービス" in text_of(papers)
    assert "架空アルファのネットワーク（パートナー回線）" in text_of(papers)
    assert any("パートナー" in heading.text for heading in papers.table.headings)
    assert papers_of(world(), settings_of(tmp_path), "beta").zones.rows[0].roaming is None


def test_history_from_a_file(tmp_path):
    assert read_history(tmp_path) is None
    (tmp_path / "last_year.json").write_text(HISTORY.model_dump_json(), encoding="utf-8")
    assert read_history(tmp_path) == HISTORY
    (tmp_path / "last_year.json").write_text('{"fiscal_year": 2025, "carriers": {"alpha": {"answered": 1, "opened": 2}}}')
    with pytest.raises(DataError) as error:
        read_history(tmp_path)
    assert error.value.code == "history-invalid"


def test_every_paper_says_its_rule_date_and_source(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path))
    notes = "".join(papers.table.notes)
    assert "令和８年３月３１日" in notes
    assert "面積按分" in notes
    assert "出典" in notes
    assert "2026-alpha-1" in notes
    for page in (papers.cover["notes"], papers.sheets[0].notes):
        assert "面積按分" in "".join(page)
        assert "出典" in "".join(page)
    assert papers.letter.notice
