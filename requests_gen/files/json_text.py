"""JSON as we write it: plain values, unknown numbers as null."""

from __future__ import annotations

import json
from typing import Any


def plain(value: Any) -> Any:
    """Numbers, text, lists and dicts for JSON: NaN and infinity become null, numpy scalars their own value."""
    kind = type(value)
    if kind is str or kind is int:  # most of what findings hold
        return value
    if isinstance(value, float):  # numpy's float64 too
        return float(value) if value - value == 0 else None
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return plain(value.item()) if hasattr(value, "item") else str(value)


def json_bytes(facts: dict[str, Any]) -> bytes:
    """JSON for people and programs: Japanese as it is, unknown numbers as null."""
    return (json.dumps(plain(facts), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")
