"""A town with eight zones, its registry and its form, by hand: no findings, no map, quick."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from requests_gen.registry.registry import Registry, open_registry
from requests_gen.survey.form import answers_of, form_bytes
from requests_gen.survey.form_layout import Form, FormPlace, FormZone, Head

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
CODE = "24201"
NAMES = ("一の沢", "髙﨑", "三番町", "@四", "五、六", "六<b>", "七 の 原", "八幡")
ANSWERS = [
    {
        "確認": "直した",
        "人口": 31 + 8 * n,
        "世帯": 11 + 2 * n,
        "用地": ("あり", "なし", "見込みあり", "不明")[n % 4],
        "電源": ("あり", "延長が必要")[n % 2],
        "光回線": ("なし", "あり", "不明")[n % 3],
        "地元同意": ("あり", "未調整", "反対あり")[n % 3],
        "市町の優先順位": 8 - n,
        "順位の理由": f"理由その{n}",
        "備考": f"備考（{n}）、1,000円",
    }
    for n in range(8)
]


def zone_id(number: int) -> str:
    return f"{CODE}-{number:03}"


def town(folder: Path) -> Registry:
    """The registry with the town's zones, and one zone of the next town."""
    folder.mkdir(parents=True, exist_ok=True)
    registry = open_registry(folder)
    rows = [{"zone_id": zone_id(n), "municipality_id": CODE, "place_id": f"p{n}", "name": name} for n, name in enumerate(NAMES, start=1)]
    other = {"zone_id": "24202-001", "municipality_id": "24202", "place_id": "q1", "name": "隣の里"}
    registry.register_zones(pd.DataFrame([*rows, other]), 2026, who="試験", at=AT)
    return registry


def form(answers: dict[str, dict[str, Any]] | None = None, year: int = 2026, places: int = 3, code: str = CODE) -> bytes:
    """The town's form; answers: {zone id: {column key: value}} filled in by us."""
    head = Head(year, code, "甲市", "見本県", "令和8年6月30日（火）", "見本課", "", True)
    zones = tuple(
        FormZone(
            {
                "zone_id": f"{code}-{n:03}",
                "name": name,
                "our_people": 30 + 7 * n,
                "our_households": 10,
                "our_marks": "A ×",
                "our_order": str(n),
                "before": "なし",
            },
            (answers or {}).get(f"{code}-{n:03}", {}),
        )
        for n, name in enumerate(NAMES, start=1)
    )
    return form_bytes(Form(head, zones, tuple(FormPlace(f"新{n}") for n in range(1, places + 1)), ("架空モバイルA", "B&C")))


def all_answers() -> dict[str, dict[str, Any]]:
    """{zone id: {heading: value}} for every zone."""
    return {zone_id(n): dict(answers) for n, answers in enumerate(ANSWERS, start=1)}


def kept(registry: Registry, year: int = 2026) -> dict[str, dict[str, Any]]:
    """{zone id: its answers as they stand}."""
    rows = registry.survey_answers(year).to_dict("records")
    return {row["zone_id"]: answers_of(row, place=row["kind"] == "place") for row in rows if row["kind"] != "return"}
