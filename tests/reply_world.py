"""Twelve zones of two towns, letters to alpha (zones 1 to 10) and beta (5 to 12), and a form filled in by alpha."""

from __future__ import annotations

import functools
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.errors import DataError
from requests_gen.registry.registry import Registry, open_registry
from requests_gen.registry.values import content_of
from requests_gen.replies.codes import ANSWER_BY_KEY
from requests_gen.replies.form import ReplyForm, write_reply_form
from requests_gen.replies.import_replies import FREE, REPLIES, says, take_in
from requests_gen.replies.read_form import HEADING_OF
from requests_gen.wording.dates import plain_text
from tests.sheet_distorter import filled

AT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
YEAR = 2026
NAMES = {"alpha": "架空モバイルA", "beta": "架空モバイルB"}
PLACES = ("東", "西", "南山", "髙﨑", "三ヶ根", "一ノ瀬", "A地区", "湯の山", "向井", "奥", "下（上）", "中")
ZONES = {f"{24201 + (n > 6)}-{n:03d}": name for n, name in enumerate(PLACES, 1)}
IDS = list(ZONES)
ASKED = {"alpha": IDS[:10], "beta": IDS[4:]}
# what alpha writes, and what must be kept of it
WRITTEN: dict[str, dict[str, str]] = {
    IDS[0]: {"answer": "A1 整備済（エリア内）", "answered_on": "2027-01-15", "person": "エリア計画部 例示"},
    IDS[1]: {"answer": "A2 整備予定あり", "planned": "令和9年度上期", "methods": "4G、5G", "publication": "可"},
    IDS[2]: {"answer": "B1 補助活用等の条件が整えば整備", "subsidy": "要", "cooperation": "用地の紹介\n地元説明"},
    IDS[3]: {"answer": "C1 現時点で困難", "reasons": "1、3", "publication": "区分のみ可"},
    IDS[4]: {"answer": "C1 現時点で困難", "reasons": "4", "publication": "区分のみ可"},
    IDS[5]: {"answer": "D1 エリア内と認識（県の把握と相違）", "own_view": "エリア内"},
    IDS[6]: {"answer": "D2 情報不足・現地確認希望", "remarks": "現地立会い可。1,2月は不可"},
    IDS[7]: {"answer": "B2 検討中", "methods": "衛星", "answered_on": "令和9年1月20日"},
    IDS[8]: {"answer": "N 無回答"},
    IDS[9]: {"answer": "A2 整備予定あり", "planned": "R8.11.3", "subsidy": "不要"},
}


def registry_in(folder: Path) -> Registry:
    """The registry with zones and letters."""
    registry = open_registry(folder)
    registry.register_zones(
        pd.DataFrame(
            [
                {"zone_id": zone, "municipality_id": zone[:5], "place_id": zone, "name": name, "first_year": str(YEAR)}
                for zone, name in ZONES.items()
            ]
        ),
        YEAR,
        who="担当",
        at=AT,
    )
    for carrier, zones in ASKED.items():
        registry.record_letter(letter(carrier, zones), who="担当", at=AT)
    return registry


def letter(carrier: str, zones: list[str], year: int = YEAR, **more: Any) -> dict[str, Any]:
    return {
        "letter_id": f"{year}-{carrier}-1",
        "year": year,
        "carrier": carrier,
        "version": 1,
        "state": "sent",
        "sent_on": f"{year}-11-20",
        "zones": zones,
        "folder": carrier,
        "content_sha256": "0" * 64,
        "files": {},
        **more,
    }


@functools.cache
def form(carrier: str = "alpha", year: int = YEAR, version: str = "1") -> bytes:
    """The empty form as it goes out."""
    rows = pd.DataFrame([(zone, "見本市", ZONES[zone]) for zone in ASKED[carrier]], columns=["zone_id", "municipality", "name"])
    return write_reply_form(
        None,
        ReplyForm(
            letter_id=f"{year}-{carrier}-1",
            fiscal_year=year,
            carrier_key=carrier,
            carrier_name=NAMES[carrier],
            form_version=version,
            deadline_text="令和９年１月２９日（金）",
            fictitious=True,
            draft=False,
        ),
        rows,
    )


def answered(written: dict[str, dict[str, str]] = WRITTEN, **which: Any) -> bytes:
    """The form filled in."""
    return filled(form(**which), {zone: {HEADING_OF[name]: value for name, value in cells.items()} for zone, cells in written.items()})


def many(count: int, seed: int) -> dict[str, dict[str, str]]:
    """Answers at random, as the form offers them: like WRITTEN, for the first `count` zones of alpha."""
    choose = random.Random(seed)
    out = {}
    for zone in ASKED["alpha"][:count]:
        code = choose.choice(list(ANSWER_BY_KEY))
        cells = {"answer": ANSWER_BY_KEY[code].entry()}
        if code in ("A2", "B1"):
            cells["planned"] = choose.choice(("令和9年度上期", "R9.10", "2027/11/3", "令和10年度", "それ以降", "未定"))
        if code == "C1":
            cells["reasons"] = "、".join(sorted(choose.sample("123456789", choose.randrange(1, 4))))
        cells["publication"] = choose.choice(("可", "区分のみ可", "不可"))
        cells["answered_on"] = choose.choice(("2027-01-15", "R9.1.15", "令和9年1月15日", "2027/1/15"))
        cells["remarks"] = choose.choice(("", "要相談", "電源の引込みが必要です。\n費用は調整中"))
        out[zone] = {name: value for name, value in cells.items() if value}
    return out


def kept(registry: Registry, year: int = YEAR) -> dict[tuple[str, str], dict[str, Any]]:
    """{(zone, carrier): what the registry holds}, without how it was written and columns nobody asked for."""
    out = {}
    for row in registry.replies(year).to_dict("records"):
        content = content_of(REPLIES, row)
        out[content["zone_id"], content["carrier"]] = {
            name: plain_text(value) if name in FREE else value for name, value in says(content).items() if name != "extra"
        }
    return out


def file_of(folder: Path, data: bytes, name: str = "回答.xlsx") -> Path:
    """`data` as a file in `folder`."""
    path = folder / name
    path.write_bytes(data)
    return path


Kept = dict[tuple[str, str], dict[str, Any]]


def truth_of(folder: Path, written: dict[str, dict[str, str]]) -> Kept:
    """What is kept of the form as it was filled in, undistorted."""
    with registry_in(fresh(folder, "truth")) as registry:
        take_in(registry, file_of(folder, answered(written), "truth.xlsx"), NAMES, who="担当", at=AT)
        return kept(registry)


def losses(folder: Path, data: bytes, ending: str, truth: Kept) -> list[str]:
    """What is lost when a distorted file is taken into a fresh registry: nothing, if all is well."""
    with registry_in(fresh(folder, "distorted")) as registry:
        try:
            intake = take_in(registry, file_of(folder, data, f"distorted{ending}"), NAMES, who="担当", at=AT)
        except DataError as error:
            return [f"refused: {error.code}"]
        found = kept(registry)
    counts = intake.counts
    wrong = [f"{pair}: {truth.get(pair)} became {found.get(pair)}" for pair in {*truth, *found} if truth.get(pair) != found.get(pair)]
    if counts["read"] != sum(count for name, count in counts.items() if name != "read"):
        wrong.append(f"rows do not add up: {counts}")
    if counts["doubts"]:
        wrong.append(
            f"{counts['doubts']} rows before a person: {[row.judged.review_items for row in intake.rows if row.outcome == 'doubt']}"
        )
    return wrong


def fresh(folder: Path, name: str) -> Path:
    """An empty folder."""
    path = folder / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
