"""How long work tells where it is: a sentence at each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from geodata.errors import Text

Progress: TypeAlias = Callable[[Text], None]


def silent(step: Text) -> None:
    """Nobody listens."""
