"""Rows for new places: their number, where they lie, and what lies there already."""

from __future__ import annotations

from dataclasses import replace

from geodata.errors import Text
from requests_gen.reply_days import plain_text
from requests_gen.survey_answers import answered
from requests_gen.survey_candidates import PLACE, place_number, place_reference
from requests_gen.survey_judged import Judged, left_out
from requests_gen.survey_known import Known
from requests_gen.survey_reading import Row
from requests_gen.survey_values import place_number_of, position_of

TELLING = ("name", "oaza", "where")  # what two places are told apart by


def judge_place(row: Row, known: Known, taken: set[int], reserved: set[int], settled: bool) -> Judged:
    """One row of the sheet 新しい箇所; its number goes into `taken`. reserved: numbers that stand in the file."""
    if not any(row.text(key) for key in TELLING):
        return left_out(row, "", Text("場所の名前も場所も書かれていません", "neither a name nor a place is written"), "check")  # fmt: skip
    number, doubt = _number(row, known, taken, reserved)
    reference = place_reference(known.municipality_id, number)
    if doubt:
        return left_out(row, reference, doubt, "check")
    taken.add(number)
    judged = Judged(row, "accepted", reference, row.text("name") or row.text("oaza"))
    return _where(answered(judged, known, settled), known)


def _number(row: Row, known: Known, taken: set[int], reserved: set[int]) -> tuple[int, Text | None]:
    """(the number of the candidate, why that is doubtful)."""
    number = place_number_of(row.text("number"))
    if number and number not in taken:
        there = known.now.get(place_reference(known.municipality_id, number), {})
        told = [key for key in TELLING if there.get(key)]
        if told and all(plain_text(there[key]) != plain_text(row.text(key)) for key in told):
            name = there.get("name") or there.get("oaza") or there.get("where")
            return number, Text(
                f"番号 新{number} は前に「{name}」として届いています。別の場所なら新しい番号にしてもらってください",
                f"新{number} was {name} before: another place needs a new number",
            )
        return number, None
    same = [
        found for reference, record in known.now.items()
        if record.get("kind") == PLACE and plain_text(record.get("name", "")) == plain_text(row.text("name")) != ""
        and (found := place_number(reference)) not in taken
    ]  # fmt: skip
    return (same[0] if same else known.free_number(taken | reserved)), None


def _where(judged: Judged, known: Known) -> Judged:
    """The position of a new place in degrees, and whether it can be right."""
    record, doubts = dict(judged.record or {}), list(judged.doubts)
    at = position_of(str(record.get("where", "")))
    if at and not known.lies_inside(*at):
        doubts.append(Text("およその場所が市町の外です（緯度・経度を使っていません）", "it lies outside the municipality: its position was not used"))  # fmt: skip
    elif at:
        record["longitude"], record["latitude"] = at
        if zone := known.zone_at(*at):
            doubts.append(Text(f"およその場所が、すでにある地区 {zone} の中です（同じ場所ではありませんか）", f"it lies in zone {zone}: the same place?"))  # fmt: skip
    named = record.get("carriers") or []
    strangers = [word for word in named if word != "*" and word not in known.carriers.values()]
    if strangers and known.carriers:
        doubts.append(
            Text(
                f"つながらない事業者: {'、'.join(strangers)} は調査の事業者の名前と合いません",
                f"{', '.join(strangers)}: no carrier of the study",
            )
        )
    return replace(judged, record=record, doubts=tuple(doubts))
