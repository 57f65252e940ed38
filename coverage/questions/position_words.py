"""What is said when places or people do not lie where they should: (problem, remedy) of each question of position.py."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from coverage.questions.rasters import Offset
from coverage.questions.row_order import TOLERANCE_M
from coverage.questions.shift import Shift
from coverage.questions.whereabouts import FAR_M
from geodata.errors import Text

Words = tuple[Text, Text]
KINDS = {
    "settlement": Text("地区の一覧", "the list of settlements"),
    "facility": Text("施設の一覧", "the list of facilities"),
    "measurement": Text("測定・報告の記録", "the field records"),
}
TABLES = {"settlement": "[settlements]", "facility": "[[facilities]]", "measurement": "[evidence]"}
COMPASS = (
    Text("東", "east"),
    Text("北東", "north-east"),
    Text("北", "north"),
    Text("北西", "north-west"),
    Text("西", "west"),
    Text("南西", "south-west"),
    Text("南", "south"),
    Text("南東", "south-east"),
)
ANSWER = Text(
    "このままで正しいと確かめたときは、study.toml の [answers] にこの質問の番号と理由を書いてください。",
    "If it is right as it is, write the id of this question and the reason in [answers] of study.toml.",
)
ROWS_NAMED = 10


def _and_answer(ja: str, en: str) -> Text:
    return Text(f"{ja}{ANSWER.ja}", f"{en} {ANSWER.en}")


def elsewhere(kind: str, count: int, box: tuple[float, float, float, float] | None) -> Words:
    """No place is near the study. box: west, south, east, north, None where the places are no longer at hand."""
    lies_ja = f"（位置は東経{box[0]:.3f}〜{box[2]:.3f}度、北緯{box[1]:.3f}〜{box[3]:.3f}度）" if box else ""
    lies_en = f" (they lie at {box[0]:.3f}–{box[2]:.3f} E, {box[1]:.3f}–{box[3]:.3f} N)" if box else ""
    near_ja = f"調査区域とそのまわり{FAR_M / 1000:g}kmの中" if box else "調査区域の市町村の中"
    near_en = f"within {FAR_M / 1000:g} km of the study" if box else "in a municipality of the study"
    return (
        Text(
            f"{KINDS[kind].ja}の{count:,}件が、1件も{near_ja}にありません{lies_ja}。",
            f"none of the {count:,} places of {KINDS[kind].en} is {near_en}{lies_en}.",
        ),
        Text(
            f"別の地域のファイルなら、study.toml の {TABLES[kind]} を調査区域のファイルに替えてください。この地域のファイルなら、"
            "座標系（図形ファイルは crs の系番号）か緯度・経度の列の取り違えです。直してください。",
            f"If the file is of another region, name the right one in {TABLES[kind]} of study.toml. If it is of this one, its CRS "
            "(the zone in crs) or its columns of latitude and longitude are mistaken: mend them.",
        ),
    )


def mostly_elsewhere(kind: str, far: int, count: int) -> Words:
    """Most places are far, though the list does not span the study on all sides."""
    return (
        Text(
            f"{KINDS[kind].ja}の{count:,}件のうち{far:,}件が、調査区域から{FAR_M / 1000:g}kmより遠くにあります。",
            f"{far:,} of the {count:,} places of {KINDS[kind].en} are further than {FAR_M / 1000:g} km from the study.",
        ),
        _and_answer(
            f"隣の地域のファイルか、座標の誤りがないか確かめ、study.toml の {TABLES[kind]} を直してください。",
            f"See whether the file is of a neighbouring region or its coordinates are wrong, and mend {TABLES[kind]} of study.toml.",
        ),
    )


def rounded(kind: str, round_ones: int, count: int, decimals: int) -> Words:
    """Coordinates are rounded to `decimals` (0 to 2) decimals of a degree."""
    size = {0: "約100km", 1: "約10km", 2: "約1km"}[decimals]
    return (
        Text(
            f"{KINDS[kind].ja}の{count:,}件のうち{round_ones:,}件の緯度・経度が、小数第{decimals}位までに丸められています（{size}の粗さ）。"
            if decimals
            else f"{KINDS[kind].ja}の{count:,}件のうち{round_ones:,}件の緯度・経度が、度の整数に丸められています（{size}の粗さ）。",
            f"{round_ones:,} of the {count:,} places of {KINDS[kind].en} have coordinates rounded to {decimals} decimals of a degree.",
        ),
        _and_answer(
            "別のメッシュや地区に数えられてしまいます。丸める前の座標（小数第5位以上）のファイルに替えてください。",
            "They count in another cell or place. Give the file with its coordinates unrounded (five decimals or more).",
        ),
    )


def on_one_point(kind: str, count: int, points: int, listed: int, lon: float, lat: float) -> Words:
    """Many different places stand on the same few points."""
    return (
        Text(
            f"{KINDS[kind].ja}の{listed:,}件のうち{count:,}件が、名前が違うのに{points}つの同じ座標に集まっています（例: 東経{lon:.6f}、北緯{lat:.6f}）。",
            f"{count:,} of the {listed:,} places of {KINDS[kind].en} have different names yet share {points} points (e.g. {lon:.6f}, {lat:.6f}).",
        ),
        _and_answer(
            "住所から位置を求めたときに、見つからなかったものが役場などの1点に置かれたのかもしれません。位置を確かめて直してください。",
            "Addresses that were not found may have been put on one point, such as the town hall. Check and mend them.",
        ),
    )


def shifted(kind: str, shift: Shift) -> Words:
    """The whole list fits better when it is moved."""
    metres = float(np.hypot(shift.east_m, shift.north_m))
    way = COMPASS[round(float(np.arctan2(shift.north_m, shift.east_m)) / (np.pi / 4)) % len(COMPASS)]
    found_ja = (
        f"{way.ja}へ約{metres:.0f}m動かすと、書かれた市町村の外にある{shift.before:,}件が{shift.after:,}件に減ります"
        f"（市町村の分かる{shift.places:,}件のうち、新しく合うもの{shift.corrected:,}件、合わなくなるもの{shift.broken:,}件）。"
    )
    found_en = (
        f"moved {metres:.0f} m to the {way.en}, {shift.after:,} places lie outside the municipality they name instead of {shift.before:,} "
        f"(of {shift.places:,}; {shift.corrected:,} come right, {shift.broken:,} go wrong)."
    )
    if shift.kind == "tokyo":
        return (
            Text(
                f"{KINDS[kind].ja}の座標は旧日本測地系のようです（約450mずれています）。{found_ja}",
                f"{KINDS[kind].en} seems to be in the old Tokyo datum, about 450 m off: {found_en}",
            ),
            _and_answer(
                f"作成元に測地系を確かめ、世界測地系（JGD2011）に直したファイルに替えてください。座標系の書かれていない図形ファイルなら、study.toml の "
                f'{TABLES[kind]} に crs = "EPSG:4301" と書けば直して読みます。',
                "Ask its maker for the datum and give a file in JGD2011. For a vector file that names no CRS, "
                f'crs = "EPSG:4301" in {TABLES[kind]} of study.toml converts it.',
            ),
        )
    if shift.kind == "tokyo_twice":
        return (
            Text(
                f"{KINDS[kind].ja}は、世界測地系の座標を旧日本測地系とみなして変換したもののようです（約450mずれています）。{found_ja}",
                f"{KINDS[kind].en} seems to have been converted from the old Tokyo datum without being in it, about 450 m off: {found_en}",
            ),
            _and_answer(
                f'作成元に測地系を確かめ、変換する前のファイルに替えるか、study.toml の {TABLES[kind]} の crs = "EPSG:4301" を "EPSG:6668" に直してください。',
                f'Ask its maker for the datum; give the file before its conversion, or mend crs = "EPSG:4301" in {TABLES[kind]} to "EPSG:6668".',
            ),
        )
    return (
        Text(
            f"{KINDS[kind].ja}の座標が全体にずれているようです。{found_ja}", f"{KINDS[kind].en} seems to be shifted as a whole: {found_en}"
        ),
        _and_answer(
            "座標系（測地系・系番号）の取り違えか、メッシュの角と中心の取り違えがないか作成元に確かめ、直したファイルに替えてください。",
            "Ask its maker whether a CRS (datum, zone) or the corner and the centre of a mesh were mistaken, and give a mended file.",
        ),
    )


def _rows_named(rows: Iterable[int], between: str) -> str:
    listed = [int(row) for row in rows]
    return between.join(str(row) for row in listed[:ROWS_NAMED]) + ("…" if len(listed) > ROWS_NAMED else "")


def off_by_one(kind: str, count: int, left: int, slipped: int, rows: Iterable[int]) -> Words:
    """Names of municipalities slipped by one row: +1 down, -1 up."""
    way, way_en = ("下", "down") if slipped > 0 else ("上", "up")
    named, named_en = _rows_named(rows, "、"), _rows_named(rows, ", ")
    return (
        Text(
            f"{KINDS[kind].ja}の市町村名が1行{way}へずれているようです。位置と食い違う{count:,}件が、1行戻すと{left:,}件になります（{named}行目）。",
            f"the municipality names of {KINDS[kind].en} seem to have slipped one row {way_en}: {count:,} contradict their place, "
            f"{left:,} with the names moved back (rows {named_en}).",
        ),
        _and_answer(
            "元の表で、市町村名（コード）の列と位置の列を並べて確かめ、1行ずれた列を直してください。",
            "Compare the columns of municipality and position in the original table, and move the slipped one back.",
        ),
    )


def contradict(kind: str, count: int, naming: int, rows: Iterable[int]) -> Words:
    """More than single places lie far from the municipality they name."""
    named, named_en = _rows_named(rows, "、"), _rows_named(rows, ", ")
    return (
        Text(
            f"{KINDS[kind].ja}の市町村の分かる{naming:,}件のうち{count:,}件が、書かれた市町村から{TOLERANCE_M:g}mより離れた所にあります（{named}行目）。",
            f"{count:,} of {naming:,} places of {KINDS[kind].en} lie further than {TOLERANCE_M:g} m from the municipality they name (rows {named_en}).",
        ),
        _and_answer(
            "市町村名（コード）と緯度・経度のどちらが正しいか、これらの行を確かめて直してください。合併前の境界や別の年の一覧のこともあります。",
            "See in these rows whether the municipality or the position is right, and mend it. Boundaries or lists of another year do this too.",
        ),
    )


def off_grid(offset: Offset) -> Words:
    """A population raster fits the land better when it is moved by half a cell or one."""
    parts = [
        (f"{side_ja}へ{abs(size):g}区画", f"{abs(size):g} cells {side_en}")
        for size, (side_ja, side_en) in (
            (offset.east, ("東", "east") if offset.east > 0 else ("西", "west")),
            (offset.north, ("北", "north") if offset.north > 0 else ("南", "south")),
        )
        if size
    ]
    move_ja, move_en = "・".join(ja for ja, _ in parts), " and ".join(en for _, en in parts)
    return (
        Text(
            f"人口ラスターの位置がずれているようです。{move_ja}動かすと、陸地のない区画の人口が{offset.before:,.0f}人から{offset.after:,.0f}人に減ります"
            f"（陸に入る区画{offset.corrected:,}、陸から外れる区画{offset.broken:,}）。",
            f"the population raster seems to be off: moved by {move_en}, {offset.after:,.0f} people are on cells without land instead of "
            f"{offset.before:,.0f} ({offset.corrected:,} cells get land, {offset.broken:,} lose it).",
        ),
        _and_answer(
            "書き出したときに、区画の角と中心を取り違えていないか（GeoTIFF の原点、ピクセルの基準）と、境界と人口の測地系を確かめて書き出し直してください。",
            "See whether corner and centre of the pixels were mistaken when it was written (origin of the GeoTIFF), and the datums; write it again.",
        ),
    )
