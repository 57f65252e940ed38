"""Question: what an input is asked that cannot be told from the file alone, and how a person answers it.

Reading says whether a file can be read; a question asks whether it can be true *here*. One of kind "stop" ends the
run: no right figure can come of it. One of kind "ask" lets the run go on and stands in every paper until it is answered:

[answers]
layer-covers-all-3f9a1c2e = "2026-11-30 事業者に確認。県全域がエリア（デジタル戦略課）"

The end of the id is the beginning of the file's SHA-256, so that another file asks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from geodata.errors import DataError, Text

HASH_SHOWN = 8
TO_FILL_IN = "確かめた日・相手・理由"  # stands in the line to paste; left as it is, it is no answer
Kind = Literal["stop", "ask"]


@dataclass(frozen=True)
class Question:
    """One doubt about one input (or about how two of them fit).

    code: a short stable slug, [a-z0-9-]; file: as the study names it ("" where it is about the study itself);
    sha256: of that file, or of what was asked where there is no file; about: what tells two questions of one code and
    file apart (a carrier, a municipality), "" for none; problem: what was found, with its figures; remedy: how to mend
    it, and what to write when it is right as it is.
    """

    code: str
    kind: Kind
    problem: Text
    remedy: Text
    file: str = ""
    sha256: str = ""
    about: str = ""

    @property
    def id(self) -> str:
        """Its name in [answers]: signs that TOML takes without quotes, the same for the same file on any machine."""
        about = re.sub(r"[^A-Za-z0-9]+", "-", self.about).strip("-")
        return "-".join(part for part in (self.code, about, self.sha256[:HASH_SHOWN]) if part)

    @property
    def line(self) -> str:
        """The line to put under [answers] when the input is right as it is, its reason to be filled in."""
        return f'{self.id} = "{TO_FILL_IN}"'

    @property
    def error(self) -> DataError:
        """What a "stop" ends the run with."""
        return DataError(self.code, self.problem, self.remedy, self.file)


@dataclass(frozen=True)
class Asked:
    """A question with the answer that the study gives, "" where it is open."""

    question: Question
    answer: str

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return not self.answer

    @property
    def as_dict(self) -> dict[str, Any]:
        """As it stands in summary.json and in the findings that are kept."""
        asked = self.question
        return {
            "id": asked.id,
            "kind": asked.kind,
            "code": asked.code,
            "file": asked.file,
            "problem": vars(asked.problem).copy(),
            "remedy": vars(asked.remedy).copy(),
            "line": asked.line,
            "answered": not self.open,
            "answer": self.answer,
        }


def with_answers(questions: Iterable[Question], answers: Mapping[str, str]) -> list[Asked]:
    """Each question once (the first of an id), with its answer."""
    once: dict[str, Question] = {}
    for question in questions:
        once.setdefault(question.id, question)
    given = {name: answer.strip() for name, answer in answers.items() if answer.strip() != TO_FILL_IN}
    return [Asked(question, given.get(name, "")) for name, question in once.items()]
