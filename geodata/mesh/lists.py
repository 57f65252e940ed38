"""Mesh lists: a table of cells that somebody says are covered, partly covered or not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import DataError, Text
from geodata.grid import IntArray
from geodata.mesh import codes as mesh_codes
from geodata.mesh import standard as mesh
from geodata.mesh.answer_column import ANSWER, CODE, answer_column, describes, refuse_unasked_answers
from geodata.mesh.answers import Weak, answers_of, means
from geodata.report import IntakeReport
from geodata.tables import column_of, shown, text_of

__all__ = ["ANSWER", "CODE", "Listed", "Meaning", "Weak", "describes", "listed_cells", "means", "rectangles", "shapes_answers"]


@dataclass(frozen=True)
class Meaning:
    """What the study says of a list, where the list itself does not.

    generation, carrier: whose column of answers counts. answer_field: the column that answers; "" = none: every
    listed cell is covered. weak: what △ counts as. least_share (0..1), least_dbm: from where on a cell is covered.
    settled: columns that the study chose rows by. level: nominal metres, None = told by the digits where they can tell.
    """

    generation: str = "4G"
    carrier: str = ""
    answer_field: str | None = None
    weak: Weak | None = None
    least_share: float | None = None
    least_dbm: float | None = None
    settled: Collection[str] = ()
    level: object = None


@dataclass(frozen=True)
class Listed:
    """codes of the covered and of the unknown cells (int64, ascending), their level, and the columns that were answers."""

    covered: IntArray
    unknown: IntArray
    level: int
    answer: str


def listed_cells(table: pd.DataFrame, meaning: Meaning, report: IntakeReport) -> Listed:
    """What a list says of its cells. The table's index is the line of the file.

    Without any column that might be an answer every listed cell is covered, with a warning. What cannot be
    understood is asked for (answer_column, answers), never taken as covered.
    """
    code = column_of(table, CODE)
    if code is None:
        raise DataError(
            "column-missing",
            Text("メッシュコードの列が見つかりません。", "no column of mesh codes"),
            Text("見出しを「メッシュコード」「エリア」にしてください。", "name the columns メッシュコード and エリア"),
            where=Text("列 " + shown(table), "columns " + shown(table)),
        )
    answer, answers = _answers(table, code, meaning, report)
    size = mesh.level_of(table[code].str.strip()) if meaning.level is None else mesh.normal_level(meaning.level)
    codes, mended = mesh_codes.read_codes(table[code], size, np.asarray(table.index, np.int64))
    if mended.any():
        text = Text(
            "メッシュコードの全角数字・桁区切りなどを直して読みました。", "mesh codes were read after removing separators or wide digits"
        )
        report.note("warn", "mesh-codes-mended", text, int(mended.sum()), table.index[mended])
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
    of = {answer: np.sort(rows.loc[rows["answer"] == answer, "code"].to_numpy(np.int64)) for answer in ("yes", "unknown")}
    report.facts.update(level=size, cells=len(rows), cells_covered=len(of["yes"]), cells_unknown=len(of["unknown"]))
    return Listed(of["yes"], of["unknown"], size, answer)


def shapes_answers(table: pd.DataFrame, meaning: Meaning, report: IntakeReport) -> npt.NDArray[Any]:
    """ "yes", "no" or "unknown" of each row of a polygon file, object[n]: all "yes" where the study names no column that answers.

    table: its attributes; the index is the number of the feature. Rows that are not covered are the caller's to leave out.
    """
    if meaning.answer_field is None:
        refuse_unasked_answers(table, meaning.generation, meaning.carrier, meaning.settled, means)
    found = answer_column(table, "", meaning.generation, meaning.carrier, meaning.answer_field, ()) if meaning.answer_field else None
    if found is None:
        return np.full(len(table), "yes", object)
    return answers_of(text_of(table, found.column), found, meaning.weak, meaning.least_share, meaning.least_dbm, report)


def _answers(table: pd.DataFrame, code: str, meaning: Meaning, report: IntakeReport) -> tuple[str, npt.NDArray[Any]]:
    """(column of the answers or "", "yes", "no" or "unknown" of each row)."""
    found = None
    if meaning.answer_field != "":
        settled = [name for name in meaning.settled if not _still_answers(table, name, meaning.answer_field)]
        found = answer_column(table, code, meaning.generation, meaning.carrier, meaning.answer_field, settled)
    if found is not None:
        return found.column, answers_of(table[found.column], found, meaning.weak, meaning.least_share, meaning.least_dbm, report)
    text = Text(
        "エリア内かどうかの列が無いため、載っているメッシュをすべてエリア内として読みました。",
        "no column of answers: every listed cell is taken as covered",
    )
    report.note("info" if meaning.answer_field == "" else "warn", "mesh-list-presence", text, len(table))
    return "", np.full(len(table), "yes", object)


def _still_answers(table: pd.DataFrame, name: str, answer_field: str | None) -> bool:
    """Whether a column that rows were chosen by is read as the answer all the same: its words say yes, no or unknown."""
    if name == answer_field:
        return True
    return name in table.columns and column_of(table[[name]], ANSWER) is not None and bool(table[name].map(means).notna().all())


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
