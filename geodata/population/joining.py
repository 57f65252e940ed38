"""Several population files as one table of cells: nobody twice, nobody lost, disclosure groups settled.

Prefecture cuts hold only their own part of a border cell, so a cell of two prefectures is added up; every
other cell may stand in one file only. Disclosure groups are settled after joining, since a cell may have
been merged into one across the edge of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from geodata.grid import IntArray
from geodata.population import disclosure
from geodata.report import IntakeReport

# keys of rows: mesh codes have at most 11 digits, the prefecture stands before them
_PREFECTURE = 10**12


@dataclass(frozen=True)
class Part:
    """One file's cells.

    `rows`: code int64, population, households, population_65plus (float64, NaN unknown or suppressed), line,
    and as text treatment, into, given (HTKSYORI, HTKSAKI, GASSAN; "" where the file has none). `body`: the
    same rows as written. `cut`: "mesh", "prefecture" or "unknown"; `covers`: what the file speaks for.
    """

    file: str
    rows: pd.DataFrame
    body: pd.DataFrame
    cut: str
    prefecture: str
    covers: frozenset[str]
    statistics_id: str = ""
    year: int | None = None


@dataclass(frozen=True)
class Joined:
    """All files together: a POPULATION frame ascending by cell_id, what it speaks for, and each prefecture's own part of
    it where the files are cut so."""

    frame: pd.DataFrame
    covers: frozenset[str]
    by_prefecture: dict[str, pd.DataFrame]


def join(parts: Sequence[Part], reports: Sequence[IntakeReport]) -> Joined:
    """The cells of all parts, nobody twice and nobody lost. Pure but for `reports`."""
    if not parts:
        raise DataError(
            "no-files",
            Text("人口のファイルが指定されていません。", "no population file was given"),
            Text("人口のファイルを1つ以上指定してください。", "give at least one"),
        )
    _refuse_mixtures(parts, reports)
    rows = pd.concat([part.rows.assign(file=k) for k, part in enumerate(parts)], ignore_index=True)
    prefectures = np.array([int(part.prefecture or 0) for part in parts], np.int64)
    rows["key"] = rows["code"] + prefectures[rows["file"]] * _PREFECTURE
    rows = _without_repeats(rows, parts, reports)
    elderly, basis = _settle(rows, parts, reports)
    rows = rows.assign(population_65plus=elderly, age_basis=basis)
    for k, report in enumerate(reports):
        _count(report, rows[rows["file"] == k])
    own = pd.Series([part.prefecture for part in parts], dtype=object).reindex(rows["file"]).to_numpy()
    by_prefecture = {code: _by_cell(rows[own == code]) for code in sorted({part.prefecture for part in parts} - {""})}
    return Joined(_by_cell(rows), frozenset().union(*(part.covers for part in parts)), by_prefecture)


def _refuse_mixtures(parts: Sequence[Part], reports: Sequence[IntakeReport]) -> None:
    cuts = {part.cut: part.file for part in parts}
    if "prefecture" in cuts and len(cuts) > 1:
        raise DataError(
            "cuts-mixed",
            Text(
                "都道府県単位のファイルと1次メッシュ単位のファイルが混ざっています。同じ人を二重に数えてしまいます。",
                "files cut by prefecture and by mesh are mixed: the same people would be counted twice",
            ),
            Text(
                "どちらか一方の単位にそろえてください（1次メッシュ単位をお勧めします）。ファイル名を変えたものは単位が分からず1次メッシュ単位とみなします。"
                '都道府県単位なら元のファイル名（tblT…H24.txt）に戻すか、[population] cut = "24" のように書いてください。',
                "use one kind only (by mesh is best). The cut of a renamed file cannot be told and was taken for mesh: give the file its "
                'name back, or write cut = "24" in [population]',
            ),
            where=Text("、".join(cuts.values()), ", ".join(cuts.values())),
        )
    years = {part.year: part.file for part in parts if part.year}
    if len(years) > 1:
        shown = "、".join(f"{file}（{year}年）" for year, file in sorted(years.items()))
        raise DataError(
            "years-mixed",
            Text("違う年の国勢調査が混ざっています。", "censuses of different years are mixed"),
            Text("同じ年のファイルにそろえてください。", "use files of one year"),
            where=Text(shown, shown),
        )
    ids = {part.statistics_id for part in parts}
    if len(ids) > 1:
        named = "・".join(sorted(one or "（e-Stat 以外）" for one in ids))
        reports[0].note(
            "warn",
            "tables-mixed",
            Text(
                f"違う統計表 {named} を合わせて読みました。年と測地系が同じか確かめてください。", f"different tables were joined: {named}"
            ),
        )


def _without_repeats(rows: pd.DataFrame, parts: Sequence[Part], reports: Sequence[IntakeReport]) -> pd.DataFrame:
    """Rows with each key once: rows equal in every column go out, counted; others refuse the reading."""
    repeated = rows[rows["key"].duplicated(keep=False)]
    if not len(repeated):
        return rows
    starts = np.cumsum([0, *(len(part.rows) for part in parts)])
    written = [tuple(parts[k].body.iloc[at - starts[k]]) for at, k in zip(repeated.index, repeated["file"], strict=True)]
    distinct = pd.Series(written, index=repeated.index).groupby(repeated["key"]).nunique()
    if (distinct > 1).any():
        key = int(distinct.index[distinct > 1][0])
        where = [f"{parts[k].file} {line}行目" for k, line in repeated.loc[repeated["key"] == key, ["file", "line"]].to_numpy()]
        raise DataError(
            "mesh-duplicate",
            Text(
                f"同じメッシュコードで中身の違う行があります（{int((distinct > 1).sum())} メッシュ）。どちらが正しいか決められません。",
                f"{int((distinct > 1).sum())} cells stand twice with different figures",
            ),
            Text(
                "1つのメッシュは1行にしてください。都道府県単位と1次メッシュ単位、年や測地系の違うファイルが重なっていないか確かめてください。",
                "keep one row a cell; check that files of another cut, year or datum do not overlap",
            ),
            where=Text(f"コード {key % _PREFECTURE}: {'、'.join(where)}", f"code {key % _PREFECTURE}: {', '.join(where)}"),
        )
    again = rows[rows["key"].duplicated()]
    for k, dropped in again.groupby("file"):
        reports[int(k)].exclude(
            "duplicate-row",
            Text("まったく同じ行の2つ目以降を除きました。", "repeats of identical rows were left out"),
            len(dropped),
            dropped["line"],
        )
    return rows.drop(index=again.index)


def _settle(rows: pd.DataFrame, parts: Sequence[Part], reports: Sequence[IntakeReport]) -> tuple[pd.Series, pd.Series]:
    """(people aged 65+, their basis) of each row, groups handed out; what did not fit is noted."""
    treatment = _treatments(rows, parts)
    base = rows["key"].to_numpy() // _PREFECTURE * _PREFECTURE
    into = pd.to_numeric(rows["into"], errors="coerce").fillna(-1).to_numpy(np.int64) + base
    names = rows.loc[treatment == disclosure.RECEIVED, "given"].str.split(";").explode().str.strip()
    names = names[names != ""]
    givers = pd.to_numeric(names, errors="coerce").fillna(-1).to_numpy(np.int64)
    told = pd.Series(np.arange(len(rows)), index=rows.index)[names.index].to_numpy()
    shared = disclosure.share_out(
        rows["key"].to_numpy(),
        rows["population"].to_numpy(),
        rows["population_65plus"].to_numpy(),
        treatment,
        into,
        (told, givers + base[told]),
    )
    values = shared.values.copy()
    impossible = ~shared.grouped & (values > rows["population"].to_numpy())
    values[impossible] = np.nan
    if (rows["population_65plus"].notna() | rows["starred"]).any():
        unlinked = np.flatnonzero(np.isnan(values) & ~shared.grouped & (treatment == disclosure.OPEN) & rows["starred"].to_numpy(bool))
        for code, text, found in (
            ("disclosure-receiver-missing", _RECEIVER_MISSING, shared.lost),
            ("disclosure-giver-missing", _GIVER_MISSING, shared.partial),
            ("disclosure-links-disagree", _LINKS_DISAGREE, shared.contradicted),
            ("disclosure-overfull", _OVERFULL, shared.overfull),
            ("disclosure-unlinked", _UNLINKED, unlinked),
            ("elderly-above-total", _ELDERLY_ABOVE, np.flatnonzero(impossible)),
        ):
            _note_rows(rows, found, reports, code, text)
    basis = np.where(np.isnan(values), "", np.where(shared.grouped, "group", "own"))
    return pd.Series(values, index=rows.index), pd.Series(basis, index=rows.index, dtype=object)


def _treatments(rows: pd.DataFrame, parts: Sequence[Part]) -> IntArray:
    """HTKSYORI as 0, 1, 2 (blank is 0). DataError "disclosure-code" for anything else."""
    text = rows["treatment"].replace("", "0")
    bad = rows[~text.isin(["0", "1", "2"])]
    if len(bad):
        first = bad.iloc[0]
        raise DataError(
            "disclosure-code",
            Text(
                f"秘匿処理（HTKSYORI）に 0・1・2 以外の値「{first['treatment']}」があります。",
                f"HTKSYORI holds {first['treatment']!r}, not 0, 1 or 2",
            ),
            Text(
                "列がずれていないか確かめ、e-Stat の元のファイルを使ってください。",
                "check that columns did not shift; use the original file",
            ),
            parts[int(first["file"])].file,
            Text(f"{first['line']}行目", f"line {first['line']}"),
        )
    return np.asarray(text, np.int64)


_RECEIVER_MISSING = Text(
    "秘匿された人の合算先のメッシュが読み込んだファイルに無く、65歳以上の人数を不明としました（隣の1次メッシュのファイルも読むと分かることがあります）。",
    "cells whose details were merged into a cell that was not read: 65+ unknown (the neighbouring file may hold it)",
)
_GIVER_MISSING = Text(
    "合算元のメッシュが読み込んだファイルに無く、その組の65歳以上の人数を不明としました（隣の1次メッシュのファイルも読むと分かることがあります）。",
    "cells holding details of cells that were not read: 65+ of the group unknown (the neighbouring file may help)",
)
_LINKS_DISAGREE = Text(
    "秘匿の合算先（HTKSAKI）と合算元（GASSAN）の記載が食い違っています。HTKSAKI に従いました。",
    "HTKSAKI and GASSAN disagree; HTKSAKI was followed",
)
_OVERFULL = Text(
    "65歳以上の人数が組の総人口より多い合算先があります。組の合計は公表値のままです。",
    "groups with more people aged 65+ than people; the published sum was kept",
)
_UNLINKED = Text("合算先の分からない秘匿（*）の65歳以上の人数を不明としました。", "65+ suppressed without a receiver: unknown")
_ELDERLY_ABOVE = Text("65歳以上の人数が総人口より多い行があり、65歳以上の人数を不明としました。", "65+ above the total: taken as unknown")


def _note_rows(rows: pd.DataFrame, found: IntArray, reports: Sequence[IntakeReport], code: str, text: Text) -> None:
    """A warning in the report of each file that these rows (by position) stand in, naming their codes."""
    for k, those in rows.iloc[found].groupby("file"):
        reports[int(k)].note("warn", code, text, len(those), those["code"].sort_values())


def _count(report: IntakeReport, rows: pd.DataFrame) -> None:
    """What the file says, once repeats are out."""
    report.accepted = len(rows)
    report.facts["rows"] = len(rows)
    report.facts["population_total"] = _number(rows["population"])
    for column in ("households", "population_65plus"):
        if rows[column].notna().any():
            report.facts[f"{column}_total"] = _number(rows[column])
    if (rows["treatment"] != "").any():
        counts = rows["treatment"].replace("", "0").value_counts()
        report.facts["htksyori"] = {str(kind): int(counts[kind]) for kind in sorted(counts.index)}


def _number(values: pd.Series) -> float:
    """The sum of what is known; a whole number as int, so that JSON shows no ".0"."""
    total = float(values.sum())
    return int(total) if total.is_integer() else total


def _by_cell(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a cell, ascending: parts of a border cell added up, unknown if any part is."""
    columns = ["population", "households", "population_65plus"]
    codes, at = np.unique(rows["code"].to_numpy(np.int64), return_inverse=True)
    frame = pd.DataFrame(
        {name: np.bincount(at, rows[name].to_numpy(float), len(codes)) for name in columns}, index=pd.Index(codes, name="cell_id")
    )
    grouped = np.bincount(at, (rows["age_basis"] == "group").to_numpy(float), len(codes)) > 0
    basis = np.where(grouped, "group", "own").astype(object)
    basis[frame["population_65plus"].isna()] = ""
    return frame.assign(age_basis=basis)
