"""One row of a returned survey after it was weighed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from geodata.errors import Text
from requests_gen.survey_known import Record
from requests_gen.survey_reading import Row

Status = Literal["accepted", "check", "excluded"]
UNANSWERED = Text(
    "未回答（「確認」が空で、値も前のまま）", "not answered: no confirmation, all as it was filled in"
)


@dataclass(frozen=True)
class Held:
    """A value that is not taken: as written, why, and what it would be (None = cannot be read)."""

    text: str
    why: Text
    value: Any = None


@dataclass(frozen=True)
class Judged:
    """One row. record: what is to be saved (None = nothing); changes: (heading, old, new); doubts in words.

    zone_id: of a new place its reference. held: {column key: a value that waits for somebody to ask}.
    """

    row: Row
    status: Status
    zone_id: str = ""
    name: str = ""
    record: Record | None = None
    changes: tuple[tuple[str, str, str], ...] = ()
    doubts: tuple[Text, ...] = ()
    reason: Text | None = None
    held: dict[str, Held] = field(default_factory=dict)


def left_out(row: Row, zone_id: str, why: Text, status: Status = "excluded", name: str = "") -> Judged:
    """A row of which nothing is taken. status "check": somebody should see to it."""
    return Judged(row, status, zone_id, name or row.text("name"), reason=why)


def shown(value: Any) -> str:
    """A value for people to compare."""
    if value is None or value == "":
        return "（空欄）"
    if isinstance(value, list):
        return "すべて" if value == ["*"] else "、".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
