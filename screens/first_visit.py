"""The first visit shows the embedded example: made once, then kept."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geodata.errors import Text


def example_folder(home: Path) -> Path:
    """The folder of the example's findings beside the program; they are made on the first visit."""
    folder = home / "demo"
    if not (folder / "results" / "manifest.json").is_file():
        _make(home, folder)
    return folder


def _make(home: Path, folder: Path) -> None:
    from coverage.run import run
    from coverage.study import read_study
    from requests_gen.outputs import write_outputs
    from requests_gen.workspace import copy_example, write_zone_ids

    with st.status("同梱の例を準備しています（初回だけ、1分ほどかかります）", expanded=True) as status:

        def told(step: Text) -> None:
            status.write(step.ja)

        result = run(read_study(copy_example(home / "examples" / "mie", folder)), told)
        write_outputs(result, folder / "results", told=told)
        write_zone_ids(result)
        status.update(label="例の準備ができました", state="complete", expanded=False)
