"""Carriers' replies into the registry: read, weighed against what was asked, kept; doubtful rows wait for a person.

    intake = look_at(registry, path, names)           # nothing is saved: what would be taken in
    taken = take_in(registry, path, names, who=…, at=…)   # one transaction: wholly in, or wholly out

What waits is decided in review.py.

Every row of a file is accepted, unchanged, 要確認 or left out with a reason; their numbers add up to the rows read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geodata.errors import DataError, Text
from requests_gen.registry import Registry, SourceFile, store, tables, values
from requests_gen.replies.judge import Asked, ClassifiedRow, asked_of, judge_sheet
from requests_gen.replies.read_form import ReplySheet, read_reply_sheet
from requests_gen.wording import dates

REPLIES, REVIEW_ITEMS = tables.TABLES["replies"], tables.TABLES["reply_doubts"]
OPEN = "open"
NOT_CONTENT = ("written", "form_version")  # how an answer was written is no part of what it says
FREE = ("cooperation", "remarks", "person")


@dataclass(frozen=True)
class Row:
    """One row of a file and what becomes of it: accepted, unchanged, doubt or left-out."""

    judged: ClassifiedRow
    outcome: str
    before: Mapping[str, Any] | None = None  # the answer that is kept now, where there is one
    doubt_id: str = ""


@dataclass(frozen=True)
class Intake:
    """A file that was looked at or taken in. already: the same file was imported before, and nothing is done."""

    file: SourceFile
    rows: tuple[Row, ...]
    above: tuple[str, ...]
    again: tuple[str, ...]
    notices: tuple[Text, ...]
    already: store.Already | None = None

    @property
    def counts(self) -> dict[str, int]:
        """read = accepted + doubts + unchanged + left_out."""
        kinds = [row.outcome for row in self.rows]
        return {
            "read": len(kinds) + len(self.again),
            "accepted": kinds.count("accepted"),
            "doubts": kinds.count("doubt"),
            "unchanged": kinds.count("unchanged"),
            "left_out": kinds.count("left-out") + len(self.again),
        }


def look_at(
    registry: Registry, path: Path | str, names: Mapping[str, str], *, year: int | None = None, carrier: str | None = None
) -> Intake:
    """What taking the file in would do. year, carrier: what the person says the file is; None = as it says."""
    sheet, asked = read_reply_sheet(path), asked_in(registry, names, year, carrier)
    with registry.database.reading() as connection:
        return _weighed(connection, sheet, asked)


def take_in(
    registry: Registry,
    path: Path | str,
    names: Mapping[str, str],
    *,
    who: str,
    at: datetime,
    year: int | None = None,
    carrier: str | None = None,
    name: str = "",
) -> Intake:
    """Take the file in, wholly or not at all. The same file twice changes nothing. name: what it is called."""
    sheet, asked = read_reply_sheet(path), asked_in(registry, names, year, carrier)
    with registry.database.writing() as connection:
        intake = _weighed(connection, sheet, asked)
        if intake.already is None:
            file = SourceFile(name or intake.file.name, intake.file.sha256)
            signed: dict[str, Any] = {"who": who, "at": at, "file": file, "connection": connection}
            taken = [dict(row.judged.record) for row in intake.rows if row.outcome == "accepted"]
            store.save(registry.database, REPLIES.name, taken, **signed)
            new = [_doubt(row) for row in intake.rows if row.outcome == "doubt"]
            there = store.current_records(connection, REVIEW_ITEMS.name, [review_item["doubt_id"] for review_item in new])
            store.save(registry.database, REVIEW_ITEMS.name, [d for d in new if d["doubt_id"] not in there], **signed)
    return intake


def asked_in(registry: Registry, names: Mapping[str, str], year: int | None, carrier: str | None) -> Asked:
    """What answers are held against. Raises DataError without any zone, or for a carrier nobody knows."""
    asked = asked_of(registry, names, year=year, carrier=carrier)
    if not asked.zones:
        raise DataError(
            "reply-no-zones",
            Text("台帳に地区がまだないため、回答と照らし合わせられません", "the registry knows no zones yet"),
            Text("先に kengai run を実行し、kengai letters で要望書を作ってください。", "run `kengai run` and `kengai letters` first"),
        )
    if carrier is not None and carrier not in asked.carriers.values():
        raise DataError(
            "reply-carrier-unknown",
            Text(f"事業者 {carrier} は調査にも台帳にもありません", f"there is no carrier {carrier}"),
            Text(
                f"次のどれかを指定してください: {'、'.join(sorted(set(asked.carriers.values())))}",
                f"name one of {', '.join(sorted(set(asked.carriers.values())))}",
            ),
        )
    return asked


def _weighed(connection: sa.Connection, sheet: ReplySheet, asked: Asked) -> Intake:
    judged = judge_sheet(sheet, asked)
    already = store.already_imported(connection, REPLIES.name, sheet.file)
    if already is not None:
        rows = tuple(
            Row(one, "left-out" if one.kind == "left-out" else "unchanged") for one in judged
        )  # an older copy must not undo what came later
    else:
        rows = tuple(_outcomes(connection, judged))
    return Intake(sheet.file, rows, sheet.above, sheet.again, sheet.notices, already)


def _outcomes(connection: sa.Connection, judged: list[ClassifiedRow]) -> Iterable[Row]:
    keys = [values.key_of(REPLIES, one.record) for one in judged if one.kind == "answer"]
    stand, former = store.current_records(connection, REPLIES.name, keys), _former(connection, keys)
    weighed = [_against(one, stand, former) for one in judged]
    ids = _doubt_ids([row.judged for row in weighed if row.outcome == "doubt"])
    known = store.current_records(connection, REVIEW_ITEMS.name, ids)
    waiting = iter(ids)
    for row in weighed:
        if row.outcome != "doubt":
            yield row
            continue
        doubt_id = next(waiting)
        decided = doubt_id in known and known[doubt_id].content.get("state") != OPEN
        yield Row(row.judged, "unchanged" if decided else "doubt", row.before, doubt_id)


def _against(one: ClassifiedRow, stand: Mapping[str, store.CurrentRecord], former: Mapping[str, list[dict[str, Any]]]) -> Row:
    """The row against the answer that is kept."""
    if one.kind != "answer":
        return Row(one, one.kind)
    key = values.key_of(REPLIES, one.record)
    if key not in stand:
        return Row(one, "accepted")
    kept, mine = stand[key].content, values.content_of(REPLIES, one.record)
    if same(kept, mine):
        return Row(one, "unchanged", kept)
    newer = mine.get("answered_on", "") > kept.get("answered_on", "")
    was_before = any(same(before, mine) for before in former.get(key, []))
    if not newer and (was_before or mine.get("answered_on", "9") < kept.get("answered_on", "")):
        return Row(_doubted(one, "older"), "doubt", kept)
    if mine["answer"] == "N" and kept.get("answer") != "N":
        return Row(_doubted(one, "answer-withdrawn"), "doubt", kept)
    return Row(one, "accepted", kept)


def says(content: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says, without how it was written."""
    return {name: value for name, value in content.items() if name not in NOT_CONTENT}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two answers say the same, whatever the width of the letters in what is told freely."""
    plain = [{**says(each), **{name: dates.plain_text(each.get(name, "")) for name in FREE}} for each in (one, other)]
    return plain[0] == plain[1]


def _doubted(one: ClassifiedRow, review_item: str) -> ClassifiedRow:
    return ClassifiedRow(one.row, "doubt", one.record, (review_item,))


def _former(connection: sa.Connection, keys: list[str]) -> dict[str, list[dict[str, Any]]]:
    """{key: all answers that were ever kept}, oldest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = connection.execute(
        sa.select(tables.revisions.c.key, tables.revisions.c.content)
        .where(tables.revisions.c.kind == REPLIES.name)
        .order_by(tables.revisions.c.id)
    )
    spec = set(keys)
    for row in rows:
        if row.key in spec:
            found.setdefault(row.key, []).append(json.loads(row.content))
    return found


def _doubt_ids(doubted: list[ClassifiedRow]) -> list[str]:
    """One id a row, by what is written there: the same row in another copy of the file is the same doubt."""
    ids: list[str] = []
    for one in doubted:
        told = [one.record.get("year"), one.record.get("carrier"), one.row.written(), sorted(one.review_items)]
        digest = hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
        again = sum(known.startswith(digest) for known in ids)
        ids.append(f"{digest}-{again + 1}")
    return ids


def _doubt(row: Row) -> dict[str, Any]:
    one = row.judged
    return {
        "doubt_id": row.doubt_id,
        "year": one.record.get("year"),
        "zone_id": one.record.get("zone_id"),
        "carrier": one.record.get("carrier"),
        "doubts": list(one.review_items),
        "written": one.row.written(),
        "suggestion": dict(one.record),
        "place": f"{one.row.sheet} {one.row.number}行目".strip(),
        "state": OPEN,
    }
