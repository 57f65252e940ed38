"""基盤地図情報 数値標高モデル (5A, 5B, 5C, 10A, 10B, 1A) of 国土地理院: XML tiles and zips of them.

The list of what occurs in a cell is that of the product's specification (geodata.dem.fgd.KINDS). Of one tile given in two
editions the newer is used. 測量法: a survey result of 国土地理院; copies and works made from it follow its rules of use.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geodata.dem import read_fgd
from geodata.errors import Text
from geodata.report import IntakeReport
from geodata.terrain import Sea, Tile

NAME = "dem_fgd"
LICENCE = "国土地理院コンテンツ利用規約（測量法第29条・第30条の手続が要ることがあります）"
CREDIT = "国土地理院「基盤地図情報（数値標高モデル）」を加工して作成"
REDISTRIBUTABLE = False
FIELDS = {"tupleList": "kind of the cell, height in metres"}

Tiles = list[Tile]


def read(paths: Sequence[Path], *, crs: str | None = None, vertical: str = "", sea: Sea | None = None) -> tuple[Tiles, list[IntakeReport]]:
    """(tiles, a report a file whose records are cells). crs, vertical, sea: answers of the study where a file does not say."""
    read_in = [read_fgd(path, crs=crs, vertical=vertical, sea=sea) for path in paths]
    newest: dict[tuple[object, ...], Tile] = {}
    for tiles, _ in read_in:
        for tile in tiles:
            key = (tile.grid, tile.rank)
            if key not in newest or tile.as_of > newest[key].as_of:
                newest[key] = tile
    kept = {id(tile) for tile in newest.values()}
    for tiles, report in read_in:
        older = [tile for tile in tiles if id(tile) not in kept]
        known = sum(tile.known for tile in older)
        report.exclude(
            "terrain-tile-twice",
            Text(
                f"同じ区画の新しい（または同じ）版が別にあるため、{len(older)} 枚は使いません",
                f"{len(older)} tiles are not used: the same mesh is there in a newer (or equal) edition",
            ),
            known,
            [tile.label for tile in older],
        )
        report.accepted -= known
    return list(newest.values()), [report for _, report in read_in]
