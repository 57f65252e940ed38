"""Census population by mesh from e-Stat (any year, any level), and a team's own table of the same kind.

A file is one first-order mesh (`tblT001141H5136.txt`), one prefecture (`tblT001141H24.txt`: border cells
hold only that prefecture's part), or a plain table with columns メッシュコード and 人口. Columns are found by
their Japanese label: the same number means another thing in another year (docs/definitions.md, Census tables). Totals stay as
published; people aged 65+ are shared out inside disclosure groups (geodata.population.disclosure).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geodata import mesh
from geodata.errors import DataError, Text
from geodata.grid import IntArray
from geodata.mesh import codes as mesh_codes
from geodata.population import ROLE_NAMES, Part, compare_total, join, only_cells, plain, read_numbers
from geodata.report import IntakeReport
from geodata.schema import POPULATION, Population, check
from geodata.tables import numbered

NAME = "estat_mesh"
LICENCE = "政府統計の総合窓口(e-Stat) 利用規約（CC BY 4.0 互換）"
CREDIT = "出典：政府統計の総合窓口(e-Stat)（国勢調査 地域メッシュ統計）を加工して作成"
REDISTRIBUTABLE = True

# role -> labels that name it, as population.plain() writes them
FIELDS = {
    "code": mesh.lists.CODE - {"code"},  # in a census table "code" is more often a municipality's
    "population": {"人口(総数)", "人口総数", "総人口", "人口", "人口(総数)総数", "population"},
    "households": {"世帯総数", "世帯数", "総世帯数", "世帯(総数)", "世帯数(総数)", "世帯", "households"},
    "population_65plus": {"65歳以上人口総数", "65歳以上人口(総数)", "65歳以上人口", "65歳以上", "高齢者人口", "population_65plus"},
}
DISCLOSURE_FIELDS = {"treatment": "htksyori", "into": "htksaki", "given": "gassan"}


@dataclass(frozen=True)
class Statistics:
    """What is known of one e-Stat table id; `datum` is empty where the publisher does not say."""

    year: int
    level: int
    datum: str = ""


STATISTICS = {
    "T000846": Statistics(2015, 1000, "JGD2000"),
    "T000847": Statistics(2015, 500, "JGD2000"),
    "T000876": Statistics(2015, 250, "JGD2000"),
    "T001100": Statistics(2020, 1000),
    "T001140": Statistics(2020, 1000),
    "T001101": Statistics(2020, 500, "JGD2000"),
    "T001141": Statistics(2020, 500, "JGD2011"),
    "T001102": Statistics(2020, 250),
    "T001142": Statistics(2020, 250, "JGD2011"),
    "T001231": Statistics(2020, 125),
}
# last three digits of the column codes, for files that lost their label row
LAST_DIGITS = {
    2020: {"population": 1, "households": 34, "population_65plus": 19},
    2015: {"population": 1, "households": 25, "population_65plus": 16},
}
_FILE_NAME = re.compile(r"tbl(T[0-9]{6})([SHQE])([0-9]{4}|[0-9]{2})(?![0-9])", re.IGNORECASE)
_FIELD_CODE = re.compile(r"(T[0-9]{6})[0-9]{3}", re.IGNORECASE)


def read(paths: Path | str | Iterable[Path | str], level: object, *, cut: str = "") -> tuple[Population, list[IntakeReport]]:
    """People, households and people aged 65+ by mesh of `level`, from one or several files.

    cut: of files whose name does not tell it, "mesh" or the code of the prefecture whose people alone they hold.
    `level` as for mesh.normal_level; ten digits cannot tell 250 m from 100 m, so it is always given. The
    index `cell_id` is the int64 mesh code, ascending. NaN = unknown (blank or withheld), never 0. Raises
    DataError for files that overlap, contradict one another, or hold figures that cannot be read.
    """
    from geodata import intake

    size = mesh.normal_level(level)
    parts: list[Part] = []
    reports: list[IntakeReport] = []
    for path in [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]:
        table, report = intake.read_table(path)
        try:
            parts.append(parse(numbered(table), size, path.name, report, cut))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    joined = join(parts, reports)
    return Population(check(POPULATION, joined.frame), size, joined.covers, by_prefecture=joined.by_prefecture), reports


def parse(table: pd.DataFrame, level: int, file: str, report: IntakeReport, study_cut: str = "") -> Part:
    """One file's cells as numbers; what was found, mended and left out goes into `report`.

    `table` holds text only, its first row possibly e-Stat's label row; its index is the line of the file. study_cut: the cut
    where the study says it.
    """
    columns = {plain(name): name for name in reversed(table.columns)}
    labels = _label_row(table, columns)
    body = table.iloc[1:] if labels is not None else table
    statistics_id = _statistics_id(table, report)
    fields = _fields(table, columns, labels, statistics_id, report)
    _refuse_other_level(file, statistics_id, level)
    report.kind = report.kind or NAME
    report.records_in_file = len(body) + sum(report.excluded.values())
    body, total = only_cells(body, fields, report)
    if not len(body):
        raise DataError(
            "no-rows",
            Text("メッシュの行が1つもありません。", "there is no row of a cell"),
            Text("正しいファイルか、途中で切れていないか確かめてください。", "check that this is the right file, and whole"),
        )
    rows = _rows(body, fields, columns, level, report)
    compare_total(rows, total, report)
    cut, prefecture, covers = _cut(file, rows["code"].to_numpy(), level, bool(statistics_id), report, study_cut)
    report.facts.update(level=level, cut=cut, covers=sorted(covers))
    known = STATISTICS.get(statistics_id)
    return Part(file, rows, body, cut, prefecture, covers, statistics_id, known.year if known else None)


def _label_row(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.Series | None:
    """e-Stat's second header line (no code, labels of people or households), if the first row is it."""
    if "key_code" not in columns or not len(table):
        return None
    first = table.iloc[0].map(plain)
    return first if not first[columns["key_code"]] and first.str.contains("人口|世帯").any() else None


def _statistics_id(table: pd.DataFrame, report: IntakeReport) -> str:
    """The table id that the column codes start with, or ""; with its year and datum as facts."""
    found = {m[1].upper() for name in table.columns if (m := _FIELD_CODE.fullmatch(str(name).strip()))}
    if len(found) > 1:
        raise DataError(
            "tables-mixed",
            Text(f"1つのファイルに複数の統計表 {sorted(found)} の列があります。", f"columns of several tables: {sorted(found)}"),
            Text("統計表ごとの元のファイルを使ってください。", "use the original file of each table"),
        )
    statistics_id = next(iter(found), "")
    if statistics_id:
        report.facts["statistics_id"] = statistics_id
    if known := STATISTICS.get(statistics_id):
        report.facts["year"] = known.year
        if known.datum:
            report.facts["datum"] = known.datum
    return statistics_id


def _fields(
    table: pd.DataFrame, columns: Mapping[str, str], labels: pd.Series | None, statistics_id: str, report: IntakeReport
) -> dict[str, str]:
    """role -> column, by label; by number only for known tables that lost their labels, with a warning."""
    if labels is None and statistics_id:
        return _fields_by_number(columns, statistics_id, report)
    named = pd.Series({name: plain(name) for name in table.columns})
    if labels is not None:
        named = labels.where(labels != "", named)
    fields = {}
    for role, names in FIELDS.items():
        matching = list(named.index[named.isin(names)])
        if len(matching) > 1:
            raise DataError(
                "column-ambiguous",
                Text(
                    f"「{ROLE_NAMES[role].ja}」にあたる列が {len(matching)} つあります。",
                    f"{len(matching)} columns for {ROLE_NAMES[role].en}",
                ),
                Text("使わない列を消すか、見出しを変えてください。", "remove or rename those that are not meant"),
                where=_shown(matching),
            )
        if matching:
            fields[role] = matching[0]
    for role in ("code", "population"):
        if role not in fields:
            raise DataError(
                "column-missing",
                Text(f"「{ROLE_NAMES[role].ja}」の列が見つかりません。", f"no column for {ROLE_NAMES[role].en}"),
                Text(
                    "e-Stat の地域メッシュ統計（その１ 人口等基本集計）を使うか、見出しを「メッシュコード」「人口」「世帯」「65歳以上」にしてください。",
                    "use e-Stat's mesh table (part 1), or name the columns メッシュコード, 人口, 世帯, 65歳以上",
                ),
                where=_shown(list(table.columns)),
            )
    return fields


def _shown(columns: list[str]) -> Text:
    names = [str(name) for name in columns[:12]]
    return Text("列 " + "、".join(names), "columns " + ", ".join(names))


def _fields_by_number(columns: Mapping[str, str], statistics_id: str, report: IntakeReport) -> dict[str, str]:
    known = STATISTICS.get(statistics_id)
    numbers = LAST_DIGITS[known.year] if known else {}
    fields = {role: columns.get(f"{statistics_id}{number:03d}".lower(), "") for role, number in numbers.items()}
    if known is None or "key_code" not in columns or not fields["population"]:
        raise DataError(
            "label-row-missing",
            Text(
                f"2行目の日本語の見出し（人口総数 など）が無く、統計表 {statistics_id} の列の意味が決められません。",
                f"the second header line is missing and the columns of {statistics_id} are not known",
            ),
            Text(
                "e-Stat からダウンロードした元のファイル（見出しが2行あるもの）を使ってください。",
                "use the file as downloaded from e-Stat, with both header lines",
            ),
        )
    report.note(
        "warn",
        "label-row-missing",
        Text(
            f"2行目の日本語の見出しがありません。統計表 {statistics_id}（{known.year}年）の決まった並びとして読みました。",
            f"no label row: columns taken by their numbers in {statistics_id} ({known.year})",
        ),
    )
    return {"code": columns["key_code"], **{role: name for role, name in fields.items() if name}}


def _refuse_other_level(file: str, statistics_id: str, level: int) -> None:
    """DataError "mesh-level-mismatch" when the file's name or table id says another level."""
    named, known = _FILE_NAME.search(file), STATISTICS.get(statistics_id)
    sizes = {mesh.normal_level(named[2])} if named else set()
    sizes |= {known.level} if known else set()
    if sizes and level not in sizes:
        other = "・".join(f"{size}m" for size in sorted(sizes))
        raise DataError(
            "mesh-level-mismatch",
            Text(
                f"{level}m メッシュと指定されていますが、これは {other} の統計表です。",
                f"given as {level} m, but this is a table of {other}",
            ),
            Text(
                "メッシュの大きさの指定を直すか、指定した大きさの統計表を使ってください。",
                "give the level of the file, or a file of that level",
            ),
        )


def _rows(body: pd.DataFrame, fields: Mapping[str, str], columns: Mapping[str, str], level: int, report: IntakeReport) -> pd.DataFrame:
    """The rows of a Part: numbers, and the disclosure columns as text."""
    lines = np.asarray(body.index, np.int64)
    codes, mended = mesh_codes.read_codes(body[fields["code"]], level, lines)
    if mended.any():
        text = Text(
            "メッシュコードの全角数字・桁区切りなどを直して読みました。", "mesh codes were read after removing separators or wide digits"
        )
        report.note("warn", "mesh-codes-mended", text, int(mended.sum()), lines[mended])
    rows = pd.DataFrame({"code": codes, "line": lines}, index=body.index)
    official = DISCLOSURE_FIELDS["treatment"] in columns
    for role, name in DISCLOSURE_FIELDS.items():
        rows[role] = body[columns[name]].str.strip() if name in columns else ""
    # e-Stat: `-` is "none", and so is a blank detail, unless the cell's details were merged elsewhere
    merged = (rows["treatment"] == "2").to_numpy(bool)
    for role in ("population", "households", "population_65plus"):
        none = (~merged | (role != "population_65plus")) & official
        if role not in fields:
            rows[role] = np.nan
            continue
        rows[role] = read_numbers(body[fields[role]], role, lines, none, merged, report)
    age = body[fields["population_65plus"]] if "population_65plus" in fields else pd.Series("", body.index)
    rows["starred"] = age.str.contains("[*＊]", regex=True)
    return rows


def _cut(file: str, codes: IntArray, level: int, official: bool, report: IntakeReport, said: str) -> tuple[str, str, frozenset[str]]:
    """("mesh", "prefecture" or "unknown"; prefecture code or ""; what the file speaks for).

    The fact `cut_told`: whether the name of the file or the study says so, or only what it holds.
    """
    whole = np.unique(codes // 10 ** (mesh.digits_of(level) - 4))
    firsts = frozenset(str(first) for first in whole.tolist())
    named = _FILE_NAME.search(file)
    area = named[3] if named else ""
    report.facts["cut_told"] = bool(area or said)
    if said == "mesh" and not area:
        return "mesh", "", firsts
    if said and not area:
        return "prefecture", said, frozenset({said})
    if len(area) == 2 and 1 <= int(area) <= 47:
        return "prefecture", area, frozenset({area})
    if len(area) == 4 and firsts <= {area}:
        return "mesh", "", frozenset({area})
    if official and len(firsts) == 1 and not area:
        return "mesh", "", firsts
    if official:
        report.note(
            "warn",
            "cut-unknown",
            Text(
                f"1次メッシュ単位か都道府県単位かがファイル名から分からず（中身は {len(firsts)} 個の1次メッシュ）、1次メッシュ単位をつないだものとして読みました。都道府県単位なら、県境のメッシュはその県の分だけです。",
                f"the file name does not fit its {len(firsts)} first-order meshes; read as joined mesh cuts, not as a prefecture cut",
            ),
        )
    return "unknown", "", firsts
