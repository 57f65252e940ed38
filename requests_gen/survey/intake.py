"""What a municipality sent back, into the registry: one transaction, wholly in or wholly out.

Its answers are kept as they are told; its order becomes the municipal order unless somebody has set another one by
hand; places that Kengai does not know become candidates. Doubtful values stay out until they are settled.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.errors import DataError, Text
from requests_gen.ranking import municipal_orders
from requests_gen.registry import Registry, SourceFile, store
from requests_gen.survey.judge import UNANSWERED, ClassifiedRow, judge
from requests_gen.survey.known import Known
from requests_gen.survey.new_places import RETURN, ZONE
from requests_gen.survey.read_form import SurveyFile, read_survey

if TYPE_CHECKING:
    from coverage.result import Result

NOTE = "市町への照会"


@dataclass(frozen=True)
class Imported:
    """What one file brought. rows: accepted, to be checked and left out, every row once.

    already: the same file was imported before (nothing was changed). dry: nothing was saved. added, changed,
    unchanged: answers. orders: how many places of the municipal order were set. unexplained: zones whose order
    differs from Kengai's without a reason, in words.
    """

    file: SurveyFile
    municipality: str
    rows: tuple[ClassifiedRow, ...]
    already: store.Already | None = None
    dry: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    orders: int = 0
    unexplained: tuple[Text, ...] = ()
    notices: tuple[Text, ...] = ()

    def of(self, status: str) -> list[ClassifiedRow]:
        """The rows with this status."""
        return [row for row in self.rows if row.status == status]

    @property
    def unanswered(self) -> list[ClassifiedRow]:
        """The zones that nobody has looked at."""
        return [row for row in self.of("excluded") if row.reason is UNANSWERED]


def import_survey(
    path: Path | str | SurveyFile,
    registry: Registry,
    result: Result | None = None,
    *,
    who: str,
    at: datetime,
    settled: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Read the form at `path` (or one that was read) and keep what it says.

    result: the findings of the form's fiscal year, None where there are none: then people are compared with the
    form's own estimate, and orders not with Kengai's. settled: somebody asked; doubtful values that can be read
    are taken as written. The same file a second time changes nothing. Raises DataError, saving nothing, for a file
    that is no form, of two municipalities, of a municipality the registry does not know, or older than what is
    there.
    """
    file = path if isinstance(path, SurveyFile) else read_survey(path)
    if result is not None and result.study.about.fiscal_year != file.year:
        result = None
    known = Known.of(registry, result, file.year, file.municipality_id)
    _check_municipality(file, known)
    judged = judge(file, known, settled)
    judged, orders = _orders(judged, known, settled)
    done = Imported(file, _town(known), tuple(judged), dry=dry_run, orders=len(orders), notices=file.notices)
    if dry_run:
        _check_not_older(file, known, settled)
    else:
        done = _save(done, registry, known, orders, who=who, at=at, settled=settled)
    return replace(done, unexplained=tuple(_unexplained(registry, known, orders if dry_run else [])))


def _save(
    done: Imported, registry: Registry, known: Known, orders: list[dict[str, Any]], *, who: str, at: datetime, settled: bool
) -> Imported:
    """Everything in one transaction. Raises Conflict where somebody saved the same record meanwhile."""
    records = [{**row.record, "revision": known.revisions.get(row.zone_id, 0)} for row in done.rows if row.record]
    source = _source(done.file.source, settled)
    with registry.database.writing() as connection:
        saved = store.save(registry.database, "survey_answers", records, who=who, at=at, file=source, note=NOTE, connection=connection)
        if saved.already is not None:
            return replace(done, already=saved.already, orders=0)
        _check_not_older(done.file, known, settled)
        store.save(registry.database, "survey_answers", [_return(done)], who=who, at=at, note=NOTE, connection=connection)
        if orders:
            store.save(registry.database, "municipal_orders", orders, who=who, at=at, note=NOTE, connection=connection)
    return replace(done, added=saved.added, changed=saved.changed, unchanged=saved.unchanged)


def _return(done: Imported) -> dict[str, Any]:
    """That the municipality's form came back, even where it has nothing to say."""
    code = done.file.municipality_id
    counts = {status: len(done.of(status)) for status in ("accepted", "check", "excluded")}
    return {
        "year": done.file.year,
        "municipality_id": code,
        "zone_id": f"{code}-回答",
        "name": done.municipality,
        "kind": RETURN,
        **done.file.answerer,
        "file": done.file.source.name,
        "rows": {**counts, "unanswered": len(done.unanswered)},
    }


def _source(source: SourceFile, settled: bool) -> SourceFile:
    # the same file with its doubts settled says more than it did: it is another import, once
    return SourceFile(source.name, hashlib.sha256(f"{source.sha256} settled".encode()).hexdigest()) if settled else source


def _orders(judged: list[ClassifiedRow], known: Known, settled: bool) -> tuple[list[ClassifiedRow], list[dict[str, Any]]]:
    """The rows, some with a doubt more, and the records of the municipal order that they ask for."""
    asked, out = [], []
    for row in judged:
        order, review_item = _order(row, known, settled) if row.record and row.row.kind == ZONE else (None, None)
        asked += [order] if order else []
        out.append(replace(row, status="check", review_items=(*row.review_items, review_item)) if review_item else row)
    return out, asked


def _order(row: ClassifiedRow, known: Known, settled: bool) -> tuple[dict[str, Any] | None, Text | None]:
    """What the zone's place is to be, or why it stays as it is."""
    record = row.record or {}
    rank = record.get("municipal_rank")
    standing = known.orders.loc[row.zone_id] if row.zone_id in known.orders.index else None
    stands = None if standing is None or pd.isna(standing["municipal_rank"]) else int(standing["municipal_rank"])
    settled_before = known.now.get(row.zone_id, {}).get("municipal_rank")
    if "municipal_rank" in row.held or (rank is None and stands != settled_before):
        return None, None  # held back, or set by hand and not spoken of here
    if stands is not None and rank != stands and stands != settled_before and not settled:
        who = str(standing["who"]) if standing is not None else ""
        return None, _by_hand(rank, stands, who)
    reason = str(record.get("reason") or "") or (
        str(standing["reason"] or "") if standing is not None and not pd.isna(standing["reason"]) else ""
    )
    was = "" if standing is None or pd.isna(standing["reason"]) else str(standing["reason"])
    if (rank, reason) == (stands, was) or (rank is None and stands is None):
        return None, None
    revision = 0 if standing is None else int(standing["revision"])
    return {"year": known.year, "zone_id": row.zone_id, "municipal_rank": rank, "reason": reason, "revision": revision}, None


def _by_hand(rank: int | None, stands: int, who: str) -> Text:
    said = Text("順位なし" if rank is None else f"{rank}番", "none" if rank is None else str(rank))
    return Text(
        f"市町の優先順位: この回答は{said.ja}、保存済みは{stands}番（{who}）です。保存済みのままにしました",
        f"municipal order: {said.en} here, {stands} is kept ({who}); what is kept was left",
    )


def _check_municipality(file: SurveyFile, known: Known) -> None:
    towns = set(known.zones["municipality_id"].astype(str))
    if known.result is not None:
        towns |= {str(code) for code in known.result.summary["municipalities"]}
    else:  # a municipality without any zone is one of ours too, where we cannot look it up
        towns |= {file.municipality_id} if file.municipality_id[:2] in {town[:2] for town in towns} else set()
    if file.municipality_id not in towns:
        raise DataError(
            "municipality-unknown",
            Text(
                f"市町コード {file.municipality_id} は、この台帳と調査にありません",
                f"the registry knows no municipality {file.municipality_id}",
            ),
            Text(
                "作業フォルダ（--workspace）と市町コードを確かめてください。何も取り込んでいません。",
                "see to the workspace and the code; nothing was taken",
            ),
            file.source.name,
        )


def _check_not_older(file: SurveyFile, known: Known, settled: bool) -> None:
    """Raise DataError where what is there was answered on a later day: an old file must not turn back a newer one."""
    days = [str(record["answered_on"]) for record in known.now.values() if record.get("answered_on")]
    given = file.answerer.get("answered_on", "")
    if not settled and days and given and given < max(days):
        raise DataError(
            "survey-older",
            Text(
                f"この回答（{given}）より新しい回答（{max(days)}）がすでに入っています。何も変えていません",
                f"answers of {max(days)} are there already; this file is of {given}",
            ),
            Text(
                "新しい方のファイルか確かめてください。この内容に戻すときは --settled を付けてください。",
                "see which is the newer; --settled takes this one all the same",
            ),
            file.source.name,
        )


def _town(known: Known) -> str:
    if known.result is not None and known.municipality_id in known.result.municipalities.index:
        return str(known.result.municipalities.loc[known.municipality_id, "name"])
    return known.municipality_id


def _unexplained(registry: Registry, known: Known, unsaved: list[dict[str, Any]]) -> list[Text]:
    """The municipality's zones whose order differs from Kengai's without a reason."""
    if known.result is None:
        return []
    orders = registry.municipal_order(known.year)
    if unsaved:
        new = pd.DataFrame(unsaved).set_index("zone_id").assign(who="", at=pd.NaT).drop(columns="year")
        orders = pd.concat([orders.drop(index=new.index, errors="ignore").astype(object), new.astype(object)])
        orders["municipal_rank"] = orders["municipal_rank"].astype("Int64")
    zones = pd.DataFrame(known.result.zones.drop(columns="geometry"))
    table = municipal_orders.unexplained(municipal_orders.order_table(known.result.ranking, zones, orders))
    mine = table[table["municipality_id"].astype(str) == known.municipality_id]
    told = [(f"{zone_id} {row['name']}", municipal_orders.difference_words(row)) for zone_id, row in mine.iterrows()]
    return [Text(f"{zone}: {words.ja}", f"{zone}: {words.en}") for zone, words in told]
