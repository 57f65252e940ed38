"""The screen as far as it goes now: it opens a results folder, and says what to do when there is none."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kengai import app as command
from tests.mini_study import write_mini_study

# Streamlit's own modules warn on import under some versions; that is not ours to fail on
pytestmark = pytest.mark.filterwarnings("ignore")
APP = str(Path(__file__).resolve().parents[1] / "app.py")


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setattr("sys.argv", ["app.py", str(folder)])
    return AppTest.from_file(APP, default_timeout=60).run()


def test_without_results_it_says_what_to_run(tmp_path, monkeypatch):
    page = opened(tmp_path, monkeypatch)
    assert not page.exception
    assert "kengai run" in page.info[0].value


def test_it_shows_the_figures_of_a_run(tmp_path, monkeypatch):
    study = write_mini_study(tmp_path / "s")
    assert CliRunner().invoke(command, ["run", str(study), "--quiet"]).exit_code == 0
    page = opened(study, monkeypatch)
    assert not page.exception
    assert page.metric[0].value == "83人"
    assert [metric.label for metric in page.metric][2:] == [
        "4G どの社も使えない",
        "5G 不明（未公表の社あり）",
    ]
    assert "架空" in page.warning[0].value


def test_broken_results_are_told_in_words(tmp_path, monkeypatch):
    results = tmp_path / "results"
    results.mkdir()
    (results / "manifest.json").write_text("{}", encoding="utf-8")
    (results / "summary.json").write_text("{", encoding="utf-8")
    page = opened(tmp_path, monkeypatch)
    assert not page.exception
    assert "kengai run" in page.error[0].value
