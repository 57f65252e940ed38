"""Each row of a returned survey weighed: taken, taken but to be checked, or left out with the reason.

A value that is doubtful is held back: it is kept with its reason beside the answer and takes no part in it until
somebody has asked the municipality (`settled`). A row whose zone is doubtful is held back as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from geodata.errors import Text
from requests_gen.reply_days import plain_text, year_of
from requests_gen.survey_answers import answered, finished
from requests_gen.survey_candidates import ZONE
from requests_gen.survey_judged import Held, Judged, Status, left_out
from requests_gen.survey_known import Known
from requests_gen.survey_places import judge_place
from requests_gen.survey_reading import Row, SurveyFile
from requests_gen.survey_values import code_of, place_number_of, zone_id_of

_NO_ID = Text("地区IDがありません。県の一覧にない場所なら「新しい箇所」のシートに書いてもらってください", "no zone id: a place that is not in our list belongs on the sheet 新しい箇所")  # fmt: skip
_UNKNOWN = Text("台帳にない地区IDです", "the registry does not know this zone id")
_DIFFER = Text("同じ地区の行が2つ以上あり、値が違います", "the zone has several rows that differ")


def judge(file: SurveyFile, known: Known, settled: bool = False) -> list[Judged]:
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
    year = year_of(row.text("year"))
    if year is not None and year != file.year:
        return Text(f"別の年度（{year}年度）の行です", f"a row of fiscal year {year}")
    zone_id = zone_id_of(row.text("zone_id"))
    town = code_of(row.text("municipality_id"))
    if "-" in zone_id and zone_id[:5] != file.municipality_id:
        return Text(f"別の市町（{zone_id[:5]}）の地区です", f"a zone of another municipality ({zone_id[:5]})")
    if town and town != file.municipality_id:
        return Text(f"別の市町（{town}）の行です", f"a row of another municipality ({town})")
    return None


def _judge_zone(row: Row, known: Known, twice: dict[str, list[Row]], settled: bool) -> Judged:
    zone_id = zone_id_of(row.text("zone_id"))
    name = known.name_of(zone_id) if zone_id in known.zones.index else ""
    why, status = _zone_doubt(row, zone_id, name, known, twice)
    if why:
        return left_out(row, zone_id, why, status)
    return answered(Judged(row, "accepted", zone_id, name), known, settled)


def _zone_doubt(
    row: Row, zone_id: str, name: str, known: Known, twice: dict[str, list[Row]]
) -> tuple[Text | None, Status]:
    """Why it is not sure of which zone the row speaks. Nothing settles that but a mended file."""
    if not zone_id or zone_id not in known.zones.index:
        return _UNKNOWN if zone_id else _NO_ID, "check"
    if after := known.successors(zone_id):
        now = "、".join(after)
        return Text(f"統合・分割された地区です（今は {now}）。今の地区に書き直してもらってください", f"merged or split: now {now}"), "check"  # fmt: skip
    first, *others = twice.get(zone_id, [row])
    if any(other.asked != first.asked for other in others):
        return _DIFFER, "check"
    if others and row is not first:
        return Text(f"同じ地区の同じ内容の行です（{first.place}を使いました）", f"the same row again ({first.place} was used)"), "excluded"  # fmt: skip
    if row.text("name") and plain_text(row.text("name")) != plain_text(name):
        return Text(
            f"地区名が地区IDと合いません（{zone_id} は「{name}」）。行がずれたおそれがあります",
            f"the name does not fit the id ({zone_id} is {name}): rows may have shifted",
        ), "check"
    return None, "accepted"


def _orders_once(judged: list[Judged], known: Known) -> list[Judged]:
    """The rows, orders that stand twice in the file held back."""
    by_order: dict[int, list[str]] = {}
    for each in judged:
        if each.record and "municipal_rank" in each.record:
            by_order.setdefault(each.record["municipal_rank"], []).append(each.zone_id)
    return [_with_order_held(each, by_order, known) for each in judged]


def _with_order_held(judged: Judged, by_order: dict[int, list[str]], known: Known) -> Judged:
    record = dict(judged.record or {})
    order = record.pop("municipal_rank", None)
    if order is None or len(by_order[order]) == 1:
        return judged
    if all(known.now.get(zone, {}).get("municipal_rank") == order for zone in by_order[order]):
        return judged  # somebody settled it before
    others = "、".join(zone for zone in by_order[order] if zone != judged.zone_id)
    why = Text(f"{order}番が2つ以上あります（{others} も{order}番）", f"{order} stands twice ({others} too)")
    return replace(judged, record=record, held={**judged.held, "municipal_rank": Held(str(order), why, order)})  # fmt: skip
