"""The gate: every asker in one list. A new kind of question is a module with `questions_of` and a line here."""

from __future__ import annotations

from coverage.questions.context import Asker, Context
from coverage.questions.question import Question

# what needs no shares is asked as soon as everything is read: a stop there saves the long work
BEFORE_SHARES: tuple[Asker, ...] = ()
WITH_SHARES: tuple[Asker, ...] = ()


def questions_of(context: Context) -> list[Question]:
    """What `context` is asked: all that needs no shares, or, once it has them, all that needs them.

    Raises the DataError of the first question that no run can go on with.
    """
    askers = BEFORE_SHARES if context.shares is None else WITH_SHARES
    found = [question for ask in askers for question in ask(context)]
    for question in found:
        if question.kind == "stop":
            raise question.error
    return found
