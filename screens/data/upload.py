"""Uploaded files on the server's disk: bounded, under safe names, gone when the program ends."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from geodata.errors import Text
from requests_gen.files import names
from requests_gen.intake import offered_files
from screens.shared import Opened

LARGEST_MB = 100
KEPT_SECONDS = 24 * 3600


@st.cache_resource
def _folder() -> TemporaryDirectory[str]:
    """The folder for uploads of all sessions; it is removed when the program ends."""
    return TemporaryDirectory(prefix="kengai-uploads-", ignore_cleanup_errors=True)


def uploaded(opened: Opened) -> Path | None:
    """The uploaded file to look at; of a shapefile in parts, its .shp."""
    given = st.file_uploader(
        opened.say(
            Text(
                "ここにファイルを置くか、「Browse files」から選んでください。Shapefile は .shp .shx .dbf .prj を一度に選ぶか、zip にまとめます。",
                "Drop files here. Of a shapefile choose .shp, .shx, .dbf and .prj together, or a zip.",
            )
        ),
        type=[ending.lstrip(".") for ending in (*offered_files.ENDINGS, *offered_files.COMPANIONS)],
        accept_multiple_files=True,
        max_upload_size=LARGEST_MB,
        key="data upload",
    )
    if not given:
        return None
    paths = _on_disk(given)
    main = offered_files.main_files(paths)
    if not main:
        st.warning(
            opened.say(
                Text(
                    ".shp がありません。.shp .shx .dbf .prj を一度に選んでください。",
                    "There is no .shp: choose .shp, .shx, .dbf and .prj together.",
                )
            )
        )
        return None
    if len(main) == 1:
        return main[0]
    return st.selectbox(
        opened.say(Text("どのファイルを見ますか（1つずつ入れます）", "Which one? (one at a time)")),
        main,
        format_func=lambda path: path.name,
    )


def _on_disk(given: list[Any]) -> list[Path]:
    """The files of one upload in a folder of their own, named by the hash of its content, so that the same upload has the same path."""
    digest = hashlib.sha256()
    for one in given:
        digest.update(one.name.encode("utf-8", "replace") + b"\0" + one.getbuffer())
    home = Path(_folder().name)
    _forget_old(home)
    place = home / digest.hexdigest()
    place.mkdir(exist_ok=True)
    paths = []
    for one in given:
        path = place / names.safe_name(one.name)
        if not path.exists() or path.stat().st_size != one.size:
            path.write_bytes(one.getbuffer())
        paths.append(path)
    return paths


def _forget_old(home: Path) -> None:
    before = time.time() - KEPT_SECONDS
    for place in home.iterdir():
        if place.stat().st_mtime < before:
            shutil.rmtree(place, ignore_errors=True)
