"""Whether what was read can be true for this study: one gate for the run, `kengai check` and the data page.

A file that reads well may still be another prefecture's, a map frame, or shifted by 450 m. Each module asks one kind of
input; `Question` says how a person answers.

questions = questions_of(Context(study, inputs, cells))   # once more with shares
stop(questions)                                              # raises what no run can go on with
asked = with_answers(questions, study.answers)
"""

from __future__ import annotations

from coverage.questions.context import Context
from coverage.questions.gate import facts_of, note_in, notice_of, questions_of, stop
from coverage.questions.layers import reaches
from coverage.questions.question import Asked, Question, with_answers

__all__ = ["Asked", "Context", "Question", "facts_of", "note_in", "notice_of", "questions_of", "reaches", "stop", "with_answers"]
