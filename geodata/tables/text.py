"""Bytes to text and back to meaning: which encoding, where it breaks, what must not be in a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import Text
from geodata.safety import ceilings

if TYPE_CHECKING:
    from geodata.report import IntakeReport

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from geodata.errors import DataError

# What nobody sees and nobody means: C0 controls except tab, LF, CR; DEL and C1; soft hyphen; zero-width spaces and joiners
# (names of places have no use for them); word joiner and invisible operators; line separators; the marks that turn the
# direction of writing round. Variation selectors stay, they choose among 異体字; so do full-width and no-break spaces.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SEPARATOR = re.compile("[\u2028\u2029]")
_FORMULA_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"\s*')  # ="012": how Excel is kept from making a number of it
_TEXT_MARK = re.compile(r"\s*'(?=[0-9]|[^\x00-\x7f])(?!.*')")  # '012: how it is told that this is text
DOS_END = "\x1a"  # Ctrl-Z, the end of a file to old software
_C1_BYTES = re.compile(rb"[\x80-\x9f]")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_NOT_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")  # Python gives these for bytes that CP932 leaves free
GAIJI = re.compile("[\ue000-\uf8ff]")  # characters of an office's own font
_HALF_KATAKANA = re.compile("[\uff61-\uff9f]")
_KANA_KANJI = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
UTF16_SHARE_OF_NUL = 0.2

ENCODING_REMEDY = Text(
    "メモ帳や Excel で開き直し、文字コード UTF-8 で保存してから読み込んでください。", "open it in an editor or Excel and save it as UTF-8"
)


@dataclass(frozen=True)
class Decoded:
    """Text, the name of its encoding, and whether that was certain."""

    text: str
    encoding: str
    certain: bool = True


def decode(data: bytes) -> Decoded:
    """Text of a whole file: BOM, then UTF-8, then ISO-2022-JP, then CP932, each strictly; else a DataError."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], encoding, len(mark)), f"{encoding} (BOM)")
    if b"\x00" in data:
        return _without_mark(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _japanese(data, error)
    if "\x1b$" in text:
        return Decoded(_strict(data, "iso2022_jp", 0), "iso-2022-jp")
    return Decoded(text, "ascii" if text.isascii() else "utf-8")


def _without_mark(data: bytes) -> Decoded:
    """Text with NUL bytes: UTF-16 without its mark when the NULs alternate, else a binary file."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = data[first::2].count(0)
        others = data[1 - first :: 2].count(0)
        if len(data) % 2 == 0 and not others and zeros > UTF16_SHARE_OF_NUL * len(data) / 2:
            return Decoded(_strict(data, encoding, 0), f"{encoding}", certain=False)
    at = data.index(b"\x00")
    raise DataError(
        "nul-byte",
        Text(
            f"先頭から {at:,} バイト目に NUL（0x00）があり、文字のファイルではありません。", f"NUL at byte {at:,}: this is not a text file"
        ),
        Text(
            "ファイルが壊れているか、拡張子が違います。元のソフトで CSV（UTF-8）として保存し直してください。",
            "damaged, or a wrong extension: save it again as CSV (UTF-8) from where it was made",
        ),
        where=_row(data, at),
    )


def _japanese(data: bytes, utf8: UnicodeDecodeError) -> Decoded:
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError as error:
        if _is_euc(data, 0):
            raise _euc() from error
        raise _undecodable(data, max(error.start, utf8.start)) from error
    if strange := _NOT_CP932.search(text):
        raise _undecodable(data, len(text[: strange.start()].encode("cp932")))
    half = len(_HALF_KATAKANA.findall(text))
    # EUC-JP read as CP932 is nearly all half-width kana
    if half > len(_HIGH_BYTES.findall(data)) / 4 and _is_euc(data, half):
        raise _euc()
    return Decoded(text, "cp932")


def _euc() -> DataError:
    problem = Text("文字コードが EUC-JP のようです。", "this looks like EUC-JP")
    return DataError("encoding-euc-jp", problem, ENCODING_REMEDY)


def _is_euc(data: bytes, half: int) -> bool:
    try:
        return len(_KANA_KANJI.findall(data.decode("euc_jp"))) > half / 4
    except UnicodeDecodeError:
        return False


def _strict(data: bytes, encoding: str, offset: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error.start, offset) from error


def _undecodable(data: bytes, at: int, offset: int = 0) -> DataError:
    return DataError(
        "encoding-unknown",
        Text(
            f"先頭から {at + offset:,} バイト目（0x{data[at]:02X}）が UTF-8 でも Shift_JIS（CP932）でも文字になりません。",
            f"byte {at + offset:,} (0x{data[at]:02X}) is a character neither in UTF-8 nor in CP932",
        ),
        ENCODING_REMEDY,
        where=_row(data, at),
    )


def _row(data: bytes, at: int) -> Text:
    row = data.count(b"\n", 0, at) + 1
    return Text(f"{row} 行目", f"line {row}")


def decode_fields(fields: Iterable[bytes], declared: str) -> tuple[str, bool]:
    """(encoding, declared was wrong) for short fields that may be cut in the middle of a character.

    `declared` is the codec the file names, or "". UTF-8 that decodes is UTF-8; a declared single-byte
    encoding is overruled by CP932 where the bytes are control characters in it (kana and kanji lead bytes).
    """
    joined = [field for field in fields if not field.isascii()]
    if not joined:
        return declared or "ascii", False
    if all(_cut_decodes(field, "utf-8") for field in joined):
        return "utf-8", declared not in {"", "utf-8"}
    cp932 = all(_cut_decodes(field, "cp932") for field in joined)
    high = b"".join(joined)
    kana_like = len(_C1_BYTES.findall(high)) > len(_HIGH_BYTES.findall(high)) / 6
    if declared and declared not in {"utf-8", "cp932"} and all(_cut_decodes(f, declared) for f in joined):
        if cp932 and kana_like and declared in {"iso8859-1", "latin-1", "cp1252"}:
            return "cp932", True
        return declared, False
    if cp932:
        return "cp932", declared not in {"", "cp932"}
    raise DataError(
        "encoding-unknown",
        Text("属性の文字が UTF-8 でも Shift_JIS（CP932）でも読めません。", "the attribute text decodes neither as UTF-8 nor as CP932"),
        Text(
            "文字コードを書いた .cpg ファイル（例: UTF-8）を添えるか、GISソフトで GeoPackage に書き出してください。",
            "add a .cpg file naming the encoding, or export as GeoPackage with GIS software",
        ),
    )


def _cut_decodes(field: bytes, encoding: str) -> bool:
    """Whether the field decodes, allowing its last character to be cut off by the field's width."""
    try:
        field.decode(encoding)
    except UnicodeDecodeError as error:
        return len(field) - error.start < 4 and error.reason in {"unexpected end of data", "incomplete multibyte sequence"}
    except LookupError:
        return False
    return True


def stripped(value: str) -> str:
    """`value` without control characters; a separator of lines or paragraphs parts words, so it becomes a space."""
    return CONTROL.sub("", _SEPARATOR.sub(" ", value))


def text_column(values: Sequence[str]) -> pd.Series:
    """A column of text. By way of Arrow: three times quicker than pandas' own check of every cell."""
    import pyarrow as pa

    if pd.Series(["a"]).dtype == object:  # pandas 2
        return pd.Series(values, dtype=object)
    dtype = pd.StringDtype("pyarrow", na_value=np.nan)
    return pd.Series(pd.array(pa.array(values, pa.large_string()), dtype=dtype))


def excel_meant(text: str) -> str:
    """`text` without the marks by which Excel is told that a cell is text: ="012", '012; other text as it is."""
    if found := _FORMULA_TEXT.fullmatch(text):
        return found[1].replace('""', '"')
    return _TEXT_MARK.sub("", text, count=1) if _TEXT_MARK.match(text) else text


def needs_cleaning(text: str) -> bool:
    """Whether cells made of `text` may hold something that clean_columns takes out."""
    return "'" in text or '="' in text or '= "' in text or CONTROL.search(text) is not None


def clean_columns(frame: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    """`frame` with what nobody meant taken out of its text and column names, counted; very long cells are told of."""
    lines = frame.attrs.get("row_numbers") or range(1, len(frame) + 1)
    invisible: list[str] = []
    marked: list[str] = []
    long_cells: list[str] = []
    unseen = marks = 0
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values):
            continue
        texts = values.to_list()
        column = name if isinstance(name, str) else f"列{int(name) + 1}"  # a table without a header
        if max(map(len, texts), default=0) > ceilings.limits().cell_chars:
            lengths = values.str.len().to_numpy()
            long_cells += [f"{lines[row]} {column}" for row in np.flatnonzero(lengths > ceilings.limits().cell_chars)[:20]]
        if not needs_cleaning("\n".join(texts)):  # one search for the column: cells only where it finds something
            continue
        seen = [stripped(text) for text in texts]
        cleaned = [excel_meant(text) for text in seen]
        hidden = [row for row, (text, now) in enumerate(zip(texts, seen, strict=True)) if text != now]
        quoted = [row for row, (text, now) in enumerate(zip(seen, cleaned, strict=True)) if text != now]
        unseen, marks = unseen + len(hidden), marks + len(quoted)
        invisible += [f"{lines[row]} {column}" for row in hidden[:20]]
        marked += [f"{lines[row]} {column}" for row in quoted[:20]]
        if hidden or quoted:
            frame = frame.copy(deep=False)
            frame[name] = pd.Series(cleaned, index=frame.index, dtype=str)
    frame, renamed = _clean_names(frame)
    if renamed and "columns" in report.facts:
        report.facts["columns"] = [str(name) for name in frame.columns]
    unseen, invisible = unseen + len(renamed), [*renamed, *invisible]
    if unseen:
        text = Text(
            f"文字の中の見えない文字・制御文字を取り除きました（{unseen:,} か所）。",
            f"invisible and control characters taken out of {unseen:,} cells",
        )
        report.note("warn", "control-characters", text, unseen, invisible)
    if marks:
        text = Text(
            f'Excel で文字として扱うための印（="12" の =" "、先頭の \'）を外しました（{marks:,} か所）。',
            f"the marks by which Excel is told that a cell is text were taken off {marks:,} cells",
        )
        report.note("info", "excel-text-marks", text, marks, marked)
    if long_cells:
        text = Text(
            f"{ceilings.limits().cell_chars:,} 文字を超えるセルがあります。",
            f"cells longer than {ceilings.limits().cell_chars:,} characters",
        )
        report.note("warn", "long-cells", text, len(long_cells), long_cells)
    return frame


def _clean_names(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """`frame` with clean column names where they stay different, and the names that changed."""
    names = [excel_meant(stripped(name)).strip() if isinstance(name, str) else name for name in frame.columns]
    changed = [str(now) for now, name in zip(names, frame.columns, strict=True) if isinstance(name, str) and now != name.strip()]
    if not changed or len(set(names)) < len(names) or "" in names:
        return frame, []
    return frame.set_axis(pd.Index(names), axis=1), changed


def not_utf8(error: UnicodeDecodeError, file: str) -> DataError:
    """The refusal for a settings file (study.toml, letters.toml) in another encoding."""
    return DataError(
        "settings-not-utf8",
        Text(f"文字コードがUTF-8ではありません（{error.start}バイト目）", f"is not UTF-8 (byte {error.start})"),
        Text("メモ帳で「UTF-8」を選んで保存し直してください。", "save it as UTF-8"),
        file,
    )


def code_text(text: str) -> str:
    """A code or number as text: narrow, stripped, without the apostrophe by which Excel is told that it is text."""
    return unicodedata.normalize("NFKC", text).strip().lstrip("'").strip()
