"""Mesh lists: a table of cells that somebody says are covered, partly covered or not."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import DataError, Text
from geodata.grid import IntArray
from geodata.mesh import codes as mesh_codes
from geodata.mesh import standard as mesh
from geodata.report import IntakeReport
from geodata.tables import column_of, plain, shown

Weak = Literal["covered", "not_covered"]
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
    "エリア内外",
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
WORDS = {
    "yes": {
        "1",
        "1.0",
        "yes",
        "y",
        "true",
        "in",
        "covered",
        "○",
        "〇",
        "◯",
        "o",
        "◎",
        "エリア内",
        "圏内",
        "提供",
        "提供中",
        "有",
        "有り",
        "あり",
        "可",
        "カバー",
    },
    "weak": {"weak", "△", "▲", "弱", "弱い", "一部", "一部提供", "limited", "partial"},
    "no": {
        "0",
        "0.0",
        "no",
        "n",
        "false",
        "out",
        "notcovered",
        "uncovered",
        "×",
        "✕",
        "✖",
        "x",
        "エリア外",
        "圏外",
        "未提供",
        "無",
        "無し",
        "なし",
        "不可",
        "非カバー",
    },
    "unknown": {"", "-", "－", "―", "ー", "?", "unknown", "不明", "未回答", "未調査", "n/a", "na"},
}
_MEANING = {word: meaning for meaning, words in WORDS.items() for word in words}


def means(answer: object) -> str | None:
    """ "yes", "weak", "no" or "unknown" for an answer as people write it; None if it is none of these words."""
    return _MEANING.get(plain(answer))


def covered_cells(table: pd.DataFrame, level: object, weak: Weak | None, report: IntakeReport) -> tuple[IntArray, int]:
    """(codes of the covered cells, ascending; their level). The table's index is the line of the file.

    Without a column of answers every listed cell is covered, with a warning. `level` None: told from the
    digits where they can tell. `weak` says what △ counts as; without it △ refuses the reading, as does an
    answer that is no known word. Unknown cells cannot be told from uncovered ones in an area: they are warned of.
    """
    code, answer = column_of(table, CODE), column_of(table, ANSWER)
    if code is None:
        raise DataError(
            "column-missing",
            Text("メッシュコードの列が見つかりません。", "no column of mesh codes"),
            Text("見出しを「メッシュコード」「エリア」にしてください。", "name the columns メッシュコード and エリア"),
            where=Text("列 " + shown(table), "columns " + shown(table)),
        )
    size = mesh.level_of(table[code].str.strip()) if level is None else mesh.normal_level(level)
    codes, mended = mesh_codes.read_codes(table[code], size, np.asarray(table.index, np.int64))
    if mended.any():
        text = Text(
            "メッシュコードの全角数字・桁区切りなどを直して読みました。", "mesh codes were read after removing separators or wide digits"
        )
        report.note("warn", "mesh-codes-mended", text, int(mended.sum()), table.index[mended])
    answers = _answers(table, answer, weak, report)
    rows = pd.DataFrame({"code": codes, "answer": answers}, index=table.index)
    _refuse_contradictions(rows)
    repeats = rows.duplicated("code")
    report.accepted = int((~repeats).sum())
    report.exclude(
        "duplicate-row",
        Text("同じメッシュの重複した行を除きました。", "repeated cells were left out"),
        int(repeats.sum()),
        table.index[repeats],
    )
    rows = rows[~repeats]
    report.facts.update(level=size, cells=len(rows), cells_covered=int((rows["answer"] == "yes").sum()))
    report.facts["cells_unknown"] = int((rows["answer"] == "unknown").sum())
    return np.sort(rows.loc[rows["answer"] == "yes", "code"].to_numpy(np.int64)), size


def _answers(table: pd.DataFrame, answer: str | None, weak: Weak | None, report: IntakeReport) -> npt.NDArray[Any]:
    """ "yes", "no" or "unknown" of each row."""
    if answer is None:
        text = Text(
            "エリア内かどうかの列が無いため、載っているメッシュをすべてエリア内として読みました。",
            "no column of answers: every listed cell is taken as covered",
        )
        report.note("warn", "mesh-list-presence", text, len(table))
        return np.full(len(table), "yes", object)
    meanings = table[answer].map(means)
    strange = meanings.isna()
    if strange.any():
        named = "、".join(f"{line}行目「{cell}」" for line, cell in table.loc[strange, answer].head(5).items())
        raise DataError(
            "mesh-list-answer",
            Text(
                f"「{answer}」の列に意味の分からない値が {int(strange.sum())} 件あります。",
                f'"{answer}" holds {int(strange.sum())} answers of unknown meaning',
            ),
            Text(
                "1（エリア内）・0（エリア外）・△（弱い）・不明 のどれかにしてください。",
                "write 1 (covered), 0 (not), △ (weak) or 不明 (unknown)",
            ),
            where=Text(named, named),
        )
    if (meanings == "weak").any():
        count = int((meanings == "weak").sum())
        if weak is None:
            raise DataError(
                "mesh-list-weak",
                Text(
                    f"「△・弱い」のメッシュが {count} 件あり、エリア内と数えるかどうかが決まっていません。",
                    f"{count} cells are weak, and the study does not say whether they count",
                ),
                Text(
                    "設定 weak に covered（エリア内）か not_covered（エリア外）を書いてください。", 'say weak = "covered" or "not_covered"'
                ),
                where=Text(f"列 {answer}", f"column {answer}"),
            )
        as_ja, as_en = ("エリア内", "covered") if weak == "covered" else ("エリア外", "not covered")
        report.note(
            "warn",
            "mesh-list-weak",
            Text(f"「△・弱い」のメッシュを設定どおり{as_ja}としました。", f"weak cells count as {as_en}, as the study says"),
            count,
        )
        meanings = meanings.replace("weak", "yes" if weak == "covered" else "no")
    unknown = (meanings == "unknown").to_numpy(bool)
    if unknown.any():
        text = Text(
            "「不明・空欄」のメッシュはエリアに含めていません。エリア外と確認されたわけではありません。",
            "unknown cells are not part of the area; that does not mean that they are not covered",
        )
        report.note("warn", "mesh-list-unknown", text, int(unknown.sum()), table.index[unknown])
    return np.asarray(meanings, object)


def _refuse_contradictions(rows: pd.DataFrame) -> None:
    several = rows.groupby("code")["answer"].nunique()
    if (several > 1).any():
        code = int(several.index[several > 1][0])
        lines = "、".join(f"{line}行目" for line in rows.index[rows["code"] == code][:5])
        raise DataError(
            "mesh-duplicate",
            Text(
                f"同じメッシュに違う答えが書かれています（{int((several > 1).sum())} メッシュ）。",
                f"{int((several > 1).sum())} cells have contradicting answers",
            ),
            Text("1つのメッシュは1行にしてください。", "keep one row a cell"),
            where=Text(f"コード {code}: {lines}", f"code {code}: {lines}"),
        )


def rectangles(codes: IntArray, level: int) -> npt.NDArray[Any]:
    """Rectangles (shapely boxes, degrees JGD2011) that together are exactly the cells: one a run of neighbours."""
    if not len(codes):
        return np.array([], object)
    width, height = mesh.cell_mas(level)
    lon, lat = mesh.decode_mas(np.unique(codes), level)
    order = np.lexsort((lon, lat))
    lon, lat = lon[order], lat[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(lat) != 0) | (np.diff(lon) != width)])
    ends = np.r_[starts[1:], len(lon)] - 1
    edges = (lon[starts], lat[starts], lon[ends] + width, lat[ends] + height)
    boxes: npt.NDArray[Any] = shapely.box(*(edge / mesh.MAS_PER_DEGREE for edge in edges))
    return boxes
