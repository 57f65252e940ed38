"""Text from files, so that Streamlit shows it as it is written."""

from __future__ import annotations

import html
import re

# what starts a construct in Streamlit's Markdown; :name:, addresses and arrows are found again after backslashes
# are resolved, so an invisible word joiner breaks them
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
FOUND_LATER = re.compile(r"(?<=[:@])|(?<=www)|(?<=<)(?=-)|(?<=-)(?=[->])", re.IGNORECASE)
WORD_JOINER = "\u2060"


def as_written(text: object) -> str:
    """`text` for labels, captions and messages that are read as Markdown: shown character by character.

    Line ends stay line ends. Names of zones, carriers, files and studies come from outside and may hold
    `**`, `[…](…)`, `:material/…:`, `$…$` or an address.
    """
    lines = str(text).splitlines() or [""]
    return "  \n".join(PUNCTUATION.sub(r"\\\1", FOUND_LATER.sub(WORD_JOINER, line)).replace("\t", " ") for line in lines)


def as_html(text: object) -> str:
    """`text` for st.html."""
    return html.escape(str(text), quote=True)
