"""How far the letter to each carrier is: what would be asked, what is missing, which versions stand on the shelf."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import Text
from requests_gen.annex import Annex, annex
from requests_gen.letter_settings import LetterSettings, Missing
from requests_gen.letter_shelf import DRAFT, SENT, Entry, is_untouched, last_entry
from requests_gen.letter_sources import carrier_name

if TYPE_CHECKING:
    from coverage.run import Result

NOT_ASKED = Text("要望書を出さない設定です", "no letter is wanted")
NO_ZONES = Text("要望する地区がありません", "there is no zone to ask for")


@dataclass(frozen=True)
class Standing:
    """The letter to one carrier. why_none: why there is nothing to make, if so.

    outdated: the newest version was not sent, and the findings or letters.toml have changed since it was made.
    """

    carrier: str
    name: str
    versions: tuple[Entry, ...]
    missing: tuple[Missing, ...]
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
        if last.state == SENT:
            return Text(f"送付済み（{last.sent_on}）", f"sent on {last.sent_on}")
        if last.state == DRAFT:
            return Text("（案）", "draft")
        return Text("完成（未送付）", "ready, not sent")

    @property
    def sent(self) -> tuple[Entry, ...]:
        """Versions that were sent."""
        return tuple(entry for entry in self.versions if entry.state == SENT)


def asked_zones(result: Result, settings: LetterSettings, carrier: str) -> Annex | None:
    """Annex 1 of `carrier` without the distances, None where nothing is known of its areas. Nothing is drawn."""
    generation = str(result.study.zones.generation)
    if result.shares[(carrier, generation)].isna().all():
        return None
    return annex(result, carrier, settings.zones, None, pd.Series(np.nan, index=result.zones.index))


def standing(
    result: Result, result_sha256: str, settings: LetterSettings | None, zones: Annex | None, carrier: str, entries: list[Entry], shelf: Path
) -> Standing:  # fmt: skip
    """How far the letter to `carrier` is. settings: None where letters.toml cannot be read: then only the shelf speaks.

    result_sha256: letters.result_hash; zones: asked_zones; entries: what letters.json tells.
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
    return Standing(
        carrier=carrier,
        name=carrier_name(result, carrier),
        versions=mine,
        missing=tuple(settings.missing(carrier)) if settings and why is None else (),
        changed_by_hand=last is not None and not is_untouched(shelf, last),
        outdated=last is not None
        and last.state != SENT
        and _made_from(last) != (result_sha256, _sha256(settings)),
        zones=zones.figures.zones if zones and why is None else None,
        people=zones.figures.people if zones and why is None else None,
        why_none=why,
    )


def _made_from(entry: Entry) -> tuple[str, str]:
    return str(entry.facts.get("result_sha256")), str(entry.facts.get("settings_sha256"))


def _sha256(settings: LetterSettings | None) -> str:
    return hashlib.sha256(settings.text.encode()).hexdigest() if settings else ""
