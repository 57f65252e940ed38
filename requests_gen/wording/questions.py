"""How the questions of a run (coverage.questions, kept in summary.json) are told on papers, pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geodata.errors import Text


def asked_in(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All questions of a run, open and answered; [] for findings made before there were any."""
    return list(summary.get("questions", []))


def open_in(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions that nobody has answered."""
    return [one for one in asked_in(summary) if not one["answered"]]


def unconfirmed(summary: Mapping[str, Any]) -> Text:
    """One sentence for under the figures: that something is not confirmed; "" where all is."""
    names = ", ".join(one["id"] for one in open_in(summary))
    if not names:
        return Text("", "")
    count = len(open_in(summary))
    return Text(
        f"確かめていないデータがあります（{count}件: {names}）。数はまだ確定していません",
        f"{count} open questions about the data ({names}): the figures are not confirmed yet",
    )


def words_of(one: Mapping[str, Any]) -> tuple[Text, Text]:
    """(what was found, how to mend it) of a question."""
    return Text(**one["problem"]), Text(**one["remedy"])


def closing_lines(summary: Mapping[str, Any], lang: str) -> list[str]:
    """The open questions with the lines to paste, and answers that nothing asks for: a run's closing words."""
    lines = []
    waiting = open_in(summary)
    if waiting:
        lines.append(
            Text(
                f"確かめてください: {len(waiting)}件。データを直すか、このままで正しければ study.toml の [answers] に理由を書いてください。",
                f"please check: {len(waiting)} questions. Mend the data or, if it is right, give the reason under [answers] in study.toml",
            ).in_(lang)
        )
    for one in waiting:
        problem, remedy = words_of(one)
        lines += [f"  {one['id']}  {one['file']}".rstrip(), f"    {problem.in_(lang)}", f"    {remedy.in_(lang)}", f"    {one['line']}"]
    if unasked := summary.get("answers_unasked", []):
        lines.append(
            Text(
                f"[answers] のうち、今のデータでは聞かれていないもの: {'、'.join(unasked)}（消してもかまいません）",
                f"under [answers], no longer asked with today's data: {', '.join(unasked)} (may be deleted)",
            ).in_(lang)
        )
    return lines
