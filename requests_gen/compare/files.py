"""compare.xlsx for people and compare.json for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.change import WORST, Change
from coverage.figures import FIGURES
from geodata.errors import Text
from requests_gen.compare.whole_people import COLUMNS, ORDER, YEARS, WholePeople, ordered_zones, whole_people
from requests_gen.compare.words import (
    CONVENTION,
    FIGURE_KEYS,
    MOVE_NAMES,
    OTHERWISE,
    PART_NAMES,
    PART_ORDER,
    REASON_NAMES,
    STATE_MEANINGS,
    STATE_NAMES,
    UNCOVERED,
    key_of,
    meaning_of,
    sentences,
    unknown_beside,
    whose,
    years,
)
from requests_gen.files import plain, replace_folder, workbook
from requests_gen.wording import Caption, caption, captions, numbers_and_eras

if TYPE_CHECKING:
    from coverage.result import Result

SHEET, FACTS = "compare.xlsx", "compare.json"
PEOPLE, SIGNED = "#,##0", "+#,##0;−#,##0;0"


def write_change(change: Change, new: Result, folder: Path, lang: str = "ja") -> list[Path]:
    """Write SHEET and FACTS into `folder`; what a former comparison wrote there is kept as `<folder>.old`.

    The same results give the same bytes. Raises DataError, changing nothing, when other files lie there.
    """

    def build(making: Path) -> None:
        _write_sheets(making / SHEET, change, _caption(change, new, lang))
        (making / FACTS).write_bytes(_json(change_facts(change, new, lang)))
        (making / replace_folder.MANIFEST).write_bytes(_json({"outputs": replace_folder.output_list(making)}))

    replace_folder.publish(build, folder)
    return [folder / SHEET, folder / FACTS]


def change_facts(change: Change, new: Result, lang: str = "ja") -> dict[str, Any]:
    """The contents of compare.json: numbers, codes, and the sentences."""
    said = caption(new, lang)
    changed = dataclasses.asdict(dataclasses.replace(change, zones=None))  # type: ignore[arg-type]
    zones = change.zones.reset_index().to_dict("records")
    figures = [
        # "silent" is what compare.json has always called carriers that published nothing
        {
            "key": key_of(figure),
            "name": whose(figure, said.carriers).in_(lang),
            **asdict,
            "silent": asdict.pop("unpublished"),
            "change_on_equal_terms": figure.real,
            "printed": {**dataclasses.asdict(whole), "difference": whole.difference, "change_on_equal_terms": whole.real},
        }
        for asdict, figure, whole in zip(changed.pop("figures"), change.figures, whole_people(change).figures, strict=True)
    ]
    facts = {
        "study": said.title,
        "fictitious": change.fictitious,
        "notice": said.notice,
        "sentences": sentences(change, said.carriers, lang),
        "convention": CONVENTION.in_(lang),
        **changed,
        "figures": figures,
        "zones": zones,
    }
    return dict(plain(facts))


def _json(facts: dict[str, Any]) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")


def _caption(change: Change, new: Result, lang: str) -> Caption:
    said = caption(new, lang)
    title = Text(f"{said.title}　経年比較", f"{said.title}: two years compared").in_(lang)
    return dataclasses.replace(said, title=title, year=years(change).in_(lang))


def _write_sheets(path: Path, change: Change, caption: Caption) -> None:
    book = workbook.Book(path, caption)
    _summary_sheet(book, change, caption)
    printed = whole_people(change)
    _figure_sheet(book, change, printed, caption)
    _zone_sheet(book, change, printed, caption)
    _meaning_sheet(book, change, caption)
    book.book.close()


def _lines(book: workbook.Book, sheet: Any, row: int, lines: list[str]) -> int:
    """One line a row over the whole width; the next free row."""
    for line in lines:
        book.cell(sheet, row, 0, line, valign="top", text_wrap=True)
        sheet.set_row(row, 14 * workbook.lines_in(line, 100))
        row += 1
    return row


def _summary_sheet(book: workbook.Book, change: Change, caption: Caption) -> None:
    sheet = book.sheet("要約", "Summary", landscape=False)
    sheet.set_column(0, 0, 100)
    book.header(sheet, [(Text("何が変わったか", "What changed").in_(caption.lang), 100)], height=20)
    row = _lines(book, sheet, workbook.HEADER_ROW + 1, sentences(change, caption.carriers, caption.lang))
    _lines(book, sheet, row, [CONVENTION.in_(caption.lang)])
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 0)


def _figure_sheet(book: workbook.Book, change: Change, printed: WholePeople, caption: Caption) -> None:
    """One row a generation and figure; the parts add up to the difference."""
    lang = caption.lang
    sheet = book.sheet("内訳", "Parts")
    names = [name for name in PART_ORDER if name != "unknown" or any((whole.parts or {}).get(name) for whole in printed.figures)]
    words = (
        Text("世代", "generation"),
        Text("だれのエリア外か", "left out by"),
        Text("前回", "before"),
        Text("今回", "now"),
        Text("差", "difference"),
        *(PART_NAMES[name] for name in names),
        Text("注記", "note"),
    )
    widths = [8.0, 62.0, 11.0, 11.0, 11.0, *[12.0] * len(names), 44.0]
    book.header(sheet, [(word.in_(lang), width) for word, width in zip(words, widths, strict=True)])
    for row, (figure, whole) in enumerate(zip(change.figures, printed.figures, strict=True), start=workbook.HEADER_ROW + 1):
        book.cell(sheet, row, 0, figure.generation)
        book.cell(sheet, row, 1, whose(figure, caption.carriers).in_(lang))
        numbers = [whole.old, whole.new, whole.difference, *((whole.parts or {}).get(name) for name in names)]
        for column, value in enumerate(numbers, start=2):
            _numbers(book, sheet, row, column, [value], signed=column > 3)
        same = Text("「地区」の表の合計", "what the sheet of zones adds up to")
        link = (
            same if key_of(figure) == UNCOVERED else Text("「地区」の表の合計とは別の数え方", "counted otherwise than the sheet of zones")
        )
        book.cell(sheet, row, 2 + len(numbers), Text(link.ja + unknown_beside(figure).ja, link.en + unknown_beside(figure).en).in_(lang))
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 2)


def _zone_sheet(book: workbook.Book, change: Change, printed: WholePeople, caption: Caption) -> None:
    """Zones, those that changed first, and their sums: in every row and in the sums, before and moves are now."""
    lang = caption.lang
    sheet = book.sheet("地区", "Zones")
    apart = bool((change.zones["unknown_years"] != "").any())
    people = [*YEARS, "coverage", "population", "terms", *(["unknown"] if apart else [])]
    words = [
        (Text("状態", "state"), 12.0),
        (Text("地区ID", "zone id"), 11.0),
        (Text("市町村名", "municipality"), 13.0),
        (Text("地区名", "zone"), 22.0),
        (Text(f"前回 {FIGURES[UNCOVERED].name.ja}", f"before: {FIGURES[UNCOVERED].name.en}"), 12.0),
        (Text(f"今回 {FIGURES[UNCOVERED].name.ja}", f"now: {FIGURES[UNCOVERED].name.en}"), 12.0),
        *((MOVE_NAMES[name], 11.0) for name in people[len(YEARS) :]),
        (Text("主な理由", "chief reason"), 24.0),
        (Text("注記", "note"), 8.0),
    ]
    book.header(sheet, [(word.in_(lang), width) for word, width in words])
    table = ordered_zones(change)
    whole = printed.zones.loc[table.index]
    first, last = workbook.HEADER_ROW + 1, workbook.HEADER_ROW + len(table)
    note = captions.FICTITIOUS_SHORT.in_(lang) if change.fictitious else ""
    after = 4 + len(people)
    texts = {
        0: [STATE_NAMES[state].in_(lang) for state in table["state"]],
        1: list(table.index),
        2: list(table["municipality"]),
        3: list(table["name"]),
        after: [REASON_NAMES[reason].in_(lang) for reason in table["reason"]],
        after + 1: [note] * len(table),
    }
    for column, values in texts.items():
        book.column(sheet, first, column, values)
    for column, name in enumerate(people, start=4):
        _numbers(book, sheet, first, column, whole[name].tolist(), signed=column > 5)
    unknown = numbers_and_eras.UNKNOWN if lang == "ja" else "unknown"
    for row, years_unknown in enumerate(table["unknown_years"], start=first):
        for column, name in enumerate(people, start=4):
            if _is_unknown(name, years_unknown):
                book.cell(sheet, row, column, unknown, align="right")
    total = last + 1
    book.cell(sheet, total, 0, Text("合計", "sum").in_(lang), bold=True)
    for column in (1, 2, 3, after, after + 1):
        book.cell(sheet, total, column, "")
    for column, name in enumerate(people, start=4):
        _numbers(book, sheet, total, column, [printed.totals[name]], signed=column > 5, bold=True)
    if apart and (figure := change.figure(WORST, change.generation)) is not None:
        book.cell(sheet, total + 1, 0, unknown_beside(figure).in_(lang).strip("（） ()"))
    if len(table):
        sheet.autofilter(workbook.HEADER_ROW, 0, last, len(words) - 1)
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 4)


def _is_unknown(column: str, years_unknown: str) -> bool:
    """Whether a column of people is unknown of a zone that is unknown in these years (change.zones)."""
    known = {"": COLUMNS, "old": ["new_people", "unknown"], "new": ["old_people", "unknown"], "both": ["unknown"]}
    return column not in known[years_unknown]


def _numbers(book: workbook.Book, sheet: Any, row: int, column: int, values: Sequence[Any], *, signed: bool, **how: Any) -> None:
    """Whole persons, or differences with their sign, from `row` down; those that are not known or not there stay empty."""
    look = book.look(border=1, num_format=SIGNED if signed else PEOPLE, **how)
    for at, value in enumerate(values, start=row):
        if value is None or value is pd.NA:
            sheet.write_blank(at, column, None, look)
        else:
            sheet.write_number(at, column, int(value), look)


def _meaning_sheet(book: workbook.Book, change: Change, caption: Caption) -> None:
    lang = caption.lang
    sheet = book.sheet("説明", "About", landscape=False)
    book.header(sheet, [(Text("ことば", "word").in_(lang), 26), (Text("意味", "meaning").in_(lang), 76)], height=20)
    rows = [(STATE_NAMES[state].in_(lang), STATE_MEANINGS[state].in_(lang)) for state in ORDER]
    rows += [
        (Text("内訳", "parts").in_(lang), CONVENTION.in_(lang)),
        (MOVE_NAMES["terms"].in_(lang), OTHERWISE.in_(lang)),
        *((FIGURES[key].named().in_(lang), meaning_of(key).in_(lang)) for key in FIGURE_KEYS),
        (Text("空欄", "empty").in_(lang), Text("その年度の一覧には無い地区（合計では0人）", "no zone of that year: counts as 0").in_(lang)),
        (
            Text("不明", "unknown").in_(lang),
            Text(
                "その年度の人が分からない地区。合計には入れず、数だけを示します。もう一方の年度の人は増減とせず「不明な地区の分」に分けます",
                "nobody knows its people in that year: in no sum, only counted; its people of the other year stand apart and are no change",
            ).in_(lang),
        ),
        *(("", line) for line in (caption.notice, *caption.lines, *caption.sources) if line),
    ]
    for row, (word, meaning) in enumerate(rows, start=workbook.HEADER_ROW + 1):
        book.cell(sheet, row, 0, word, valign="top", text_wrap=True)
        book.cell(sheet, row, 1, meaning, valign="top", text_wrap=True)
        sheet.set_row(row, 14 * max(workbook.lines_in(word, 26), workbook.lines_in(meaning, 76)))
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 0)
