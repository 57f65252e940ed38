"""What every table of study.toml is made of."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,32}$")]


def _a_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"date-form {text}") from error


AsOf = Annotated[str, AfterValidator(_a_date)]

# a key nobody knows is a mistake, not a wish to be ignored; 2026 is a number and "2026" is not
STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)
