"""The 47 prefectures and the plane rectangular zone (平面直角座標系, JGD2011) each is measured in."""

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
