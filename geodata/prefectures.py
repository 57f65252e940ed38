"""The 47 prefectures: people, land, and the plane rectangular zone (平面直角座標系, JGD2011) each is measured in."""

from __future__ import annotations

NAMES = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
]
PREFECTURES = {f"{number:02d}": name for number, name in enumerate(NAMES, start=1)}

# 令和2年国勢調査 人口等基本集計（総務省統計局）: people of each prefecture on 2020-10-01, 126,146,099 in all
_PEOPLE = """
    5224614 1237984 1210534 2301996 959502 1068027 1833152 2867009
    1933146 1939110 7344765 6284480 14047594 9237337 2201272 1034814
    1132526 766863 809974 2048011 1978742 3633202 7542415 1770254
    1413610 2578087 8837685 5465002 1324473 922584 553407 671126
    1888432 2799702 1342059 719559 950244 1334841 691527 5135214
    811442 1312317 1738301 1123852 1069576 1588256 1467480
"""
# 全国都道府県市区町村別面積調（国土地理院）, whole km² with the northern islands and what is not yet divided
_KM2 = """
    83424 9646 15275 7282 11638 9323 13784 6098
    6408 6362 3798 5157 2194 2416 12584 4248
    4186 4191 4465 13562 10621 7777 5173 5774
    4017 4612 1905 8401 3691 4725 3507 6708
    7114 8479 6113 4147 1877 5676 7104 4987
    2441 4131 7409 6341 7735 9187 2281
"""
CENSUS_2020 = {code: int(people) for code, people in zip(PREFECTURES, _PEOPLE.split(), strict=True)}
AREA_KM2 = {code: int(km2) for code, km2 in zip(PREFECTURES, _KM2.split(), strict=True)}

# 平成14年国土交通省告示第9号. 北海道 (XI–XIII) and the outer islands have more than one zone: the main one here
ZONES = {
    1: "42",
    2: "40 41 43 44 45 46",
    3: "32 34 35",
    4: "36 37 38 39",
    5: "28 31 33",
    6: "18 24 25 26 27 29 30",
    7: "16 17 21 23",
    8: "15 19 20 22",
    9: "07 08 09 10 11 12 13 14",
    10: "02 03 04 05 06",
    12: "01",
    15: "47",
}
FIRST_EPSG = 6669  # zone I
# further zones that the same notice gives to a part of a prefecture
FURTHER_ZONES = {"01": (11, 13), "13": (14, 18, 19), "46": (1,), "47": (16, 17)}


def metric_crs(prefecture: str) -> str:
    """The plane rectangular CRS of a prefecture (two digits), e.g. "24" → "EPSG:6674"."""
    return f"EPSG:{FIRST_EPSG + plane_zones(prefecture)[0] - 1}"


def plane_zones(prefecture: str) -> tuple[int, ...]:
    """The plane rectangular zones (1 to 19) of a prefecture (two digits), the main one first: "13" → (9, 14, 18, 19)."""
    for zone, members in ZONES.items():
        if prefecture in members.split():
            return (zone, *FURTHER_ZONES.get(prefecture, ()))
    raise ValueError(f"no such prefecture: {prefecture!r}")
