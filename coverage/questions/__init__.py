"""Whether what was read can be true for this study: one gate for the run, `kengai check` and the data page.

A file that reads well may still be another prefecture's, a map frame, or shifted by 450 m. Each module asks one kind of
input; `Question` says how a person answers.

context = Context.of(study, inputs, cells)
asked = with_answers(questions_of(context), study.answers)   # a question of kind "stop" is raised
open_ones = [one for one in asked if one.open]
"""

from __future__ import annotations

from coverage.questions.context import Context
from coverage.questions.gate import questions_of
from coverage.questions.question import Asked, Question, with_answers

__all__ = ["Asked", "Context", "Question", "questions_of", "with_answers"]
