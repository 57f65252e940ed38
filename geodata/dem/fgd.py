"""One tile of 基盤地図情報 数値標高モデル (FGD_GMLSchema): GML text to heights.

The list of values runs from north-west to south-east, x fastest, and begins at `startPoint`; cells before it and cells
after the last value given are unknown. The long list is cut out and parsed as a table, so that XML is only parsed of the
two kilobytes around it.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata import mesh
from geodata.crs import JGD2011, is_tokyo, parse_crs
from geodata.errors import DataError, Text
from geodata.formats import xml_text
from geodata.grid import Grid
from geodata.intake import heights
from geodata.report import IntakeReport
from geodata.safety import ceilings
from geodata.terrain import Sea

# kinds of a cell in the product's specification. 表層面 is the top of what stands on the ground; その他 is 10B's ground
SEA, NOTHING = "海水面", "データなし"
KINDS = ("地表面", "表層面", SEA, "内水面", NOTHING, "その他")
NO_HEIGHT = -9999.0
ORDER = "+x-y"
MESH_LEVELS = {6: 10_000, 8: 1_000}  # digits of its code → metres
MOST = 1e9  # no degree and no number of cells is larger
CORNER_DEGREES = 1e-6  # corners are written to nine places: nearer than this to its mesh's they are the mesh's
WORDS_SHOWN = 5
_LIST = re.compile(rb"<(?:[\w.-]+:)?tupleList\s*(/?)>")
_SRS = re.compile(r"jgd(2000|2011|2024)\.bl", re.IGNORECASE)
_RECORD = re.compile(r"[^,]+,[+-]?(\d+\.?\d*|\.\d+)")
AGAIN = Text("国土地理院「基盤地図情報ダウンロードサービス」からもう一度ダウンロードしてください。", "download it again from 国土地理院")


@dataclass(frozen=True)
class FgdTile:
    """values: float32[ny, nx] metres, NaN = unknown, row 0 the southernmost, over `grid`.

    words: cells given of each kind, as the file names it; unknown: cells without a height by reason
    ("not-given", "no-data", "sea", "no-height", "kind-unknown"). as_of: the date of the data, ISO.
    """

    mesh: str
    type: str
    vertical: str
    as_of: str
    grid: Grid
    values: npt.NDArray[np.float32]
    words: dict[str, int]
    unknown: dict[str, int]


def parse(data: bytes, report: IntakeReport, *, crs: str | None = None, vertical: str = "", sea: Sea | None = None) -> FgdTile:
    """The tile in `data`, the bytes of one XML file. DataError where it is damaged or means something else.

    crs, vertical: the study's answers for a tile that names no Japanese geodetic datum. sea: "zero" gives cells called
    海水面 that have no height 0 m, "nodata" makes every such cell unknown, None leaves them as they are.
    """
    text, block, line = _cut(_utf8(data))
    head = _head(text)
    if len(head.get("DEM", [])) != 1 or len(head.get("tupleList", [])) != 1:
        raise _broken("DEM か標高の一覧（tupleList）が1つではありません", "not exactly one DEM with one list of heights")
    vertical = _vertical(_one(head, "srsName"), crs, vertical, report)
    grid = _grid(head)
    start = _start(head, grid)
    kinds, given = _values(block, line)
    count = grid.nx * grid.ny
    if start + len(given) > count:
        raise _broken(
            f"値が {len(given):,} 個あり、{start:,} 番目のマスから数えると {count:,} マスに収まりません",
            f"{len(given):,} values from cell {start:,} do not fit into {count:,} cells",
        )
    given, unknown = _known(kinds, given, sea)
    flat = np.full(count, np.nan, np.float32)
    flat[start : start + len(given)] = given
    unknown["not-given"] = count - len(given)
    words = {str(kind): int(n) for kind, n in kinds.value_counts().items() if n}
    values = np.ascontiguousarray(flat.reshape(grid.ny, grid.nx)[::-1])
    as_of = head.get("timePosition", [""])[-1]  # 整備完了日 stands last
    return FgdTile(_one(head, "mesh"), _one(head, "type"), vertical, as_of, grid, values, words, {k: n for k, n in unknown.items() if n})


def _utf8(data: bytes) -> bytes:
    encoding = xml_text.encoding_of(data[:512])
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        return data
    try:
        return xml_text.as_utf8(data, encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise _broken(f"文字コード {encoding} で読めません", f"not in its encoding, {encoding}") from error


def _cut(data: bytes) -> tuple[bytes, bytes, int]:
    """(the XML without its list of values, the list, the number of its first line)."""
    found = _LIST.search(data)
    if found is None:
        raise _broken("標高の一覧（tupleList）がありません", "no list of heights (tupleList)")
    if found[1]:
        return data, b"", 0
    end = data.find(b"</", found.end())
    if end < 0:
        raise _broken("標高の一覧（tupleList）の途中で切れています", "cut short inside its list of heights (tupleList)")
    return data[: found.end()] + data[end:], data[found.end() : end], data.count(b"\n", 0, found.end()) + 1


def _head(text: bytes) -> dict[str, list[str]]:
    """Text of every element by its bare name, in order, and the srsName of the envelope."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Any = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise DataError(
            "xml-unsafe",
            Text(
                "外部のファイルを読み込む宣言（DOCTYPE・ENTITY）が入っています。",
                "it declares a DOCTYPE or entities, which can read other files",
            ),
            AGAIN,
        ) from error
    except (ParseError, ValueError, RecursionError) as error:
        raise _broken("XML の書き方が壊れているか、途中で切れています", "malformed XML, or cut short") from error
    found: dict[str, list[str]] = {}
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        found.setdefault(name, []).append((element.text or "").strip())
        for attribute in ("srsName", "order"):
            if attribute in element.attrib:
                found.setdefault(attribute, []).append(element.attrib[attribute])
    return found


def _one(head: dict[str, list[str]], name: str) -> str:
    values = head.get(name, [])
    if len(values) != 1:
        raise _broken(f"{name} が {len(values)} 個あります（1個のはずです）", f"{len(values)} of {name} where one is due")
    return values[0]


def _two(head: dict[str, list[str]], name: str) -> tuple[float, float]:
    text = _one(head, name)
    try:
        first, second = (float(part) for part in text.split())
    except ValueError:
        first = second = np.inf
    if not (abs(first) < MOST and abs(second) < MOST):  # NaN and infinity too
        raise _broken(f"{name} が2つの数ではありません（{text[:40]}）", f"{name} holds no two numbers ({text[:40]})")
    return first, second


def _vertical(srs: str, crs: str | None, vertical: str, report: IntakeReport) -> str:
    """What heights are counted from; refuses a datum nobody answers for."""
    if found := _SRS.search(srs):
        return "JGD" + found[1]
    if crs is None:
        raise DataError(
            "terrain-srs-unknown",
            Text(f"測地系の名前「{srs[:60]}」が分かりません。", f"the datum {srs[:60]!r} is not known"),
            Text(
                '日本測地系2000・2011・2024（fguuid:jgd2011.bl など）のはずです。作成元に確かめ、study.toml の [terrain] に crs = "EPSG:6668" のように書いてください。',
                'it should be fguuid:jgd2011.bl or the like: ask who made it, and write crs = "EPSG:6668" in [terrain] of study.toml',
            ),
        )
    answered = parse_crs(crs)
    if is_tokyo(answered) or not answered.is_geographic:
        raise DataError(
            "crs-tokyo-raster" if is_tokyo(answered) else "terrain-srs-unknown",
            Text("標高のマスは世界測地系の経緯度でなければ使えません。", "its cells must be degrees on a world datum"),
            Text("世界測地系（JGD2011）のデータを国土地理院からダウンロードしてください。", "download the tile on JGD2011 from 国土地理院"),
        )
    if not any(notice.code == "crs-from-study" for notice in report.notices):
        report.note(
            "warn",
            "crs-from-study",
            Text(
                f"測地系の名前「{srs[:60]}」が分からないため、設定（study.toml）の {crs} として読みました。",
                f"the datum {srs[:60]!r} is not known: read as {crs}, as study.toml says",
            ),
        )
    return vertical


def _grid(head: dict[str, list[str]]) -> Grid:
    """The cells as areas; corners are latitude first, and the mesh code must say the same place."""
    low, high = _two(head, "low"), _two(head, "high")
    south, west = _two(head, "lowerCorner")
    north, east = _two(head, "upperCorner")
    nx, ny = (int(b - a) + 1 for a, b in zip(low, high, strict=True))
    if low != (0.0, 0.0) or nx < 1 or ny < 1 or any(part != int(part) for part in high):
        raise _broken(f"マスの番号 {low}〜{high} が正しくありません", f"impossible grid envelope {low} to {high}")
    ceilings.check_count("マスの数", "cells", nx * ny, ceilings.limits().pixels)
    if head.get("axisLabels", ["x y"]) != ["x y"]:
        raise _broken("軸の並びが x y ではありません", "axes are not x y")
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise _broken(
            f"範囲（緯度 {south}〜{north}、経度 {west}〜{east}）が正しくありません。緯度と経度の順が違うおそれがあります",
            f"impossible extent (latitude {south} to {north}, longitude {west} to {east}): swapped?",
        )
    west, south, east, north = _as_meshed(_one(head, "mesh"), (west, south, east, north))
    return Grid(west, south, (east - west) / nx, (north - south) / ny, nx, ny, JGD2011)


def _as_meshed(code: str, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The exact bounds of the mesh that the tile says it is; refuses one that lies elsewhere."""
    level = MESH_LEVELS.get(len(code))
    if level is None or not (code.isascii() and code.isdigit()):
        return box
    try:
        south, west, north, east = _mesh_box(int(code), level)
    except ValueError:
        raise _broken(f"メッシュコード {code} が正しくありません", f"no mesh code: {code}") from None
    exact = (west, south, east, north)
    if max(abs(a - b) for a, b in zip(exact, box, strict=True)) > CORNER_DEGREES:
        raise _broken(
            f"メッシュコード {code} の範囲と、書かれた範囲（西{box[0]} 南{box[1]} 東{box[2]} 北{box[3]}）が違います",
            f"mesh {code} lies elsewhere than the extent written ({box})",
        )
    return exact


def _mesh_box(code: int, level: int) -> tuple[float, float, float, float]:
    west, south, east, north = (float(part[0]) for part in mesh.cell_bounds(np.array([code]), level))
    return south, west, north, east


def _start(head: dict[str, list[str]], grid: Grid) -> int:
    """The flat number, from the north-west and x fastest, of the cell that the first value belongs to."""
    if head.get("order") != [ORDER] or head.get("sequenceRule") != ["Linear"]:
        raise _broken(f"値の並び順が {ORDER} ではありません", f"the order of values is not {ORDER}")
    x, y = _two(head, "startPoint")
    if not (0 <= x < grid.nx and 0 <= y < grid.ny and x == int(x) and y == int(y)):
        raise _broken(f"始まりのマス（startPoint {x:g} {y:g}）が範囲の外です", f"startPoint {x:g} {y:g} is no cell of it")
    return int(y) * grid.nx + int(x)


def _values(block: bytes, line: int) -> tuple[pd.Series, npt.NDArray[np.float64]]:
    """(kinds, numbers as written) of the records of a list; DataError names the line of a bad one."""
    if b" " in block or b"\t" in block:
        block = re.sub(rb"[ \t]*,[ \t]*", b",", block)
    records = b"\n".join(block.split()) if b" " in block or b"\t" in block else block
    if not records.strip():
        return pd.Series([], dtype="category"), np.empty(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = pd.read_csv(
                io.BytesIO(records),
                header=None,
                names=["kind", "height"],
                dtype={"kind": "category", "height": "float64"},
                index_col=False,
                keep_default_na=False,
                quoting=3,
            )
    except (ValueError, Warning) as error:  # ParserError and UnicodeDecodeError are ValueErrors
        raise _bad_record(block, line) from error
    numbers = table["height"].to_numpy()
    wrong = ~np.isfinite(numbers) | (((numbers < heights.LOWEST_M) | (numbers > heights.HIGHEST_M)) & (numbers != NO_HEIGHT))
    if records.count(b",") != len(numbers) or wrong.any():
        raise _bad_record(block, line)
    return table["kind"], numbers


def _bad_record(block: bytes, line: int) -> DataError:
    """The refusal that names the first record that is no kind and height."""
    for number, row in enumerate(block.split(b"\n"), line):
        for record in row.decode("utf-8", "replace").split():
            fits = _RECORD.fullmatch(record)
            height = float(record.partition(",")[2]) if fits else 0.0
            if not fits or "\ufffd" in record or not (heights.LOWEST_M <= height <= heights.HIGHEST_M or height == NO_HEIGHT):
                return DataError(
                    "terrain-value",
                    Text(f"標高として読めない値です: {record[:40]}", f"this is no height: {record[:40]}"),
                    AGAIN,
                    where=Text(f"{number} 行目", f"line {number}"),
                )
    return _broken("標高の一覧を読めません", "its list of heights cannot be read")


def _known(kinds: pd.Series, given: npt.NDArray[np.float64], sea: Sea | None) -> tuple[npt.NDArray[np.float64], dict[str, int]]:
    """(heights with NaN where the list knows none, cells without one by reason)."""
    values = given.copy()
    at_sea, nothing = ((kinds == word).to_numpy() for word in (SEA, NOTHING))
    strange = ~kinds.isin(KINDS).to_numpy()
    values[values == NO_HEIGHT] = np.nan
    if sea == "zero":
        values[at_sea & np.isnan(values)] = 0.0
    elif sea == "nodata":
        values[at_sea] = np.nan
    values[nothing | strange] = np.nan
    empty = np.isnan(values)
    unknown = {
        "no-data": int(nothing.sum()),
        "sea": int((empty & at_sea).sum()),
        "kind-unknown": int(strange.sum()),
        "no-height": int((empty & ~at_sea & ~nothing & ~strange).sum()),
    }
    return values, unknown


def _broken(ja: str, en: str) -> DataError:
    return DataError(
        "terrain-broken", Text(f"基盤地図情報 DEM として読めません（{ja}）。", f"this cannot be read as a 基盤地図情報 DEM ({en})"), AGAIN
    )
