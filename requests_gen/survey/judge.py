"""Each row of a returned survey weighed: taken, taken but to be checked, or left out with the reason.

A value that is doubtful is held back: it is kept with its reason beside the answer and takes no part in it until
somebody has asked the municipality (`settled`). A row whose zone is doubtful is held back as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from geodata.errors import Text
from requests_gen.survey.cells import Read, code_of, place_number_of, position_of, read_cell, zone_id_of
from requests_gen.survey.columns import ASKED_OF_PLACES, ASKED_OF_ZONES, HEADINGS, UNCHANGED, Asked
from requests_gen.survey.known import Known, Record
from requests_gen.survey.new_places import NEW, PLACE, ZONE, place_number, place_reference
from requests_gen.survey.read_form import Row, SurveyFile
from requests_gen.wording import dates

# The values of one row: read, compared with what was said before, doubtful ones held back.

TENFOLD, LEAST_APART = 10, 10  # people: so many times, and so many persons apart
SMALL = 50  # below this many people a tenth may be true
COUNTED = next(column for column in ASKED_OF_ZONES if column.key == "people")
KEPT_OF_PLACES = ("state", "given_id", "decided_because")


def columns_of(row: Row) -> tuple[Asked, ...]:
    """What a row of this kind is asked."""
    return ASKED_OF_PLACES if row.kind == PLACE else ASKED_OF_ZONES


def answered(judged: ClassifiedRow, known: Known, settled: bool) -> ClassifiedRow:
    """The row with its values, or left out where nobody wrote in it."""
    row = judged.row
    reads = {column.key: read_cell(column, row.text(column.key), known.carriers) for column in columns_of(row) if row.text(column.key)}
    if row.kind != PLACE and _untouched(row, reads, known, judged.zone_id):
        return left_out(row, judged.zone_id, UNANSWERED, name=judged.name)
    record: Record = {}
    held: dict[str, Held] = {}
    for column in columns_of(row):
        read = reads.get(column.key, Read())
        why = read.review_item or _merged_number(row, column)
        if why and not (settled and read.value is not None):
            held[column.key] = Held(row.text(column.key), why, read.value)
        elif read.value is not None:
            record[column.key] = read.value
    review_items = [
        Text(f"{HEADINGS[key]}: 結合されたセルの値を使いました", f"{key}: the value of merged cells was used")
        for key in sorted(row.merged & set(record))
    ]
    judged = replace(judged, record=record, held=held, review_items=tuple(review_items))
    return judged if settled else _plausible(judged, known)


def _untouched(row: Row, reads: dict[str, Read], known: Known, zone_id: str) -> bool:
    """Whether nobody wrote anything: no confirmation, and all as it was filled in by us."""
    if zone_id in known.now or any(read.review_item for read in reads.values()):
        return False
    asked = {column.key for column in ASKED_OF_ZONES} & row.columns
    filled_in = {key: value for key, value in known.before.get(zone_id, {}).items() if key in asked and key != "confirmed"}
    return {key: read.value for key, read in reads.items() if read.value is not None} == filled_in


def _merged_number(row: Row, column: Asked) -> Text | None:
    if column.key in row.merged and column.kind in {"count", "order"}:
        return Text("結合されたセルの数です（何行分の数か分かりません）", "a number in merged cells: of which rows?")
    return None


def _plausible(judged: ClassifiedRow, known: Known) -> ClassifiedRow:
    """People ten times too many or too few, and more households than people, are held unless they were settled."""
    record, held = dict(judged.record or {}), dict(judged.held)
    now = known.now.get(judged.zone_id, {})
    people, households = record.get("people"), record.get("households")
    if people is not None and people != now.get("people") and (why := _far(people, judged, known)):
        held["people"] = Held(str(people), why, record.pop("people"))
    if people is not None and households is not None and people < households != now.get("households"):
        why = Text(f"人口（{people:,}人）より世帯が多くなっています", f"more households than people ({people:,})")
        held["households"] = Held(str(households), why, record.pop("households"))
    return replace(judged, record=record, held=held)


def _far(people: int, judged: ClassifiedRow, known: Known) -> Text | None:
    """Why a number of people is hard to believe; None where it is not, or nothing is known to compare it with."""
    was = known.now.get(judged.zone_id, known.before.get(judged.zone_id, {})).get("people")
    if was is not None:
        usual, of = float(was), Text("前の回答", "the answer before")
    else:
        usual, of = known.our_people(judged.zone_id), Text("県の推計", "our estimate")
        if usual != usual:  # no findings of that year here: the form itself says what was estimated
            printed = read_cell(COUNTED, judged.row.text("our_people"), {}).value
            usual = float("nan") if printed is None else float(printed)
    many = people >= TENFOLD * max(usual, 1.0) and people - usual >= LEAST_APART  # NaN is far from nothing
    few = people * TENFOLD <= usual and usual >= SMALL
    if not many and not few:
        return None
    return Text(
        f"{of.ja}の {usual:,.0f}人と10倍以上違います（桁の誤りではありませんか）",
        f"ten times apart from {of.en}, {usual:,.0f}: a slip of the pen?",
    )


def finished(judged: ClassifiedRow, file: SurveyFile, known: Known) -> ClassifiedRow:
    """What is to be saved, what changes by it, and whether a person must look at it."""
    if judged.record is None:
        return judged
    row, columns = judged.row, columns_of(judged.row)
    now = known.now.get(judged.zone_id, {})
    # a column that is gone takes nothing back, and a doubtful value puts nothing in the place of a good one
    stay = ({column.key for column in columns} - row.columns) | set(judged.held)
    answers: Record = {**judged.record, **{key: value for key, value in now.items() if key in stay}}
    was = now or known.before.get(judged.zone_id, {})
    changes = tuple(
        (column.heading, shown(was.get(column.key)), shown(answers.get(column.key)))
        for column in columns
        if was.get(column.key) != answers.get(column.key) and column.key not in stay
    )
    review_items = [*judged.review_items, *(_held_words(key, held) for key, held in judged.held.items())]
    if answers.get("confirmed") == UNCHANGED and any(heading != HEADINGS["confirmed"] for heading, _, _ in changes) and was:
        review_items.append(Text("確認は「前のとおり」ですが、値が前と違います", "said to be as before, but values differ"))
    if not judged.record and not judged.held and was.keys() & {column.key for column in columns}:
        review_items.append(Text("前にあった値がすべて空になっています", "all values that were there are blank now"))
    record = {**_signed(judged, file), **answers}
    if row.kind == PLACE:
        record |= {"state": NEW, **{key: now[key] for key in KEPT_OF_PLACES if key in now}}
    return replace(judged, record=record, changes=changes, review_items=tuple(review_items), status="check" if review_items else "accepted")


def _held_words(key: str, held: Held) -> Text:
    return Text(f"{HEADINGS[key]}「{held.text}」: {held.why.ja}（取り込んでいません）", f"{key} {held.text!r}: {held.why.en} (not taken)")


def _signed(judged: ClassifiedRow, file: SurveyFile) -> Record:
    """The record without its answers: whose it is, by whom, what was held back, what stands in other columns."""
    row = judged.row
    record: Record = {
        "year": file.year,
        "municipality_id": file.municipality_id,
        "zone_id": judged.zone_id,
        "name": judged.name or judged.zone_id,
        "kind": row.kind,
        **file.answerer,
        "form_version": row.text("form_version") or "、".join(file.versions),
    }
    if judged.held:
        record["held"] = {key: {"text": held.text, "why": held.why.ja} for key, held in judged.held.items()}
    return record | ({"more": dict(row.more)} if row.more else {})


# One row of a returned survey after it was weighed.

Status = Literal["accepted", "check", "excluded"]
UNANSWERED = Text("未回答（「確認」が空で、値も前のまま）", "not answered: no confirmation, all as it was filled in")


@dataclass(frozen=True)
class Held:
    """A value that is not taken: as written, why, and what it would be (None = cannot be read)."""

    text: str
    why: Text
    value: Any = None


@dataclass(frozen=True)
class ClassifiedRow:
    """One row. record: what is to be saved (None = nothing); changes: (heading, old, new); doubts in words.

    zone_id: of a new place its reference. held: {column key: a value that waits for somebody to ask}.
    """

    row: Row
    status: Status
    zone_id: str = ""
    name: str = ""
    record: Record | None = None
    changes: tuple[tuple[str, str, str], ...] = ()
    review_items: tuple[Text, ...] = ()
    reason: Text | None = None
    held: dict[str, Held] = field(default_factory=dict)


def left_out(row: Row, zone_id: str, why: Text, status: Status = "excluded", name: str = "") -> ClassifiedRow:
    """A row of which nothing is taken. status "check": somebody should see to it."""
    return ClassifiedRow(row, status, zone_id, name or row.text("name"), reason=why)


def shown(value: Any) -> str:
    """A value for people to compare."""
    if value is None or value == "":
        return "（空欄）"
    if isinstance(value, list):
        return "すべて" if value == ["*"] else "、".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


# Rows for new places: their number, where they lie, and what lies there already.

TELLING = ("name", "oaza", "where")  # what two places are told apart by


def judge_place(row: Row, known: Known, taken: set[int], reserved: set[int], settled: bool) -> ClassifiedRow:
    """One row of the sheet 新しい箇所; its number goes into `taken`. reserved: numbers that stand in the file."""
    if not any(row.text(key) for key in TELLING):
        return left_out(row, "", Text("場所の名前も場所も書かれていません", "neither a name nor a place is written"), "check")
    number, review_item = _number(row, known, taken, reserved)
    reference = place_reference(known.municipality_id, number)
    if review_item:
        return left_out(row, reference, review_item, "check")
    taken.add(number)
    judged = ClassifiedRow(row, "accepted", reference, row.text("name") or row.text("oaza"))
    return _where(answered(judged, known, settled), known)


def _number(row: Row, known: Known, taken: set[int], reserved: set[int]) -> tuple[int, Text | None]:
    """(the number of the candidate, why that is doubtful)."""
    number = place_number_of(row.text("number"))
    if number and number not in taken:
        there = known.now.get(place_reference(known.municipality_id, number), {})
        told = [key for key in TELLING if there.get(key)]
        if told and all(dates.plain_text(there[key]) != dates.plain_text(row.text(key)) for key in told):
            name = there.get("name") or there.get("oaza") or there.get("where")
            return number, Text(
                f"番号 新{number} は前に「{name}」として届いています。別の場所なら新しい番号にしてもらってください",
                f"新{number} was {name} before: another place needs a new number",
            )
        return number, None
    same = [
        found
        for reference, record in known.now.items()
        if record.get("kind") == PLACE
        and dates.plain_text(record.get("name", "")) == dates.plain_text(row.text("name")) != ""
        and (found := place_number(reference)) not in taken
    ]
    return (same[0] if same else known.free_number(taken | reserved)), None


def _where(judged: ClassifiedRow, known: Known) -> ClassifiedRow:
    """The position of a new place in degrees, and whether it can be right."""
    record, review_items = dict(judged.record or {}), list(judged.review_items)
    at = position_of(str(record.get("where", "")))
    if at and not known.lies_inside(*at):
        review_items.append(
            Text("およその場所が市町の外です（緯度・経度を使っていません）", "it lies outside the municipality: its position was not used")
        )
    elif at:
        record["longitude"], record["latitude"] = at
        if zone := known.zone_at(*at):
            review_items.append(
                Text(
                    f"およその場所が、すでにある地区 {zone} の中です（同じ場所ではありませんか）",
                    f"it lies in zone {zone}: the same place?",
                )
            )
    named = record.get("carriers") or []
    unexpected = [word for word in named if word != "*" and word not in known.carriers.values()]
    if unexpected and known.carriers:
        review_items.append(
            Text(
                f"つながらない事業者: {'、'.join(unexpected)} は調査の事業者の名前と合いません",
                f"{', '.join(unexpected)}: no carrier of the study",
            )
        )
    return replace(judged, record=record, review_items=tuple(review_items))


_NO_ID = Text(
    "地区IDがありません。県の一覧にない場所なら「新しい箇所」のシートに書いてもらってください",
    "no zone id: a place that is not in our list belongs on the sheet 新しい箇所",
)
_UNKNOWN = Text("台帳にない地区IDです", "the registry does not know this zone id")
_DIFFER = Text("同じ地区の行が2つ以上あり、値が違います", "the zone has several rows that differ")


def judge(file: SurveyFile, known: Known, settled: bool = False) -> list[ClassifiedRow]:
    """Every row of `file` in its order. settled: doubtful values that can be read are taken as written."""
    twice = _twice(file.rows)
    taken: set[int] = set()
    reserved = {place_number_of(row.text("number")) for row in file.rows}
    judged = []
    for row in file.rows:
        elsewhere = _of_others(row, file)
        if elsewhere:
            judged.append(left_out(row, zone_id_of(row.text("zone_id")), elsewhere))
        elif row.kind == ZONE:
            judged.append(_judge_zone(row, known, twice, settled))
        else:
            judged.append(judge_place(row, known, taken, reserved, settled))
    if not settled:
        judged = _orders_once(judged, known)
    return [finished(each, file, known) for each in judged]


def _twice(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """{zone_id: its rows} of the zones that stand in several."""
    by_zone: dict[str, list[Row]] = {}
    for row in rows:
        if row.kind == ZONE and row.text("zone_id"):
            by_zone.setdefault(zone_id_of(row.text("zone_id")), []).append(row)
    return {zone_id: found for zone_id, found in by_zone.items() if len(found) > 1}


def _of_others(row: Row, file: SurveyFile) -> Text | None:
    """Why a row belongs to another year or municipality; None where it does not."""
    year = dates.year_of(row.text("year"))
    if year is not None and year != file.year:
        return Text(f"別の年度（{year}年度）の行です", f"a row of fiscal year {year}")
    zone_id = zone_id_of(row.text("zone_id"))
    town = code_of(row.text("municipality_id"))
    if "-" in zone_id and zone_id[:5] != file.municipality_id:
        return Text(f"別の市町（{zone_id[:5]}）の地区です", f"a zone of another municipality ({zone_id[:5]})")
    if town and town != file.municipality_id:
        return Text(f"別の市町（{town}）の行です", f"a row of another municipality ({town})")
    return None


def _judge_zone(row: Row, known: Known, twice: dict[str, list[Row]], settled: bool) -> ClassifiedRow:
    zone_id = zone_id_of(row.text("zone_id"))
    name = known.name_of(zone_id) if zone_id in known.zones.index else ""
    why, status = _zone_doubt(row, zone_id, name, known, twice)
    if why:
        return left_out(row, zone_id, why, status)
    return answered(ClassifiedRow(row, "accepted", zone_id, name), known, settled)


def _zone_doubt(row: Row, zone_id: str, name: str, known: Known, twice: dict[str, list[Row]]) -> tuple[Text | None, Status]:
    """Why it is not sure of which zone the row speaks. Nothing settles that but a mended file."""
    if not zone_id or zone_id not in known.zones.index:
        return _UNKNOWN if zone_id else _NO_ID, "check"
    if after := known.successors(zone_id):
        now = "、".join(after)
        return Text(f"統合・分割された地区です（今は {now}）。今の地区に書き直してもらってください", f"merged or split: now {now}"), "check"
    first, *others = twice.get(zone_id, [row])
    if any(other.asked != first.asked for other in others):
        return _DIFFER, "check"
    if others and row is not first:
        return Text(f"同じ地区の同じ内容の行です（{first.place}を使いました）", f"the same row again ({first.place} was used)"), "excluded"
    if row.text("name") and dates.plain_text(row.text("name")) != dates.plain_text(name):
        return Text(
            f"地区名が地区IDと合いません（{zone_id} は「{name}」）。行がずれたおそれがあります",
            f"the name does not fit the id ({zone_id} is {name}): rows may have shifted",
        ), "check"
    return None, "accepted"


def _orders_once(judged: list[ClassifiedRow], known: Known) -> list[ClassifiedRow]:
    """The rows, orders that stand twice in the file held back."""
    by_order: dict[int, list[str]] = {}
    for each in judged:
        if each.record and "municipal_rank" in each.record:
            by_order.setdefault(each.record["municipal_rank"], []).append(each.zone_id)
    return [_with_order_held(each, by_order, known) for each in judged]


def _with_order_held(judged: ClassifiedRow, by_order: dict[int, list[str]], known: Known) -> ClassifiedRow:
    record = dict(judged.record or {})
    order = record.pop("municipal_rank", None)
    if order is None or len(by_order[order]) == 1:
        return judged
    if all(known.now.get(zone, {}).get("municipal_rank") == order for zone in by_order[order]):
        return judged  # somebody settled it before
    others = "、".join(zone for zone in by_order[order] if zone != judged.zone_id)
    why = Text(f"{order}番が2つ以上あります（{others} も{order}番）", f"{order} stands twice ({others} too)")
    return replace(judged, record=record, held={**judged.held, "municipal_rank": Held(str(order), why, order)})
