"""Zip files, unpacked by ourselves into a fresh folder: names, links, sizes and ratios checked first.

Names in Japanese zips are often Shift_JIS without saying so, and some hold backslashes for folders. Every
member gets a name of our own making on disk; its true name is kept for messages only.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geodata.errors import DataError, Text
from geodata.safety.ceilings import check_count, check_time, limits, too_big

BLOCK = 1 << 20
UTF8_NAME = 0x800
ENCRYPTED = 0x1
# what zipfile raises on damaged archives: RuntimeError also means a password, ValueError bad text or sizes
ZIP_TROUBLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
_DRIVE = re.compile(r"^[A-Za-z]:")
_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Member:
    """A file inside a zip: its true name with "/" between folders, and its entry."""

    name: str
    entry: zipfile.ZipInfo

    @property
    def stem(self) -> str:
        """Folder and name without the ending, folded for comparison: a.shp and A.DBF belong together."""
        return str(PurePosixPath(self.name).with_suffix("")).casefold()

    @property
    def suffix(self) -> str:
        """The ending in small letters, with its dot."""
        return PurePosixPath(self.name).suffix.casefold()


class Archive:
    """An open zip whose members have been looked at, but not unpacked."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except ZIP_TROUBLE as error:
            raise _broken() from error
        self._inflated = 0
        self.size = path.stat().st_size
        try:
            self.members = self._checked()
        except DataError:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _checked(self) -> list[Member]:
        entries = self._zip.infolist()
        check_count("zip の中のファイル数", "files in the zip", len(entries), limits().zip_members)
        members = []
        for entry in entries:
            name = member_name(entry)
            if name.endswith("/") or any(junk in name for junk in _JUNK) or PurePosixPath(name).name.startswith("._"):
                continue
            _check_member(name, entry)
            members.append(Member(name, entry))
        names = [member.name for member in members]
        if twice := {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set():
            raise DataError(
                "zip-twice",
                Text("同じ名前のファイルが zip の中に2つあります。", "two files of one name in the zip"),
                Text("zip を展開し、正しい方だけを zip にし直してください。", "unpack it and zip only the right one"),
                where=_inside(min(twice)),
            )
        declared = sum(member.entry.file_size for member in members)
        self._check_size(declared)
        return members

    def _check_size(self, inflated: int) -> None:
        if inflated > limits().inflated_bytes:
            raise too_big("展開後のバイト数", "bytes after unpacking", inflated, limits().inflated_bytes)
        if inflated > max(limits().ratio_from_bytes, limits().inflation_ratio * self.size):
            raise DataError(
                "zip-bomb",
                Text(
                    f"展開すると {inflated // self.size:,} 倍以上になる異常な zip です。",
                    f"the zip grows {inflated // self.size:,} times when unpacked",
                ),
                Text("作成元に確かめ、中のデータを普通のファイルで受け取ってください。", "ask who made it for the plain files"),
            )

    def unpack(self, member: Member, target: Path) -> None:
        """Write one member to `target`, counting bytes while they come."""
        try:
            with self._zip.open(member.entry) as source, target.open("xb") as out:
                while block := source.read(BLOCK):
                    check_time()
                    self._inflated += len(block)
                    self._check_size(self._inflated)
                    out.write(block)
        except DataError:
            raise
        except ZIP_TROUBLE as error:
            raise _broken(member.name) from error

    def blocks(self, member: Member) -> Iterator[bytes]:
        """A member's bytes, block by block."""
        try:
            with self._zip.open(member.entry) as source:
                while block := source.read(BLOCK):
                    yield block
        except ZIP_TROUBLE as error:
            raise _broken(member.name) from error

    def read(self, member: Member, size: int) -> bytes:
        """The first `size` bytes of a member."""
        try:
            with self._zip.open(member.entry) as source:
                return source.read(size)
        except DataError:
            raise
        except ZIP_TROUBLE as error:
            raise _broken(member.name) from error


def member_name(entry: zipfile.ZipInfo) -> str:
    """The member's true name: UTF-8 where flagged or where the bytes are, else CP932; "\\" between folders too."""
    raw = entry.orig_filename
    if not entry.flag_bits & UTF8_NAME:
        try:
            data = raw.encode("cp437")
        except UnicodeEncodeError:
            data = raw.encode("utf-8")
        for encoding in ("utf-8", "cp932"):
            try:
                raw = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
    # only now: in Shift_JIS the second byte of 表 or ソ is a backslash
    return unicodedata.normalize("NFC", raw.replace("\\", "/"))


def _check_member(name: str, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise DataError(
            "zip-encrypted",
            Text("パスワードの付いた zip です。", "the zip needs a password"),
            Text("パスワードで展開し、中のファイルを指定してください。", "unpack it with the password and name the file inside"),
            where=_inside(name),
        )
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or _DRIVE.match(name) or "\x00" in name:
        raise _unsafe(name, "zip の外を指す名前のファイルがあります。", "a member's name points outside the zip")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise _unsafe(name, "zip の中にリンクや特殊なファイルがあります。", "the zip holds a link or a special file")


def _unsafe(name: str, ja: str, en: str) -> DataError:
    remedy = Text(
        "作成元に確かめ、データだけを入れた普通の zip にし直してもらってください。", "ask for a plain zip with nothing but the data"
    )
    return DataError("zip-unsafe", Text(ja, en), remedy, where=_inside(name))


def _inside(name: str) -> Text:
    return Text(f"zip の中の {name}", f"{name} in the zip")


def _broken(name: str = "") -> DataError:
    return DataError(
        "zip-broken",
        Text("zip が壊れているか、途中で切れています。", "the zip is damaged or cut short"),
        Text("もう一度ダウンロードまたはコピーしてください。", "download or copy it again"),
        where=_inside(name) if name else None,
    )
