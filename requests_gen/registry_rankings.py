"""A ranking that is frozen: the frame as records, and the same frame again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geodata.errors import DataError, Text
from requests_gen.registry_records import TABLES
from requests_gen.registry_values import RESERVED

OURS = {*RESERVED, *TABLES["ranking_rows"].fields}


def ranking_records(
    year: int, version: int, weights: Mapping[str, float], gates: Mapping[str, Any], rows: pd.DataFrame, note: str,
    result_sha256: str,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
    """(the ranking's record, its rows' records). rows: index zone_id, any columns of plain values."""
    if rows.index.name != "zone_id" or not rows.index.is_unique:
        raise ValueError("the rows of a ranking have the index zone_id, each zone once")
    if wrong := [name for name in rows.columns if not isinstance(name, str) or name in OURS]:
        raise ValueError(f"columns of a ranking cannot be called {wrong}")
    head = {
        "year": year, "version": version, "note": note, "weights": weights, "gates": gates,
        "result_sha256": result_sha256, "row_count": len(rows),
        "columns": [["zone_id", str(rows.index.dtype)], *([name, str(kind)] for name, kind in rows.dtypes.items())],
    }  # fmt: skip
    common = {"year": year, "version": version}
    lines = [
        {**common, "zone_id": zone, "position": position, **dict(zip(rows.columns, values, strict=True))}
        for position, (zone, *values) in enumerate(rows.itertuples(name=None), start=1)
    ]
    return head, lines


def frozen_frame(rankings: pd.DataFrame, rows: pd.DataFrame, year: int, version: int | None) -> pd.DataFrame:
    """The frame of one version, as it was frozen. rankings, rows: those tables of the year."""
    wanted = rankings if version is None else rankings[rankings["version"] == version]
    if wanted.empty:
        which = f"第{version}版" if version is not None else "順位"
        raise DataError(
            "ranking-not-frozen",
            Text(f"{year}年度の{which}は確定されていません", f"no ranking of {year} was frozen"),
            Text("優先順位のページで年度の順位を確定してください。", "freeze the year's ranking first"),
        )
    head = wanted.iloc[-1]
    frame = rows[rows["version"] == head["version"]].sort_values("position")
    (_, kind_of_id), *kinds = head["columns"]
    frame.index = pd.Index(frame["zone_id"], dtype=kind_of_id, name="zone_id")
    # a column that is unknown in every row is in no record
    columns = {
        name: frame[name].astype(kind)
        if name in frame
        else pd.Series([None] * len(frame), index=frame.index, dtype=kind)
        for name, kind in kinds
    }
    return pd.DataFrame(columns, index=frame.index)
