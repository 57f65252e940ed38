"""Places that a municipality told and Kengai does not know: candidates, with an id only once they are accepted.

They lie among the survey's answers under a reference of their own, 24201-新1, which is no zone id.
"""

from __future__ import annotations

import re
from datetime import datetime

import pandas as pd

from coverage.zones import tables
from geodata.errors import DataError, Text
from geodata.zone_ids import COLUMNS
from requests_gen.registry import Registry, store

ZONE, PLACE, RETURN = ("zone", "place", "return")  # kinds of answers: of a zone, of a new place, that a form came back
NEW, ACCEPTED, DECLINED = "new", "accepted", "declined"
_REFERENCE = re.compile(r"(\d{5})-新(\d{1,3})")


def place_reference(municipality_id: str, number: int) -> str:
    """What a candidate is called until it has an id."""
    return f"{municipality_id}-新{number}"


def place_number(reference: str) -> int:
    """The number in a candidate's reference; 0 where it is none."""
    found = _REFERENCE.fullmatch(str(reference))
    return int(found[2]) if found else 0


def candidates(registry: Registry, year: int) -> pd.DataFrame:
    """The places told in `year`. Index: the reference; the columns of the survey, state, given_id (accepted ones)."""
    answers = registry.survey_answers(year)
    for name in ("kind", "state", "given_id"):
        if name not in answers:
            answers[name] = None
    return answers[answers["kind"] == PLACE].set_index("zone_id").rename_axis("reference")


def accept_place(registry: Registry, year: int, reference: str, *, who: str, at: datetime) -> str:
    """Give the candidate a zone id of its municipality, for good, and answer it. The same id when asked again.

    Raises DataError "candidate-unknown" where there is no such candidate in `year`.
    """
    with registry.database.writing() as connection:
        record = _record(store.frame_in(connection, "survey_answers", year), reference, year)
        if record.get("given_id"):
            return str(record["given_id"])
        zones = store.frame_in(connection, "zones")
        known = pd.DataFrame({name: zones[name].astype(object).fillna("").astype(str) for name in COLUMNS})
        town, name = (str(record["municipality_id"]), str(record.get("name") or record.get("oaza") or reference))
        place_id = f"照会{year}/{reference}"
        place = pd.DataFrame({"municipality_id": [town], "name": [name]}, index=pd.Index([place_id], name="place_id"))
        given = tables.assign_ids(place, known, year).iloc[-1].to_dict()
        zone = {**given, "first_year": int(given["first_year"]), "reason": "市町の照会による"}
        store.save(registry.database, "zones", [zone], who=who, at=at, note=f"照会 {reference}", connection=connection)
        done = {**record, "state": ACCEPTED, "given_id": given["zone_id"]}
        store.save(registry.database, "survey_answers", [done], who=who, at=at, note="候補を地区に加えた", connection=connection)
    return str(given["zone_id"])


def decline_place(registry: Registry, year: int, reference: str, reason: str, *, who: str, at: datetime) -> None:
    """Record that the candidate is not taken up, and why. Raises as accept_place."""
    if not reason.strip():
        raise DataError(
            "candidate-no-reason",
            Text("取り上げない理由が書かれていません", "no reason is given"),
            Text("理由を書いてください。", "give a reason"),
        )
    with registry.database.writing() as connection:
        record = _record(store.frame_in(connection, "survey_answers", year), reference, year)
        done = {**record, "state": DECLINED, "decided_because": reason.strip()}
        store.save(registry.database, "survey_answers", [done], who=who, at=at, note="候補を取り上げない", connection=connection)


def _record(answers: pd.DataFrame, reference: str, year: int) -> dict[str, object]:
    found = answers[answers["zone_id"] == reference]
    if found.empty or not place_number(reference):
        raise DataError(
            "candidate-unknown",
            Text(f"{year}年度の照会に {reference} という候補はありません", f"no candidate {reference} in the survey of {year}"),
            Text("kengai survey places で候補の一覧を見てください。", "see the list with `kengai survey places`"),
        )
    return {str(name): value for name, value in found.iloc[0].drop(["revision", "who", "at"]).items()}
