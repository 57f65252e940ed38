"""Zone ids: given once, never reused, merges and splits recorded."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from geodata.errors import DataError, Text
from geodata.zone_ids import COLUMNS
from requests_gen.registry.connection import Database
from requests_gen.registry.store import Saved, current_records, frame_in, save
from requests_gen.registry.tables import TABLES
from requests_gen.registry.values import content_of, records_of

MOST_NAMED = 5
AGAIN = Text(
    "もう一度実行してください。台帳にある地区IDに合わせて付け直します。", "run again: ids are then given beside those of the registry"
)


def known_ids(database: Database) -> pd.DataFrame:
    """All ids in the registry as geodata.zone_ids has them: COLUMNS, text."""
    with database.reading() as connection:
        return _as_text(frame_in(connection, "zones"))


def _as_text(zones: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: zones[name].astype(object).fillna("").astype(str) for name in COLUMNS})


def check_agree(known: pd.DataFrame, given: pd.DataFrame, file: str, remedy: Text) -> None:
    """Raise DataError "zone-id-taken" where an id, or a place, has another partner in the two lists."""
    place = ["municipality_id", "place_id"]
    pairs = [known.merge(given, on="zone_id", suffixes=("_known", "_given")), known.merge(given, on=place, suffixes=("_known", "_given"))]
    by_id = pairs[0].query(" or ".join(f"{name}_known != {name}_given" for name in place))
    by_place = pairs[1].query("zone_id_known != zone_id_given")
    texts = [
        Text(
            f"{row.zone_id} は台帳では「{row.name_known}」（{row.municipality_id_known} {row.place_id_known}）、"
            f"こちらでは「{row.name_given}」（{row.municipality_id_given} {row.place_id_given}）",
            f"{row.zone_id} is {row.name_known} ({row.municipality_id_known} {row.place_id_known}) in the registry, "
            f"{row.name_given} ({row.municipality_id_given} {row.place_id_given}) here",
        )
        for row in by_id.itertuples()
    ] + [
        Text(
            f"「{row.name_known}」（{row.municipality_id} {row.place_id}）は台帳では {row.zone_id_known}、こちらでは {row.zone_id_given}",
            f"{row.name_known} ({row.municipality_id} {row.place_id}) is {row.zone_id_known} in the registry, {row.zone_id_given} here",
        )
        for row in by_place.itertuples()
    ]
    if texts:
        more = Text(f"（全{len(texts)}件）", f" ({len(texts)} in all)") if len(texts) > MOST_NAMED else Text("", "")
        raise DataError(
            "zone-id-taken",
            Text(
                "地区IDが台帳と食い違います。" + "。".join(text.ja for text in texts[:MOST_NAMED]) + more.ja,
                "zone ids differ from the registry's: " + "; ".join(text.en for text in texts[:MOST_NAMED]) + more.en,
            ),
            remedy,
            file,
        )


def registration(
    database: Database, frame: pd.DataFrame, year: int, *, who: str, at: datetime, file: str = "", remedy: Text = AGAIN
) -> Saved:
    """Keep the ids of `frame` that are new. See registry.Registry.register_zones."""
    rows = pd.DataFrame([_zone(row, year) for row in records_of(frame)], columns=COLUMNS)
    given = _as_text(rows)
    with database.writing() as connection:
        # looked at inside the transaction: two runs that give ids at once must not give the same one twice
        known = _as_text(frame_in(connection, "zones"))
        check_agree(known, given, file, remedy)
        new = rows[~given["zone_id"].isin(known["zone_id"])]
        saved = save(database, "zones", new, who=who, at=at, connection=connection)
    return Saved(saved.added, 0, len(rows) - saved.added, (1,) * len(rows))


def _zone(row: dict[str, object], year: int) -> dict[str, object]:
    first = str(row.get("first_year") or year)
    content = content_of(TABLES["zones"], {**row, "first_year": int(float(first))})
    return {name: content.get(name, "") for name in COLUMNS}


def supersession(database: Database, old: list[str], new: list[str], year: int, *, who: str, at: datetime, reason: str) -> Saved:
    """Record that `new` took the place of `old`. See registry.Registry.supersede."""
    gone = [zone for zone in old if zone not in new]
    if not old or not new or (not gone and len(set(new)) == 1):
        raise DataError(
            "zones-nothing-superseded",
            Text("統合・分割の前と後の地区を選んでください", "choose the zones before and after the change"),
            Text("前と後に1つ以上の、違う地区を選んでください。", "choose at least one zone on each side"),
        )
    with database.writing() as connection:
        stand = current_records(connection, "zones", [*old, *new])
        if unknown := sorted({*old, *new} - set(stand)):
            raise DataError(
                "zone-unknown",
                Text(f"地区ID {'、'.join(unknown)} は台帳にありません", f"{', '.join(unknown)} is not in the registry"),
                Text("先に調査を実行して地区IDを付けてください。", "run the study first: it gives the ids"),
            )
        records = {zone: dict(stand[zone].content) for zone in dict.fromkeys([*old, *new])}
        for zone in gone:
            records[zone] |= {"superseded_by": new, "superseded_in": year, "reason": reason}
        for zone in new:
            former = [name for name in (*records[zone].get("supersedes", []), *old) if name != zone]
            if former:
                records[zone] |= {"supersedes": list(dict.fromkeys(former)), "reason": reason}
        return save(database, "zones", records.values(), who=who, at=at, note=reason, connection=connection)


def live_zones(zones: pd.DataFrame, zone_id: str) -> tuple[str, ...]:
    """The zones that stand for `zone_id` today: itself, or what it was merged into or split into.

    zones: Registry.zones().
    """
    found, ahead, seen = [], [zone_id], set()
    while ahead:
        zone = ahead.pop(0)
        if zone in seen:
            continue
        seen.add(zone)
        after = zones["superseded_by"].get(zone)
        ahead += after or []
        if not after:
            found.append(zone)
    return tuple(found)
