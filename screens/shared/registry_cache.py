"""The registry for the pages: opened once for all visits, watched for changes; and the name of the person who saves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from geodata.errors import Text
from requests_gen.workspace import places

if TYPE_CHECKING:
    from requests_gen.registry import Registry

WHO = "who signs"


def now() -> datetime:
    """The moment, for the registry."""
    return datetime.now().astimezone()


@st.cache_resource(max_entries=4, show_spinner=False)
def registry_at(workspace: str) -> Registry:
    """The registry of a workspace, open for all sessions."""
    from requests_gen.registry import location, open_registry  # SQLAlchemy takes long to import, and the map needs none

    return open_registry(location.registry_place(Path(workspace)))


def has_registry(workspace: Path) -> bool:
    """Whether there is a registry yet. Showing a page never makes one."""
    from requests_gen.registry import location

    return location.existing_registry(workspace) is not None


def moment_of(workspace: Path) -> tuple[tuple[int, int], ...]:
    """Changes whenever somebody saves: time and size of the database and of its log."""
    files = (workspace / places.REGISTRY_FILE, workspace / (places.REGISTRY_FILE + "-wal"))
    return tuple((f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.exists())


def signer(say: Callable[[Text], str], key: str) -> str:
    """The visitor's name, asked for where something is saved and kept for this visit."""
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(WHO, "")
    name = st.text_input(
        say(Text("お名前（記録に残ります）", "Your name (kept in the record)")),
        key=key,
        max_chars=40,
        placeholder=say(Text("例: 県庁 デジタル推進課 山田", "e.g. Yamada, Digital Office")),
    )
    st.session_state[WHO] = name.strip()
    return name.strip()
