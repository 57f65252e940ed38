"""Bad zips, and what is no file of data at all."""

from __future__ import annotations

import json
import struct
import warnings
import zipfile
from pathlib import Path

from tests.hostile import SECOND, SQUARE, case, collection, geojson, members_of, shapefile, sub, write, zipped


@case("refuse", "zip-unsafe")
def zip_dot_dot(folder: Path) -> Path:
    return zipped(folder / "a.zip", {"../../etc/a.geojson": b"{}"})


@case("refuse", "zip-unsafe")
def zip_absolute(folder: Path) -> Path:
    return zipped(folder / "a.zip", {"C:\\data\\a.geojson": b"{}"})


@case("refuse", "zip-unsafe")
def zip_link(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as out:
        entry = zipfile.ZipInfo("a.geojson")
        entry.external_attr = 0o120777 << 16
        out.writestr(entry, "/etc/passwd")
    return folder / "a.zip"


@case("refuse", "zip-nested")
def zip_nested(folder: Path) -> Path:
    inner = zipped(folder / "b.zip", {"a.geojson": b"{}"}).read_bytes()
    return zipped(folder / "a.zip", {"内側.zip": inner})


@case("refuse", "zip-encrypted")
def zip_encrypted(folder: Path) -> Path:
    path = zipped(folder / "a.zip", {"a.geojson": b"{}"})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(mark) + offset] |= 1
    return write(path, bytes(raw))


@case("refuse", "layer-ambiguous")
def zip_two_shapefiles(folder: Path) -> Path:
    made = members_of(shapefile(sub(folder)))
    both = {f"{k}/{name}": data for k in ("4G", "5G") for name, data in made.items()}
    return zipped(folder / "a.zip", both, encoding="cp932")


@case("warn", "other-layer", layer="4G/表示エリア.shp")
def zip_two_shapefiles_answered(folder: Path) -> Path:
    return zip_two_shapefiles(folder)


@case("refuse", "layer-ambiguous")
def zip_geojson_beside_other_shapefile(folder: Path) -> Path:
    made = members_of(shapefile(sub(folder)))
    return zipped(folder / "a.zip", {**made, "別.geojson": geojson(sub(folder), SQUARE).read_bytes()})


@case("warn", "same-data-twice")
def zip_same_data_in_two_forms(folder: Path) -> Path:
    made = members_of(shapefile(sub(folder)))
    return zipped(folder / "a.zip", {**made, "表示エリア.geojson": geojson(sub(folder), SQUARE, SECOND).read_bytes()})


@case("refuse", "zip-bomb")
def zip_bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as out, out.open("a.geojson", "w") as member:
        for _ in range(100):
            member.write(b" " * (1 << 20))
    return folder / "a.zip"


@case("refuse", "zip-bomb")
def zip_bomb_that_lies_about_its_size(folder: Path) -> Path:
    path = zip_bomb(folder)
    raw = bytearray(path.read_bytes())
    central = raw.find(b"PK\x01\x02")
    struct.pack_into("<I", raw, central + 24, 200 << 20)
    return write(path, bytes(raw))


@case("refuse", "too-big")
def zip_too_many_members(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as out:
        for number in range(5001):
            out.writestr(f"{number}.txt", "")
    return folder / "a.zip"


@case("refuse", "zip-broken")
def zip_truncated(folder: Path) -> Path:
    whole = zip_geojson_bytes(folder)
    return write(folder / "b.zip", whole[: len(whole) // 2])


@case("refuse", "zip-broken")
def zip_wrong_checksum(folder: Path) -> Path:
    raw = bytearray(zipped(folder / "a.zip", {"a.geojson": b"{}" + b" " * 50}, method=zipfile.ZIP_STORED).read_bytes())
    raw[raw.find(b"{}  ")] = ord("[")
    return write(folder / "b.zip", bytes(raw))


def zip_geojson_bytes(folder: Path) -> bytes:
    return zipped(folder / "a.zip", {"a.geojson": json.dumps(collection(SQUARE)).encode()}).read_bytes()


@case("refuse", "format-unknown")
def zip_self_extracting(folder: Path) -> Path:
    return write(folder / "a.zip", b"MZ\x90\x00" + b"\x00" * 100 + zip_geojson_bytes(folder))


@case("refuse", "zip-no-data")
def zip_without_data(folder: Path) -> Path:
    return zipped(folder / "a.zip", {"読んでください.pdf": b"%PDF"})


@case("refuse", "zip-twice")
def zip_one_name_twice(folder: Path) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(folder / "a.zip", "w") as out:
        warnings.simplefilter("ignore")
        out.writestr("a.geojson", json.dumps(collection(SQUARE)))
        out.writestr("a.geojson", json.dumps(collection(SECOND)))
    return folder / "a.zip"


@case("refuse", "file-empty")
def empty_file(folder: Path) -> Path:
    return write(folder / "a.geojson", b"")


@case("refuse", "file-missing")
def missing_file(folder: Path) -> Path:
    return folder / "ない.geojson"


@case("refuse", "not-a-file")
def a_folder(folder: Path) -> Path:
    return sub(folder, "a.gdb")


@case("refuse", "not-vector", kind="x-vector")
def noise_named_kml(folder: Path) -> Path:
    return write(folder / "a.kml", "ただの文\n")


@case("refuse", "format-unknown")
def picture_named_kml(folder: Path) -> Path:
    return write(folder / "a.kml", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50)
