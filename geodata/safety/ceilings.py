"""How much one input file may ask of the machine, checked before and while it is read.

A bad file must stay under 1 GB and 10 s (docs/definitions.md, Bad files); a good coverage layer of 300 MB must pass. So the
limits are on what makes reading costly (members, bytes inflated, vertices, cells, pixels, crossings), and
time grows with the size of the file.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import DataError, Text

MB = 1 << 20
GB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """Ceilings for one input file. Bytes, counts and seconds; every one can be raised for a study."""

    file_bytes: int = 4 * GB
    text_bytes: int = 1 * GB  # GeoJSON, KML: read piece by piece
    table_bytes: int = 200 * MB  # CSV: read whole
    zip_members: int = 5_000
    inflated_bytes: int = 2 * GB
    inflation_ratio: int = 250  # only asked above `ratio_from_bytes`: small files of zeros are harmless
    ratio_from_bytes: int = 64 * MB
    layers: int = 1_000
    features: int = 3_000_000
    vertices: int = 15_000_000
    feature_text_bytes: int = 256 * MB  # one GeoJSON feature
    feature_positions: int = 6_000_000  # of one GeoJSON feature: Python needs about 130 bytes for each
    attributes: int = 20_000_000  # values beside the shapes of one layer, about 60 bytes each
    crossings: int = 200_000  # of a layer's rings with themselves: repair takes about 20 µs and 2 KB for each
    rows: int = 3_000_000
    columns: int = 2_000
    cells: int = 30_000_000
    cell_chars: int = 10_000  # longer cells are told of; 10 times longer are refused
    line_chars: int = 4_000_000
    xlsx_bytes: int = 200 * MB  # unpacked
    xlsx_cells: int = 1_000_000
    pixels: int = 30_000_000
    memory_bytes: int = 1 * GB  # what a reading process may take on top of what it starts with
    seconds: float = 10.0
    seconds_per_mb: float = 0.25

    def seconds_for(self, size_bytes: int) -> float:
        """Time allowed for a file of this size."""
        return self.seconds + self.seconds_per_mb * size_bytes / MB

    def memory_for(self, size_bytes: int) -> int:
        """Bytes a reading process may add: a big good file needs a few times its own size."""
        return self.memory_bytes + 6 * size_bytes


_limits: ContextVar[Limits] = ContextVar("limits", default=Limits())  # noqa: B039 (frozen)
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


def limits() -> Limits:
    """The limits in force here."""
    return _limits.get()


@contextmanager
def limited(new: Limits) -> Iterator[Limits]:
    """Read with other limits inside this block."""
    token = _limits.set(new)
    try:
        yield new
    finally:
        _limits.reset(token)


@contextmanager
def deadline(size_bytes: int) -> Iterator[None]:
    """Start the clock for one file; `check_time` inside the block refuses when it has run out."""
    token = _deadline.set(min(_deadline.get(), time.monotonic() + limits().seconds_for(size_bytes)))
    try:
        yield
    finally:
        _deadline.reset(token)


def check_time() -> None:
    """Refuse when the file has taken longer than its size allows. Cheap: call it in every long loop."""
    if time.monotonic() > _deadline.get():
        raise too_slow()


def too_slow() -> DataError:
    """The refusal for a file that takes too long."""
    return DataError(
        "too-slow",
        Text("大きさのわりに読み込みに時間がかかりすぎるため中止しました。", "reading takes too long for the size of this file"),
        Text(
            "ファイルが壊れているか、異常に複雑です。GISソフトで開いて GeoPackage（表は CSV）で保存し直し、"
            "県の範囲に切り出してから読み込んでください。",
            "the file is damaged or extremely complex: open it in GIS software, clip it to the prefecture and save it as GeoPackage (tables as CSV)",
        ),
    )


def too_big(what_ja: str, what_en: str, found: int, allowed: int, where: Text | None = None) -> DataError:
    """The refusal for a file over one of the limits."""
    return DataError(
        "too-big",
        Text(f"{what_ja}が {found:,} で、上限 {allowed:,} を超えています。", f"{found:,} {what_en}: the limit is {allowed:,}"),
        Text(
            "県の範囲に切り出すか、ファイルを分けてから読み込んでください。壊れたファイルでも同じ表示になります。",
            "clip it to the prefecture or split it; a damaged file also looks like this",
        ),
        where=where,
    )


def check_count(what_ja: str, what_en: str, found: int, allowed: int, where: Text | None = None) -> None:
    """Refuse when `found` is over `allowed`."""
    if found > allowed:
        raise too_big(what_ja, what_en, found, allowed, where)


def regular_file(path: Path) -> int:
    """Size in bytes of a regular file; folders, devices, pipes and missing files are refused."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DataError(
            "file-missing",
            Text("ファイルが見つからないか、開けません。", "the file is missing or cannot be opened"),
            Text(
                "ファイル名と場所を確かめてください（全角・半角、移動や改名、アクセス権）。",
                "check name and folder (moved, renamed, no permission)",
            ),
        ).at(path) from error
    if stat.S_ISDIR(status.st_mode):
        raise DataError(
            "not-a-file",
            Text("ファイルではなくフォルダです。", "this is a folder, not a file"),
            Text(
                "フォルダの中のファイルを指定してください。.gdb（ファイルジオデータベース）は GISソフトで GeoPackage に変換してください。",
                "name a file in it; convert a .gdb to GeoPackage with GIS software",
            ),
        ).at(path)
    if not stat.S_ISREG(status.st_mode):
        raise DataError(
            "not-a-file",
            Text("通常のファイルではありません（装置やパイプなど）。", "this is not a regular file (a device or a pipe)"),
            Text("中身を普通のファイルとして保存してから読み込んでください。", "save it as an ordinary file first"),
        ).at(path)
    if status.st_size == 0:
        raise DataError(
            "file-empty",
            Text("ファイルが空（0バイト）です。", "the file is empty (0 bytes)"),
            Text("元のファイルをもう一度コピーまたはダウンロードしてください。", "copy or download it again"),
        ).at(path)
    if status.st_size > limits().file_bytes:
        raise too_big("ファイルのバイト数", "bytes in the file", status.st_size, limits().file_bytes).at(path)
    return status.st_size
