"""The line of years: what this tool found in each year held, and what the office published before."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.change import trend
from coverage.result import Result
from geodata.errors import DataError, Text
from requests_gen.compare import Held, read_published
from requests_gen.wording import numbers_and_eras
from screens.shared import Opened, load_result, page_parts
from screens.years.charts import MEASURES, OURS, PUBLISHED, UNKNOWN_BESIDE, unknown_words, years

EXAMPLE = "\ufeff年度,地区数,世帯数,人口\r\n"


@st.cache_data(max_entries=8, show_spinner="各年度の結果を読んでいます…")
def _trend(folders: tuple[tuple[str, str], ...], generation: str) -> pd.DataFrame:
    """trend() of results folders (path, stamp)."""
    return trend([load_result(*folder) for folder in folders], generation)


@st.cache_data(max_entries=8, show_spinner=False)
def _published(name: str, data: bytes) -> pd.DataFrame:
    """The published table in an uploaded file; `name` says what kind of file it is."""
    with page_parts.uploaded_file(name, data) as path:
        return read_published(path)


def trend_part(opened: Opened, new: Result, held: list[Held]) -> None:
    """Lines of the figures of a comparison, households and zones, over the years held and those published."""
    generation = str(new.study.zones.generation)
    heading = Text("推移", "Over the years")
    st.markdown(f"**{opened.say(heading)}**")
    folders = ((str(opened.place.results), opened.stamp), *((str(each.results), each.stamp) for each in held))
    ours = _trend(folders, generation)
    published = _uploaded(opened)
    if len(ours) + (0 if published is None else len(published)) < 2:
        st.caption(
            opened.say(
                Text(
                    "年度が1つだけなので、線はまだ引けません。過去の公表値があれば上で読み込んでください。",
                    "Only one year is held, so there is no line yet. Read in figures you published before, above.",
                )
            )
        )
    values, spec = years(ours, published, opened.lang)
    if values.empty:
        st.info(opened.say(Text("エリア図の無い事業者があるため、この数は不明です。", "Not known: some carrier gave no areas.")))
    else:
        st.vega_lite_chart(values, spec, key="years trend")
    _breaks(ours, opened)
    _unknown(ours, opened)
    with st.expander(opened.say(Text("数字の表", "Figures"))):
        st.dataframe(_table(ours, published, opened.lang), hide_index=True, key="years figures")


def _uploaded(opened: Opened) -> pd.DataFrame | None:
    """The office's own table, if it was given in this visit and reads."""
    box = st.expander(opened.say(Text("過去の公表値を読み込む", "Read in figures you published before")))
    left, right = box.columns([0.7, 0.3], vertical_alignment="bottom")
    file = left.file_uploader(
        opened.say(
            Text(
                "過去の公表値の表（年度・地区数・世帯数・人口。CSV・Excel）", "Published figures (年度, 地区数, 世帯数, 人口; CSV or Excel)"
            )
        ),
        type=["csv", "xlsx", "txt", "tsv"],
        key="years published",
    )
    right.download_button(
        opened.say(Text("書き込む表のひな形（CSV）", "Empty table (CSV)")), EXAMPLE.encode(), "published.csv", key="years empty"
    )
    if file is None:
        return None
    try:
        return _published(file.name, file.getvalue())
    except DataError as error:
        page_parts.show_error(error, opened.lang)
        return None


def _breaks(ours: pd.DataFrame, opened: Opened) -> None:
    """Name the years that were computed under other conditions than the year before."""
    others = [str(year) for year in ours.loc[~ours["same_terms"].astype(bool), "fiscal_year"]]
    if others:
        st.caption(
            opened.say(
                Text(
                    f"{'・'.join(others)}年度は、規則・人口の調査年・エリア図のある事業者などが前の年度と違います。そこで線を切っています。段差は実際の変化とは限りません。",
                    f"{', '.join(others)}: rules, census year or carriers differ from the year before; the line is broken there; a step need not be real.",
                )
            )
        )


def _unknown(ours: pd.DataFrame, opened: Opened) -> None:
    """Name what is unknown in a year and comes on top of its figures."""
    told = [
        f"{year['fiscal_year']} {opened.say(MEASURES[measure])}: {opened.say(unknown_words(measure, int(year[beside])))}"
        for year in ours.to_dict("records")
        for measure, beside in UNKNOWN_BESIDE.items()
        if year[beside] and year[measure] == year[measure]
    ]
    if told:
        st.caption(opened.say(Text("、", "; ")).join(told))


def _table(ours: pd.DataFrame, published: pd.DataFrame | None, lang: str) -> pd.DataFrame:
    rows = [ours.assign(source=OURS.in_(lang))]
    if published is not None:
        rows.append(published.assign(source=PUBLISHED.in_(lang)))
    names = {"fiscal_year": Text("年度", "fiscal year"), "source": Text("出所", "source"), **dict(reversed(list(MEASURES.items())))}
    whole = pd.concat([row.reindex(columns=list(names)) for row in rows]).sort_values(["fiscal_year", "source"])
    whole["fiscal_year"] = whole["fiscal_year"].astype(int).astype(str)
    for measure in MEASURES:
        whole[measure] = pd.array([numbers_and_eras.round_half_up(float(value)) for value in whole[measure]], dtype="Int64")
    return whole.rename(columns={key: text.in_(lang) for key, text in names.items()})
