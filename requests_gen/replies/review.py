"""What a person does by hand: deciding on rows that wait (要確認), typing answers in, closing what stayed silent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geodata.errors import DataError, Text
from requests_gen.registry import Registry, store
from requests_gen.replies.cells import READERS, answer_of
from requests_gen.replies.codes import ANSWER_BY_KEY, reasons_text
from requests_gen.replies.import_replies import OPEN, REPLIES, REVIEW_ITEMS, asked_in, says
from requests_gen.replies.judge import judge
from requests_gen.replies.read_form import RawRow
from requests_gen.wording import dates

SETTLED, SET_ASIDE = "settled", "set_aside"
TYPED_IN = "手入力"


def open_review_items(registry: Registry) -> list[dict[str, Any]]:
    """The rows that wait for a decision, as the registry has them, oldest year first."""
    review_items = registry.read(REVIEW_ITEMS.name)
    return [dict(row) for row in review_items[review_items["state"] == OPEN].to_dict("records")]


def resolve_review(
    registry: Registry, doubt_id: str, fields: Mapping[str, Any] | None, *, who: str, at: datetime, reason: str = ""
) -> dict[str, Any]:
    """Decide on a row that waits. fields: the answer (on top of what was understood); None = set it aside.

    What was written stays in the record. Raises DataError where it was decided before, or the answer is not whole.
    """
    with registry.database.writing() as connection:
        there = store.current_records(connection, REVIEW_ITEMS.name, [doubt_id]).get(doubt_id)
        if there is None or there.content.get("state") != OPEN:
            raise _not_open(doubt_id, there)
        review_item = dict(there.content)
        signed: dict[str, Any] = {"who": who, "at": at, "note": reason or "要確認の処理", "connection": connection}
        if fields is None:
            review_item |= {"state": SET_ASIDE, "reason": reason}
            store.save(registry.database, REVIEW_ITEMS.name, [review_item], **signed)
            return {}
        suggestion = review_item.get("suggestion", {})
        record = {**suggestion, **understood(fields), "written": {**suggestion.get("written", {}), **review_item.get("written", {})}}
        record = {name: value for name, value in record.items() if value not in (None, "", [])}
        _check_whole(connection, record)
        store.save(registry.database, REPLIES.name, [record], **signed)
        review_item |= {"state": SETTLED, "settled_as": says(record), "reason": reason}
        store.save(registry.database, REVIEW_ITEMS.name, [review_item], **signed)
    return record


def understood(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as a person typed or chose them, in the form's codes; blank ones None. Raises DataError for others."""
    read: dict[str, Any] = {}
    review_items = []
    for name, value in fields.items():
        if not isinstance(value, str):
            read[name] = value
        elif name == "year":
            read[name] = dates.year_of(value)
        elif name in READERS or name == "answer":
            reading = (READERS.get(name) or answer_of)(value)
            read[name] = reading.value
            review_items += [reading.review_item] if reading.review_item else []
        else:
            read[name] = value.strip() or None
    if review_items:
        raise _doubtful(review_items)
    return read


def _doubtful(review_items: Iterable[str]) -> DataError:
    return DataError("reply-doubtful", reasons_text(list(review_items)), Text("入力を直してください。", "mend what was typed"))


def _check_whole(connection: sa.Connection, record: Mapping[str, Any]) -> None:
    missing = [name for name in (*REPLIES.key, "answer") if not record.get(name)]
    known = "zone_id" in missing or str(record["zone_id"]) in store.current_records(connection, "zones", [str(record["zone_id"])])
    if missing or not known or record.get("answer") not in ANSWER_BY_KEY:
        words = {"year": "年度", "zone_id": "地区ID", "carrier": "事業者", "answer": "回答区分"}
        told = "、".join(words[name] for name in missing) or ("地区ID" if not known else "回答区分")
        raise DataError(
            "reply-incomplete",
            Text(f"回答として足りないか、正しくない項目があります（{told}）", f"not a whole answer ({', '.join(missing) or told})"),
            Text(
                "回答区分は A1・A2・B1・B2・C1・D1・D2・N から、地区は台帳の地区IDから選んでください。",
                "choose the code from A1 … N, and a zone of the registry",
            ),
        )


def _not_open(doubt_id: str, there: store.CurrentRecord | None) -> DataError:
    return DataError(
        "doubt-not-open",
        Text(
            f"要確認 {doubt_id} は" + (f"{there.who}が処理済みです" if there else "ありません"),
            f"{doubt_id} " + (f"was decided by {there.who}" if there else "does not exist"),
        ),
        Text("一覧を開き直してください。", "look at the list again"),
    )


def type_in(registry: Registry, cells: Mapping[str, str], names: Mapping[str, str], *, who: str, at: datetime) -> dict[str, Any]:
    """Keep one answer that was typed in. cells: by read_form.FIELDS. Raises DataError saying what is not plain."""
    judged = judge(RawRow("", 0, dict(cells)), asked_in(registry, names, None, None))
    if judged.kind != "answer":
        problem = reasons_text(judged.review_items) if judged.review_items else Text("何も入力されていません", "nothing was typed")
        raise DataError("reply-doubtful", problem, Text("入力を直してください。", "mend what was typed"))
    record = dict(judged.record)
    registry.save_replies([record], who=who, at=at, note=TYPED_IN)
    return record


def close_unanswered(
    registry: Registry, year: int, *, who: str, at: datetime, carriers: Iterable[str] | None = None
) -> list[tuple[str, str]]:
    """Record N (無回答) for what was asked in letters that were sent and never answered: (zone, carrier) of each.

    Only ever done because a person says so: a row that was left blank is no answer by itself.
    """
    letters = registry.letters(year)
    spec = None if carriers is None else set(carriers)
    asked = {
        (zone, row.carrier)
        for row in letters[letters["state"] == "sent"].itertuples()
        for zone in row.zones or []
        if spec is None or row.carrier in spec
    }
    answered = {(row.zone_id, row.carrier) for row in registry.replies(year).itertuples()}
    open_review_items = registry.read(REVIEW_ITEMS.name)
    waiting = {(row.zone_id, row.carrier) for row in open_review_items[open_review_items["state"] == OPEN].itertuples()}
    unpublished = sorted(asked - answered - waiting)
    rows = [{"year": year, "zone_id": zone, "carrier": carrier, "answer": "N"} for zone, carrier in unpublished]
    registry.save_replies(rows, who=who, at=at, note="期限までに回答なし")
    return unpublished
