"""What the rows of a carrier's file say of themselves: whose they are, which generation, covered or not, or not at all.

Presence means covered, so a file that also holds areas *not* served, several carriers, somebody else's network, or
something that is no carrier's area must say which rows count, or is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pandas as pd

from geodata.errors import DataError, Text
from geodata.intake import choice, foreign
from geodata.mesh import lists as mesh_list
from geodata.report import IntakeReport
from geodata.tables import plain, text_of

# plain column names: whose area, which generation, how good
FIELDS = {
    "carrier": {"carrier", "operator", "事業者", "事業者名", "キャリア", "brandname", "provider_id", "operateur"},
    "generation": {"generation", "technology", "techno", "方式", "世代", "通信方式"},
    "level": {"niveau", "level", "quality", "品質", "レベル", "電波強度", "minsignal", "environmnt"},
}
FEW_VALUES = 20
FOURTH = {"4g", "lte", "lte-a", "4g(lte)", "lte(4g)"}
PLAINLY_NOT_COVERED = {"×", "✕", "✖"}
# words that make a row an area without service, wherever they stand; and such as speak of later
_NO_SERVICE = re.compile(r"圏外|エリア外|不感|未提供|非カバー|not_?\s?covered|uncovered", re.IGNORECASE)
_LATER = re.compile(r"計画|予定|建設中|未整備|未開通|planned|future", re.IGNORECASE)
_ELSEWHERE = {
    "satellite": re.compile(r"satellite|starlink|d2c|衛星", re.IGNORECASE),
    "roaming": re.compile(r"roaming|partner|ローミング|パートナー", re.IGNORECASE),
}
_WITHOUT = re.compile(r"除く|除外|含まない|なし|without|excl|(?<![a-z])no[_\-]", re.IGNORECASE)


def check_words(words: str, kind: str, place_ja: str, place_en: str) -> None:
    """Refuse what calls itself satellite or roaming but was declared as something else."""
    for other, pattern in _ELSEWHERE.items():
        if kind != other and pattern.search(words) and not _WITHOUT.search(words):
            names = {"satellite": "衛星直接通信", "roaming": "ローミング（パートナー回線）", "own": "自社のエリア"}
            raise DataError(
                "layer-kind",
                Text(
                    f"{names[other]}のエリアのようですが、{names[kind]}として指定されています。",
                    f"this seems to be {other} coverage, but was declared as {kind}",
                ),
                Text(
                    f'{names[other]}なら設定に kind = "{other}" と書いてください。一部の行だけなら where で使う行を選んでください。',
                    f'declare kind = "{other}", or choose the rows with where',
                ),
                where=Text(place_ja, place_en),
            )


def role(name: str) -> str:
    """ "carrier", "generation" or "level" for a column so called, else ""."""
    return next((role for role, names in FIELDS.items() if plain(name) in names), "")


def refuse_foreign(names: Collection[str], rows: pd.DataFrame) -> None:
    """DataError "layer-foreign" for a file that plainly is something else, unless it names its carrier or generation."""
    if any(role(str(name)) in {"carrier", "generation"} for name in rows.columns):
        return
    found = foreign.foreign_layout(names, rows)
    if found is None:
        return
    place = Text(
        f"study.toml の {found.table} に書いてください。" if found.table else "[[layers]] から外してください。",
        f"name it under {found.table} in study.toml" if found.table else "take it out of [[layers]]",
    )
    raise DataError(
        "layer-foreign",
        Text(f"携帯電話のエリアではなく、{found.name.ja}のようです。", f"this is no carrier's area but seems to be {found.name.en}"),
        Text(
            f"{place.ja}本当に携帯電話のエリアなら、事業者名の列「事業者」を加えて保存し直してください。",
            f"{place.en}; where it truly is a carrier's area, add a column carrier to it",
        ),
        where=found.sign,
    )


def check_classes(table: pd.DataFrame, kind: str, answered: Collection[str], report: IntakeReport) -> None:
    """Refuse rows that say they are not covered, of several carriers or generations; warn of several levels.

    `answered` are the fields whose values the study chose itself.
    """
    for name in (str(name) for name in table.columns):
        whose = role(name)
        cells = text_of(table, name)
        values = sorted(set(cells.unique()) - {""})
        if not values or (len(values) > FEW_VALUES and not whose):
            continue
        check_words("、".join(values), kind, f"列 {name}", f"column {name}")
        if name in answered:
            continue
        if no := _not_covered(name, values):
            raise _classes(
                "rows-not-covered", cells.rename(name), no, "エリア外を表す行が含まれています", "some rows are areas that are not covered"
            )
        if whose in {"carrier", "generation"} and len({_alike(part) for value in values for part in choice.parts(value)}) > 1:
            ja, en = ("事業者", "carriers") if whose == "carrier" else ("通信方式", "generations")
            raise _classes(f"several-{en}", cells.rename(name), values, f"複数の{ja}が混ざっています", f"several {en} in one file")
        if len(values) > 1 and whose == "level":
            listed = "、".join(values[:FEW_VALUES])
            report.note(
                "warn",
                "levels-joined",
                Text(
                    f"列「{name}」の区分（{listed}）をすべてエリア内として読みました。選ぶときは where に書いてください。",
                    f'all classes of "{name}" ({listed}) are taken as covered; choose some with where',
                ),
            )


def _not_covered(name: str, values: Sequence[str]) -> list[str]:
    """The values that say "not covered": words for just that, or any "no" in a column of yes and no.

    A remark 「なし」 or an id 0 says nothing about coverage.
    """
    words = [value for value in values if not re.fullmatch(r"[0-9.]+|[xXnN]", value)]
    no = [value for value in words if mesh_list.means(value) == "no"]
    asked = plain(name) in mesh_list.ANSWER or any(mesh_list.means(value) == "yes" for value in words)
    plainly = [value for value in values if plain(value) in PLAINLY_NOT_COVERED or _NO_SERVICE.search(value)]
    later = [] if mesh_list.describes(name) else [value for value in values if _LATER.search(value)]
    return no if asked and no else [*plainly, *(value for value in later if value not in plainly)]


def _alike(part: str) -> str:
    """A name as it is compared: LTE is 4G."""
    label = plain(part)
    return "4g" if label in FOURTH else label


def _classes(code: str, cells: pd.Series, values: list[str], ja: str, en: str) -> DataError:
    """cells: the column, named as in the file, under the lines of the file; values: what is wrong in it."""
    listed, field = "、".join(values[:FEW_VALUES]), str(cells.name)
    joined = any(len(choice.parts(value)) > 1 for value in values)
    example = f'where = {{ "{field}" = {{ contains = "…" }} }}' if joined else f'where = {{ "{field}" = ["…"] }}'
    line = cells.index[cells.isin(values).to_numpy(bool)][0]
    return DataError(
        code,
        Text(f"{ja}（{listed}）。", f"{en} ({listed})."),
        Text(
            f"使う行を study.toml の [[layers]] の where に書いてください（例: {example}）。",
            f"choose the rows with where in [[layers]], e.g. {example}",
        ),
        where=Text(f"列 {field}（{line}行目など）", f"column {field} (row {line} and others)"),
    )
