"""Whether the population speaks of this study's municipalities: files that are missing or cut otherwise, people between them."""

from __future__ import annotations

from coverage.cells import land_area_m2
from coverage.questions.context import Context, names_of, sha256_of
from coverage.questions.question import Question
from geodata.areas import cell_area_m2
from geodata.errors import Text
from geodata.prefectures import PREFECTURES

# a boundary simplified to 1 % loses a few cells on the coast; a strip between municipalities loses more
MOST_BETWEEN = 0.001
# the smallest municipality of the country has 3.47 km²: less is a piece of one, where truly nobody may live
LEAST_TOWN_KM2 = 3.0


def questions_of(context: Context) -> list[Question]:
    """What is missing of the population, and who is in no municipality though the file is the prefecture's own."""
    return [*_other_prefecture(context), *_unread(context), *_cut_not_told(context), *_between(context), *_nobody_in(context)]


def _other_prefecture(context: Context) -> list[Question]:
    """[study] prefecture is another than that of every municipality: one of the two is a slip, and much hangs on it."""
    said, study = context.study.about.prefecture, context.study
    found = sorted({code[:2] for code in context.inputs.in_study})
    if not said or said in found or study.boundaries.kind != "n03" or not found:
        return []
    names = "・".join(f"{code} {PREFECTURES.get(code, '')}".strip() for code in found)
    return [
        Question(
            "prefecture-differs",
            "stop",
            Text(
                f'[study] prefecture = "{said}"（{PREFECTURES.get(said, "ありません")}）ですが、境界のファイルの市町村は {names} のものです。',
                f'[study] prefecture = "{said}", but the boundaries are of {", ".join(found)}',
            ),
            Text(
                f'study.toml の [study] を prefecture = "{found[0]}" に直すか、[boundaries] files をその県のものに替えてください。',
                f'write prefecture = "{found[0]}" in [study], or give the boundaries of that prefecture',
            ),
            names_of(context.reports_for(study.boundaries.files)),
            sha256_of(context.reports_for(study.boundaries.files), said),
        )
    ]


def _cut_not_told(context: Context) -> list[Question]:
    """Border people go out to a neighbour though nothing says whether the file holds the neighbour's people at all."""
    cells, study = context.cells, context.study
    reports = [report for report in context.reports_for(study.population.files) if report.facts.get("cut_told") is False]
    out = cells.outside.loc["neighbour"]
    if not reports or not out["people"] > 0:
        return []
    code = min(name[:2] for name in context.inputs.in_study)
    return [
        Question(
            "population-cut",
            "ask",
            Text(
                "人口のファイルの名前から、都道府県単位（その県の人だけ）か1次メッシュ単位（隣の県の人も含む）かが分かりません。1次メッシュ単位とみなし、"
                f"面積の半分以上が隣にある県境のメッシュ{int(out['cells']):,}個・{out['people']:,.0f}人を数えていません。",
                "the name of the population file does not tell whether it holds one prefecture's people or everybody in its cells; it was "
                f"taken for the latter, so {int(out['cells']):,} border cells with {out['people']:,.0f} people are not counted",
            ),
            Text(
                f'都道府県単位なら [population] cut = "{code}"、1次メッシュ単位なら cut = "mesh" と書いてください。',
                f'write cut = "{code}" in [population] where it holds that prefecture\'s people only, else cut = "mesh"',
            ),
            names_of(reports),
            sha256_of(reports),
        )
    ]


def _nobody_in(context: Context) -> list[Question]:
    """A municipality of which everything was read and nobody lives there: true of one in the country, or a cut table."""
    cells, study = context.cells, context.study
    owner = cells.frame["municipality_id"]
    known = cells.frame["population"].notna()
    km2 = (land_area_m2(cells.frame, cell_area_m2(context.inputs.grid))[known] / 1e6).groupby(owner[known]).sum()
    people = cells.frame["population"].groupby(owner).sum()
    empty = [str(code) for code in people.index[people == 0] if km2.get(code, 0.0) >= LEAST_TOWN_KM2]
    if not empty or not people.sum() > 0:
        return []
    reports = context.reports_for(study.population.files)
    return [
        Question(
            "municipality-without-people",
            "ask",
            Text(
                f"人口の表に1人もいない市町村が{len(empty)}あります（{context.named(empty)}）。表が途中で切れているか、一部の市町村だけの表です。",
                f"{len(empty)} municipalities have nobody in the population table ({context.named(empty)}): cut short, or a part",
            ),
            Text(
                "[population] files に、調査する市町村すべての表を書いてください。本当に人が住んでいないときは [answers] に理由を書いてください。",
                "give tables of every municipality in [population] files; if truly nobody lives there give the reason in [answers]",
            ),
            names_of(reports),
            sha256_of(reports, *empty),
        )
    ]


def _unread(context: Context) -> list[Question]:
    """One question a first-order mesh (or prefecture) that the study needs and no file was given for."""
    cells, study = context.cells, context.study
    reports = context.reports_for(study.population.files)
    read = sorted(context.inputs.population.covers)
    asked = []
    for part, row in cells.unread.iterrows():
        shown = context.named(row["municipalities"])
        what = (
            Text(f"1次メッシュ {part}", f"first-order mesh {part}")
            if len(str(part)) == 4
            else Text(f"都道府県 {part}", f"prefecture {part}")
        )
        empty = Text(
            f'そこに人が住んでいないと確かめたときは [population] uninhabited = ["{part}"] と書くと0人として数えます。',
            f'If you know that nobody lives there write [population] uninhabited = ["{part}"].',
        )
        if len(str(part)) != 4:
            empty = Text("", "")  # a whole prefecture is never empty
        asked.append(
            Question(
                "population-missing",
                "ask",
                Text(
                    f"{what.ja} の人口のファイルがありません（読んだのは {'・'.join(read) or 'なし'}）。調査区域の{row['cells']:,}個のメッシュ"
                    f"（{shown}）の人口は不明で、どの合計にも入っていません。",
                    f"there is no population file for {what.en} (read: {', '.join(read) or 'none'}): the people of {row['cells']:,} cells "
                    f"of the study ({shown}) are unknown and in no total",
                ),
                Text(
                    f"e-Stat から {what.ja} の表を足し、[population] files に書いてください。{empty.ja}"
                    "不明のまま進めるときは [answers] に理由を書いてください。",
                    f"add e-Stat's table of {what.en} to [population] files. {empty.en} To go on without, give a reason in [answers]",
                ),
                names_of(reports),
                sha256_of(reports),
                str(part),
            )
        )
    return asked


def _between(context: Context) -> list[Question]:
    """A prefecture's own file with people who are in no municipality of it: the boundary has a hole."""
    cells, study = context.cells, context.study
    if not any(len(code) == 2 for code in context.inputs.population.covers):
        return []
    lost = cells.outside.loc[["nowhere", "beyond"]]
    people = float(lost["people"].sum())
    if people <= MOST_BETWEEN * cells.source_population or not cells.frame["population"].sum() > 0:
        return []  # few, or nobody is inside: then the table is another prefecture's, which is asked elsewhere
    reports = context.reports_for(study.population.files)
    boundary = context.reports_for(study.boundaries.files)
    first = [code for codes in lost["first"] for code in codes][:5]
    return [
        Question(
            "people-between",
            "ask",
            Text(
                f"人口のファイルは都道府県単位（その県の人だけ）なのに、どの市町村の区域にも入らない人が{people:,.0f}人"
                f"（{int(lost['cells'].sum()):,}個のメッシュ、{'・'.join(first)} など）います。どの合計にも入っていません。",
                f"the population file is the prefecture's own, yet {people:,.0f} people ({int(lost['cells'].sum()):,} cells, "
                f"{', '.join(first)} …) are in no municipality and in no total",
            ),
            Text(
                "[boundaries] files に市町村がすべて入っているか、区域のあいだにすき間がないか（簡略化した境界でないか）を確かめてください。"
                "一部の市町村だけの調査など、このままで正しいときは [answers] に理由を書いてください。",
                "see that [boundaries] files hold every municipality without gaps between them; if it is right as it is (a study of some "
                "municipalities only), give the reason in [answers]",
            ),
            names_of([*reports, *boundary]),
            sha256_of([*reports, *boundary]),
        )
    ]
