"""A returned survey as rows: wherever people moved its columns, whatever they called its sheets.

Every row with something in it comes back, but for the worked example's. What could not be read is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geodata.errors import DataError, Text
from geodata.report import file_sha256
from requests_gen.registry import SourceFile
from requests_gen.returned_forms import ReturnedSheet, read_sheets
from requests_gen.survey.cells import Read, code_of, day_text, zone_id_of
from requests_gen.survey.columns import (
    ANSWERED_BY,
    ASKED_OF_PLACES,
    ASKED_OF_ZONES,
    EXAMPLE_CODE,
    KNOWN_VERSIONS,
    PLACE_COLUMNS,
    ZONE_COLUMNS,
    label,
    labels_of,
)
from requests_gen.survey.new_places import PLACE, ZONE
from requests_gen.wording import dates


def no_form(path: Path, spec: Text) -> DataError:
    """The error for a file in which no form was found."""
    return DataError(
        "survey-form-missing",
        Text(f"照会様式が見つかりません。{spec.ja}のある行が必要です", f"no form of the survey is in it: no row holds {spec.en}"),
        Text(
            "照会様式のファイルか確かめてください。見出しの行を消したときは、元の様式に書き写してください。",
            "see that this is the form; where the headings are gone, copy the answers into a fresh form",
        ),
        path.name,
    )


LABELS = {PLACE: labels_of(PLACE_COLUMNS), ZONE: labels_of(ZONE_COLUMNS)}
ASKED_KEYS = {ZONE: {c.key for c in ASKED_OF_ZONES}, PLACE: {c.key for c in ASKED_OF_PLACES}}
NEEDED = {PLACE: {"name", "where"}, ZONE: {"zone_id"}}
OUR_SHEETS = frozenset({"地図", "記入要領", "記入例"})  # nothing to read there
FEWEST = 3  # known headings in a row that is taken for one of headings
_HEAD_CODE = re.compile(r"市町村?コード[:：]?(\d{5,6})")
_CODE = re.compile(r"\d{5,6}(?:-\d{1,3})?")
_HEAD_YEAR = re.compile(r"(\d{4})年度")
_ANSWERER = {label(name): key for key, names in ANSWERED_BY.items() for name in names}


@dataclass(frozen=True)
class Row:
    """One row as it was written. cells: by column key; more: under headings the form does not have."""

    kind: str
    sheet: str
    number: int
    cells: Mapping[str, str]
    more: Mapping[str, str] = field(default_factory=dict)
    merged: frozenset[str] = frozenset()  # keys whose value was merged down from a row above
    columns: frozenset[str] = frozenset()  # keys that the table has a column for

    def text(self, key: str) -> str:
        """What stands in a column; "" where it is not there."""
        return self.cells.get(key, "")

    @property
    def asked(self) -> dict[str, str]:
        """What the municipality wrote (or left as we had filled it in)."""
        return {key: text for key, text in self.cells.items() if text and key in ASKED_KEYS[self.kind]}

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.sheet} {self.number}行目".strip()


@dataclass(frozen=True)
class SurveyFile:
    """A file that was read: whose it is, of which year, by whom answered, and its rows."""

    source: SourceFile
    year: int
    municipality_id: str
    versions: tuple[str, ...]
    answerer: Mapping[str, str]
    rows: tuple[Row, ...]
    notices: tuple[Text, ...]


def read_survey(path: Path | str) -> SurveyFile:
    """The rows of a returned form (.xlsx, or CSV).

    Raises DataError where the file cannot be read, holds no form, does not say of which municipality or year it
    is, or holds forms of two municipalities.
    """
    file = Path(path)
    sheets = read_sheets(file, _holds_form)
    parts = [_Part.of(sheet) for sheet in sheets if sheet.holds_form]
    others = [sheet.name for sheet in sheets if not sheet.holds_form]
    if not any(part.headings for part in parts):
        raise no_form(file, Text("「地区ID」または「場所の名前」の見出し", "the headings 地区ID or 場所の名前"))
    # a hidden sheet counts only where there is no other
    used = [part for part in parts if part.headings and not part.sheet.hidden] or [part for part in parts if part.headings]
    rows = [row for part in used for row in part.rows]
    examples = [row for row in rows if _is_example(row)]
    rows = [row for row in rows if not _is_example(row)]
    above = [text for part in parts if part in used or not part.headings for text in part.above]
    answerer, doubtful = _answerer(used)
    notices = [*doubtful, *_told(parts, used, rows, len(examples), others)]
    return SurveyFile(
        SourceFile(file.name, file_sha256(file)),
        _year(file, above, rows),
        _municipality(file, above, rows),
        tuple(sorted({row.text("form_version") for row in rows} - {""})),
        answerer,
        tuple(rows),
        tuple(notices),
    )


def _holds_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sheet has a table of ours that is not the worked example."""
    codes = [code for texts in rows for text in texts if _CODE.fullmatch(code := dates.plain_text(text))]
    example = bool(codes) and all(code.startswith(EXAMPLE_CODE) for code in codes)
    return not example and any(_heading(texts) for texts in rows)


@dataclass(frozen=True)
class _Part:
    """One sheet, taken apart."""

    sheet: ReturnedSheet
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    above: tuple[str, ...]
    unread: tuple[str, ...]

    @classmethod
    def of(cls, sheet: ReturnedSheet) -> _Part:
        headings, rows, above, unread = [], [], [], []
        kind, columns, others = "", {}, {}  # type: ignore[var-annotated]
        for number, values in sheet.cells.iterrows():
            texts = [str(text).strip() for text in values]
            found = _heading(texts)
            if found:
                kind, columns, others = found
                headings.append(kind)
            elif not kind:
                above += [text for text in texts if text]
            elif any(texts):
                row = _row(sheet, kind, int(str(number)), texts, columns, others)
                if row.asked or row.more or (kind == ZONE and row.text("zone_id")):
                    rows.append(row)
                elif kind == ZONE or not row.cells:
                    unread.append(f"{row.place}「{' '.join(text for text in texts if text)[:30]}」")
        return cls(sheet, tuple(headings), tuple(rows), tuple(above), tuple(unread))


def _heading(texts: Sequence[str]) -> tuple[str, dict[int, str], dict[int, str]] | None:
    """(kind, {column: key}, {column: unknown heading}) where this is a row of headings."""
    labels = [label(text) for text in texts]
    for kind, needed in NEEDED.items():  # places first: somebody may have added 地区ID to their sheet
        columns: dict[int, str] = {}
        for names in LABELS[kind]:  # our own headings before other words for them
            for at, name in enumerate(labels):
                key = names.get(name) if name else None
                if key and at not in columns and key not in columns.values():
                    columns[at] = key
        keys = set(columns.values())
        if needed <= keys and len(keys) >= FEWEST and keys & ASKED_KEYS[kind]:
            others = {at: text or f"列{at + 1}" for at, text in enumerate(texts) if at not in columns}
            return kind, columns, others
    return None


def _row(sheet: ReturnedSheet, kind: str, number: int, texts: list[str], columns: dict[int, str], others: dict[int, str]) -> Row:
    cells = {key: texts[at] for at, key in columns.items() if texts[at]}
    more: dict[str, str] = {}
    for at, heading in others.items():
        if texts[at]:
            more[heading] = " | ".join(filter(None, [more.get(heading, ""), texts[at]]))
    merged = frozenset(key for at, key in columns.items() if (number, at) in sheet.merged)
    return Row(kind, sheet.name, number, cells, more, merged, frozenset(columns.values()))


def _is_example(row: Row) -> bool:
    return code_of(row.text("municipality_id")) == EXAMPLE_CODE or zone_id_of(row.text("zone_id")).startswith(EXAMPLE_CODE + "-")


def _answerer(used: list[_Part]) -> tuple[dict[str, str], list[Text]]:
    """Who answered and when: the first cell after each label that says something."""
    found: dict[str, str] = {}
    for part in used:
        for _, values in part.sheet.cells.iterrows():
            texts = [str(text).strip() for text in values]
            if _heading(texts):
                break
            for at, text in enumerate(texts):
                key = _ANSWERER.get(label(text)) if text else None
                said = next((other for other in texts[at + 1 :] if other), "")
                if key and key not in found and said and label(said) not in _ANSWERER:
                    found[key] = said
    if "answered_on" not in found:
        return found, []
    day: Read = day_text(found.pop("answered_on"))
    if day.value:
        return {**found, "answered_on": day.value}, []
    return found, [Text("回答日が読めません（日付なしとして扱います）", "the day of the answer cannot be read: taken as not said")]


def _municipality(file: Path, above: list[str], rows: list[Row]) -> str:
    """The code in the heads of the sheets, else the one in all rows. Two heads that differ are two files."""
    heads = {found[1][:5] for text in above if (found := _HEAD_CODE.search(dates.plain_text(text)))}
    heads -= {EXAMPLE_CODE}
    if not heads:
        heads = {code_of(row.text("municipality_id")) or zone_id_of(row.text("zone_id"))[:5] for row in rows} - {""}
    if len(heads) == 1:
        return heads.pop()
    if heads:
        raise DataError(
            "survey-mixed",
            Text(
                f"1つのファイルに{len(heads)}つの市町（{'、'.join(sorted(heads))}）の様式があります。何も取り込んでいません",
                f"holds forms of {len(heads)} municipalities ({', '.join(sorted(heads))}); nothing was taken",
            ),
            Text("市町ごとに1つのファイルにしてください。", "make one file a municipality"),
            file.name,
        )
    raise DataError(
        "survey-whose",
        Text("どの市町の回答か分かりません（市町コードがありません）", "does not say which municipality it is of"),
        Text("表題の「市町コード 24201」か「市町コード」の列を元に戻してください。", "put the code back in the title or its column"),
        file.name,
    )


def _year(file: Path, above: list[str], rows: list[Row]) -> int:
    heads = {int(found[1]) for text in above if (found := _HEAD_YEAR.search(dates.plain_text(text)))}
    if len(heads) == 1:
        return heads.pop()
    years = Counter(year for row in rows if (year := dates.year_of(row.text("year"))))
    if not years:
        raise DataError(
            "survey-year",
            Text("何年度の回答か分かりません", "does not say of which fiscal year it is"),
            Text("表題の年度か「年度」の列を元に戻してください。", "put the year back in the title or its column"),
            file.name,
        )
    return years.most_common(1)[0][0]


def _told(parts: list[_Part], used: list[_Part], rows: list[Row], examples: int, others: list[str]) -> list[Text]:
    """What was not read, and what is unusual about the file."""
    notices = []
    hidden = [part.sheet.name for part in parts if part.headings and part not in used]
    if hidden:
        notices.append(
            Text(f"隠れているシート（{'、'.join(hidden)}）は読んでいません", f"hidden sheets were not read: {', '.join(hidden)}")
        )
    if unread := [place for part in used for place in part.unread]:
        notices.append(Text(f"回答として読まなかった行: {'、'.join(unread)}", f"rows that are no answers: {', '.join(unread)}"))
    if strange_sheets := [name for name in others if name not in OUR_SHEETS]:
        notices.append(
            Text(
                f"回答の表のないシート（{'、'.join(strange_sheets)}）は読んでいません",
                f"sheets without a table of the form were not read: {', '.join(strange_sheets)}",
            )
        )
    more = sorted({heading for row in rows for heading in row.more})
    if more:
        notices.append(
            Text(
                f"様式にない列（{'、'.join(more)}）は、そのまま残しましたが、値としては使いません",
                f"columns the form does not have are kept, not used: {', '.join(more)}",
            )
        )
    strange = sorted({row.text("form_version") for row in rows} - {""} - KNOWN_VERSIONS)
    if strange:
        notices.append(
            Text(
                f"別の版の様式です（{'、'.join(strange)}）。見出しの言葉で読みました。値を確かめてください",
                f"another form version ({', '.join(strange)}), read by its headings",
            )
        )
    if lost := _lost(used):
        notices.append(
            Text(f"この表にない列: {'、'.join(lost)}（回答なしとして扱います）", f"columns that are not there: {', '.join(lost)}")
        )
    if examples:
        notices.append(Text(f"記入例の{examples}行は回答ではありません", f"{examples} rows of the worked example are no answers"))
    return notices


def _lost(used: list[_Part]) -> list[str]:
    """Headings of asked columns that a sheet's tables lack."""
    lost: list[str] = []
    for kind, columns in ((ZONE, ASKED_OF_ZONES), (PLACE, ASKED_OF_PLACES)):
        for part in used:
            for row in part.rows:
                if row.kind == kind and not _is_example(row):
                    lost += [column.heading for column in columns if column.key not in row.columns]
    return list(dict.fromkeys(lost))
