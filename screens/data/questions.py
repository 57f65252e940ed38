"""Questions on what a file does not say itself, each asked only when the answer is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import streamlit as st

from coverage.study import Generation, Study
from geodata.errors import Text
from geodata.report import IntakeReport
from requests_gen.intake import crs_choices, preview, study_status, study_toml
from screens.data.look import first_looked, looked
from screens.shared import Opened, as_written

LEVELS = (1000, 500, 250, 125, 100)
KINDS = {
    "own": Text("自社の網", "own network"),
    "roaming": Text("ローミング（他社の網を借りる）", "roaming"),
    "satellite": Text("衛星", "satellite"),
}
FACILITIES = {
    "gsi_shelters": Text("避難所・避難場所（国土地理院）", "shelters (GSI)"),
    "schools_p29": Text("学校（国土数値情報 P29）", "schools (P29)"),
    "clinics_p04": Text("医療機関（国土数値情報 P04）", "clinics (P04)"),
    "offices_p05": Text("役場・集会施設（国土数値情報 P05）", "offices and halls (P05)"),
    "stations_n02": Text("鉄道駅（国土数値情報 N02）", "railway stations (N02)"),
    "own_places": Text("県が作った一覧（登山口・観光地・作業現場など）", "the office's own list of places"),
}
# what the reading of a mesh list asks by this code → the key of [[layers]] that answers
MEANING = {
    "mesh-list-column": ("answer_field", Text("エリア内かどうかが書かれた列", "Column that says whether a cell is covered")),
    "mesh-list-weak": ("weak", Text("「△・弱い」のメッシュの数え方", "Cells marked △ or weak")),
    "mesh-list-share": ("least_share", Text("エリア内とする割合の下限（0〜1）", "Least share that counts as covered (0 to 1)")),
    "mesh-list-dbm": ("least_dbm", Text("エリア内とする電波の強さの下限（dBm）", "Least signal that counts as covered (dBm)")),
}
CHOOSE = Text("選んでください", "choose one")
ALL_LAYERS = "*"


def ask(opened: Opened, study: Study, path: Path, first: IntakeReport, guessed: study_toml.Slot | None) -> study_toml.Entry | None:
    """The file's place in the study and its answers; None while too little is known to read it."""
    slot: study_toml.Slot | None = st.selectbox(
        opened.say(Text("このファイルの種類", "Kind of file")),
        list(study_toml.SLOTS),
        index=list(study_toml.SLOTS).index(guessed) if guessed else None,
        format_func=lambda key: study_toml.SLOTS[key].in_(opened.lang),
        placeholder=opened.say(CHOOSE),
        key=f"data kind {path}",
        help=opened.say(
            Text("中身と名前から推測しています。違うときは選び直してください。", "Guessed from what it holds; change it if it is wrong.")
        ),
    )
    if slot is None:
        return None
    entry = _layer(opened, study, path, first) if slot == "layers" else study_toml.Entry(slot)
    if slot == "facilities":
        entry = _facilities(opened, path)
    if slot == "population":
        population = _population(opened, study, path, first)
        if population is None:
            return None
        entry = population
    answered = _answered(opened, study, path, entry)
    if answered is None:
        return None
    entry = answered
    return _beside(opened, study, path, entry)


def _facilities(opened: Opened, path: Path) -> study_toml.Entry:
    kind = st.selectbox(
        opened.say(Text("施設の種類", "Kind of facility")),
        list(FACILITIES),
        key=f"data facility {path}",
        format_func=lambda key: FACILITIES[key].in_(opened.lang),
        index=next((n for n, key in enumerate(FACILITIES) if key[-3:].upper() in path.name.upper()), 0),
    )
    return study_toml.Entry("facilities", kind=kind)


def _population(opened: Opened, study: Study, path: Path, first: IntakeReport) -> study_toml.Entry | None:
    if first.format == "GeoTIFF":
        return study_toml.Entry("population", kind="raster")
    level = st.selectbox(
        opened.say(Text("メッシュの大きさ（m）", "Mesh size (m)")),
        LEVELS,
        index=LEVELS.index(study.population.level) if study.population.level in LEVELS else None,
        placeholder=opened.say(CHOOSE),
        key=f"data level {path}",
        help=opened.say(
            Text(
                "10桁のメッシュコードは 250m と 100m を区別できないため、必ず選びます。e-Stat の「5次メッシュ」は250m、「4次メッシュ」は500mです。",
                "Ten digits may mean 250 m or 100 m, so it is always asked. e-Stat: 5th mesh = 250 m, 4th = 500 m.",
            )
        ),
    )
    return None if level is None else study_toml.Entry("population", kind="estat_mesh", level=level)


def _layer(opened: Opened, study: Study, path: Path, first: IntakeReport) -> study_toml.Entry:
    """The carrier, generation and date of the area."""
    names = {carrier.key: carrier.name for carrier in study.carriers}
    columns = st.columns(4)
    carrier = columns[0].selectbox(
        opened.say(Text("事業者", "Carrier")),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=opened.say(CHOOSE),
        key=f"data carrier {path}",
        help=opened.say(
            Text(
                "一覧に無い事業者は、study.toml の [[carriers]] に加えてください。",
                "Carriers not listed are added to [[carriers]] in study.toml.",
            )
        ),
    )
    generation = columns[1].selectbox(
        opened.say(Text("世代", "Generation")),
        get_args(Generation),
        index=None,
        placeholder=opened.say(CHOOSE),
        key=f"data generation {path}",
    )
    as_of: date | None = columns[2].date_input(
        opened.say(Text("いつ時点のエリアか", "As of")),
        value=None,
        key=f"data as of {path}",
        format="YYYY-MM-DD",
        help=opened.say(
            Text("エリア図に書かれた日付です。受け取った日ではありません。", "The date on the area map, not the day you got it.")
        ),
    )
    kind = columns[3].selectbox(
        opened.say(Text("だれの網か", "Whose network")),
        list(KINDS),
        key=f"data layer kind {path}",
        format_func=lambda key: KINDS[key].in_(opened.lang),
    )
    return study_toml.Entry(
        "layers",
        kind=kind,
        carrier=carrier or "",
        generation=generation or "",
        as_of=as_of.isoformat() if as_of else "",
        level=_mesh_list_level(opened, path, first),
        where=_where(opened, path, first),
    )


def _mesh_list_level(opened: Opened, path: Path, first: IntakeReport) -> int | None:
    if "table" not in first.format and first.format != "XLSX":
        return None
    return st.selectbox(
        opened.say(Text("メッシュコードの一覧のとき、メッシュの大きさ（m）", "For a list of mesh codes: mesh size (m)")),
        LEVELS,
        index=None,
        placeholder=opened.say(CHOOSE),
        key=f"data list level {path}",
    )


def _where(opened: Opened, path: Path, first: IntakeReport) -> dict[str, list[str | int]]:
    """Only some rows of the file, where one file holds several areas."""
    columns = [str(name) for name in first.facts.get("columns", ())]
    if not columns:
        return {}
    title = Text("一部の行だけを使う（1つのファイルにいくつものエリアがあるとき）", "Use only some rows (one file with several areas)")
    with st.expander(opened.say(title)):
        left, right = st.columns(2)
        column = left.selectbox(
            opened.say(Text("列", "Column")), columns, index=None, placeholder=opened.say(CHOOSE), key=f"data where {path}"
        )
        typed = right.text_input(
            opened.say(Text("使う行の値（いくつもあるときは「、」で区切る）", "Values to use (divided by commas)")),
            key=f"data values {path}",
        )
    values = [value.strip() for value in typed.replace("、", ",").split(",") if value.strip()]
    return {column: list(values)} if column and values else {}


def _answered(opened: Opened, study: Study, path: Path, entry: study_toml.Entry) -> study_toml.Entry | None:
    """Layer and CRS, asked only when the file cannot be read without them; None while a question is open."""
    codes = {notice.code for notice in looked(opened, path, entry).report.notices}
    if codes & {"layer-ambiguous", "layer-missing"}:
        names = _names(str(path), path.stat().st_mtime_ns)
        layer = st.selectbox(
            opened.say(Text("ファイルの中のレイヤー", "Layer in the file")),
            [*names, ALL_LAYERS],
            index=None,
            format_func=lambda name: opened.say(Text("（すべて）", "(all)")) if name == ALL_LAYERS else name,
            placeholder=opened.say(CHOOSE),
            key=f"data layer {path}",
        )
        if layer is None:
            return None
        entry = replace(entry, layer=layer)
        codes = {notice.code for notice in looked(opened, path, entry).report.notices}
    chosen = st.session_state.get(f"data crs {path}")
    if codes & crs_choices.ASKED_BY or chosen:
        crs = _crs(opened, study, path)
        if crs is None and "crs-missing" in codes:
            return None
        entry = replace(entry, crs=crs)
    return _meaning(opened, path, entry) if entry.slot == "layers" else entry


def _meaning(opened: Opened, path: Path, entry: study_toml.Entry) -> study_toml.Entry | None:
    """What the answers of a mesh list mean, asked one after the other as its reading asks; None while one is open."""
    for _ in MEANING:
        report = looked(opened, path, entry).report
        asked = next((notice.code for notice in report.notices if notice.code in MEANING), None)
        if asked is None or MEANING[asked][0] in entry.meaning:
            return entry
        key, title = MEANING[asked]
        answer = _meaning_answer(opened, path, key, opened.say(title))
        if answer is None:
            return None
        entry = replace(entry, meaning={**entry.meaning, key: answer})
    return entry


def _meaning_answer(opened: Opened, path: Path, key: str, title: str) -> str | float | None:
    if key == "answer_field":
        columns = [*(str(name) for name in first_looked(path).facts.get("columns", ())), ""]
        every = opened.say(Text("（列は無い。載っているメッシュはすべてエリア内）", "(none: every listed cell is covered)"))
        field: str | None = st.selectbox(
            title, columns, index=None, format_func=lambda name: name or every, placeholder=opened.say(CHOOSE), key=f"data {key} {path}"
        )
        return field
    if key == "weak":
        words = {"covered": Text("エリア内と数える", "covered"), "not_covered": Text("エリア外と数える", "not covered")}
        weak: str | None = st.radio(
            title, list(words), index=None, format_func=lambda name: opened.say(words[name]), key=f"data {key} {path}"
        )
        return weak
    low, high, step = (0.01, 1.0, 0.05) if key == "least_share" else (-156.0, -31.0, 1.0)
    number: float | None = st.number_input(title, low, high, value=None, step=step, key=f"data {key} {path}")
    return number


def _crs(opened: Opened, study: Study, path: Path) -> str | None:
    choices = crs_choices.crs_choices(study.about.prefecture, study.about.metric_crs)
    names = {choice.code: choice.name for choice in choices}
    with st.container(border=True):
        st.markdown(f"**{opened.say(Text('座標の決まり（座標系）はどれですか', 'Which coordinate system?'))}**")
        st.write(opened.say(crs_choices.CRS_WHY))
        numbers = _numbers(str(path), path.stat().st_mtime_ns)
        if numbers is not None:
            west, south, east, north = (f"{number:,.6g}" for number in numbers)
            message = Text(
                f"このファイルに書かれている数字: 横（x）{west} 〜 {east}、縦（y）{south} 〜 {north}",
                f"The numbers in this file: x {west} to {east}, y {south} to {north}",
            )
            st.text(opened.say(message))
        return st.radio(
            opened.say(Text("座標系", "CRS")),
            list(names),
            index=None,
            key=f"data crs {path}",
            format_func=lambda code: as_written(f"{names[code].in_(opened.lang)}  {code}"),
            label_visibility="collapsed",
        )


@st.cache_data(max_entries=32, show_spinner=False)
def _numbers(path: str, modified_ns: int) -> tuple[float, float, float, float] | None:
    return preview.raw_numbers(Path(path))


@st.cache_data(max_entries=32, show_spinner=False)
def _names(path: str, modified_ns: int) -> list[str]:
    return preview.layer_names(Path(path))


def _beside(opened: Opened, study: Study, path: Path, entry: study_toml.Entry) -> study_toml.Entry:
    """Whether the file replaces what the study uses now or is used together with it."""
    names = {carrier.key: carrier.name for carrier in study.carriers}
    if entry.slot == "layers":
        former = [
            file
            for layer in study.layers
            for file in layer.files
            if (layer.carrier, str(layer.generation), layer.kind) == study_toml.whose(entry)
        ]
        title = f"{names.get(entry.carrier, '')} {entry.generation}".strip()
    else:
        former = [
            file for slot, _, _, file in study_status.named_files(study) if slot == entry.slot and file not in study.boundaries.neighbours
        ]
        if entry.slot == "facilities":
            former = [file for part in study.facilities if part.kind == entry.kind for file in part.files]
        title = study_toml.SLOTS[entry.slot].in_(opened.lang)
    if not former or (entry.slot == "population" and entry.kind == "raster"):
        return entry
    listed = as_written("、".join(former))
    ways = {
        False: Text(f"今のファイルの代わりに使う（今: {listed}）", f"in place of what is used now ({listed})"),
        True: Text("今のファイルに加えて使う", "together with it"),
    }
    beside = st.radio(
        f"{as_written(title)} — {opened.say(Text('今のファイルをどうしますか', 'What of the present file?'))}",
        list(ways),
        format_func=lambda key: ways[key].in_(opened.lang),
        key=f"data beside {path} {entry.slot} {entry.carrier} {entry.generation}",
    )
    return replace(entry, beside=bool(beside))
