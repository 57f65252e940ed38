"""A folder of results is old-complete or new-complete, whatever stops the writing, and nobody's file is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from subprocess import PIPE

import pytest

from geodata.errors import DataError
from geodata.report import file_sha256
from requests_gen.files import only_one_writer
from requests_gen.files import replace_folder as publishing
from requests_gen.files.replace_folder import MANIFEST, check_target, manifest_outputs, output_list, publish

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ("a.json", "b.csv", "c.xlsx", "d/e.parquet")

# For every line {{"target", "moment"}} it reads: forks a process that publishes the word "3" into the target and kills
# itself before its moment-th file operation, and answers how that process ended. Forking spares a start of Python each.
KILLED = """
import json, os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from requests_gen.files import replace_folder as publishing
def write(folder):
    (folder / "d").mkdir()
    for name in ("a.json", "b.csv", "c.xlsx", "d/e.parquet"):
        (folder / name).write_text("3" * 1000)
    (folder / "manifest.json").write_text(json.dumps({{"outputs": publishing.output_list(folder)}}))
if not {exchange}:
    publishing.swap_folders = lambda one, other: False
def publish_and_die(target, moment):
    count = 0
    def hook(event, arguments):
        nonlocal count
        if event in {{"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree", "ctypes.dlsym"}}:
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    publishing.publish(write, Path(target))
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        code = 1
        try:
            publish_and_die(asked["target"], asked["moment"])
            code = 0
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def write(folder: Path, word: str) -> None:
    """Files, one in a folder, and their manifest, as a run makes them; `word` tells one run from another."""
    (folder / "d").mkdir()
    for name in WRITTEN:
        (folder / name).write_text(word * 1000)
    (folder / MANIFEST).write_text(json.dumps({"outputs": output_list(folder)}))


def word_in(folder: Path) -> str:
    """The word of the run that wrote `folder`; fails when any file is missing, damaged or of another run."""
    listed = manifest_outputs(folder)
    assert set(listed) == set(WRITTEN)
    assert all(file_sha256(folder / name) == digest for name, digest in listed.items())
    words = {(folder / name).read_text()[0] for name in listed}
    assert len(words) == 1
    return words.pop()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL at chosen moments is tried on Linux")
@pytest.mark.parametrize("exchange", [True, False])
def test_killed_at_every_file_operation(tmp_path: Path, exchange: bool) -> None:
    """0 damaged, 0 partial: at whichever operation it dies, a whole run is there, and the next run goes well."""
    moment, ended = 0, False
    code = KILLED.format(root=str(ROOT), exchange=exchange)
    with subprocess.Popen([sys.executable, "-c", code], stdin=PIPE, stdout=PIPE, text=True) as dying:
        assert dying.stdin is not None
        assert dying.stdout is not None
        while not ended:
            moment += 1
            home = tmp_path / str(moment)
            out = home / "results"
            publish(lambda folder: write(folder, "1"), out)
            publish(lambda folder: write(folder, "2"), out)
            dying.stdin.write(json.dumps({"target": str(out), "moment": moment}) + "\n")
            dying.stdin.flush()
            answer = int(dying.stdout.readline())
            assert answer in (0, -signal.SIGKILL), "it ended by itself, not by our hand"
            ended = answer == 0
            if out.exists():
                assert word_in(out) in {"2", "3"}
            else:
                assert not exchange, "where names can be exchanged the results are never absent"
                assert word_in(home / "results.old") == "2"
            publish(lambda folder: write(folder, "4"), out)
            assert word_in(out) == "4"
            assert word_in(home / "results.old") in {"2", "3"}
            assert names(home) == {"results", "results.old"}
        dying.stdin.close()
    assert moment > 20  # it died at each of many operations


def test_first_run_and_the_next(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "結果"
    publish(lambda folder: write(folder, "1"), out)
    assert word_in(out) == "1"
    assert names(out.parent) == {"結果"}
    publish(lambda folder: write(folder, "2"), out)
    assert (word_in(out), word_in(out.parent / "結果.old")) == ("2", "1")
    publish(lambda folder: write(folder, "3"), out)
    assert (word_in(out), word_in(out.parent / "結果.old")) == ("3", "2")
    assert names(out.parent) == {"結果", "結果.old"}


def test_a_build_that_fails_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "results"
    publish(lambda folder: write(folder, "1"), out)

    def fails(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise RuntimeError("no more disk")

    with pytest.raises(RuntimeError):
        publish(fails, out)
    assert word_in(out) == "1"
    assert names(tmp_path) == {"results"}


def test_own_files_are_named_and_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "results"
    publish(lambda folder: write(folder, "1"), out)
    (out / "メモ.docx").write_text("mine")
    (out / "写真").mkdir()
    (out / "写真" / "1.jpg").write_text("mine")
    with pytest.raises(DataError) as caught:
        publish(lambda folder: write(folder, "2"), out)
    assert caught.value.code == "output-holds-other-files"
    assert "メモ.docx" in str(caught.value)
    assert "写真/1.jpg" in str(caught.value)
    assert word_in(out) == "1"
    assert names(out) == {"a.json", "b.csv", "c.xlsx", "d", MANIFEST, "メモ.docx", "写真"}
    assert names(tmp_path) == {"results"}


def test_a_folder_that_no_run_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "family").mkdir()
    (tmp_path / "family" / "photo.jpg").write_text("mine")
    with pytest.raises(DataError, match=r"photo\.jpg"):
        publish(lambda folder: write(folder, "1"), tmp_path / "family")
    assert (tmp_path / "family" / "photo.jpg").read_text() == "mine"
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError) as caught:
        check_target(tmp_path / "file")
    assert caught.value.code == "output-not-a-folder"


def test_a_manifest_that_does_not_read_protects_everything(tmp_path: Path) -> None:
    out = tmp_path / "results"
    publish(lambda folder: write(folder, "1"), out)
    (out / MANIFEST).write_text("{")
    with pytest.raises(DataError, match=r"manifest\.json"):
        check_target(out)


def test_someones_file_in_our_inner_folder_is_seen(tmp_path: Path) -> None:
    out = tmp_path / "results"
    publish(lambda folder: write(folder, "1"), out)
    (out / "d" / "控え.xlsx").write_text("mine")
    with pytest.raises(DataError, match=r"d/控え\.xlsx"):
        publish(lambda folder: write(folder, "2"), out)
    assert (word_in(out), (out / "d" / "控え.xlsx").read_text()) == ("1", "mine")


def test_traces_of_open_programs_are_nobodys_work(tmp_path: Path) -> None:
    out = tmp_path / "results"
    publish(lambda folder: write(folder, "1"), out)
    for name in ("~$c.xlsx", ".~lock.c.xlsx#", "Thumbs.db", "b.csv-wal", "d/Thumbs.db", "d/~$e.xlsx"):
        (out / name).write_text("")
    check_target(out)
    (out / "other-wal").write_text("")
    with pytest.raises(DataError, match="other-wal"):
        check_target(out)


def test_an_empty_folder_is_simply_used(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    publish(lambda folder: write(folder, "1"), tmp_path / "results")
    assert names(tmp_path) == {"results"}


def test_sheets_edited_by_hand_are_set_aside(tmp_path: Path) -> None:
    """A sheet with someone's notes goes to .old, and is not deleted when .old is needed again."""
    out = tmp_path / "results"
    publish(lambda folder: write(folder, "1"), out)
    (out / "c.xlsx").write_text("my notes")
    for word in "234":
        publish(lambda folder, word=word: write(folder, word), out)
    assert names(tmp_path) == {"results", "results.old", "results.old2"}
    assert (tmp_path / "results.old2" / "c.xlsx").read_text() == "my notes"
    assert word_in(tmp_path / "results.old") == "3"


def test_two_writers(tmp_path: Path) -> None:
    out = tmp_path / "results"

    def build(folder: Path) -> None:
        with pytest.raises(DataError) as caught:
            publish(lambda inner: write(inner, "2"), out)
        assert caught.value.code == "output-being-written"
        write(folder, "1")

    publish(build, out)
    assert word_in(out) == "1"


def test_without_exchange_a_failed_rename_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "swap_folders", lambda one, other: False)
    out = tmp_path / "results"
    publish(lambda folder: write(folder, "1"), out)
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name.endswith(".making") and Path(target) == out:
            raise PermissionError("open elsewhere")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(DataError) as caught:
        publish(lambda folder: write(folder, "2"), out)
    assert caught.value.code == "output-in-use"
    assert word_in(out) == "1"


@pytest.mark.parametrize("refused_at", [0, 1, 2])
def test_without_exchange_two_folders_change_names_or_neither_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused_at: int
) -> None:
    """As the results before the last come back: whichever rename Windows refuses, each folder has its own name."""
    monkeypatch.setattr(publishing, "swap_folders", lambda one, other: False)
    now, before = tmp_path / "results", tmp_path / "results.old"
    for folder, word in ((now, "2"), (before, "1")):
        folder.mkdir()
        write(folder, word)
    rename, calls = Path.rename, []

    def refused(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == refused_at + 1:
            raise PermissionError("open elsewhere")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(DataError):
        publishing.put_in_place(before, now, lambda folder: True)
    assert (word_in(now), word_in(before), names(tmp_path)) == ("2", "1", {"results", "results.old"})
    publishing.put_in_place(before, now, lambda folder: True)
    assert (word_in(now), word_in(before), names(tmp_path)) == ("1", "2", {"results", "results.old"})


@pytest.mark.parametrize("died_after", [1, 2])
def test_killed_while_two_folders_change_names_both_come_back(tmp_path: Path, died_after: int) -> None:
    now, before, aside = (tmp_path / name for name in ("results", "results.old", ".results.aside"))
    for folder, word in ((now, "2"), (before, "1")):
        folder.mkdir()
        write(folder, word)
    for one, other in [(before, aside), (now, before)][:died_after]:
        one.rename(other)
    publishing.recover(now, lambda folder: folder.exists())
    assert (word_in(now), word_in(before), names(tmp_path)) == ("2", "1", {"results", "results.old"})


HOLDS = """
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from requests_gen.files import only_one_writer
with only_one_writer(Path({target!r})):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_right_to_write_dies_with_its_process_and_leaves_no_file(tmp_path: Path) -> None:
    out = tmp_path / "results"
    code = HOLDS.format(root=str(ROOT), target=str(out))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DataError) as caught, only_one_writer(out):
            pass
        assert caught.value.code == "output-being-written"
        other.kill()
    with only_one_writer(out):
        assert names(tmp_path) == {".results.lock"}
    assert names(tmp_path) == set()


def test_who_waits_gets_the_right_when_it_is_given_back(tmp_path: Path) -> None:
    held = only_one_writer(tmp_path / "results")
    held.__enter__()
    threading.Timer(0.2, held.__exit__, (None, None, None)).start()
    with only_one_writer(tmp_path / "results", wait_s=10.0):
        assert names(tmp_path) == {".results.lock"}
