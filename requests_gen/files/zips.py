"""Office files whose bytes depend on what is in them and not on when they were written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

UNIX, PLAIN_FILE = 3, 0o100644 << 16


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip of {name: contents}. Names beyond ASCII carry the UTF-8 flag, which Windows' Explorer reads."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system, member.external_attr = UNIX, PLAIN_FILE  # the same bytes on every system
            packed.writestr(member, files[name])
    return stream.getvalue()


FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def same_bytes(data: bytes) -> bytes:
    """The same zip with fixed times of its members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return stream.getvalue()
