"""What the registry holds: the kinds of records, what tells two of them apart, and what each field means.

A record is a plain dict. Fields that are not named here may be added freely: they are kept and given back as they
are. Values are text, whole numbers, numbers, truth values, lists and maps of these, or None = unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "number", "truth", "day", "list", "map"]


@dataclass(frozen=True)
class Table:
    """One kind of record. `key`: the fields that tell two records apart; `fields`: all fields it usually has.

    A new kind or field also needs its view, by a migration, and its heading in registry_words: tests compare.
    """

    name: str
    ja: str
    key: tuple[str, ...]
    fields: dict[str, Kind]


TABLES = {
    table.name: table
    for table in (
        Table("zones", "地区", ("zone_id",), {
            "zone_id": "text", "municipality_id": "text", "place_id": "text", "name": "text",
            "first_year": "whole",  # fiscal year in which the id was given
            "supersedes": "list", "superseded_by": "list",  # zone ids, by merges and splits
            "superseded_in": "whole", "reason": "text",
        }),
        Table("rankings", "確定した順位", ("year", "version"), {
            "year": "whole", "version": "whole", "note": "text", "weights": "map", "gates": "map",
            "result_sha256": "text", "row_count": "whole", "columns": "list",  # [name, dtype] of the frozen frame, its index first
        }),
        Table("ranking_rows", "確定した順位の行", ("year", "version", "zone_id"), {
            "year": "whole", "version": "whole", "zone_id": "text", "position": "whole",
        }),
        Table("municipal_orders", "市町の順位", ("year", "zone_id"), {
            "year": "whole", "zone_id": "text", "municipal_rank": "whole", "reason": "text",
        }),
        Table("notes", "メモ", ("note_id",), {
            "note_id": "text", "zone_id": "text", "year": "whole", "text": "text",
            "withdrawn": "truth",  # taken back by its writer; kept all the same
        }),
        Table("campaigns", "年度の照会・要望", ("year",), {
            "year": "whole", "name": "text", "survey_deadline": "day", "reply_deadline": "day",
            "municipalities": "list", "carriers": "list",
        }),
        Table("letters", "要望書", ("letter_id",), {
            "letter_id": "text", "year": "whole", "carrier": "text", "version": "whole",
            "state": "text",  # draft, ready, sent, as on the letters' shelf
            "sent_on": "day", "zones": "list", "folder": "text", "content_sha256": "text",
            "files": "map",  # {name: SHA-256}
        }),
        Table("survey_answers", "市町の照会回答", ("year", "municipality_id", "zone_id"), {
            "year": "whole", "municipality_id": "text", "zone_id": "text", "name": "text",
        }),
        Table("replies", "事業者の回答", ("year", "zone_id", "carrier"), {
            "year": "whole", "zone_id": "text", "carrier": "text",
            "answer": "text",  # reply_codes.ANSWERS
            "planned": "text", "methods": "list", "subsidy": "text",
            "reasons": "list",  # reply_codes.REASONS
            "cooperation": "text", "own_view": "text", "remarks": "text", "publication": "text",
            "answered_on": "day", "person": "text", "form_version": "text",
        }),
        Table("reply_doubts", "要確認の回答", ("doubt_id",), {
            "doubt_id": "text", "year": "whole", "zone_id": "text", "carrier": "text",
            "doubts": "list",  # reply_doubts.DOUBTS
            "written": "map",  # {heading: what stood in the row}
            "suggestion": "map",  # fields of replies, as far as they were understood
            "place": "text",  # sheet and row
            "state": "text",  # open, settled, set_aside
            "settled_as": "map", "reason": "text",
        }),
        Table("evidence", "現地の記録", ("evidence_id",), {
            "evidence_id": "text", "year": "whole", "zone_id": "text", "carrier": "text", "generation": "text",
            "kind": "text", "measured_on": "day", "source": "text",
            "longitude": "number", "latitude": "number",  # degrees, JGD2011
            "remarks": "text",
        }),
        Table("verdicts", "確認の判断", ("year", "zone_id", "carrier"), {
            "year": "whole", "zone_id": "text", "carrier": "text",
            "state": "text",  # one of STATES
            "reason": "text", "evidence_ids": "list",
        }),
    )
}  # fmt: skip

# where a zone stands with a carrier; a reply A1 (built) or D1 (thought to be inside) resolves nothing by itself
STATES = ("new", "requested", "answered", "reported_built", "confirmed", "resolved", "asked_again")
