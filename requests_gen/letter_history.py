"""What a carrier answered last year: the thanks of the letter and the history of its zones.

A letter is given the history of its own carrier and no other: what one carrier told the office in confidence
cannot reach another's papers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from coverage.study import Part
from geodata.errors import DataError, Text

HISTORY_FILE = "last_year.json"
Count = Annotated[int, Field(ge=0)]


class ZoneReply(Part):
    """What the carrier answered for one zone. `first_year`: fiscal year of the first request."""

    answer: str = ""
    first_year: int | None = None


class CarrierHistory(Part):
    """How many zones were answered and how many of them opened, and the answers by zone_id."""

    answered: Count = 0
    opened: Count = 0
    zones: dict[str, ZoneReply] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _opened_were_answered(self) -> CarrierHistory:
        if self.opened > self.answered:
            raise ValueError("opened > answered")
        return self


class History(Part):
    """Last year's request, by carrier key."""

    fiscal_year: int
    carriers: dict[str, CarrierHistory] = Field(default_factory=dict)

    def of(self, carrier: str) -> CarrierHistory | None:
        """What this carrier itself answered; None where it was not asked."""
        return self.carriers.get(carrier)


def read_history(folder: Path) -> History | None:
    """The history kept in `folder`, or None where there is none. Raises DataError when it cannot be read."""
    file = folder / HISTORY_FILE
    if not file.is_file():
        return None
    try:
        return History.model_validate(json.loads(file.read_text(encoding="utf-8-sig")))
    except (ValueError, ValidationError) as error:
        raise DataError(
            "history-invalid",
            Text(f"前年度の回答の集計を読めません（{_first(error)}）", f"cannot be read ({_first(error)})"),
            Text(
                "docs/letters.md の「前年度の回答」の形に直すか、ファイルを除いてください（除くと、お礼の一文は載りません）。",
                "mend it as docs/letters.md shows, or remove it (the sentence of thanks is then left out)",
            ),
            HISTORY_FILE,
        ) from error


def _first(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        mistake = error.errors()[0]
        return f"{'.'.join(str(part) for part in mistake['loc'])}: {mistake['msg']}"
    return str(error)
