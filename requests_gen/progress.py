"""Where each zone stands with each carrier, who owes what, what is overdue, and which promises were kept.

All of it follows from the registry's history: letters that were sent, replies, and the office's verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from geodata.errors import Text
from requests_gen.progress_history import Step, histories, last_day
from requests_gen.progress_promises import OUTCOMES, Kept, Promise, promises
from requests_gen.progress_states import ASK, NAMES, RESOLVE, after
from requests_gen.registry import Registry
from requests_gen.reply_days import time_of

__all__ = ["NAMES", "OUTCOMES", "OVERDUE", "OWES", "Kept", "Promise", "Stand", "promises", "rows", "states"]

PROMISING = ("A1", "A2")  # built, or to be built by a named time
OWES = {
    "": Text("なし", "nobody"),
    "office-ask": Text("県: 要望する", "office: ask"),
    "carrier-reply": Text("事業者: 回答", "carrier: reply"),
    "carrier-build": Text("事業者: 整備", "carrier: build"),
    "carrier-plan": Text("事業者: 検討の結果", "carrier: result of the study"),
    "office-conditions": Text("県・市町: 条件を整える", "office and municipality: conditions"),
    "office-ground": Text("県・市町: 現地で確認", "office and municipality: look on the ground"),
    "office-facts": Text("県・市町: 情報提供・現地立会い", "office and municipality: facts, a visit"),
    "office-again": Text("県: 再要望するか決める", "office: ask again or not"),
    "office-close": Text("県: 解消とする", "office: record as resolved"),
}
OWED_FOR_ANSWER = {
    "A2": "carrier-build", "B1": "office-conditions", "B2": "carrier-plan", "C1": "office-again", "D1": "office-ground",
    "D2": "office-facts",
}  # fmt: skip
OWED_FOR_STATE = {
    "new": "office-ask", "requested": "carrier-reply", "asked_again": "carrier-reply", "reported_built": "office-ground",
    "confirmed": "office-close", "resolved": "",
}  # fmt: skip
OVERDUE = {"reply": Text("回答の期限を過ぎています", "the reply is late"), "promise": Text("約束の時期を過ぎています", "the promised time has passed")}  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """Where one zone stands with one carrier. code: the last answer ("" = none); due: last day of what was promised.

    remark: what the history says that cannot count, e.g. resolved without confirmation.
    """

    zone_id: str
    carrier: str
    state: str
    code: str = ""
    year: int | None = None  # of the last letter or answer
    first_year: int | None = None
    planned: str = ""
    due: str = ""  # YYYY-MM-DD
    deadline: str = ""  # of the reply, YYYY-MM-DD
    answered_on: str = ""
    owes: str = ""
    overdue: tuple[str, ...] = ()
    publication: str = ""
    superseded_by: tuple[str, ...] = ()
    remark: str = ""


def states(
    registry: Registry, deadlines: Mapping[int, str] | None = None, on: date | None = None
) -> list[Stand]:
    """Every zone and carrier that any letter, reply or verdict names, by zone; zones nobody was asked about, once.

    deadlines: {fiscal year: YYYY-MM-DD} of the letters; those of the campaigns are known. on: the day overdue things
    are counted for; None = the day of the last saving.
    """
    known = {int(row.year): str(row.reply_deadline) for row in registry.campaigns().itertuples() if row.reply_deadline}  # fmt: skip
    known |= {year: day for year, day in (deadlines or {}).items() if day}
    day = on or last_day(registry)
    zones = registry.zones()
    gone = {str(zone): tuple(after_ or ()) for zone, after_ in zones["superseded_by"].items()}
    found = histories(registry)
    stands = [_stand(zone, carrier, steps, known, day, gone.get(zone, ())) for (zone, carrier), steps in found.items()]  # fmt: skip
    named = {zone for zone, _ in found}
    stands += [Stand(zone, "", "new", owes="office-ask") for zone in gone if zone not in named and not gone[zone]]  # fmt: skip
    return sorted(stands, key=lambda stand: (stand.zone_id, stand.carrier))


def _stand(
    zone: str, carrier: str, steps: list[Step], deadlines: Mapping[int, str], on: date | None, gone: tuple[str, ...]
) -> Stand:  # fmt: skip
    state, remark = "new", ""
    for step in steps:
        if step.event == RESOLVE and state not in ("confirmed", "resolved"):
            remark = "resolved-unconfirmed"
        state = after(state, step.event)
        remark = "" if state in ("confirmed", "resolved") else remark
    answers = [step.record for step in steps if "answer" in step.record]
    last = answers[-1] if answers else {}
    said: Mapping[str, Any] = next(
        (answer for answer in reversed(answers) if answer["answer"] != "N"), {}
    )  # silence takes nothing back
    code = str(last.get("answer", ""))
    year = max((step.year for step in steps if step.event == ASK or "answer" in step.record), default=None)
    finished = state in ("confirmed", "resolved")
    due = None if finished else _due(str(said.get("planned", "")))
    deadline = deadlines.get(year or 0, "") if state in ("requested", "asked_again") else ""
    owes = OWED_FOR_ANSWER.get(code, "carrier-plan") if state == "answered" else OWED_FOR_STATE[state]
    promised = due.isoformat() if due and said.get("answer") in PROMISING else ""
    overdue = [
        kind
        for kind, day in (("reply", deadline), ("promise", promised))
        if day and on and day < on.isoformat() and not gone
    ]
    return Stand(
        zone, carrier, state, code, year, min((step.year for step in steps), default=None), str(said.get("planned", "")),
        due.isoformat() if due else "", deadline, str(last.get("answered_on", "")), "" if gone else owes, tuple(overdue),
        str(last.get("publication", "")), gone, remark,
    )  # fmt: skip


def _due(planned: str) -> date | None:
    time = time_of(planned) if planned else None
    return time.last_day if time else None


def rows(stands: Iterable[Stand], zones: pd.DataFrame) -> list[dict[str, Any]]:
    """For `--json` and lists: plain rows, with the zone's name and municipality. zones: Registry.zones()."""
    out = []
    for stand in stands:
        known = stand.zone_id in zones.index
        out.append(
            {
                **asdict(stand), "overdue": list(stand.overdue), "superseded_by": list(stand.superseded_by),
                "name": str(zones.at[stand.zone_id, "name"]) if known else "",
                "municipality_id": str(zones.at[stand.zone_id, "municipality_id"]) if known else stand.zone_id.split("-")[0],
            }
        )  # fmt: skip
    return out
