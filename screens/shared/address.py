"""Choices kept in the address bar, so that a link gives someone else the same view.

Streamlit's own `bind="query-params"` writes the words on the screen (`?lang=English`) and forgets them when the
page changes; here the address holds stable keys (`?lang=en`), and the session remembers them between pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

MEMORY = "remembered choice of "
LONGEST = 4000  # characters of one value in the address: proxies cut longer addresses


def remembered(key: str, allowed: Collection[str], default: str) -> str:
    """The choice `key`: from the address, else from this session, else `default`. Others than `allowed` are ignored."""
    for value in (st.query_params.get(key), st.session_state.get(MEMORY + key)):
        if value in allowed:
            return str(value)
    return default


def remember(key: str, value: str, default: str) -> None:
    """Keep the choice in the session and, unless it is the default, in the address."""
    st.session_state[MEMORY + key] = value
    write_address({key: "" if value == default else value})


def write_address(values: Mapping[str, str]) -> None:
    """Write `values` into the address; empty ones are removed from it. A value that is already there is not written again."""
    for key, value in values.items():
        if value and len(value) <= LONGEST:
            if st.query_params.get(key) != value:
                st.query_params[key] = value
        elif key in st.query_params:
            del st.query_params[key]
