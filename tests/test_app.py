"""The shell around every page, the first visit, and `kengai app`, without a browser."""

from __future__ import annotations

import logging
import shutil
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geodata.errors import DataError
from kengai import app as command
from requests_gen.runs.screen_process import HOME, free_port
from requests_gen.runs.screen_process import command as server_command
from tests.mini_study import write_mini_study
from tests.waiting import CEILING_S

# Streamlit's own modules warn on import under some versions; that is not ours to fail on
pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The screen's log, in this test's own folder."""
    monkeypatch.setenv("KENGAI_LOG_DIR", str(tmp_path / "log"))
    monkeypatch.setattr(logging.getLogger("kengai"), "handlers", [])
    return tmp_path / "log" / "app.log"


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, **query: str):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setattr("sys.argv", ["app.py", str(folder)])
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=CEILING_S)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def bodies(page) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def test_a_folder_without_a_study_is_told_in_words(tmp_path, monkeypatch):
    page = opened(tmp_path, monkeypatch)
    assert not page.exception
    assert "kengai new" in page.error[0].value


def test_every_page_has_study_dates_rules_and_the_notice(mini_place, monkeypatch):
    page = opened(mini_place, monkeypatch)
    assert not page.exception
    assert not page.error
    shown = bodies(page)
    for told in ("手づくりの世界", "令和8年度", "2026-03-31", "面積按分", "総務省方式", "架空のエリアです"):
        assert told in shown, told


def test_the_language_comes_from_the_address_and_goes_into_it(mini_place, monkeypatch):
    page = opened(mini_place, monkeypatch, lang="en")
    assert "Fictitious areas" in bodies(page)
    control = next(group for group in page.get("button_group") if group.key == "language")
    control.set_value("ja").run()
    assert "架空のエリアです" in bodies(page)
    assert "lang" not in page.query_params
    control = next(group for group in page.get("button_group") if group.key == "language")
    control.set_value("en").run()
    assert page.query_params["lang"] == "en"


@pytest.mark.parametrize("asked", ["xx", "", "<script>"])
def test_another_language_is_japanese(asked, mini_place, monkeypatch):
    assert "架空のエリアです" in bodies(opened(mini_place, monkeypatch, lang=asked))


def test_a_workspace_opens_its_newest_year_and_switches(mini_place, tmp_path, monkeypatch):
    for year in ("2025", "2026"):
        shutil.copytree(mini_place, tmp_path / year)
    study = tmp_path / "2025" / "study.toml"
    study.write_text(study.read_text(encoding="utf-8").replace("手づくり", "前の年"), encoding="utf-8")
    page = opened(tmp_path, monkeypatch)
    switch = next(box for box in page.selectbox if box.key == "study")
    assert switch.value == "2026"
    switch.set_value("2025").run()
    assert page.query_params["study"] == "2025"
    assert not page.exception


def test_a_study_that_was_never_run_says_what_to_do(tmp_path, monkeypatch):
    page = opened(write_mini_study(tmp_path / "s"), monkeypatch)
    assert not page.exception
    assert any("調査を実行" in info.value for info in page.info)


def test_broken_results_are_told_in_words(mini_place, tmp_path, monkeypatch):
    study = shutil.copytree(mini_place, tmp_path / "s")
    store = study / "results" / "findings" / "store.json"
    store.write_bytes(store.read_bytes()[:100])
    page = opened(study, monkeypatch)
    assert not page.exception
    assert any("直し方" in error.value for error in page.error)


def failing() -> None:
    from screens.shared import shell
    from screens.shared.opened import Opened

    def page(opened: Opened) -> None:
        raise ZeroDivisionError("秘密の行 42")

    shell.show(page, Opened(None, "", "ja"))  # type: ignore[arg-type]


def test_an_unforeseen_error_is_logged_not_shown(log_file):
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_function(failing).run()
    assert not page.exception
    told = page.error[0].value
    assert "秘密" not in told
    number = told.split("記録番号 ")[1].split(" ")[0].replace("\\", "")
    logged = log_file.read_text(encoding="utf-8")
    assert number in logged
    assert "秘密の行 42" in logged


def example(home: str) -> None:
    from pathlib import Path

    import streamlit as st

    from screens.shared.first_visit import example_folder

    st.text(str(example_folder(Path(home), "ja")))


def test_the_first_visit_makes_the_example_and_the_next_finds_it(tmp_path):
    from streamlit.testing.v1 import AppTest

    home = tmp_path / "program"
    mie = home / "examples" / "mie"
    study = (write_mini_study(mie / "data") / "study.toml").rename(mie / "study.toml")
    study.write_text(study.read_text(encoding="utf-8").replace('files = ["', 'files = ["data/'), encoding="utf-8")
    shutil.copy(ROOT / "examples" / "mie" / "letters.toml", mie)
    page = AppTest.from_function(example, kwargs={"home": str(home)}, default_timeout=CEILING_S).run()
    assert not page.exception
    assert page.text[0].value == str(home / "demo")
    manifest = home / "demo" / "results" / "manifest.json"
    written = manifest.stat().st_mtime_ns
    AppTest.from_function(example, kwargs={"home": str(home)}, default_timeout=CEILING_S).run()
    assert manifest.stat().st_mtime_ns == written


def test_a_taken_port_gives_the_next():
    with socket.socket() as taken:
        taken.bind((HOME, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(HOME, port) > port


def test_no_port_at_all_is_told():
    with socket.socket() as taken:
        taken.bind((HOME, 65_535))
        taken.listen()
        with pytest.raises(DataError) as told:
            free_port(HOME, 65_535)
    assert told.value.code == "port-taken"


def test_the_screen_is_for_this_machine_unless_told(tmp_path, monkeypatch):
    own = server_command(ROOT, None, HOME, 8600)
    assert not any("address" in part or "allowedHosts" in part for part in own)
    monkeypatch.chdir(tmp_path)
    other = server_command(ROOT, Path("s"), "192.0.2.7", 8600)
    assert "--server.address=192.0.2.7" in other
    assert "--server.allowedHosts=192.0.2.7" in other
    assert other[-1] == str(tmp_path / "s")  # the server runs in another folder


def test_settings_keep_the_screen_shut():
    import tomllib

    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert told["server"]["address"] == HOME
    assert set(told["server"]["allowedHosts"]) == {HOME, "localhost"}
    assert told["server"]["enableXsrfProtection"]
    assert told["server"]["enableCORS"]
    assert told["client"]["showErrorDetails"] == "none"
    assert not told["browser"]["gatherUsageStats"]


def test_the_command_refuses_a_folder_without_a_study(tmp_path):
    done = CliRunner().invoke(command, ["app", str(tmp_path)])
    assert done.exit_code == 2
    assert "kengai new" in done.output
