"""The first visit shows the embedded example: made once, then kept."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from geodata.errors import Text
from requests_gen.files import replace_folder
from screens.shared.log_file import log_folder

SLOWING = 0.97  # what remains of the bar after each step: three years take about a hundred steps
_one_at_a_time = threading.Lock()


def example_folder(home: Path, lang: str) -> Path:
    """The folder of the example's findings; they are made on the first visit, and the page says so.

    It is `home`/demo beside the program, or in the user's own folder where `home` cannot be written to.
    """
    folder = home / "demo"
    if not _made(folder) and not os.access(home, os.W_OK):
        folder = log_folder() / "demo"
    if not _made(folder):
        with _status(lang) as status, _one_at_a_time:  # a second visitor waits for the first
            if not _made(folder):
                _make(home / "examples" / "mie", folder, lang)
            status.update(label=Text("例の準備ができました", "the example is ready").in_(lang), state="complete")
        st.rerun()
    return folder


def _made(folder: Path) -> bool:
    return (folder / "results" / replace_folder.MANIFEST).is_file()


def _status(lang: str) -> Any:
    words = Text(
        "同梱の例（三重県、架空のエリア）を準備しています。初回だけ、1分ほどかかります。",
        "Making the embedded example (Mie, fictitious areas). This is done once and takes about a minute.",
    )
    return st.status(words.in_(lang), expanded=True)


def _make(example: Path, folder: Path, lang: str) -> None:
    from requests_gen.demo import make_demo
    from requests_gen.registry import location

    bar = st.progress(0.0)
    done = 0

    def progress(step: Text) -> None:
        nonlocal done
        done += 1
        # the number of steps is not known beforehand, so the bar slows down towards its end
        bar.progress(1 - SLOWING**done, text=step.in_(lang))

    make_demo(example, folder, progress, who=location.person(), at=datetime.now().astimezone())
    bar.progress(1.0)
