"""Changing letters.toml by a form: comments and order stay, nothing that somebody else wrote meanwhile is lost."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coverage.study import toml_file
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.tables import text as text_cells
from requests_gen.files import only_one_writer
from requests_gen.workspace.letters_form import Value, Values
from requests_gen.workspace.letters_toml import LETTERS_FILE, LetterSettings, read_letter_settings

if TYPE_CHECKING:
    from coverage.study import Study

BOM = "\ufeff"
CHANGED = "settings-changed-meanwhile"


@dataclass(frozen=True)
class Written:
    """A settings file as it lies on the disk. text: without BOM, lines ended by \\n where the file uses \\r\\n throughout."""

    text: str
    bom: bool = False
    crlf: bool = False

    @property
    def mark(self) -> str:
        """Changes with the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()[:16]

    def as_bytes(self) -> bytes:
        """The bytes of the file."""
        text = self.text.replace("\n", "\r\n") if self.crlf else self.text
        return ((BOM if self.bom else "") + text).encode("utf-8")


def read_written(path: Path) -> Written:
    """The file as it lies there. Raises DataError where it is not UTF-8; FileNotFoundError where there is none."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise text_cells.not_utf8(error, path.name) from error
    bom = text.startswith(BOM)
    text = text.removeprefix(BOM)
    crlf = "\r\n" in text and text.count("\n") == text.count("\r") == text.count("\r\n")
    return Written(text.replace("\r\n", "\n") if crlf else text, bom, crlf)


def parsed(text: str) -> dict[str, Any]:
    """What the text says. Raises DataError with the line where it is not TOML."""
    return toml_file.parsed(text, LETTERS_FILE)


def edited(text: str, edits: Mapping[str, Value]) -> str:
    """`text` with the values of `edits` (by dotted key; None takes the key away); everything else stays as it is.

    Raises DataError where `text` is not TOML, or where it names a table as a plain value.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    spec = parsed(text)
    try:
        document = tomlkit.parse(text)
        for key, value in edits.items():
            _put(document, key.split("."), value)
            _put(spec, key.split("."), value)
        made = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError) as error:
        raise _unfit(str(error)) from error
    if parsed(made) != spec:  # whatever the file's form, only what was asked for may change
        raise _unfit("form")
    return made


def _unfit(why: str) -> DataError:
    return DataError(
        "settings-unfit-for-form",
        Text(f"このファイルの書き方では、画面から書き込めません（{why}）", f"cannot be changed by the form as it is written ({why})"),
        Text("メモ帳で開いて、その項目を書き直してください。ファイルは変えていません。", "change it by hand; nothing was changed"),
        LETTERS_FILE,
    )


def _put(document: Any, path: list[str], value: Value) -> None:
    import tomlkit

    *tables, name = path
    plain = type(document) is dict
    for at, table in enumerate(tables):
        if table not in document:
            # [carriers] itself is not written, only [carriers.alpha]
            document[table] = {} if plain else tomlkit.table(is_super_table=at < len(tables) - 1)
        document = document[table]
    if value is None:
        document.pop(name, None)
    elif isinstance(value, list) and not plain and isinstance(document.get(name), list):
        _refill(document[name], value)
    else:
        document[name] = value


def _refill(array: Any, spec: list[str]) -> None:
    """Make the array hold `wanted`; comments in it stay where its beginning does."""
    same = 0
    while same < min(len(array), len(spec)) and array[same] == spec[same]:
        same += 1
    while len(array) > same:
        del array[-1]
    for item in spec[same:]:
        array.append(item)


def check(text: str, study: Study) -> LetterSettings:
    """The settings that `text` would give. Raises DataError as reading letters.toml does; writes nothing there."""
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        file = Path(folder) / LETTERS_FILE
        file.write_bytes(text.encode("utf-8"))
        return read_letter_settings(study, file)


def changed(values: Mapping[str, Value], before: Values) -> Values:
    """Those of `values` that differ from `before`."""
    return {key: value for key, value in values.items() if value != before.get(key)}


@dataclass(frozen=True)
class Difference:
    """A key that somebody changed since the editing began: then, on the disk now, in the form."""

    key: str
    before: Value
    now: Value
    mine: Value

    @property
    def both(self) -> bool:
        """Whether the disk and the form changed it, not to the same."""
        return self.now != self.before and self.mine != self.before and self.mine != self.now


def differences(before: Values, now: Values, mine: Values) -> list[Difference]:
    """Every key that is not the same in all three, in the order of the form."""
    rows = [Difference(key, before[key], now.get(key), mine.get(key, before[key])) for key in before]
    return [row for row in rows if row.now != row.before or row.mine != row.before]


def save(path: Path, began: Written, new_text: str, study: Study) -> Written:
    """Put `new_text` in the place of the text that the editing began with; what stood there stays as <name>.old.

    Raises DataError, changing nothing, where `new_text` is not a valid letters.toml, and (code CHANGED) where
    the file is no longer what the editing began with.
    """
    check(new_text, study)
    with only_one_writer(path):
        if not path.is_file() or read_written(path).text != began.text:
            raise DataError(
                CHANGED,
                Text(
                    "書いているあいだに、ほかの人がファイルを変えました。まだ保存していません",
                    "someone else changed the file meanwhile; nothing was saved",
                ),
                Text("下の表で違いを見て、どうするかを選んでください。", "look at the differences below and choose"),
                path.name,
            )
        new = Written(new_text, began.bom, began.crlf)
        write_bytes(path.with_name(path.name + ".old"), path.read_bytes())
        write_bytes(path, new.as_bytes())
    return new
