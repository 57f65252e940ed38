"""The registry: what lasts from year to year, kept append-only in one database.

Every saving is one transaction with a writer, a time and, where there is one, the file it came from. Nothing is
ever changed or deleted: a record that is saved again gets a new revision, and the former ones stay.

    registry = open_registry(workspace)
    registry.save_replies(rows, who="山田", at=now, file=SourceFile("回答.xlsx", sha256))
    registry.replies(2026)            # one row a record as it stands, with `revision`, `who`, `at`
    registry.history("24201-003")     # what it was, what it is, who, when

Rows that carry the `revision` they were read with are saved only if nobody saved since (else Conflict, with both
values); rows without it come after whatever is there. A new row that must not exist yet carries revision 0. Who saves what
stands there already adds nothing and clashes with nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from requests_gen.registry import export_json as exchange
from requests_gen.registry import export_xlsx as sheets
from requests_gen.registry.conflict import Conflict
from requests_gen.registry.connection import Database
from requests_gen.registry.opening import open_database
from requests_gen.registry.store import (
    FrozenRanking,
    Saved,
    SourceFile,
    frozen_frame,
    history_frame,
    next_number,
    ranking_records,
    read_frame,
    save,
)
from requests_gen.registry.zones import registration, supersession

__all__ = ["Conflict", "Registry", "Saved", "SourceFile", "open_registry"]

Rows: TypeAlias = pd.DataFrame | Iterable[Mapping[str, Any]]


def open_registry(place: Path | str) -> Registry:
    """The registry at `place`: a folder (its kengai.sqlite, made if need be), a file, or a database URL.

    An older one is migrated, a copy of it kept beside it. Raises DataError for a file that is no registry, one
    written by a newer Kengai, or a server that cannot be reached; nothing is harmed then.
    """
    return Registry(open_database(place))


@dataclass(frozen=True)
class Registry:
    """An open registry. Cheap to make, safe to share between threads; `close` it or use it in `with`.

    Every frame read has one row a record as it stands, its fields as columns (see tables.TABLES), and
    `revision` (1, 2, …), `who`, `at` (UTC) of the last saving. `year` is a fiscal year; None = all years.
    Every saving is one transaction and answers a Saved: how many were added, changed, the same as before.
    `at` must be aware of its time zone. Raises Conflict as the module says.
    """

    database: Database

    def close(self) -> None:
        """Give the database back."""
        self.database.close()

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def save(self, table: str, rows: Rows, *, who: str, at: datetime, file: SourceFile | None = None, note: str = "") -> Saved:
        """Save records of any table, all or none. The same file a second time changes nothing (Saved.already)."""
        return save(self.database, table, rows, who=who, at=at, file=file, note=note)

    def read(self, table: str, year: int | None = None) -> pd.DataFrame:
        """The records of any table as they stand, by key."""
        return read_frame(self.database, table, year)

    # zones

    def register_zones(self, frame: pd.DataFrame, year: int, *, who: str, at: datetime) -> Saved:
        """Keep the ids in `frame` (geodata.zone_ids.COLUMNS). Known ones stay as they are.

        Raises DataError "zone-id-taken" when an id or a place is known with another partner.
        """
        return registration(self.database, frame, year, who=who, at=at)

    def zones(self) -> pd.DataFrame:
        """All zones ever given an id, superseded ones too. Index zone_id."""
        return self.read("zones").set_index("zone_id")

    def supersede(self, old_ids: Iterable[str], new_ids: Iterable[str], *, year: int, who: str, at: datetime, reason: str = "") -> Saved:
        """Record a merge or a split: `new_ids` take the place of `old_ids` from `year` on. All must be known."""
        return supersession(self.database, list(old_ids), list(new_ids), year, who=who, at=at, reason=reason)

    # rankings

    def freeze_ranking(self, year: int, ranking: FrozenRanking, *, who: str, at: datetime) -> int:
        """Keep a ranking for good and answer its version (1, 2, … within the year)."""
        with self.database.writing() as connection:
            version = next_number(connection, "rankings", year=year)
            head, lines = ranking_records(year, version, ranking)
            save(self.database, "rankings", [head], who=who, at=at, note=ranking.note, connection=connection)
            save(self.database, "ranking_rows", lines, who=who, at=at, note=ranking.note, connection=connection)
        return version

    def frozen_rankings(self, year: int | None = None) -> pd.DataFrame:
        """The rankings that were frozen: year, version, who, at, note, weights, gates, result_sha256, row_count."""
        return self.read("rankings", year).drop(columns="columns")

    def frozen_ranking(self, year: int, version: int | None = None) -> pd.DataFrame:
        """The rows of one of them (by default the newest), equal to those given: index, order, columns, dtypes.

        Raises DataError "ranking-not-frozen" when there is none.
        """
        return frozen_frame(self.read("rankings", year), self.read("ranking_rows", year), year, version)

    def municipal_order(self, year: int) -> pd.DataFrame:
        """The order the municipalities gave. Index zone_id; municipal_rank (Int64, <NA> = taken back), reason,
        who, at, revision.
        """
        return self.read("municipal_orders", year).set_index("zone_id").drop(columns="year")

    def set_municipal_order(
        self, year: int, zone_id: str, municipal_rank: int | None, reason: str, *, who: str, at: datetime, expected_revision: int
    ) -> int:
        """Set one zone's place and answer its new revision. expected_revision: as it was read, 0 = not there yet.

        Raises Conflict (a DataError) holding both values when somebody saved since.
        """
        row = {"year": year, "zone_id": zone_id, "municipal_rank": municipal_rank, "reason": reason}
        saved = self.save("municipal_orders", [{**row, "revision": expected_revision}], who=who, at=at)
        return saved.revisions[0]

    # notes

    def add_note(self, zone_id: str, text: str, *, who: str, at: datetime, year: int | None = None) -> str:
        """Keep a note on a zone and answer its note_id. Change it later by `save("notes", …)`."""
        with self.database.writing() as connection:
            number = next_number(connection, "notes", zone_id=zone_id)
            row = {"note_id": f"{zone_id}#{number}", "zone_id": zone_id, "year": year, "text": text, "withdrawn": False}
            save(self.database, "notes", [row], who=who, at=at, connection=connection)
        return str(row["note_id"])

    def notes(self, zone_id: str | None = None) -> pd.DataFrame:
        """All notes, or those on one zone."""
        notes = self.read("notes")
        return notes if zone_id is None else notes[notes["zone_id"] == zone_id].reset_index(drop=True)

    # the year's cycle: rows as tables.TABLES names them

    def start_campaign(self, year: int, *, who: str, at: datetime, **fields: Any) -> Saved:
        """Open the fiscal year's survey and request, or change what is said of it."""
        return self.save("campaigns", [{"year": year, **fields}], who=who, at=at)

    def campaigns(self) -> pd.DataFrame:
        """One row a fiscal year."""
        return self.read("campaigns")

    def record_letter(self, letter: Mapping[str, Any], *, who: str, at: datetime) -> Saved:
        """Keep a letter: letter_id, year, carrier, version, state, zones, files … An unchanged one adds nothing."""
        return self.save("letters", [letter], who=who, at=at)

    def letters(self, year: int | None = None) -> pd.DataFrame:
        """One row a letter and version."""
        return self.read("letters", year)

    def save_survey_answers(self, rows: Rows, *, who: str, at: datetime, file: SourceFile | None = None, note: str = "") -> Saved:
        """Answers of municipalities: year, municipality_id, zone_id and the columns of the survey."""
        return self.save("survey_answers", rows, who=who, at=at, file=file, note=note)

    def survey_answers(self, year: int | None = None) -> pd.DataFrame:
        """One row a year, municipality and zone."""
        return self.read("survey_answers", year)

    def save_replies(self, rows: Rows, *, who: str, at: datetime, file: SourceFile | None = None, note: str = "") -> Saved:
        """Replies of carriers: year, zone_id, carrier, answer (replies.codes) and the columns of the reply form."""
        return self.save("replies", rows, who=who, at=at, file=file, note=note)

    def replies(self, year: int | None = None) -> pd.DataFrame:
        """One row a year, zone and carrier."""
        return self.read("replies", year)

    def save_evidence(self, rows: Rows, *, who: str, at: datetime, file: SourceFile | None = None, note: str = "") -> Saved:
        """What was measured or reported on the ground; evidence_id is the caller's."""
        return self.save("evidence", rows, who=who, at=at, file=file, note=note)

    def evidence(self, year: int | None = None) -> pd.DataFrame:
        """One row a record of the ground."""
        return self.read("evidence", year)

    def save_verdicts(self, rows: Rows, *, who: str, at: datetime, note: str = "") -> Saved:
        """What the office decided on a zone and carrier: state (STATES), reason, evidence_ids."""
        return self.save("verdicts", rows, who=who, at=at, note=note)

    def verdicts(self, year: int | None = None) -> pd.DataFrame:
        """One row a year, zone and carrier."""
        return self.read("verdicts", year)

    # all of it

    def history(self, zone_id: str | None = None) -> pd.DataFrame:
        """Every saving of every record in order: at, who, table, key, revision, was, now, file, note.

        `was` and `now` are dicts of the fields that changed (`was` empty for the first). zone_id: only what
        speaks of that zone, letters that name it included.
        """
        return history_frame(self.database, zone_id)

    def fingerprint(self) -> str:
        """SHA-256 of everything in it, history included. Two registries that hold the same have the same."""
        return exchange.fingerprint(exchange.read_changes(self.database))

    def export_json(self, path: Path, notice: str = "") -> None:
        """Write everything, history included, as one JSON file. notice: e.g. that the areas are invented."""
        exchange.export_json(self.database, path, notice)

    def import_json(self, path: Path) -> None:
        """Take back what export_json wrote. Only into an empty registry; wholly or not at all."""
        exchange.import_json(self.database, path)

    def export_xlsx(self, path: Path, notice: str = "") -> None:
        """Write everything, history included, as one workbook with a sheet a table."""
        sheets.export_xlsx(self.database, path, notice)

    def import_xlsx(self, path: Path) -> None:
        """Take back what export_xlsx wrote. Only into an empty registry; wholly or not at all."""
        sheets.import_xlsx(self.database, path)
