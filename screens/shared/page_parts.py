"""What several pages draw alike: choosing a part, errors in words, what was just done, uploads, heights, charts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import streamlit as st

from geodata.errors import DataError, Text
from screens.shared import address
from screens.shared.escape import as_written
from screens.shared.opened import Opened

T = TypeVar("T")

CSV, ZIP = "text/csv", "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST_FORM_MB = 20  # forms that people send back, not maps
HEAD_PX, ROW_PX = 38, 35  # of st.dataframe
# for the charts: fonts that Windows, macOS and Linux have, and the colour of their text
FONT = "'BIZ UDPGothic','Yu Gothic UI','Meiryo','Noto Sans CJK JP',sans-serif"
INK = "#1f2933"
DONE = "done message"


def choose_part(name: str, choices: Mapping[str, str], default: str, label: str) -> str:
    """One of {choice: its caption}, chosen on the page; it is in the address as `name` unless it is the default."""
    key = f"{name} choice"
    chosen = address.remembered(name, choices, default)
    st.session_state[key] = chosen
    st.segmented_control(
        label,
        list(choices),
        format_func=choices.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: address.remember(name, st.session_state[key], default),
    )
    address.remember(name, chosen, default)
    return chosen


def show_error(error: DataError, lang: str) -> None:
    """What is wrong with the reader's data, and the remedy, in a red box."""
    st.error(as_written(error.in_(lang)), icon=":material/error:")


def attempt(opened: Opened, act: Callable[[], T]) -> T | None:
    """What `act` returns; None after a DataError, which is shown."""
    try:
        return act()
    except DataError as error:
        show_error(error, opened.lang)
        return None


def done(opened: Opened, *messages: Text) -> NoReturn:
    """Run the page again, where show_done() then shows the messages once, one a line."""
    st.session_state[DONE] = "\n".join(opened.say(message) for message in messages)
    st.rerun()


def show_done() -> None:
    """What the last done() reported, if it was not shown yet."""
    if message := st.session_state.pop(DONE, ""):
        st.success(as_written(message), icon=":material/check_circle:")


@contextmanager
def uploaded_file(name: str, data: bytes) -> Iterator[Path]:
    """An upload as a file under a safe form of its own name, for as long as it is read. Errors inside name the file."""
    from requests_gen.files import names

    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        path = Path(folder) / names.safe_name(name)
        path.write_bytes(data)
        try:
            yield path
        except DataError as error:
            raise error if error.file else error.at(path) from error


def table_height(rows: int, most_px: int) -> int:
    """The height of a table of so many rows in pixels; beyond `most_px` it scrolls."""
    return min(HEAD_PX + ROW_PX * max(rows, 1), most_px)


def captions(opened: Opened, parts: Mapping[str, tuple[Text, object]]) -> dict[str, str]:
    """{part: its caption in the visitor's language} of a page's PARTS."""
    return {key: opened.say(caption) for key, (caption, _) in parts.items()}
