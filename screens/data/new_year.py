"""A new study: from nothing for a prefecture, or with the settings of the one that is open."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from coverage.study import Study
from geodata.errors import DataError, Text
from geodata.prefectures import PREFECTURES
from requests_gen.workspace import find_studies, new_study
from screens.shared import Opened, address, as_written, page_parts

WAYS = {"same": Text("今の調査の設定を引き継ぐ", "With the settings of this study"), "empty": Text("まっさらから始める", "From nothing")}


def show(opened: Opened, study: Study) -> None:
    """The part 新しい年度."""
    st.subheader(opened.say(Text("新しい年度の調査を作る", "Make the study of a new year")))
    way = st.radio(
        opened.say(Text("始め方", "How")),
        list(WAYS),
        format_func=lambda key: WAYS[key].in_(opened.lang),
        horizontal=True,
        key="data year way",
    )
    left, right = st.columns(2)
    year = int(
        left.number_input(
            opened.say(Text("年度（西暦）", "Fiscal year")),
            new_study.FIRST_YEAR,
            new_study.LAST_YEAR,
            study.about.fiscal_year + 1,
            key="data year",
        )
    )
    prefecture = study.about.prefecture
    if way == "empty":
        codes = list(PREFECTURES)
        prefecture = right.selectbox(
            opened.say(Text("都道府県", "Prefecture")),
            codes,
            index=codes.index(prefecture) if prefecture in codes else 0,
            format_func=lambda code: f"{code} {PREFECTURES[code]}",
            key="data year prefecture",
        )
    workspace = _workspace(opened)
    try:
        folder = new_study.year_folder(workspace, year)
    except DataError as error:
        st.warning(as_written(error.in_(opened.lang)), icon=":material/warning:")
        return
    st.write(as_written(opened.say(_explained(way, study, folder))))
    if st.button(opened.say(Text("作る", "Make it")), type="primary", icon=":material/create_new_folder:"):
        if way == "same":
            new_study.start_from(opened.place.folder, workspace, year)
        else:
            new_study.start_empty(workspace, prefecture, year)
        _made(opened, folder)


def _workspace(opened: Opened) -> Path:
    """The folder around the years; for a study without a workspace, the folder it is in."""
    place = opened.place
    return place.workspace if place.workspace != place.folder else place.folder.parent


def _explained(way: str, study: Study, folder: Path) -> Text:
    if way == "same":
        return Text(
            f"{folder} を作り、設定（study.toml）・要望書の設定（letters.toml）・地区IDの控え（{study.zones.ids}）を引き継ぎます。"
            "データのファイルは引き継ぎません。去年のエリアを今年のものと取り違えないためです。変わらないもの（境界など）も「ファイルを入れる」で入れ直してください。",
            f"Makes {folder} with the same study.toml, letters.toml and zone ids ({study.zones.ids}). Data files are not copied, so "
            "that last year's areas do not pass for this year's; put in what has not changed (boundaries) again.",
        )
    return Text(
        f"{folder} を作り、説明つきの設定（study.toml）を置きます。データのファイルはこのあと入れます。",
        f"Makes {folder} with a commented study.toml. Its data files are put in afterwards.",
    )


def _made(opened: Opened, folder: Path) -> None:
    """Go to the new study where this screen can show it; else say how to open it."""
    shown = Path(sys.argv[1]) if len(sys.argv) > 1 else folder.parent
    try:
        seen = folder.resolve() in {place.folder for place in find_studies(shown)}
    except DataError:
        seen = False
    if seen:
        address.remember("study", folder.name, "")
        message = Text(
            f"{folder.name}年度の調査を作りました。足りないファイルを入れてください。",
            f"The study of {folder.name} was made. Put its files in.",
        )
    else:
        message = Text(
            f"{folder} を作りました。開くには、kengai app {folder.parent} で起動し直してください。",
            f"{folder} was made. To open it, start again with: kengai app {folder.parent}",
        )
    address.remember("part", "now", "now")
    page_parts.done(opened, message)
