"""Photos that come with reports: only when they were taken and where they look. The pictures go nowhere."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from geodata.safety import ceilings

SUFFIXES = {".jpg", ".jpeg", ".png"}
FORMATS = ("JPEG", "PNG")
MOST_BYTES = 40 * ceilings.MB
TAKEN, TAKEN_FILE = 36867, 306  # DateTimeOriginal, DateTime
EXIF_PART, GPS_PART = 0x8769, 0x8825
DIRECTION, DIRECTION_REF = 17, 16


class PhotoError(ValueError):
    """A photo that cannot be used. `code`: "missing", "unsafe", "too-big" or "unreadable"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Photo:
    """day: YYYY-MM-DD, "" where the file does not say. direction: degrees from true north, NaN likewise."""

    day: str
    direction: float


def read_photo(folder: Path, name: str) -> Photo:
    """What the photo `name` in `folder` tells of itself. Raises PhotoError.

    `name` is untrusted: it must lead to a plain file inside `folder`, not by way of a link.
    """
    file = _inside(folder, name)
    if file.stat().st_size > MOST_BYTES:
        raise PhotoError("too-big")
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture of absurd size only warns
            with Image.open(file, formats=FORMATS) as picture:
                exif = picture.getexif()
                taken = exif.get_ifd(EXIF_PART).get(TAKEN) or exif.get(TAKEN_FILE)
                place = exif.get_ifd(GPS_PART)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, Warning, Image.DecompressionBombError) as error:
        raise PhotoError("unreadable") from error
    # a direction against magnetic north would be off by some 8 degrees in Japan: not known
    magnetic = str(place.get(DIRECTION_REF, "T")).strip("\x00 ").upper() == "M"
    return Photo(_day(taken), np.nan if magnetic else _degrees(place.get(DIRECTION)))


def _inside(folder: Path, name: str) -> Path:
    if not name or "\x00" in name or "\\" in name or name.startswith(("/", "~")) or ":" in name:
        raise PhotoError("unsafe")
    file = folder / name
    around = folder.resolve()
    if file.is_symlink() or not file.resolve().is_relative_to(around) or ".." in Path(name).parts:
        raise PhotoError("unsafe")
    if file.suffix.lower() not in SUFFIXES:
        raise PhotoError("unreadable")
    if not file.is_file():
        raise PhotoError("missing")
    return file


def _day(taken: object) -> str:
    """The day of EXIF's 2026:11:03 14:05:09."""
    text = str(taken or "")[:10].replace(":", "-")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _degrees(value: object) -> float:
    try:
        degrees = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return np.nan
    return degrees if 0 <= degrees <= 360 else np.nan
