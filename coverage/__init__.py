"""Tables in, findings out: share of each cell covered, gaps, zones, ranking.

This folder is Kengai's own `coverage`, not coverage.py (docs/decisions/0001-the-name-coverage.md).
"""

from typing import NoReturn

__all__: list[str] = []


def __getattr__(name: str) -> NoReturn:
    # numba looks for `coverage.types` and `coverage.Coverage`; a ModuleNotFoundError makes it step aside.
    if name in {"types", "Coverage"}:
        raise ModuleNotFoundError(f"this is Kengai's coverage package, not coverage.py: no {name!r} here")
    raise AttributeError(f"module 'coverage' has no attribute {name!r}")
