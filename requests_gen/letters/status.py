"""How far the letter to each carrier is: what would be asked, what is missing, which versions there are; and where its figures come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.figures import FIGURES
from geodata.errors import Text
from requests_gen.letters.annexes.annex1 import Annex, ZoneRow, annex
from requests_gen.letters.sources import carrier_name
from requests_gen.letters.versions import Entry, is_untouched, last_entry
from requests_gen.registry import tables
from requests_gen.workspace import LetterSettings, letters_toml

if TYPE_CHECKING:
    from coverage.result import Result

NOT_ASKED = Text("要望書を出さない設定です", "no letter is wanted")
NO_ZONES = Text("要望する地区がありません", "there is no zone to ask for")


@dataclass(frozen=True)
class LetterStatus:
    """The letter to one carrier. why_none: why there is nothing to make, if so.

    outdated: the newest version was not sent, and the findings or letters.toml have changed since it was made.
    """

    carrier: str
    name: str
    versions: tuple[Entry, ...]
    missing: tuple[letters_toml.Missing, ...]
    changed_by_hand: bool
    outdated: bool
    zones: int | None
    people: int | None
    why_none: Text | None

    @property
    def last(self) -> Entry | None:
        """The newest version."""
        return last_entry(list(self.versions), self.carrier)

    @property
    def cannot_be_made(self) -> bool:
        """Whether something is empty without which no letter is made."""
        return any(missing.needed for missing in self.missing)

    @property
    def state(self) -> Text:
        """Not made, draft, ready or sent, in words."""
        last = self.last
        if last is None:
            return self.why_none or Text("未作成", "not made")
        if last.state == tables.SENT:
            return Text(f"送付済み（{last.sent_on}）", f"sent on {last.sent_on}")
        if last.state == tables.DRAFT:
            return Text("（案）", "draft")
        return Text("完成（未送付）", "ready, not sent")

    @property
    def sent(self) -> tuple[Entry, ...]:
        """Versions that were sent."""
        return tuple(entry for entry in self.versions if entry.state == tables.SENT)


def asked_zones(result: Result, settings: LetterSettings, carrier: str) -> Annex | None:
    """Annex 1 of `carrier` without the distances, None where nothing is known of its areas. Nothing is drawn."""
    generation = str(result.study.zones.generation)
    if result.shares[(carrier, generation)].isna().all():
        return None
    return annex(result, carrier, settings.zones, None, pd.Series(np.nan, index=result.zones.index))


def letter_status(
    result: Result,
    result_sha256: str,
    settings: LetterSettings | None,
    zones: Annex | None,
    carrier: str,
    entries: list[Entry],
    letter_versions: Path,
) -> LetterStatus:
    """How far the letter to `carrier` is. settings: None where letters.toml cannot be read: then only the letters made before are known.

    result_sha256: make.result_hash; zones: asked_zones; entries: the letters in letters.json.
    """
    mine = tuple(entry for entry in entries if entry.carrier == carrier)
    last = last_entry(entries, carrier)
    to = settings.carriers.get(carrier) if settings else None
    why = None
    if to is not None and not to.ask:
        why = NOT_ASKED
    elif settings is None:
        pass
    elif zones is None:
        generation = result.study.zones.generation
        why = Text(f"{generation} のエリアの資料がありません", f"nothing is known of its {generation} areas")
    elif not zones.rows:
        why = NO_ZONES
    return LetterStatus(
        carrier=carrier,
        name=carrier_name(result, carrier),
        versions=mine,
        missing=tuple(settings.missing(carrier)) if settings and why is None else (),
        changed_by_hand=last is not None and not is_untouched(letter_versions, last),
        outdated=last is not None and last.state != tables.SENT and _made_from(last) != (result_sha256, _sha256(settings)),
        zones=zones.figures.zones if zones and why is None else None,
        people=zones.figures.people if zones and why is None else None,
        why_none=why,
    )


def _made_from(entry: Entry) -> tuple[str, str]:
    return str(entry.facts.get("result_sha256")), str(entry.facts.get("settings_sha256"))


def _sha256(settings: LetterSettings | None) -> str:
    return hashlib.sha256(settings.text.encode()).hexdigest() if settings else ""


@dataclass(frozen=True)
class Traced:
    """A figure of the letter. rows: (zone_id, what it adds), None where it is unknown; the figure is the sum of the others."""

    name: Text
    unit: Text
    value: int | None
    rows: tuple[tuple[str, int | None], ...]
    unknown: int = 0  # rows that the sum does not hold, or not wholly


def traced(zones: Annex) -> list[Traced]:
    """The letter's figures, in its order, each with the rows of annex 1 it is the sum of."""
    added: dict[str, Callable[[ZoneRow], int | None]] = {
        "zones": lambda row: 1,
        "zero_zones": lambda row: int(row.nobody),
        "people": lambda row: row.people,
        "households": lambda row: row.households,
        "shelters": lambda row: row.shelters,
    }
    found = {name: FIGURES[f"letter_{name}"] for name in added}
    return [
        Traced(
            found[name].name, found[name].words["unit"], getattr(zones.figures, name), _rows(zones, add), zones.figures.unknown.get(name, 0)
        )
        for name, add in added.items()
    ]


def reason(row: ZoneRow, zones: Annex, result: Result) -> Text:
    """Why annex 1 holds the row: what its carrier leaves out, its mark, its rank."""
    mark = row.marks[result.study.carrier_keys.index(zones.carrier)]
    coverage = {"×": Text("全域がエリア外", "outside"), "△": Text("一部がエリア外", "partly outside")}[mark]
    others = Text(
        f"提供事業者{row.serving}社" + (f"（不明{row.serving_unknown}社）" if row.serving_unknown else ""),
        f"carriers serving it: {row.serving}" + (f" ({row.serving_unknown} unknown)" if row.serving_unknown else ""),
    )
    return Text(
        f"この社は{zones.generation}の{coverage.ja}（{mark}）、{others.ja}、優先順位{row.rank}位",
        f"{zones.generation} of this carrier: {coverage.en} ({mark}); {others.en}; rank {row.rank}",
    )


def _rows(zones: Annex, added: Callable[[ZoneRow], int | None]) -> tuple[tuple[str, int | None], ...]:
    return tuple((row.zone_id, added(row)) for row in zones.rows)
