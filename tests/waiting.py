"""How long a test waits for something that is to happen: no measure of speed, only an end to what never would.

One ceiling for all of them, generous enough for a machine that does much else at the same time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

CEILING_S = 300
CEILING_MS = CEILING_S * 1000

T = TypeVar("T")


def wait_until(happened: Callable[[], T], seen: Callable[[], object], every_s: float = 0.05) -> T:
    """The first true answer of `happened`; after CEILING_S an AssertionError with what `seen` says then."""
    last = time.monotonic() + CEILING_S
    while not (answer := happened()):
        if time.monotonic() > last:
            raise AssertionError(f"did not happen within {CEILING_S} s; seen instead: {seen()}")
        time.sleep(every_s)
    return answer
