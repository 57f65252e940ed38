"""Files of 基盤地図情報 DEM: an XML of one tile, or a zip of many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geodata.dem import fgd
from geodata.errors import DataError, Text
from geodata.intake import containers, opened
from geodata.report import IntakeReport
from geodata.safety import archive as safety_archive
from geodata.safety import ceilings, sniff
from geodata.terrain import Sea, Tile, cell_metres

FORMAT = containers.FORMAT_NAMES["dem"]
_NOMINAL = re.compile(r"(\d+)\s*[mｍ]メッシュ")
_CLASS = re.compile(r"DEM\d+([A-C])", re.IGNORECASE)
# laser before photographs: of two tiles equally fine the better measured answers
RANKS = {"A": 0, "B": 1, "C": 2, "": 3}
REASONS = {
    "not-given": Text("ファイルに書かれていないマス（先頭や末尾の省略）", "cells not given (before the first and after the last)"),
    "no-data": Text("「データなし」のマス", "cells called データなし"),
    "sea": Text("「海水面」で高さの無いマス", "cells called 海水面 without a height"),
    "no-height": Text("種別はあるが高さが -9999 のマス", "cells of a kind but without a height (-9999)"),
    "kind-unknown": Text("種別が分からないマス", "cells of a kind nobody knows"),
}


def is_fgd(path: Path) -> bool:
    """Whether a file is a 基盤地図情報 DEM or a zip that holds some, by its bytes. DataError where it cannot be opened."""
    try:
        ceilings.regular_file(path)
        found = sniff.format_of(path)
        return found == "dem" or (found == "zip" and containers.holds_dem(path))
    except DataError as error:
        raise error.at(path) from error.__cause__


def read_fgd(path: Path | str, *, crs: str | None = None, vertical: str = "", sea: Sea | None = None) -> tuple[list[Tile], IntakeReport]:
    """(its tiles, a report whose records are cells). Every value is read and checked, and none is kept.

    About 10 ms for a 5 m tile. crs, vertical, sea: answers of the study, see geodata.dem.fgd.parse.
    DataError names the tile and its line.
    """
    with opened(path, "terrain") as (file, report):
        tiles: list[Tile] = []
        words: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        strange: list[str] = []
        lowest, highest = np.inf, -np.inf
        for member, data in _documents(file, report):
            ceilings.check_time()
            found = _parsed(data, member, report, crs, vertical, sea)
            known = found.values[~np.isnan(found.values)]
            if len(known):
                lowest, highest = min(lowest, float(known.min())), max(highest, float(known.max()))
            words.update(found.words)
            unknown.update(found.unknown)
            strange += [member or file.name] if "kind-unknown" in found.unknown else []
            tiles.append(_tile(found, file, member, len(known), sea, crs))
        _tell(report, tiles, words, unknown, strange, (lowest, highest))
        return tiles, report


def values_of(tile: Tile) -> npt.NDArray[np.float32]:
    """float32[ny, nx] metres of an FGD tile, NaN = unknown, row 0 the southernmost."""
    report = IntakeReport(tile.path.name)
    try:
        ceilings.regular_file(tile.path)
        # not hashed again: a zip may hold thousands of tiles
        for member, data in _documents(tile.path, report, only=tile.member):
            return _parsed(data, member, report, tile.crs, tile.vertical, tile.sea).values
    except DataError as error:
        raise error.at(tile.path) from error.__cause__
    raise DataError(
        "terrain-changed",
        Text(f"{tile.label} が無くなりました。", f"{tile.label} is no longer there"),
        Text("標高のファイルを元に戻し、もう一度実行してください。", "put the file back and run again"),
        tile.path.name,
    )


def _documents(file: Path, report: IntakeReport, only: str = "") -> Iterator[tuple[str, bytes]]:
    """(member, bytes) of each tile in a file; `only` this member of a zip."""
    found = sniff.format_of(file)
    report.format = FORMAT + (" (zip)" if found == "zip" else "")
    if found == "dem":
        ceilings.check_count("バイト数", "bytes", file.stat().st_size, ceilings.limits().table_bytes)
        yield "", file.read_bytes()
        return
    if found != "zip":
        raise DataError(
            "terrain-not-dem",
            Text("基盤地図情報 DEM（XML か、その zip）ではありません。", "this is no 基盤地図情報 DEM (XML, or a zip of it)"),
            Text(
                "国土地理院「基盤地図情報 数値標高モデル」の zip か XML、または標高の GeoTIFF を指定してください。",
                "name a zip or XML of 基盤地図情報 数値標高モデル, or a GeoTIFF of heights",
            ),
        )
    with safety_archive.Archive(file) as archive:
        named = [member for member in archive.members if member.name == only] if only else list(containers.dem_members(archive))
        if not named and not only:
            raise containers.nothing_inside(archive, "基盤地図情報 DEM", "基盤地図情報 DEM")
        report.facts["other_members"] = len(archive.members) - len(named)
        for member in named:
            ceilings.check_count("バイト数", "bytes", member.entry.file_size, ceilings.limits().table_bytes)
            yield member.name, b"".join(archive.blocks(member))


def _parsed(data: bytes, member: str, report: IntakeReport, crs: str | None, vertical: str, sea: Sea | None) -> fgd.FgdTile:
    try:
        return fgd.parse(data, report, crs=crs, vertical=vertical, sea=sea)
    except DataError as error:
        if member:
            ja, en = (f" {error.where.ja}", f" {error.where.en}") if error.where else ("", "")
            error.where = Text(f"zip の中の {member}{ja}", f"{member} in the zip{en}")
        raise


def _tile(found: fgd.FgdTile, file: Path, member: str, known: int, sea: Sea | None, crs: str | None) -> Tile:
    own = cell_metres(found.grid)
    nominal = _NOMINAL.search(found.type)
    stated = float(nominal[1]) if nominal else own
    letter = _CLASS.search(member.rpartition("/")[2] or file.name)
    rank = RANKS[letter[1].upper() if letter else ""]
    return Tile(
        source="fgd",
        path=file,
        member=member,
        grid=found.grid,
        degrees=found.grid.bounds,
        shifted=False,
        resolution_m=stated if 0.5 < stated / own < 2 else own,
        vertical=found.vertical,
        rank=rank,
        as_of=found.as_of,
        known=known,
        sea=sea,
        crs=crs,
    )


def _tell(
    report: IntakeReport, tiles: list[Tile], words: Counter[str], unknown: Counter[str], strange: list[str], span: tuple[float, float]
) -> None:
    """Counts and frame of a file's tiles, into its report."""
    cells = sum(tile.grid.nx * tile.grid.ny for tile in tiles)
    known = sum(tile.known for tile in tiles)
    report.records_in_file, report.accepted = cells, known
    report.excluded |= {f"terrain-{reason}": count for reason, count in sorted(unknown.items())}
    boxes = np.array([tile.degrees for tile in tiles])
    report.facts |= {
        "tiles": len(tiles),
        "resolution_m": sorted({tile.resolution_m for tile in tiles}),
        "vertical": ", ".join(sorted({tile.vertical for tile in tiles})),
        "vertical_from": "file",
        "as_of": max(tile.as_of for tile in tiles),
        "crs": tiles[0].grid.crs,
        "bounds": [round(float(v), 9) for v in (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))],
        "cells": cells,
        "known_cells": known,
        "cells_by_kind": dict(sorted(words.items())),
        "heights_m": [round(v, 2) for v in span] if known else [],
    }
    if known < cells:
        parts = [(REASONS[reason], count) for reason, count in sorted(unknown.items())]
        report.note(
            "info",
            "terrain-unknown-cells",
            Text(
                f"{cells:,} マスのうち {cells - known:,} マス（{(cells - known) / cells:.1%}）は標高が不明です: "
                + "、".join(f"{text.ja} {count:,}" for text, count in parts),
                f"{cells - known:,} of {cells:,} cells ({(cells - known) / cells:.1%}) have no height: "
                + ", ".join(f"{text.en} {count:,}" for text, count in parts),
            ),
            cells - known,
        )
    if strange:
        listed = {word: count for word, count in words.items() if word not in fgd.KINDS}
        shown = list(listed.items())[: fgd.WORDS_SHOWN]
        report.note(
            "warn",
            "terrain-kind-unknown",
            Text(
                "仕様に無い種別のマスがあり、標高を不明としました: " + "、".join(f"「{word[:20]}」{count:,}" for word, count in shown),
                "kinds that the specification does not have, taken as unknown: "
                + ", ".join(f"{word[:20]} {count:,}" for word, count in shown),
            ),
            sum(listed.values()),
            strange,
        )
