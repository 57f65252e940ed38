"""Questions about who lives here: files that are missing, and people that fall between the municipalities."""

from __future__ import annotations

from coverage.questions.context import Context, names_of, sha256_of
from coverage.questions.question import Question
from geodata.errors import Text

# a boundary simplified to 1 % loses a few cells on the coast; a strip between municipalities loses more
MOST_BETWEEN = 0.001
MUNICIPALITIES_NAMED = 6


def questions_of(context: Context) -> list[Question]:
    """What is missing of the population, and who is in no municipality though the file is the prefecture's own."""
    if context.cells is None or context.population is None:
        return []
    return [*_unread(context), *_between(context)]


def _unread(context: Context) -> list[Question]:
    """One question a first-order mesh (or prefecture) that the study needs and no file was given for."""
    cells, study = context.cells, context.study
    assert cells is not None
    reports = context.reports_for(study.population.files)
    names = {} if context.municipalities is None else dict(context.municipalities["name"].astype(str))
    read = sorted(context.population.covers) if context.population else []
    asked = []
    for part, row in cells.unread.iterrows():
        towns = [names.get(code, code) for code in row["municipalities"]]
        shown = "、".join(towns[:MUNICIPALITIES_NAMED]) + (
            f"ほか{len(towns) - MUNICIPALITIES_NAMED}" if len(towns) > MUNICIPALITIES_NAMED else ""
        )
        what = (
            Text(f"1次メッシュ {part}", f"first-order mesh {part}")
            if len(str(part)) == 4
            else Text(f"都道府県 {part}", f"prefecture {part}")
        )
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
                    f"e-Stat から {what.ja} の表を足し、[population] files に書いてください。そこに人が住んでいないと確かめたときは "
                    f'[population] uninhabited = ["{part}"] と書くと0人として数えます。不明のまま進めるときは [answers] に理由を書いてください。',
                    f"add e-Stat's table of {what.en} to [population] files. If you know that nobody lives there write "
                    f'[population] uninhabited = ["{part}"]; to go on without, give a reason in [answers]',
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
    assert cells is not None
    if context.population is None or not any(len(code) == 2 for code in context.population.covers):
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
