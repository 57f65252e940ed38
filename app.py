"""The screen's entry point: st.navigation over the pages of screens/, nothing else."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # the name `coverage` is also coverage.py's: ours must be found first

import streamlit as st  # noqa: E402  (after the path above)

from screens import data, letters, priorities, replies, years  # noqa: E402
from screens import map as map_page  # noqa: E402
from screens.shared import example_folder, shell  # noqa: E402

PAGES = (map_page, priorities, letters, replies, years, data)


def main() -> None:
    """Navigation over PAGES, for the folder named on the command line or the embedded example."""
    shell.set_up()
    lang = shell.chosen_language()
    with shell.errors_in_words(lang):
        # pages are registered before anything is drawn, so that a link is not lost while the example is being made
        visit = shell.Visit()
        pages = [st.Page(partial(visit.show, page.show), title=page.TITLE.in_(lang), url_path=page.URL) for page in PAGES]
        # the first page has an address of its own, so that a link to it works like any other
        leave = partial(shell.go_to, pages[0])
        start = st.Page(leave, title="圏外 Kengai", default=True, visibility="hidden")
        page = st.navigation([start, *pages], position="top")
        if page == start:
            leave()  # now, so that the frame is not drawn twice
        visit.opened = shell.header(Path(sys.argv[1]) if len(sys.argv) > 1 else example_folder(HERE, lang))
        page.run()


if __name__ == "__main__":  # as Streamlit runs it; tests import PAGES
    main()
