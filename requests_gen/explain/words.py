"""A figure asked back, in words for people and as plain data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.explain import Explained, value_of
from coverage.figures import FIGURES, Amount, Figure, figure_of_column
from coverage.ranking import GROUPS
from geodata.errors import Text
from requests_gen.files import plain
from requests_gen.wording import amounts, captions

if TYPE_CHECKING:
    from coverage.result import Result

ROWS_OF = {
    "zones": Text("地区", "zones"),
    "municipalities": Text("市町村", "municipalities"),
    "cells": Text("メッシュ（0でないもの）", "cells (not 0)"),
    "places": Text("施設", "places"),
    "parts": Text("内訳", "parts"),
    "rows": Text("台帳の行", "rows of the registry"),
}


def listed(lang: str) -> list[dict[str, str]]:
    """The catalogue: key, name, definition of every figure."""
    return [{"key": f.key, "name": f.named().in_(lang), "definition": f.definition.in_(lang)} for f in FIGURES.values()]


def lines(answer: Explained, result: Result, lang: str, most: int) -> list[str]:
    """What a figure means, its value, the first `most` rows, the files, and what is easily taken for it, a line each."""
    figure = answer.figure
    words = figure.words
    out = [
        f"{name_of(figure, answer, result).in_(lang)}  [{figure.key}]",
        _line("意味", "means", figure.definition.in_(lang), lang),
        _line("だれの数か", "of", words["of"].in_(lang), lang),
        _line("判定", "rule", _rule(figure, answer, result, lang), lang),
        _line("不明の扱い", "unknown", words["unknown"].in_(lang), lang),
    ]
    if answer.asked.zone:
        zone = result.zones.loc[answer.asked.zone]
        out.append(_line("地区", "zone", f"{answer.asked.zone} {zone['municipality']} {zone['name']}", lang))
    if answer.amount is not None or answer.text:
        out.append(_line("値", "value", _value(answer, lang), lang))
    if answer.note.ja:
        out.append(f"  {answer.note.in_(lang)}")
    out += _rows(answer, result, lang, most)
    out += [f"  {Text('元のファイル', 'files').in_(lang)}:"] if answer.files else []
    out += [f"    {report.path}  SHA-256 {report.sha256[:12]}…" for report in answer.files]
    return [*out, *_alike(answer, result, lang)]


def name_of(figure: Figure, answer: Explained, result: Result) -> Text:
    """What a figure is called, for the carrier, generation and rule that were asked."""
    asked, rules = answer.asked, result.summary["rules"]
    names = {carrier.key: carrier.name for carrier in result.study.carriers}
    criteria = {each.key: Text(each.ja, each.en) for each in result.study.ranking.all_criteria}
    said: dict[str, Text | str] = {part: word for part in figure.parts if (word := getattr(asked, part, ""))}
    if asked.carrier:
        said["carrier"] = captions.UNIONS.get(asked.carrier, Text(*[names.get(asked.carrier, asked.carrier)] * 2))
    if asked.criterion:
        said["criterion"] = criteria.get(asked.criterion, asked.criterion)
    if asked.group:
        said["group"] = GROUPS.get(asked.group, asked.group)
    said["rule"] = captions.RULE_SHORT[asked.rule or rules["official"]]
    return figure.named(said)


def _line(ja: str, en: str, value: str, lang: str) -> str:
    return f"  {Text(ja, en).in_(lang)}: {value}"


def _rule(figure: Figure, answer: Explained, result: Result, lang: str) -> str:
    rules = result.summary["rules"]
    used = answer.asked.rule or {"gaps": rules["gaps"], "official": rules["official"], "any": rules["official"]}.get(figure.rule, "")
    said = figure.words["rule"].in_(lang)
    return f"{said} — {captions.RULE_NAMES[used].in_(lang)}" if used else said


def _value(answer: Explained, lang: str) -> str:
    return answer.text or amounts.amount_words(answer.amount, answer.figure.unit, lang)


def part_name(column: str, result: Result, lang: str) -> str:
    """What people call a column of the ranking or of the zones; any other word stays."""
    names = {each.key: Text(each.ja, each.en) for each in result.study.ranking.all_criteria}
    carriers = {f"mark_{carrier.key}": carrier.name for carrier in result.study.carriers}
    found = figure_of_column(column)
    if found is None or column in carriers:
        return carriers.get(column, column)
    return found[0].named({part: names.get(word, word) for part, word in found[1].items()}).in_(lang)


def _rows(answer: Explained, result: Result, lang: str, most: int) -> list[str]:
    if answer.rows.empty:
        return []
    count = len(answer.rows)
    head = Text(f"元の行（{ROWS_OF[answer.rows_of].ja} {count:,}", f"rows ({count:,} {ROWS_OF[answer.rows_of].en}").in_(lang)
    first = Text("大きい順に", "the largest") if "value" in answer.rows else Text("初めの", "the first")
    head += (Text(f"。{first.ja}{most}）", f", {first.en} {most})") if count > most else Text("）", ")")).in_(lang)
    out = [f"  {head}:"]
    for key, row in answer.rows.head(most).iterrows():
        names = [str(row[name]) for name in ("municipality", "name", "zone_id") if name in row and str(row[name]) != ""]
        value = ""
        if answer.rows_of == "parts":
            names, value = [part_name(names[0], result, lang)], part_words(row["value"], names[0], lang)
        elif "value" in row:
            value = row_words(row["value"], bool(row.get("partly", False)), answer, lang)
        said = names if isinstance(key, int) else [str(key), *names]
        out.append("    " + "  ".join([*said, value]).rstrip())
    return out


def part_words(value: Any, column: str, lang: str) -> str:
    """A part that is itself a figure (a part of a score, a sign): a sign as it is, a number in the unit of its own figure."""
    if isinstance(value, str):
        return value
    found = figure_of_column(column)
    return amounts.amount_words(_alone(value), found[0].unit if found else "cases", lang)


def row_words(value: Any, partly: bool, answer: Explained, lang: str) -> str:
    """What a row adds to a figure, in its unit; a sign as it is."""
    if isinstance(value, str):
        return value
    unit = {"places": "places", "rows": "cases"}.get(answer.rows_of, answer.figure.unit)
    return amounts.amount_words(_alone(value, partly), unit, lang)


def _alone(value: float, partly: bool = False) -> Amount:
    return Amount(None if value != value else float(value), int(partly), 1, "rows")


def _alike(answer: Explained, result: Result, lang: str) -> list[str]:
    """Figures easily taken for this one, with their values for the same zone, carrier and generation."""
    if not answer.figure.see:
        return []
    return [
        f"  {Text('似ているが別の数', 'others like it').in_(lang)}:",
        *(
            f"    {name_of(FIGURES[key], answer, result).in_(lang)}  [{key}]  {alike_words(result, key, answer, lang)}".rstrip()
            for key in answer.figure.see
        ),
    ]


def alike_words(result: Result, key: str, answer: Explained, lang: str) -> str:
    """The value of another figure for what was asked; "" where that does not tell which is meant."""
    amount = value_of(result, key, answer.asked)
    return "" if amount is None else amounts.amount_words(amount, FIGURES[key].unit, lang)


def as_dict(answer: Explained, result: Result, lang: str) -> dict[str, Any]:
    """Everything that is known of a figure, unrounded: value is None as soon as a part is unknown; known is what is known."""
    figure, amount = answer.figure, answer.amount
    rows = answer.rows.reset_index(names="key") if len(answer.rows) else answer.rows
    return dict(
        plain(
            {
                "key": figure.key,
                "name": name_of(figure, answer, result).in_(lang),
                "definition": figure.definition.in_(lang),
                **{name: words.in_(lang) for name, words in figure.words.items() if name != "unknown"},
                "unknown_handling": figure.words["unknown"].in_(lang),
                "asked": {name: value for name, value in vars(answer.asked).items() if value},
                "value": answer.text or (None if amount is None else amount.value),
                "known": None if amount is None else amount.known,
                "unknown": 0 if amount is None else amount.unknown,
                "note": answer.note.in_(lang),
                "rows_of": answer.rows_of,
                "rows": rows.astype(object).where(rows.notna(), None).to_dict("records"),
                "files": [{"path": report.path, "kind": report.kind, "sha256": report.sha256} for report in answer.files],
                "see": list(figure.see),
            }
        )
    )
