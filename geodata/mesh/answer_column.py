"""Which column of a mesh list says whether a cell is covered: found, or asked for, never passed over.

A list of codes with columns that might be the answer must not be taken for a list of covered cells. The column is
told by its name (エリア, 4G, カバー率, RSRP …) and the study's generation; what stays open is asked (`answer_field`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from geodata.errors import DataError, Text
from geodata.tables import plain, text_of

CODE = {
    "key_code",
    "メッシュコード",
    "地域メッシュコード",
    "標準地域メッシュコード",
    "メッシュ番号",
    "mesh",
    "mesh_code",
    "meshcode",
    "mesh_id",
    "code",
}
ANSWER = {
    "covered",
    "coverage",
    "エリア",
    "エリア内",
    "エリア内外",
    "サービスエリア",
    "提供エリア",
    "圏内",
    "圏内外",
    "提供",
    "提供状況",
    "提供有無",
    "判定",
    "カバー",
    "カバー有無",
    "サービス",
    "状況",
    "value",
    "可否",
}
# written as in the header without spaces and marks; longer words first
_GENERATIONS = (
    ("5G-sub6", re.compile(r"5gsub6|sub6")),
    ("5G-mmWave", re.compile(r"5gmmwave|5gミリ波|mmwave|ミリ波")),
    ("5G-refarmed", re.compile(r"5grefarmed|5g転用|nr化|転用5g|refarmed")),
    ("5G", re.compile(r"5g|(?<![a-z])nr(?![a-z])")),
    ("4G", re.compile(r"4g|lte(?:-?a(?:dvanced)?)?")),
    ("3G", re.compile(r"3g|fomaplus|foma|wcdma|umts")),
)
_AREA_WORDS = re.compile(
    r"サービスエリア|エリア内外|エリア内|エリア|圏内外|圏内|提供状況|提供有無|提供|カバー有無|カバレッジ|カバー|判定|可否|有無|対応|利用可|"
    r"coverage|covered|service|available|area|cover|status|flag|フラグ"
)
_SHARE = re.compile(r"カバー率|カバレッジ率|人口カバー|面積率|割合|比率|率$|率[(%]|%|percent|ratio|rate$|share")
# a header that denies: 1 under it means out of service, or so one must ask
_DENIES = re.compile(r"圏外|エリア外|不感|未提供|非対応|対象外|uncovered|not_?covered|no_?service")
_SIGNAL = re.compile(r"rsrp|rssi|dbm|電界|電波強度|受信電力|受信強度|受信レベル|minsignal")
_ANSWERISH = re.compile(
    r"結果|状況|状態|区分|評価|ランク|種別|フラグ|品質|レベル|強度|有無|率|割合|[%○×]|flag|rank|class|level|quality|percent|ratio|rate|"
    r"エリア|カバー|圏内|圏外|提供|電波|受信|通信|可否|判定|利用可|rsrp|dbm|area|cover|service|signal|[345]g|lte",
    re.IGNORECASE,
)
# columns that describe a cell and can be no answer
_NOT_ANSWER = re.compile(
    r"(都道府県|市区?町村|市町|県|郡|市区|市|町|村|区|大字|字|町丁目?|町字|丁目|地区|地域|集落|地名|住所|所在地?|施設|名称|団体|行政区域?|自治体)"
    r"(名|名称|コード|番号|code|cd)?|"
    r".*(名|名称|コード|番号|code|_cd|_id|_no|_name)|name|"
    r"(no\.?|id|fid|gid|oid|objectid|通番|通し番号|連番|番号|行|index|num|#)|"
    r"(.*(緯度|経度|座標|lat|latitude|lon|lng|longitude))|(x|y|z|cx|cy|中心.*)|"
    r"(総?人口|世帯|戸数|人数|面積|標高|高さ|.*(人口|世帯数?|戸数|面積|標高).*)|"
    r"(備考|注記|摘要|メモ|コメント|説明|remarks?|notes?|comments?|memo|description)|"
    r"(.*(年月日|年度|日付|日時|更新日|基準日|作成日|時点)|.*(date|year|time|as_?of)|年|月|日)|"
    r"(メッシュ.*|.*mesh.*)",
    re.IGNORECASE,
)
SHARE, SIGNAL = "share", "signal"
NAMED = 8


@dataclass(frozen=True)
class Answer:
    """The column that answers, and what its name says that it holds: SHARE, SIGNAL, or "" (tell by its cells)."""

    column: str
    holds: str


@dataclass(frozen=True)
class _Column:
    name: str
    generation: str  # "" where its name says none
    holds: str
    known: bool  # whether the name itself says that it answers, for this carrier


def holds_by_name(name: object) -> str:
    """SHARE or SIGNAL where a header says so, else ""."""
    label = plain(name)
    if _SHARE.search(label):
        return SHARE
    return SIGNAL if _SIGNAL.search(label) else ""


def answer_column(
    table: pd.DataFrame, code: str, generation: str, carrier: str, answer_field: str | None, settled: Collection[str]
) -> Answer | None:
    """The column of answers of `table`, or None where there is none that might be one: a list of covered cells.

    generation, carrier: of the study's layer; answer_field: the column that the study names; settled: columns that
    the study chose rows by or that say whose row it is. DataError "answer-field", "mesh-list-column" (asks).
    """
    if answer_field is not None:
        if answer_field not in table.columns:
            raise _asks(
                "answer-field",
                Text(f"answer_field で指定された列「{answer_field}」がありません。", f'there is no column "{answer_field}"'),
                [str(name) for name in table.columns],
            )
        return Answer(answer_field, holds_by_name(answer_field))
    columns = [_column(str(name), generation, carrier) for name in table.columns if name != code and name not in settled]
    known = [column for column in columns if column is not None and column.known]
    mine = [column for column in known if column.generation == generation]
    general = [column for column in known if not column.generation]
    others = sorted({column.generation for column in columns if column is not None and column.generation} - {generation})
    found = _one(mine) or (_one(general) if not mine and not others else None)
    if found:
        return Answer(found.name, found.holds)
    possible = [c.name for c in columns if c is not None and (text_of(table, c.name) != "").any()]
    if not possible:
        return None
    if others and not mine and not general:
        problem = Text(
            f"{generation} のエリアかどうかの列が見つかりません（{'・'.join(others)} の列はあります）。",
            f"no column says what {generation} covers (there is one of {', '.join(others)})",
        )
    else:
        problem = Text("どの列がエリア内かどうかの答えか決められません。", "it is not clear which column says whether a cell is covered")
    raise _asks("mesh-list-column", problem, possible)


def refuse_unasked_answers(
    table: pd.DataFrame, generation: str, carrier: str, settled: Collection[str], means: Callable[[object], str | None]
) -> None:
    """Ask where a column of a polygon file seems to say which of its areas are covered; presence says so otherwise.

    Most attributes of polygons are no answers (ids, AREA, classes), so only a header that plainly speaks of this area
    counts, and only where its cells say something else than "covered" of some row. means: of a cell, as answers.means.
    DataError "rows-not-covered"; "mesh-list-column" where only another generation's column does, or where one denies.
    """
    columns = [found for name in table.columns if name not in settled and (found := _column(str(name), generation, carrier))]
    said = {one.name: {means(cell) for cell in text_of(table, one.name).unique() if cell} for one in columns}
    denying = [one.name for one in columns if _DENIES.search(plain(one.name)) and said[one.name]]
    if denying:
        problem = Text("圏外・エリア外を表すらしい列があります。", "a column seems to say what is not covered")
        raise _asks("mesh-list-column", problem, denying)
    known = [one for one in columns if one.known and said[one.name]]
    mine = [one for one in known if one.generation == generation]
    general = [one for one in known if not one.generation]
    others = [one for one in known if one.generation not in ("", generation) and None not in said[one.name]]

    def answers(one: _Column) -> bool:
        if one.holds:
            return bool(text_of(table, one.name).nunique() > 1)
        return (None in said[one.name] and one in mine) or (None not in said[one.name] and said[one.name] != {"yes"})

    speaking = [one for one in mine or general if answers(one)]
    if others and not mine and not general:
        problem = Text(
            f"{generation} のエリアかどうかの列が見つかりません（{'・'.join(one.generation for one in others)} の列はあります）。",
            f"no column says what {generation} covers",
        )
        raise _asks("mesh-list-column", problem, [one.name for one in others])
    if speaking:
        raise DataError(
            "rows-not-covered",
            Text(
                f"エリア内かどうかを表す列（{'、'.join(one.name for one in speaking)}）に、エリア内以外の値があります。",
                f"a column of answers ({', '.join(one.name for one in speaking)}) holds other values than covered",
            ),
            Text(
                f'study.toml の [[layers]] に answer_field = "{speaking[0].name}" と書くと、その列でエリア内・エリア外・不明を読み分けます'
                '（すべてエリア内なら answer_field = ""）。',
                f'write answer_field = "{speaking[0].name}" in [[layers]] to read covered, not covered and unknown from it '
                '(answer_field = "" where all is covered)',
            ),
            where=Text(f"列 {speaking[0].name}", f"column {speaking[0].name}"),
        )


def _one(columns: Sequence[_Column]) -> _Column | None:
    """The only column; of several the only one that gives a verdict rather than a share or a signal."""
    verdicts = [column for column in columns if not column.holds]
    if len(columns) == 1:
        return columns[0]
    return verdicts[0] if len(verdicts) == 1 else None


def describes(name: object) -> bool:
    """Whether a header plainly tells something else of a cell (its town, place, people, a remark), so that it is no answer."""
    label = plain(name)
    return bool(label not in ANSWER and _NOT_ANSWER.fullmatch(label) and not _ANSWERISH.search(label))


def _column(name: str, generation: str, carrier: str) -> _Column | None:
    """What a header says; None for a column that can be no answer."""
    label = plain(name)
    if label in ANSWER:
        return _Column(name, "", "", True)
    if describes(name):
        return None
    if _DENIES.search(label):
        return _Column(name, "", "", False)
    left = re.sub(r"[\s_\-‐–—.:：・()（）\[\]【】/／]+", "", label)
    found = ""
    for key, pattern in _GENERATIONS:
        if pattern.search(left):
            found, left = key, pattern.sub("", left)
            break
    holds = holds_by_name(name)
    left = _SIGNAL.sub("", _SHARE.sub("", left)) if holds else left
    left = _AREA_WORDS.sub("", left).replace(re.sub(r"[_\-]", "", plain(carrier)), "", 1)
    # nothing else in the header: it speaks of this carrier's area and of nothing more
    said = bool(found or holds or plain(carrier) in label or _AREA_WORDS.search(label))
    return _Column(name, found, holds, said and not left)


def _asks(code: str, problem: Text, columns: Sequence[str]) -> DataError:
    listed = "、".join(columns[:NAMED])
    return DataError(
        code,
        problem,
        Text(
            f'study.toml の [[layers]] に答えの列を answer_field = "列名" と書いてください（候補: {listed}）。'
            '載っているメッシュがすべてエリア内なら answer_field = "" と書いてください。',
            f'name the column in [[layers]]: answer_field = "…" (one of {listed}); where every listed cell is covered, answer_field = ""',
        ),
        where=Text(f"列 {listed}", f"columns {listed}"),
    )
