"""The values of one row: read, compared with what was said before, doubtful ones held back."""

from __future__ import annotations

from dataclasses import replace

from geodata.errors import Text
from requests_gen.survey_candidates import NEW, PLACE
from requests_gen.survey_columns import ASKED_OF_PLACES, ASKED_OF_ZONES, HEADINGS, UNCHANGED, Asked
from requests_gen.survey_judged import UNANSWERED, Held, Judged, left_out, shown
from requests_gen.survey_known import Known, Record
from requests_gen.survey_reading import Row, SurveyFile
from requests_gen.survey_values import Read, read_cell

TENFOLD, LEAST_APART = 10, 10  # people: so many times, and so many persons apart
SMALL = 50  # below this many people a tenth may be true
COUNTED = next(column for column in ASKED_OF_ZONES if column.key == "people")
KEPT_OF_PLACES = ("state", "given_id", "decided_because")


def columns_of(row: Row) -> tuple[Asked, ...]:
    """What a row of this kind is asked."""
    return ASKED_OF_PLACES if row.kind == PLACE else ASKED_OF_ZONES


def answered(judged: Judged, known: Known, settled: bool) -> Judged:
    """The row with its values, or left out where nobody wrote in it."""
    row = judged.row
    reads = {column.key: read_cell(column, row.text(column.key), known.carriers) for column in columns_of(row) if row.text(column.key)}  # fmt: skip
    if row.kind != PLACE and _untouched(row, reads, known, judged.zone_id):
        return left_out(row, judged.zone_id, UNANSWERED, name=judged.name)
    record: Record = {}
    held: dict[str, Held] = {}
    for column in columns_of(row):
        read = reads.get(column.key, Read())
        why = read.doubt or _merged_number(row, column)
        if why and not (settled and read.value is not None):
            held[column.key] = Held(row.text(column.key), why, read.value)
        elif read.value is not None:
            record[column.key] = read.value
    doubts = [
        Text(f"{HEADINGS[key]}: 結合されたセルの値を使いました", f"{key}: the value of merged cells was used")
        for key in sorted(row.merged & set(record))
    ]
    judged = replace(judged, record=record, held=held, doubts=tuple(doubts))
    return judged if settled else _plausible(judged, known)


def _untouched(row: Row, reads: dict[str, Read], known: Known, zone_id: str) -> bool:
    """Whether nobody wrote anything: no confirmation, and all as it was filled in by us."""
    if zone_id in known.now or any(read.doubt for read in reads.values()):
        return False
    asked = {column.key for column in ASKED_OF_ZONES} & row.columns
    filled_in = {key: value for key, value in known.before.get(zone_id, {}).items() if key in asked and key != "confirmed"}  # fmt: skip
    return {key: read.value for key, read in reads.items() if read.value is not None} == filled_in


def _merged_number(row: Row, column: Asked) -> Text | None:
    if column.key in row.merged and column.kind in {"count", "order"}:
        return Text(
            "結合されたセルの数です（何行分の数か分かりません）", "a number in merged cells: of which rows?"
        )
    return None


def _plausible(judged: Judged, known: Known) -> Judged:
    """People ten times too many or too few, and more households than people, are held unless they were settled."""
    record, held = dict(judged.record or {}), dict(judged.held)
    now = known.now.get(judged.zone_id, {})
    people, households = record.get("people"), record.get("households")
    if people is not None and people != now.get("people") and (why := _far(people, judged, known)):
        held["people"] = Held(str(people), why, record.pop("people"))
    if people is not None and households is not None and people < households != now.get("households"):
        why = Text(
            f"人口（{people:,}人）より世帯が多くなっています", f"more households than people ({people:,})"
        )
        held["households"] = Held(str(households), why, record.pop("households"))
    return replace(judged, record=record, held=held)


def _far(people: int, judged: Judged, known: Known) -> Text | None:
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


def finished(judged: Judged, file: SurveyFile, known: Known) -> Judged:
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
    doubts = [*judged.doubts, *(_held_words(key, held) for key, held in judged.held.items())]
    if answers.get("confirmed") == UNCHANGED and any(heading != HEADINGS["confirmed"] for heading, _, _ in changes) and was:  # fmt: skip
        doubts.append(
            Text("確認は「前のとおり」ですが、値が前と違います", "said to be as before, but values differ")
        )
    if not judged.record and not judged.held and was.keys() & {column.key for column in columns}:
        doubts.append(
            Text("前にあった値がすべて空になっています", "all values that were there are blank now")
        )
    record = {**_signed(judged, file), **answers}
    if row.kind == PLACE:
        record |= {"state": NEW, **{key: now[key] for key in KEPT_OF_PLACES if key in now}}
    return replace(judged, record=record, changes=changes, doubts=tuple(doubts), status="check" if doubts else "accepted")  # fmt: skip


def _held_words(key: str, held: Held) -> Text:
    return Text(
        f"{HEADINGS[key]}「{held.text}」: {held.why.ja}（取り込んでいません）",
        f"{key} {held.text!r}: {held.why.en} (not taken)",
    )


def _signed(judged: Judged, file: SurveyFile) -> Record:
    """The record without its answers: whose it is, by whom, what was held back, what stands in other columns."""
    row = judged.row
    record: Record = {
        "year": file.year, "municipality_id": file.municipality_id, "zone_id": judged.zone_id, "name": judged.name or judged.zone_id,
        "kind": row.kind, **file.answerer, "form_version": row.text("form_version") or "、".join(file.versions),
    }  # fmt: skip
    if judged.held:
        record["held"] = {key: {"text": held.text, "why": held.why.ja} for key, held in judged.held.items()}
    return record | ({"more": dict(row.more)} if row.more else {})
