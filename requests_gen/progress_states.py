"""Where a zone stands with a carrier: the states, what moves them, and nothing else. Pure.

new → requested → answered (A2, B1, B2, C1, D1, D2) → reported_built (A1) → confirmed → resolved, or asked_again.
What a carrier says never confirms anything: only evidence or the municipality does, and only what is confirmed can be
resolved. A later letter about what was not resolved is asking again.
"""

from __future__ import annotations

from collections.abc import Iterable

from geodata.errors import Text
from requests_gen.registry_records import STATES

ASK, NO_ANSWER, ANSWER, BUILT, CONFIRM, RESOLVE, REOPEN = EVENTS = (
    "ask", "no_answer", "answer", "built", "confirm", "resolve", "reopen",
)  # fmt: skip
NAMES = {
    "new": Text("新規（未要望）", "new (not asked)"),
    "requested": Text("要望済み・回答待ち", "requested, waiting"),
    "answered": Text("回答あり", "answered"),
    "reported_built": Text("整備済みの報告（未確認）", "reported built, unconfirmed"),
    "confirmed": Text("確認済み", "confirmed"),
    "resolved": Text("解消", "resolved"),
    "asked_again": Text("再要望・回答待ち", "asked again, waiting"),
}
# what is not named here leaves the state as it is
TABLE: dict[str, dict[str, str]] = {
    "new": {ASK: "requested", ANSWER: "answered", BUILT: "reported_built", CONFIRM: "confirmed"},
    "requested": {ASK: "asked_again", ANSWER: "answered", BUILT: "reported_built", CONFIRM: "confirmed", REOPEN: "asked_again"},
    "answered": {ASK: "asked_again", BUILT: "reported_built", CONFIRM: "confirmed", REOPEN: "asked_again"},
    "reported_built": {ASK: "asked_again", ANSWER: "answered", CONFIRM: "confirmed", REOPEN: "asked_again"},
    # once seen on the ground, papers change nothing: only the ground, the office or a new letter does
    "confirmed": {ASK: "asked_again", RESOLVE: "resolved", REOPEN: "asked_again"},
    "resolved": {ASK: "asked_again", REOPEN: "asked_again"},
    "asked_again": {ANSWER: "answered", BUILT: "reported_built", CONFIRM: "confirmed"},
}  # fmt: skip
if set(TABLE) != set(STATES) or set(NAMES) != set(STATES):
    raise ValueError("every state needs its row and its name")
EVENT_OF_ANSWER = {"A1": BUILT, "N": NO_ANSWER}  # every other code is an answer
EVENT_OF_VERDICT = {"confirmed": CONFIRM, "resolved": RESOLVE, "asked_again": REOPEN}


def after(state: str, event: str) -> str:
    """The state after `event`. Raises ValueError for a state or event that does not exist."""
    if state not in TABLE or event not in EVENTS:
        raise ValueError(f"no such step: {state}, {event}")
    return TABLE[state].get(event, state)


def state_after(events: Iterable[str]) -> str:
    """The state that a history leads to."""
    state = "new"
    for event in events:
        state = after(state, event)
    return state
