"""Where each zone stands with each carrier, who owes what, what is overdue, and which promises were kept.

All of it follows from the registry's history: letters that were sent, replies, and the office's verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from coverage.study import read_study
from geodata.errors import DataError
from requests_gen.progress.history import ASK, RESOLVE, Step, after, histories, last_day
from requests_gen.registry import Registry
from requests_gen.wording import dates
from requests_gen.workspace import find_studies, read_letter_settings

PROMISING = ("A1", "A2")  # built, or to be built by a named time
OWED_FOR_ANSWER = {
    "A2": "carrier-build",
    "B1": "office-conditions",
    "B2": "carrier-plan",
    "C1": "office-again",
    "D1": "office-ground",
    "D2": "office-facts",
}
OWED_FOR_STATE = {
    "new": "office-ask",
    "requested": "carrier-reply",
    "asked_again": "carrier-reply",
    "reported_built": "office-ground",
    "confirmed": "office-close",
    "resolved": "",
}


@dataclass(frozen=True)
class ZoneStatus:
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


def states(registry: Registry, deadlines: Mapping[int, str] | None = None, on: date | None = None) -> list[ZoneStatus]:
    """Every zone and carrier that any letter, reply or verdict names, by zone; zones nobody was asked about, once.

    deadlines: {fiscal year: YYYY-MM-DD} of the letters; those of the campaigns are known. on: the day overdue things
    are counted for; None = the day of the last saving.
    """
    known = {int(row.year): str(row.reply_deadline) for row in registry.campaigns().itertuples() if row.reply_deadline}
    known |= {year: day for year, day in (deadlines or {}).items() if day}
    day = on or last_day(registry)
    zones = registry.zones()
    gone = {str(zone): tuple(after_ or ()) for zone, after_ in zones["superseded_by"].items()}
    found = histories(registry)
    stands = [_stand(zone, carrier, steps, known, day, gone.get(zone, ())) for (zone, carrier), steps in found.items()]
    named = {zone for zone, _ in found}
    stands += [ZoneStatus(zone, "", "new", owes="office-ask") for zone in gone if zone not in named and not gone[zone]]
    return sorted(stands, key=lambda stand: (stand.zone_id, stand.carrier))


def _stand(zone: str, carrier: str, steps: list[Step], deadlines: Mapping[int, str], on: date | None, gone: tuple[str, ...]) -> ZoneStatus:
    state, remark = "new", ""
    for step in steps:
        if step.event == RESOLVE and state not in ("confirmed", "resolved"):
            remark = "resolved-unconfirmed"
        state = after(state, step.event)
        remark = "" if state in ("confirmed", "resolved") else remark
    answers = [step.record for step in steps if "answer" in step.record]
    last = answers[-1] if answers else {}
    said: Mapping[str, Any] = next((answer for answer in reversed(answers) if answer["answer"] != "N"), {})  # silence takes nothing back
    code = str(last.get("answer", ""))
    year = max((step.year for step in steps if step.event == ASK or "answer" in step.record), default=None)
    finished = state in ("confirmed", "resolved")
    due = None if finished else _due(str(said.get("planned", "")))
    deadline = deadlines.get(year or 0, "") if state in ("requested", "asked_again") else ""
    owes = OWED_FOR_ANSWER.get(code, "carrier-plan") if state == "answered" else OWED_FOR_STATE[state]
    promised = due.isoformat() if due and said.get("answer") in PROMISING else ""
    overdue = [kind for kind, day in (("reply", deadline), ("promise", promised)) if day and on and day < on.isoformat() and not gone]
    return ZoneStatus(
        zone,
        carrier,
        state,
        code,
        year,
        min((step.year for step in steps), default=None),
        str(said.get("planned", "")),
        due.isoformat() if due else "",
        deadline,
        str(last.get("answered_on", "")),
        "" if gone else owes,
        tuple(overdue),
        str(last.get("publication", "")),
        gone,
        remark,
    )


def _due(planned: str) -> date | None:
    time = dates.time_of(planned) if planned else None
    return time.last_day if time else None


def rows(stands: Iterable[ZoneStatus], zones: pd.DataFrame) -> list[dict[str, Any]]:
    """For `--json` and lists: plain rows, with the zone's name and municipality. zones: Registry.zones()."""
    out = []
    for stand in stands:
        known = stand.zone_id in zones.index
        out.append(
            {
                **asdict(stand),
                "overdue": list(stand.overdue),
                "superseded_by": list(stand.superseded_by),
                "name": str(zones.at[stand.zone_id, "name"]) if known else "",
                "municipality_id": str(zones.at[stand.zone_id, "municipality_id"]) if known else stand.zone_id.split("-")[0],
            }
        )
    return out


# What the studies of a workspace say that the registry does not: until when each year's letters ask for a reply.


def deadlines_of(workspace: Path) -> dict[int, str]:
    """{fiscal year: YYYY-MM-DD} from the letters.toml of each study; years without a day are left out."""
    found: dict[int, str] = {}
    try:
        places = find_studies(workspace)
    except DataError:
        return found
    for place in places:
        try:
            study = read_study(place.folder)
            day = read_letter_settings(study).letter.deadline
        except DataError:
            continue  # a study without letters, or one that its own page must mend
        if day:
            found[study.about.fiscal_year] = day
    return found
