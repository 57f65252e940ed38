"""Which coordinate reference system a file is in, and the way from there to ours. Never guessed.

A CRS comes from the file or from an answer recorded in the study. A definition whose name and numbers
disagree is refused; so is a way between datums that PROJ calls ballpark (it moves nothing). Old Tokyo datum
must move a known point by 400-500 m (DOMAIN 1.3), which is checked each time, not assumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geodata.errors import DataError, Text
from geodata.limits import check_count, limits

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

    from geodata.report import IntakeReport

JGD2011 = "EPSG:6668"
TOKYO_POINT = (136.5, 34.7)  # degrees, near Tsu
TOKYO_SHIFT_M = (400.0, 500.0)
SAME_PLACE_M = 0.01
NO_SHIFT_DEGREES = 1e-9  # 0.1 mm: what PROJ calls a null transformation
EDGE_M = 1_000.0  # longer edges of projected data bend on the way to degrees (PERF: Traps)
METRES_PER_DEGREE = 111_320.0

POLYGON = 3  # shapely's type ids
_GATHER = {4: "multipoints", 5: "multilinestrings", 6: "multipolygons", 7: "geometrycollections"}

_AUTHORITY = re.compile(r'(?:AUTHORITY\["EPSG",\s*"?(\d+)"?\]|ID\["EPSG",\s*(\d+)\])\s*\]\s*$')

_CRS84 = re.compile(r"^\s*(urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?OGC[:/][\d.]*[:/]?CRS84\s*$", re.IGNORECASE)

CRS_MEND = Text(
    '座標系を作成元に確かめ、study.toml のこのデータの欄に crs = "EPSG:6668" のように書いてください'
    "（経緯度なら世界測地系 EPSG:6668・旧日本測地系 EPSG:4301、平面直角座標系なら EPSG:6669〜6687。三重県は VI系 EPSG:6674）。",
    'ask who made it and write crs = "EPSG:6668" (or its true code) beside this file in study.toml',
)


@dataclass(frozen=True)
class Declared:
    """What a file says of its CRS.

    state: "declared" (text is WKT, PROJJSON or a code), "default" (the format's own rule: GeoJSON and KML are
    WGS84), "unknown" (the file says that it does not know) or "absent".
    """

    state: Literal["declared", "default", "unknown", "absent"]
    text: str = ""


@lru_cache(maxsize=64)
def parse_crs(text: str) -> CRS:
    """The CRS that `text` (code, WKT, PROJJSON) means; its own code where it is one. DataError if none."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if _CRS84.search(text):
        return CRS.from_epsg(4326)  # the same but for the order of axes, and we always put x first
    try:
        # network or file names are no CRS: only text that PROJ parses itself
        parsed = CRS.from_user_input(text.strip().strip("\x00"))
    except (CRSError, ValueError) as error:
        raise DataError(
            "crs-unreadable",
            Text(f"座標系の定義を読み取れません: {_short(text)}", f"the CRS definition cannot be read: {_short(text)}"),
            CRS_MEND,
        ) from error
    if parsed.is_compound:
        parsed = parsed.sub_crs_list[0]
    if parsed.is_bound and parsed.source_crs is not None:
        parsed = parsed.source_crs
    if parsed.is_geocentric or not (parsed.is_geographic or parsed.is_projected):
        raise DataError(
            "crs-unusable",
            Text(f"地上の位置を表さない座標系です: {_short(parsed.name)}", f"this CRS names no place on the ground: {_short(parsed.name)}"),
            CRS_MEND,
        )
    return _own_code(parsed, text)


def _own_code(parsed: CRS, text: str) -> CRS:
    """The EPSG entry with the same name and numbers, so that equal CRSs compare equal; an edited one refuses."""
    from pyproj import CRS

    exact = parsed.to_epsg(min_confidence=100)
    if exact:
        return CRS.from_epsg(exact)
    claims = {parsed.to_epsg(min_confidence=20)}
    if written := _AUTHORITY.search(text):
        claims.add(int(written[1] or written[2]))
    for code in sorted(claim for claim in claims if claim):
        known = CRS.from_epsg(code)
        if _same_numbers(parsed, known):
            return known
        claimed = bool(written and int(written[1] or written[2]) == code) or _plain(parsed.name) == _plain(known.name)
        if claimed and parsed.is_projected:
            raise DataError(
                "crs-edited",
                Text(
                    f"座標系の名前（{known.name}、EPSG:{code}）と中身の数値（中央経線・原点など）が食い違っています。",
                    f"the CRS calls itself {known.name} (EPSG:{code}) but its numbers (meridian, origin) differ",
                ),
                CRS_MEND,
            )
    return parsed


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _same_numbers(one: CRS, other: CRS) -> bool:
    """Whether both put the same degrees at the same coordinates, on the same datum."""
    from pyproj import Proj
    from pyproj.exceptions import CRSError

    datums = [_datum_name(crs).removesuffix("ensemble") for crs in (one, other)]
    if datums[0] != datums[1] or one.is_projected != other.is_projected:
        return False
    if one.is_geographic:
        return bool(one.ellipsoid == other.ellipsoid and one.prime_meridian == other.prime_meridian)
    area = other.area_of_use
    lon = (area.west + area.east) / 2 if area else TOKYO_POINT[0]
    lat = (area.south + area.north) / 2 if area else TOKYO_POINT[1]
    places = np.array([(crs_lon, crs_lat) for crs_lon in (lon, lon + 0.5) for crs_lat in (lat, lat + 0.5)]).T
    try:
        first, second = (np.array(Proj(crs)(*places)) for crs in (one, other))
    except CRSError:  # a projection that PROJ cannot compute
        return False
    return bool(np.isfinite(first).all() and np.abs(first - second).max() < SAME_PLACE_M)


def crs_name(crs: CRS) -> str:
    """ "EPSG:6674" where there is a code, else the CRS's own name."""
    code = crs.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code else str(crs.name)


def decide_crs(declared: Declared, answer: str | None, report: IntakeReport) -> CRS:
    """The CRS to read by: the file's own, else the study's `answer`, else a DataError that asks for it."""
    answered = parse_crs(answer) if answer else None
    if declared.state in {"absent", "unknown"}:
        if answered is None:
            raise _missing(declared)
        report.note(
            "warn",
            "crs-from-study",
            Text(
                f"ファイルに座標系の記載がないため、設定（study.toml）の {crs_name(answered)} として読みました。",
                f"the file names no CRS: read as {crs_name(answered)}, as study.toml says",
            ),
        )
        return answered
    own = parse_crs(declared.text)
    if answered is None or _agree(own, answered):
        _tell_custom(own, report)
        return own
    if declared.state == "default":
        report.note(
            "warn",
            "crs-from-study",
            Text(
                f"形式の決まりでは WGS84 ですが、設定（study.toml）の {crs_name(answered)} として読みました。",
                f"WGS84 by the rule of the format, but read as {crs_name(answered)}, as study.toml says",
            ),
        )
        return answered
    raise DataError(
        "crs-conflict",
        Text(
            f"ファイルの座標系（{crs_name(own)}）と設定の座標系（{crs_name(answered)}）が違います。",
            f"the file says {crs_name(own)}, the study says {crs_name(answered)}",
        ),
        Text(
            "ファイルが正しければ study.toml の crs の行を消してください。設定が正しければ、GISソフトでファイルの座標系の定義（.prj など）を直してください。",
            "drop the crs line from study.toml if the file is right; else mend the definition in the file (.prj) with GIS software",
        ),
    )


def _missing(declared: Declared) -> DataError:
    if declared.state == "unknown":
        problem = Text("ファイルに「座標系は不明」と書かれています（crs が null）。", "the file itself says that its CRS is unknown (null)")
    else:
        problem = Text("座標系（測地系）がファイルに書かれていません。", "the file does not say which CRS it is in")
    return DataError("crs-missing", problem, CRS_MEND)


def _agree(own: CRS, answered: CRS) -> bool:
    """Equal, or degrees on datums that PROJ moves by nothing (WGS84, JGD2000, JGD2011)."""
    if own.equals(answered, ignore_axis_order=True):
        return True
    if not (own.is_geographic and answered.is_geographic) or is_tokyo(own) or is_tokyo(answered):
        return False
    route = transformer(own, answered)
    return bool(np.abs(np.subtract(route.transform(*TOKYO_POINT), TOKYO_POINT)).max() < NO_SHIFT_DEGREES)


def _tell_custom(crs: CRS, report: IntakeReport) -> None:
    if not crs.to_epsg(min_confidence=100):
        report.note(
            "warn",
            "crs-custom",
            Text(
                f"EPSG コードのない座標系（{_short(crs.name)}）です。書かれた定義のとおりに変換しました。",
                f"a CRS without an EPSG code ({_short(crs.name)}): converted exactly as it is defined",
            ),
        )


def is_tokyo(crs: CRS) -> bool:
    """Whether the datum is the old Japanese one (旧日本測地系, used until 2002)."""
    return _datum_name(crs) in {"tokyo", "dtokyo", "tokyo1892", "tokyodatum"}


def _datum_name(crs: CRS) -> str:
    datum = crs.geodetic_crs.datum if crs.geodetic_crs else None
    return _plain(datum.name) if datum else ""


@lru_cache(maxsize=64)
def transformer(source: CRS, target: CRS) -> Transformer:
    """The way from one CRS to another, x/longitude first, never ballpark. DataError where there is none."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        route = Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise DataError(
            "crs-no-way",
            Text(
                f"測地系の変換方法が分かりません（{_short(source.name)} から {crs_name(target)} へ）。そのまま使うと数百m ずれるおそれがあります。",
                f"no known way from the datum of {_short(source.name)} to {crs_name(target)}: using it as it is may be hundreds of metres off",
            ),
            CRS_MEND,
        ) from error
    if is_tokyo(source) and not is_tokyo(target):
        _check_tokyo_shift(source, target)
    return route


def _check_tokyo_shift(source: CRS, target: CRS) -> None:
    """The degrees of a point near Tsu must move 400-500 m between the two datums."""
    moved_m = tokyo_shift_m(source, target)
    if not TOKYO_SHIFT_M[0] <= moved_m <= TOKYO_SHIFT_M[1]:
        raise DataError(
            "crs-tokyo-shift",
            Text(
                f"旧日本測地系からの変換で、津市付近の点の移動量が {moved_m:.0f} m でした（400〜500 m のはずです）。",
                f"converting from the old Tokyo datum moved a point near Tsu by {moved_m:.0f} m (it should be 400-500 m)",
            ),
            Text(
                "国土地理院の TKY2JGD などで世界測地系に変換したファイルを使ってください。",
                "convert the file to JGD2011 with TKY2JGD first",
            ),
        )


def tokyo_shift_m(source: CRS, target: CRS) -> float:
    """Metres between a point near Tsu before and after the change of datum."""
    from pyproj import Geod, Transformer

    route = Transformer.from_crs(source.geodetic_crs, target.geodetic_crs, always_xy=True, allow_ballpark=False)
    lon, lat = route.transform(*TOKYO_POINT)
    return float(Geod(ellps="GRS80").inv(*TOKYO_POINT, lon, lat)[2])


def operation_name(route: Transformer) -> str:
    """The name of the operation that `route` uses, as PROJ gives it."""
    from pyproj.exceptions import ProjError

    try:
        name = route.get_last_used_operation().description
    except ProjError:
        name = route.description
    parts = [part for part in str(name).split(" + ") if not part.startswith("axis order change")]
    return " + ".join(parts) or "none"


def to_target(geometries: Any, source: CRS, target: str, report: IntakeReport) -> Any:
    """`geometries` (object array) in `target`; long edges of projected data are cut to 1 km before.

    Records the operation in report.facts["crs_operation"]; old Tokyo datum warns.
    """
    import shapely

    goal = parse_crs(target)
    report.facts["crs"] = crs_name(source)
    if source.equals(goal, ignore_axis_order=True):
        report.facts["crs_operation"] = "none"
        return geometries
    route = transformer(source, goal)
    bends = source.is_projected or goal.is_projected
    if bends:
        edge = (EDGE_M if source.is_projected else EDGE_M / METRES_PER_DEGREE) / _unit_m(source)
        check_count("変換のための頂点数", "vertices for converting", int(shapely.length(geometries).sum() / edge), limits().vertices)
        geometries = _cut_long_edges(geometries, edge)
    if bends or not _stays(route, geometries):
        geometries = _moved(geometries, route)
    report.facts["crs_operation"] = operation_name(route)
    if is_tokyo(source) and not is_tokyo(goal):
        _tell_tokyo(source, goal, report)
    return geometries


def _cut_long_edges(geometries: Any, edge: float) -> Any:
    """`geometries` with no edge longer than `edge`. Only shapes that have one are touched.

    GEOS cuts whole polygons in a time that grows with the square of their parts, and mends them on the way:
    single rings it cuts quickly and leaves as they are.
    """
    import shapely

    result = geometries.copy()
    for row in np.flatnonzero(_longest_edge(geometries) > edge):
        parts = shapely.get_parts(geometries[row])
        if (shapely.get_type_id(parts) > POLYGON).any():  # collections within collections
            result[row] = shapely.segmentize(geometries[row], edge)
            continue
        polygons = shapely.get_type_id(parts) == POLYGON
        rings, owner = shapely.get_rings(parts[polygons], return_index=True)
        long = _longest_edge(rings) > edge  # the jumps from ring to ring are no edges
        rings[long] = shapely.segmentize(rings[long], edge)
        parts[polygons] = shapely.polygons(rings, indices=owner)
        parts[~polygons] = shapely.segmentize(parts[~polygons], edge)
        gather = _GATHER.get(shapely.get_type_id(geometries[row]))
        result[row] = getattr(shapely, gather)(parts) if gather else parts[0]
    return result


def _longest_edge(geometries: Any) -> Any:
    """Length of the longest step between neighbouring vertices of each geometry, parts run together."""
    import shapely

    places, owner = shapely.get_coordinates(geometries, return_index=True)
    longest = np.zeros(len(geometries))
    if len(places) > 1:
        steps = np.hypot(*np.diff(places, axis=0).T)
        steps[owner[1:] != owner[:-1]] = 0.0
        np.maximum.at(longest, owner[1:], steps)
    return longest


def _unit_m(crs: CRS) -> float:
    return float(crs.axis_info[0].unit_conversion_factor) if crs.is_projected and crs.axis_info else 1.0


def _stays(route: Transformer, geometries: Any) -> bool:
    """Whether the way is a null transformation on the four corners of the data."""
    import shapely

    west, south, east, north = shapely.total_bounds(geometries)
    x, y = np.array([west, east, west, east]), np.array([south, south, north, north])
    moved = route.transform(x, y)
    return bool(np.abs(np.subtract(moved, (x, y))).max() < NO_SHIFT_DEGREES)


def _moved(geometries: Any, route: Transformer) -> Any:
    import shapely

    places = shapely.get_coordinates(geometries)
    x, y = route.transform(places[:, 0], places[:, 1])
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise DataError(
            "crs-contradiction",
            Text("この座標系では地上の位置にならない座標があります。", "some coordinates are no place on the ground in this CRS"),
            CRS_MEND,
        )
    return shapely.set_coordinates(geometries.copy(), np.column_stack([x, y]))


def _tell_tokyo(source: CRS, goal: CRS, report: IntakeReport) -> None:
    moved_m = tokyo_shift_m(source, goal)
    report.facts["tokyo_shift_m"] = round(moved_m, 1)
    report.note(
        "warn",
        "crs-tokyo",
        Text(
            f"旧日本測地系の座標を {crs_name(goal)} に変換しました（操作: {report.facts['crs_operation']}、津市付近の移動量 {moved_m:.0f} m）。",
            f"old Tokyo datum converted to {crs_name(goal)} ({report.facts['crs_operation']}; a point near Tsu moves {moved_m:.0f} m)",
        ),
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:77] + "…"
