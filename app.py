"""The door with a screen: st.navigation over screens/, nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # the name `coverage` is also coverage.py's: ours must be found first

import streamlit as st  # noqa: E402  (after the path above)

from screens.findings import findings_page  # noqa: E402


def results_folder() -> Path:
    """The folder named on the command line (a study or its results), else the demo's results."""
    if len(sys.argv) < 2:
        return HERE / "demo" / "results"
    folder = Path(sys.argv[1])
    return folder if (folder / "manifest.json").is_file() else folder / "results"


st.set_page_config(page_title="圏外 Kengai", page_icon="📵", layout="wide")
st.navigation(
    [st.Page(lambda: findings_page(results_folder()), title="地図と順位", url_path="findings")]
).run()
