"""Whether the population can be that of this study: the right place, the right size, figures that can be.

The stops: a table and a boundary that do not meet. The rest is asked: many times the census, more people in one cell
than a city has, fewer people than households, more people aged 65+ than people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage.cells import land_area_m2
from coverage.questions.context import Context, names_of, sha256_of
from coverage.questions.question import Question
from geodata.areas import cell_area_m2
from geodata.errors import Text
from geodata.prefectures import AREA_KM2, CENSUS_2020, PREFECTURES

if TYPE_CHECKING:
    from coverage.cells import Cells
    from geodata.schema import Population

# twice is what counting a mesh cut and a prefecture cut together gives; no prefecture has grown by a tenth in ten years
MOST_OF_CENSUS = 1.5
# the estimate for 2050 leaves the emptiest prefecture 0.58 of its people of 2020: less than half is a part or an error
LEAST_OF_CENSUS = 0.5
# a boundary simplified to 1 % still has more than 0.99 of its prefecture's land
WHOLE_PREFECTURE = 0.9
# 地方自治法8条: a city has 50,000 people; the fullest 1 km² of the country has some 35,000
CITY = 50_000
# the fullest blocks of towers reach 100,000 to 200,000 on a square kilometre when cells are small
MOST_PER_KM2 = 300_000
# notices of the reader: people aged 65+ above the people of the cell, or of its disclosure group
ELDERLY_CODES = ("elderly-above-total", "disclosure-overfull")
SHOWN = 5


def questions_of(context: Context) -> list[Question]:
    """What the population is asked. One that does not meet the boundary at all is asked nothing else."""
    apart = _apart(context, context.inputs.population, context.cells)
    if apart:
        return apart
    return [
        *_against_census(context, context.cells),
        *_full_cells(context, context.cells),
        *_households(context, context.cells),
        *_elderly(context),
    ]


def _question(context: Context, code: str, problem: Text, remedy: Text, stop: bool = False) -> Question:
    """A question about the population table; a stop is about the boundary as well."""
    files = [*context.study.population.files, *(context.study.boundaries.files if stop else ())]
    reports = context.reports_for(files)
    return Question(code, "stop" if stop else "ask", problem, remedy, names_of(reports), sha256_of(reports))


def _apart(context: Context, population: Population, cells: Cells) -> list[Question]:
    """Nobody counted, nobody of them here, or the table of other prefectures."""
    if not cells.source_population > 0:
        return [_nobody_counted(context)]
    codes = _prefectures(context)
    cut = {code for code in population.covers if len(code) == 2}
    if cut and codes and not cut & set(codes):
        theirs, ours = (_names(sorted(found)) for found in (cut, codes))
        problem = Text(
            f"人口の表は{theirs}のもので、境界は{ours}のものです。", f"the population table is of {theirs}, the boundary of {ours}"
        )
        return [_question(context, "boundary-table-apart", problem, _meet(cells), stop=True)]
    if not cells.frame["population"].sum() > 0:
        problem = Text(
            f"人口の表には{cells.source_population:,.0f}人がいますが、境界の中には1人もいません。表と境界が別の地域のものです。",
            f"the population table holds {cells.source_population:,.0f} people, and not one of them lives inside the boundary",
        )
        return [_question(context, "nobody-lives-here", problem, _meet(cells), stop=True)]
    return []


def _nobody_counted(context: Context) -> Question:
    return _question(
        context,
        "nobody-counted",
        Text("人口の表の合計が0人です（または、人数がすべて不明です）。", "the population table holds 0 people, or none that is known"),
        Text(
            "人口総数の列がある元のファイル（国勢調査 地域メッシュ統計 その1）を [population] files に書いてください。",
            "name the original file with the column of all people in [population] files",
        ),
        stop=True,
    )


def _meet(cells: Cells) -> Text:
    """How table and boundary are brought together, with the first-order meshes that the boundary needs."""
    names = cells.frame.index.astype(str)
    needed = sorted({name[:4] for name in names if name[:4].isdigit()})
    meshes = "・".join(needed[:SHOWN]) + ("ほか" if len(needed) > SHOWN else "")
    ja = f"（境界に必要な1次メッシュ: {meshes}）" if needed else ""
    en = f" (first-order meshes the boundary needs: {', '.join(needed[:SHOWN])})" if needed else ""
    return Text(
        f"study.toml の [population] files を調査する県の表に替えるか、[boundaries] files を表の県の境界に替えてください{ja}。",
        f"name the table of this study in [population] files, or the boundary of that table in [boundaries] files{en}",
    )


def _prefectures(context: Context) -> list[str]:
    """Two-digit codes of the prefectures whose municipalities are studied; [] abroad."""
    codes = sorted({str(name)[:2] for name in context.inputs.in_study})
    japanese = all(len(str(name)) == 5 and str(name).isdigit() for name in context.inputs.in_study)
    return codes if japanese and set(codes) <= set(PREFECTURES) else []


def _names(codes: list[str]) -> str:
    return "・".join(PREFECTURES.get(code, code) for code in codes)


def _against_census(context: Context, cells: Cells) -> list[Question]:
    codes = _prefectures(context)
    if not codes:
        return []
    people, census = float(cells.frame["population"].sum()), sum(CENSUS_2020[code] for code in codes)
    names = _names(codes)
    found = Text(
        f"この調査の人口は{people:,.0f}人で、{names}の2020年国勢調査の人口{census:,}人の{people / census:.2f}倍です。",
        f"the study holds {people:,.0f} people, {people / census:.2f} times the {census:,} of {names} in the census of 2020",
    )
    if people > MOST_OF_CENSUS * census:
        remedy = Text(
            "人口総数でない列（昼間人口・のべ人数など）を読んでいないか、同じ人を2度数えるファイルを並べていないかを確かめてください。",
            "check that the column is the resident population and that no two files hold the same people",
        )
        return [_question(context, "population-above-census", found, remedy)]
    if cells.frame["population"].isna().any() or people >= LEAST_OF_CENSUS * census:
        return []  # people of a forgotten file are unknown, and asked for as such
    land_km2 = float(land_area_m2(cells.frame, cell_area_m2(context.inputs.grid)).sum()) / 1e6
    if land_km2 < WHOLE_PREFECTURE * sum(AREA_KM2[code] for code in codes):
        return []
    remedy = Text(
        "境界は県の全域です。人口総数でない列（65歳以上・男だけなど）を読んでいないか、表が途中で切れていないかを確かめてください。",
        "the boundary is the whole prefecture: check the column (all people?) and that the table is whole",
    )
    return [_question(context, "population-below-census", found, remedy)]


def _full_cells(context: Context, cells: Cells) -> list[Question]:
    km2 = cell_area_m2(context.inputs.grid)[cells.frame["j"].to_numpy()] / 1e6
    most = pd.Series(km2, index=cells.frame.index).map(lambda area: min(CITY * max(area, 1.0), MOST_PER_KM2 * area))
    people = cells.frame["population"]
    full = people[people > most].sort_values(ascending=False)
    if not len(full):
        return []
    shown = "、".join(f"{name}（{count:,.0f}人）" for name, count in full.head(SHOWN).items())
    problem = Text(
        f"1つのメッシュに市1つ分ほどの人がいる所が{len(full):,}個あります: {shown}。1km²あたり"
        f"{float((full / (km2[cells.frame.index.get_indexer(full.index)])).max()):,.0f}人までになります。",
        f"{len(full):,} cells hold as many people as a city: {', '.join(f'{name} ({count:,.0f})' for name, count in full.head(SHOWN).items())}",
    )
    remedy = Text(
        "合計の行や桁のずれが混じっていないか、[population] level がファイルのメッシュの大きさと合うかを確かめてください。",
        "check for rows of totals, shifted digits, and that [population] level is the file's",
    )
    return [_question(context, "cell-holds-a-city", problem, remedy)]


def _households(context: Context, cells: Cells) -> list[Question]:
    """A household has at least one person, so a cell with more households than people is a mistake somewhere."""
    frame = cells.frame[["population", "households"]].dropna()
    more = frame["households"] > frame["population"]
    if not more.any():
        return []
    people, households = frame.sum()
    shown = "、".join(str(name) for name in frame.index[more][:SHOWN])
    problem = Text(
        f"世帯が人口より多いメッシュが{int(more.sum()):,}個あります（{shown}）。全体では人口{people:,.0f}人・世帯{households:,.0f}です。",
        f"{int(more.sum()):,} cells hold more households than people ({shown}); in all {people:,.0f} people, {households:,.0f} households",
    )
    remedy = Text(
        "人口と世帯の列が入れ替わっていないか、行がずれていないかを確かめてください。",
        "check that the columns of people and households are not exchanged, and that no row is shifted",
    )
    return [_question(context, "households-above-population", problem, remedy)]


def _elderly(context: Context) -> list[Question]:
    """More people aged 65+ than people, which no disclosure group explains: the reader has noted where."""
    reports = context.reports_for(context.study.population.files)
    notices = [notice for report in reports for notice in report.notices if notice.code in ELDERLY_CODES]
    count = sum(notice.count for notice in notices)
    if not count:
        return []
    shown = "、".join(place for notice in notices for place in notice.places[:SHOWN])
    problem = Text(
        f"65歳以上の人が総人口より多いメッシュ（秘匿の合算を考えても）が{count:,}個あります（{shown}）。",
        f"{count:,} cells or disclosure groups hold more people aged 65+ than people ({shown})",
    )
    remedy = Text(
        "人口総数と65歳以上の列が入れ替わっていないか、e-Stat の元のファイルかを確かめてください。",
        "check that the two columns are not exchanged, and that it is e-Stat's own file",
    )
    return [_question(context, "elderly-above-population", problem, remedy)]
