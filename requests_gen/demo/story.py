"""What happened in the example's years, into its registry: orders, frozen rankings, letters, replies, the ground.

Everything goes in by the doors the office uses: reply forms are made, filled in and taken in. The days are fixed,
so that the same example always gives the same registry. All of it is invented.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from coverage.gaps import mark_column
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from requests_gen.demo.years import Row, read_rows
from requests_gen.files import zips
from requests_gen.ranking import frozen, municipal_orders, rerank
from requests_gen.registry import Registry
from requests_gen.replies import codes, take_in
from requests_gen.replies import form as replies_form
from requests_gen.wording import numbers_and_eras

if TYPE_CHECKING:
    from coverage.result import Result

JST = timezone(timedelta(hours=9))
WHO = "見本（架空）"
REPLIES, FOUND = "replies.csv", "found.csv"
ANYWHERE = "*"
LETTER_ZONES = 20
ORDERED_MUNICIPALITIES, ORDERED_ZONES = 4, 5
STATES = {"確認": "confirmed", "解消": "resolved"}
# the form's columns that a reply fills in, by the heading in replies.csv
COLUMNS = {"予定時期": 7, "方式": 8, "補助活用": 9, "困難の理由": 10, "協力依頼": 11, "エリア認識": 12, "備考": 13, "公開可否": 14}
ANSWER, ANSWERED_ON, PERSON = 6, 15, 16


def moment(day: str, hour: int = 10) -> datetime:
    """A time of an office day, YYYY-MM-DD, in Japan."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=JST)


def run_day(year: int) -> datetime:
    """When an earlier year's study was run."""
    return moment(f"{year}-10-20")


def tell_year(registry: Registry, result: Result, story: Path, replies: Path, stamp: str, is_last: bool) -> None:
    """The year of `result`: what was found on the ground, the orders, the ranking, the letters and their replies.

    replies: folder for the forms that came back; stamp: SHA-256 of the findings' manifest. Of the last year only
    what lies before the letters: they are the reader's to send.
    """
    year = result.study.about.fiscal_year
    registry.start_campaign(
        year,
        name=f"{numbers_and_eras.fiscal_era(year)}年度 不感地域の照会・要望（架空）",
        survey_deadline=f"{year}-08-31",
        reply_deadline=f"{year + 1}-01-29",
        municipalities=sorted(result.summary["municipalities"]),
        carriers=result.study.carrier_keys,
        who=WHO,
        at=moment(f"{year}-07-01"),
    )
    _found(registry, result, [row for row in read_rows(story, FOUND) if int(row["年度"]) == year])
    _ranking(registry, result, stamp)
    if is_last:
        return
    rows = [row for row in read_rows(story, REPLIES) if int(row["年度"]) == year]
    for carrier in result.study.carriers:
        mine = [row for row in rows if row["事業者"] == carrier.key]
        zones = _letter(registry, result, carrier.key, [row["場所"] for row in mine])
        if mine:
            _reply(registry, result, carrier.key, zones, mine, replies)


def _found(registry: Registry, result: Result, rows: Iterable[Row]) -> None:
    """What was seen on the ground: the record, the office's judgement, and that it is resolved where it says so."""
    year, zones = result.study.about.fiscal_year, registry.zones()
    for number, row in enumerate(rows, start=1):
        zone = _zone_named(zones["name"], row["場所"])
        at, evidence = moment(row["日"], 16), f"{year}-現地-{number:03d}"
        registry.save_evidence(
            [
                {
                    "evidence_id": evidence,
                    "year": year,
                    "zone_id": zone,
                    "carrier": row["事業者"],
                    "generation": "4G",
                    "kind": "field_test",
                    "measured_on": row["日"],
                    "source": "現地確認（架空）",
                    "remarks": row["理由"],
                }
            ],
            who=WHO,
            at=at,
        )
        verdict = {"year": year, "zone_id": zone, "carrier": row["事業者"], "reason": row["理由"], "evidence_ids": [evidence]}
        registry.save_verdicts([{**verdict, "state": "confirmed"}], who=WHO, at=at)
        if STATES[row["判断"]] == "resolved":
            registry.save_verdicts([{**verdict, "state": "resolved"}], who=WHO, at=at + timedelta(days=5))


def _zone_named(names: pd.Series, place: str) -> str:
    found = names.index[names == place]
    if len(found) != 1:
        raise DataError(
            "demo-place-unknown",
            Text(f"例の筋書きの場所「{place}」が、地区の中に1つに決まりません", f"the story's place {place!r} is not one zone"),
            Text("同梱の例のファイルを元に戻してください。", "put back the example's own files"),
        )
    return str(found[0])


def _ranking(registry: Registry, result: Result, stamp: str) -> None:
    """Some municipalities' orders, one of them with its reason for another order than ours; then the frozen ranking."""
    study, year = result.study, result.study.about.fiscal_year
    ranked = result.ranking.index[result.ranking["rank"].notna()]
    owner = result.zones["municipality_id"].reindex(ranked)
    largest = sorted(owner.value_counts().head(ORDERED_MUNICIPALITIES).index)
    at = moment(f"{year}-09-10")
    for municipality in largest:
        first = list(owner.index[owner == municipality][:ORDERED_ZONES])
        swapped = municipality == largest[0]
        order = [first[1], first[0], *first[2:]] if swapped else first
        for place, zone in enumerate(order, start=1):
            reason = "避難所への道が1本しかなく、市が先の整備を求めている（架空）" if swapped and place <= 2 else ""
            registry.set_municipal_order(year, zone, place, reason, who=WHO, at=at, expected_revision=0)
    criteria = rerank.criteria_of(study)
    zones = pd.DataFrame(result.zones.drop(columns="geometry"))
    orders = municipal_orders.order_table(result.ranking, zones, registry.municipal_order(year))
    frozen.freeze(
        registry,
        result,
        frozen.Chosen(result.ranking, orders, rerank.study_weighting(study), criteria),
        who=WHO,
        at=moment(f"{year}-10-30"),
        stamp=stamp,
        note="要望に使う順位（架空）",
    )


def _letter(registry: Registry, result: Result, carrier: str, named: list[str]) -> list[str]:
    """The zones of the letter that was sent: the most urgent that the carrier does not serve, and those named."""
    year, generation = result.study.about.fiscal_year, result.study.zones.generation
    lacking = result.zones[mark_column(generation, carrier)].isin(["×", "△"])
    ranked = [str(zone) for zone in result.ranking["rank"].dropna().index if lacking[zone]]
    spec = set(named) - {ANYWHERE}
    zones = [zone for n, zone in enumerate(ranked) if n < LETTER_ZONES or result.zones.at[zone, "name"] in spec]
    registry.record_letter(
        {
            "letter_id": _letter_id(year, carrier),
            "year": year,
            "carrier": carrier,
            "version": 1,
            "state": "sent",
            "sent_on": f"{year}-11-20",
            "zones": zones,
            "files": {},
        },
        who=WHO,
        at=moment(f"{year}-11-20"),
    )
    return zones


def _letter_id(year: int, carrier: str) -> str:
    return f"{year}-{carrier}-1"


def _reply(registry: Registry, result: Result, carrier: str, zones: list[str], rows: list[Row], folder: Path) -> None:
    """The form that came back, taken in as the office does it."""
    year, names = result.study.about.fiscal_year, result.zones["name"]
    own = {row["場所"]: row for row in rows if row["場所"] != ANYWHERE}
    others = cycle([row for row in rows if row["場所"] == ANYWHERE] or [{"回答区分": "N"}])
    answers = {zone: own.get(str(names[zone])) or next(others) for zone in zones}
    name = {one.key: one.name for one in result.study.carriers}[carrier]
    form = replies_form.write_reply_form(
        None,
        replies_form.ReplyForm(
            letter_id=_letter_id(year, carrier),
            fiscal_year=year,
            carrier_key=carrier,
            carrier_name=name,
            form_version="1",
            deadline_text=f"{numbers_and_eras.fiscal_era(year + 1)}年1月29日",
            fictitious=True,
            draft=False,
        ),
        result.zones.loc[zones, ["municipality", "name"]].rename_axis("zone_id"),
    )
    file = folder / f"回答様式_{name}.xlsx"
    write_bytes(file, _filled(form, answers, f"{year + 1}-01-20"))
    every = {one.key: one.name for one in result.study.carriers}
    take_in(registry, file, every, who=WHO, at=moment(f"{year + 1}-01-25"), year=year, carrier=carrier)


def _filled(form: bytes, answers: dict[str, Row], day: str) -> bytes:
    """The form with the answers in it, as a carrier's office saves it."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(form))
    sheet = book[replies_form.SHEET]
    zone_column = replies_form.HEADINGS.index("地区ID") + 1
    for number in range(replies_form.HEADER_ROW + 2, sheet.max_row + 1):
        row = answers.get(str(sheet.cell(number, zone_column).value))
        if row is None:
            continue
        sheet.cell(number, ANSWER + 1).value = codes.ANSWER_BY_KEY[row["回答区分"]].entry()
        for heading, column in COLUMNS.items():
            if row.get(heading):
                sheet.cell(number, column + 1).value = row[heading]
        sheet.cell(number, ANSWERED_ON + 1).value = day
        sheet.cell(number, PERSON + 1).value = "エリア計画部 見本（架空）"
    data = io.BytesIO()
    book.save(data)
    return zips.same_bytes(_without_time(data.getvalue()))


def _without_time(data: bytes) -> bytes:
    """The workbook without the moment it was saved: the same answers, the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            inside = old.read(name)
            if name == "docProps/core.xml":
                inside = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2024-01-01T00:00:00Z", inside)
            new.writestr(name, inside)
    return out.getvalue()
