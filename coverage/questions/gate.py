"""The gate: every asker in one list. A new kind of question is a module with `questions_of` and a line here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from coverage.questions import extent, layers, metric_crs, population_extent, population_figures, position
from coverage.questions.context import Asker, Context
from coverage.questions.question import Asked, Question
from geodata.errors import Text
from geodata.report import IntakeReport, Level

# what needs no shares is asked as soon as everything is read: a stop there saves the long work
BEFORE_SHARES: tuple[Asker, ...] = (
    metric_crs.asked_of,
    population_figures.questions_of,
    population_extent.questions_of,
    position.asked_of,
    extent.questions_of,
)
WITH_SHARES: tuple[Asker, ...] = (layers.questions_of,)


def questions_of(context: Context) -> list[Question]:
    """What `context` is asked: all that needs no shares, or, once it has them, all that needs them."""
    askers = BEFORE_SHARES if context.shares is None else WITH_SHARES
    return [question for ask in askers for question in ask(context)]


def stop(questions: Iterable[Question]) -> None:
    """Raise the DataError of the first question that no run can go on with."""
    for question in questions:
        if question.kind == "stop":
            raise question.error


def note_in(reports: Sequence[IntakeReport], asked: Iterable[Asked]) -> None:
    """Put each question into the report of the (first) file that it is about: a warning while open, a stop refuses it."""
    for one in asked:
        files = one.question.file.split(", ")
        report = next((report for report in reports if report.path in files), None)
        if report is not None:
            level: Level = "refuse" if one.question.kind == "stop" else "warn" if one.open else "info"
            report.note(level, one.question.code, notice_of(one))


def notice_of(asked: Asked) -> Text:
    """The question in whole sentences, with its answer or the line to paste."""
    question = asked.question
    if not asked.open:
        return Text(
            f"{question.problem.ja}\n確認済み（{question.id}）: {asked.answer}",
            f"{question.problem.en}\nanswered ({question.id}): {asked.answer}",
        )
    if question.kind == "stop":
        return Text(f"{question.problem.ja}\n{question.remedy.ja}", f"{question.problem.en}\n{question.remedy.en}")
    return Text(
        f"{question.problem.ja}\n{question.remedy.ja}\nこのままで正しいときは、study.toml の [answers] に次の行を書いてください: {question.line}",
        f"{question.problem.en}\n{question.remedy.en}\nif it is right as it is, write under [answers] in study.toml: {question.line}",
    )


def facts_of(asked: Iterable[Asked], answers: Iterable[str]) -> dict[str, Any]:
    """For summary.json: the questions with their answers, and the ids of answers that nothing asks for any more."""
    listed = [one.as_dict for one in asked]
    return {"questions": listed, "answers_unasked": sorted(set(answers) - {one["id"] for one in listed})}
