"""One column of the ranking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geodata.errors import Text

Kind = Literal["text", "mark", "whole", "people", "amount", "score", "share", "km", "degree"]


@dataclass(frozen=True)
class Column:
    """One column: `key` in files for programs, `heading` in sheets for people, `width` in characters."""

    key: str
    heading: Text
    meaning: Text
    kind: Kind
    width: float = 9
