"""The door with a screen: st.navigation over screens/, nothing else."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # the name `coverage` is also coverage.py's: ours must be found first

import streamlit as st  # noqa: E402  (after the path above)

from geodata.errors import DataError  # noqa: E402
from screens import cycle, explore, files, papers, priorities, shell, years  # noqa: E402
from screens.first_visit import example_folder  # noqa: E402

PAGES = (explore, priorities, papers, cycle, years, files)


def main() -> None:
    """Navigation over PAGES, for the folder named on the command line or the embedded example."""
    st.set_page_config(page_title="圏外 Kengai", page_icon="📵", layout="wide")
    lang = shell.language()
    try:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else example_folder(HERE)
        opened = shell.choose_study(folder, lang)
    except DataError as error:
        st.error(error.in_(lang), icon="⚠️")
        st.stop()
    st.navigation(
        [
            st.Page(partial(shell.show, page.page, opened), title=page.TITLE.in_(lang), url_path=page.URL)
            for page in PAGES
        ]
    ).run()


main()
