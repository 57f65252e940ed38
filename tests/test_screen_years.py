"""The page 経年比較: what it compares, what it says, and the real page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from coverage.change.comparison import compare
from requests_gen.compare import whole_people as printing
from requests_gen.results.store import read_result
from requests_gen.runs.outputs import write_outputs
from screens.years.charts import reasons, years
from screens.years.page import zones_to_draw
from screens.years.zone_table import zone_rows
from tests.change_years import run_year
from tests.hand_world import box
from tests.screen_server import Visitor, served
from tests.test_change_files import SHIMANE
from tests.waiting import CEILING_S

pytestmark = pytest.mark.filterwarnings("ignore")
HOSTILE = "<img src=x onerror=window.__ran=1>**西** $x$ :material/home:"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2025 and 2026, run; beta reaches 西 in 2026. A carrier's name tries to be markup."""
    home = tmp_path_factory.mktemp("years")
    named = (('name = "架空ベータ"', f'name = "{HOSTILE}"'),)
    old = run_year(home / "2025", 2025, study=named)
    new = run_year(home / "2026", 2026, study=named, layers={"beta_4g": [box(0, 1, 2, 2)]}, ids_of=home / "2025")
    for result in (old, new):
        write_outputs(result, result.study.folder / "results")
    return home


def shown(folder: Path, year: str, lang: str = "ja") -> AppTest:
    """The page of one year of a workspace (or of a lone study)."""

    def script(folder: str, year: str, lang: str) -> None:
        from pathlib import Path

        from requests_gen.workspace.places import find_studies
        from screens.shared.opened import Opened
        from screens.years import show

        place = next(p for p in find_studies(Path(folder)) if p.folder.name == year)
        show(Opened(place, place.stamp, lang))

    test = AppTest.from_function(script, args=(str(folder), year, lang), default_timeout=CEILING_S).run()
    assert not test.exception
    return test


def test_one_year_alone_is_told_what_to_do(workspace: Path, tmp_path: Path) -> None:
    alone = shown(copytree(workspace / "2025", tmp_path / "lone"), "lone")
    assert "比べる相手がまだありません" in alone.info[0].value
    assert not alone.metric
    assert "年度が1つだけ" in "".join(caption.value for caption in alone.caption)


def test_two_years(workspace: Path) -> None:
    test = shown(workspace, "2026")
    assert test.selectbox(key="years earlier").options == ["2025"]
    assert [(metric.label, metric.value) for metric in test.metric] == [
        ("エリア外人口（最多の社）", "73人 → 53人"),
        ("実際の変化（エリアと人口）", "−20人"),
        ("解消した地区", "1"),
        ("新規・再発の地区", "0・0"),
    ]
    told = "".join(caption.value for caption in test.caption)
    assert "前回と同じ" in told
    assert " 33人 → 33人（±0人）※表の合計とは別の数え方" in told
    assert " 73人 → 53人（エリアの変化 −20人、人口の動き ±0人、その他 ±0人）" in told
    assert test.selectbox(key="years figure").value == 0
    assert test.selectbox(key="years figure").options[0] == "4G: エリア外人口（最多の社）【表の合計】"
    assert all(option.endswith("【表の合計とは別の数え方】") for option in test.selectbox(key="years figure").options[1:])
    assert test.dataframe[0].value["状態"].tolist() == ["解消", "変わらず", "変わらず"]
    test.session_state["years states"] = ["resolved"]
    assert test.run().dataframe[0].value["地区"].tolist() == ["西"]


def test_an_old_year_is_not_the_later_one(workspace: Path) -> None:
    """Seen from 2025, 2026 can be chosen too; the figures then run backwards, and say which years they are."""
    test = shown(workspace, "2025", "en")
    assert "fiscal year 2026 → fiscal year 2025" in "".join(each.value for each in test.markdown)
    assert test.dataframe[0].value["state"].tolist() == ["came back", "unchanged", "unchanged"]


def test_the_run_before_is_offered(workspace: Path, tmp_path: Path) -> None:
    study = copytree(workspace / "2025", tmp_path / "lone")
    write_outputs(read_result(study / "results"), study / "results")
    test = shown(study, "lone")
    assert test.selectbox(key="years earlier").options == ["前回の実行"]
    assert test.metric[2].value == "0"


def test_bars_and_rows_say_their_figures(workspace: Path) -> None:
    old, new = (read_result(workspace / year / "results") for year in ("2025", "2026"))
    change = compare(old, new)
    figure = change.figure("beta", "4G")
    assert figure is not None
    values, spec = reasons(printing.whole_figure(figure), "ja")
    assert values["label"].tolist() == ["−20人", "±0人", "±0人", "±0人", "±0人", "±0人"]
    of_zones, _ = reasons(printing.whole_people(change).figures[0], "ja")
    assert of_zones["reason"].tolist() == [*values["reason"], "地区に入った・外れた区画"]
    assert values["people"].sum() == figure.new - figure.old
    assert len(spec["layer"]) == 3  # the bar, and its figure on either side
    rows = zone_rows(change.zones, printing.whole_people(change).zones, "en")
    assert rows.loc["24201-002", "state"] == "resolved"
    apart = change.zones.assign(unknown_years=["", "old", ""])
    told = zone_rows(apart, printing.whole_people(change).zones, "ja")
    assert told["主な理由"].tolist()[1].endswith("（どちらかの年度の人が不明）")
    assert "不明な地区の分" in told
    assert {zone["id"]: zone["kind"] for zone in zones_to_draw(change, old, new)} == {
        "24201-001": "unchanged",
        "24201-002": "resolved",
        "24202-001": "unchanged",
    }


def test_lines_break_where_the_terms_change() -> None:
    """Two sources differ by dash and shape; a year on other terms begins a new line; unknown leaves a hole."""
    ours = pd.DataFrame(
        {
            "fiscal_year": [2024, 2025, 2026],
            "areas": [3, 2, 2],
            "households": [9.0, 8, 7],
            "people": [20.0, float("nan"), 15.5],
            "unknown_cells": [0, 0, 3],
            "same_terms": [True, True, False],
        }
    )
    published = pd.DataFrame({"fiscal_year": [2015], "areas": [107.0], "households": [512.0], "people": [1224.0]})
    values, spec = years(ours, published, "ja")
    people = values[values["measure"] == "people"].set_index("year")
    assert people["value"].to_dict() == {"2024": 20.0, "2026": 16.0, "2015": 1224.0}
    assert people["beside"].to_dict() == {"2024": " ", "2026": "ほかに不明 3区画", "2015": " "}
    assert people.loc["2024", "line"] != people.loc["2026", "line"]
    assert people["source"].nunique() == 2
    encodings = [layer["encoding"] for layer in spec["vconcat"][0]["hconcat"][0]["layer"]]
    assert "strokeDash" in encodings[0]
    assert "shape" in encodings[1]


@pytest.fixture(scope="module")
def url(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(copytree(workspace, tmp_path_factory.mktemp("served") / "w")) as address:
        yield address


@pytest.mark.browser
def test_the_page_in_a_browser(url: str, visitor: Visitor, tmp_path: Path) -> None:
    """It opens, draws bars and map, shows names as written, and takes the office's own table."""
    visit = visitor(f"{url}/years?study=2026")
    page = visit.page
    page.get_by_role("heading", name="経年比較").wait_for()
    assert "73人 → 53人" in visit.text()
    assert page.locator("iframe").count() >= 1
    assert page.locator('[data-testid="stVegaLiteChart"]').count() == 2
    page.get_by_label("だれのエリア外か").click()
    page.get_by_role("option").filter(has_text=f"4G: エリア外人口 {HOSTILE}").click()
    visit.idle()
    assert "73人 → 53人（−20人）" in visit.text()
    page.get_by_text("過去の公表値を読み込む").click()
    file = tmp_path / "島根.csv"
    file.write_bytes(SHIMANE.encode("cp932"))
    page.set_input_files('input[type="file"]', str(file))
    visit.idle()
    page.get_by_text("数字の表").click()
    visit.idle()
    assert "年度が1つだけ" not in visit.text()
    wrong = tmp_path / "誤り.csv"
    wrong.write_text("年度,人口\n2023,約百\n", encoding="utf-8")
    page.set_input_files('input[type="file"]', str(wrong))
    page.get_by_text("直し方").wait_for()
    assert "誤り.csv" in visit.text()
