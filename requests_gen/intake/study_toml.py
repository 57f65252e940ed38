"""A file's place in study.toml: what is asked of a person, and how the text changes. Pure.

Comments, order and spacing of the file stay; only the keys of the one entry change.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import tomlkit
from tomlkit.exceptions import TOMLKitError

from geodata.errors import DataError, Text
from geodata.report import IntakeReport

Slot = Literal["population", "boundaries", "settlements", "facilities", "layers"]
SLOTS: dict[Slot, Text] = {
    "population": Text("人口", "Population"),
    "boundaries": Text("市町村の境界", "Municipal boundaries"),
    "settlements": Text("地区（大字など）", "Settlements"),
    "facilities": Text("避難所など", "Facilities (shelters)"),
    "layers": Text("携帯電話のエリア", "A carrier's area"),
}
# what `kengai check` calls a file, and where such a file goes
SLOT_OF_KIND: dict[str, Slot] = {
    "population": "population",
    "boundary": "boundaries",
    "settlement": "settlements",
    "facility": "facilities",
    "coverage": "layers",
}
# what files are usually called, for those that cannot be opened before a question is answered
_NAMED: tuple[tuple[re.Pattern[str], Slot], ...] = (
    (re.compile(r"N03|行政区域|boundar", re.IGNORECASE), "boundaries"),
    (re.compile(r"避難|shelter", re.IGNORECASE), "facilities"),
    (re.compile(r"大字|町丁|集落|settlement", re.IGNORECASE), "settlements"),
    (re.compile(r"tblT|人口|popul|ppp_", re.IGNORECASE), "population"),
)
SHELTERS = "gsi_shelters"
USUAL = {"kind": "estat_mesh"}  # of a population that does not say (coverage.study)
# what is said of one file of a layer, or in place of it; another file asks again
OF_FORMER_FILE = ("none", "answer_field", "weak", "least_share", "least_dbm")
ANSWERS = ("crs", "layer")  # every kind of file may need these


@dataclass(frozen=True)
class Entry:
    """Where a file goes and what was answered for it; None or empty = not said.

    kind: of population (estat_mesh, raster), of facilities (as coverage.study.sources names them) or of a layer
    (own, roaming, satellite). meaning: what a mesh list's answers mean, by the keys of OF_FORMER_FILE. beside: keep the former
    files of this place and use the new one with them, instead of in their place.
    """

    slot: Slot
    kind: str = ""
    carrier: str = ""
    generation: str = ""
    as_of: str = ""
    crs: str | None = None
    layer: str | None = None
    level: int | None = None
    where: Mapping[str, Sequence[str | int]] = field(default_factory=dict)
    meaning: Mapping[str, str | float] = field(default_factory=dict)
    beside: bool = False


def guessed_slot(name: str, report: IntakeReport) -> Slot | None:
    """Where a file probably goes, by what it holds, else by its name, else by its format; a person may change it."""
    if report.kind:
        return SLOT_OF_KIND.get(report.kind)
    for pattern, slot in _NAMED:
        if pattern.search(name):
            return slot
    if report.format == "GeoTIFF":
        return "population"
    return "layers" if report.format and report.format != "text table" else None


@dataclass(frozen=True)
class _Make:
    """How new tables and lists of tables are made: plain ones, or such that know how to be written."""

    table: Callable[[], Any]
    tables: Callable[[], Any]


def with_entry(text: str, entry: Entry, file: str) -> str:
    """The study file `text` with `file` (relative, "/" between folders) at the place that `entry` names.

    Raises DataError where the former files were read with other answers than the new one needs.
    """

    def put(document: MutableMapping[str, Any], make: _Make) -> None:
        _put(document, entry, file, make)

    return _changed(text, put)


def with_answer(text: str, question: str, reason: str) -> str:
    """The study file `text` with `reason` under [answers] for the id `question`; an empty one takes the answer away.

    Raises DataError where the file is written in a way that cannot be changed.
    """

    def put(document: MutableMapping[str, Any], make: _Make) -> None:
        if "answers" not in document:
            document["answers"] = make.table()
        _set(document["answers"], question, reason.strip() or None)

    return _changed(text, put)


def _changed(text: str, put: Callable[[MutableMapping[str, Any], _Make], None]) -> str:
    """`text` with what `put` changes; DataError where writing would change anything else."""
    meant = tomllib.loads(text)
    put(meant, _Make(dict, list))
    try:
        document = tomlkit.parse(text)
        put(document, _Make(tomlkit.table, tomlkit.aot))
        written = tomlkit.dumps(document)
        same = tomllib.loads(written) == meant
    except (TOMLKitError, tomllib.TOMLDecodeError):
        same = False
    if not same:
        raise _too_unusual()
    return written


def _put(document: MutableMapping[str, Any], entry: Entry, file: str, make: _Make) -> None:
    if entry.slot == "layers":
        _put_layer(document, entry, file, make)
        return
    if entry.slot == "facilities":
        table = _facilities(document, entry, make)
    else:
        if entry.slot not in document:
            document[entry.slot] = make.table()
        table = document[entry.slot]
    facts: dict[str, Any] = {}
    if entry.slot == "population":
        facts = {"kind": entry.kind or "estat_mesh", "level": entry.level}
    _fill(table, entry, file, facts)


def _facilities(document: MutableMapping[str, Any], entry: Entry, make: _Make) -> Any:
    """The table that a list of facilities goes into: schools do not take the place of shelters.

    In place of the former lists of its kind, or with the list that is read with the same answers.
    """
    if "facilities" not in document:
        document["facilities"] = make.tables()
    tables = document["facilities"]
    kind = entry.kind or SHELTERS
    same = [n for n, table in enumerate(tables) if table.get("kind", SHELTERS) == kind]
    if entry.beside:
        same = [n for n in same if _answers(tables[n]) == _answers_of(entry)]
    if not same:
        tables.append(make.table())
        document["facilities"][-1]["kind"] = kind
        return document["facilities"][-1]
    if not entry.beside:
        for number in reversed(same[1:]):
            del tables[number]
    return document["facilities"][same[0]]


def _fill(table: MutableMapping[str, Any], entry: Entry, file: str, facts: Mapping[str, Any]) -> None:
    """Name the file in a table, alone or beside the former ones, with its answers."""
    former = list(table.get("files", []))
    if entry.beside and former:
        said = _answers(table) | {key: table.get(key, USUAL.get(key)) for key in facts}
        if said != _answers_of(entry) | dict(facts):
            raise _other_answers(former)
        if file not in former:
            table["files"].append(file)
        return
    table["files"] = [file]
    for key, value in {**facts, **_answers_of(entry)}.items():
        _set(table, key, value)


def _put_layer(document: MutableMapping[str, Any], entry: Entry, file: str, make: _Make) -> None:
    """An area goes in the place of the same carrier, generation and kind, or beside it as an entry of its own."""
    if "layers" not in document:
        document["layers"] = make.tables()
    tables = document["layers"]
    same = [n for n, table in enumerate(tables) if _whose(table) == whose(entry)]
    if entry.beside or not same:
        tables.append(make.table())
        at = len(tables) - 1
    else:
        at = same[0]
        for number in reversed(same[1:]):
            del tables[number]
    table = document["layers"][at]
    for key, value in {
        "carrier": entry.carrier,
        "generation": entry.generation,
        "files": [file],
        "as_of": entry.as_of,
        "kind": entry.kind if entry.kind not in ("", "own") else None,
        **_answers_of(entry),
        "level": entry.level,
        "where": {name: list(values) for name, values in entry.where.items()} or None,
        **{key: entry.meaning.get(key) for key in OF_FORMER_FILE},
    }.items():
        _set(table, key, value)


def whose(entry: Entry) -> tuple[str, str, str]:
    """Carrier, generation and kind of a layer."""
    return entry.carrier, entry.generation, entry.kind or "own"


def _whose(table: Mapping[str, Any]) -> tuple[str, str, str]:
    return (str(table.get("carrier", "")), str(table.get("generation", "")), str(table.get("kind", "own")))


def _set(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """What the former file needed and this one does not must go: it would be read wrongly."""
    if value is not None:
        if key == "where" and not isinstance(table, dict | tomlkit.TOMLDocument):
            inline = tomlkit.inline_table()
            inline.update(value)
            value = inline
        table[key] = value
    elif key in table:
        del table[key]


def _answers(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: table.get(key) for key in ANSWERS}


def _answers_of(entry: Entry) -> dict[str, Any]:
    return {"crs": entry.crs, "layer": entry.layer}


def _other_answers(former: list[str]) -> DataError:
    return DataError(
        "answers-differ",
        Text(
            "今までのファイルとは読み方（座標系・レイヤー・メッシュの大きさ）が違うため、並べて使えません。",
            "the files so far are read in another way (CRS, layer, mesh size), so they cannot stand side by side",
        ),
        Text(
            "「今までのファイルの代わりに使う」を選ぶか、同じ座標系・同じ形にそろえてから入れてください。",
            "use the new one in their place, or bring it to the same CRS and form first",
        ),
        ", ".join(str(name) for name in former),
    )


def _too_unusual() -> DataError:
    return DataError(
        "settings-not-editable",
        Text(
            "study.toml の書き方が特殊なため、画面から書き換えられません。何も変えていません。",
            "study.toml is written in a way that the screen cannot change; nothing was changed",
        ),
        Text(
            "メモ帳で study.toml を開き、docs/study.md の説明に従って書き込んでください。",
            "edit study.toml by hand; docs/study.md explains each key",
        ),
        "study.toml",
    )
