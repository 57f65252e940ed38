"""Which coordinate systems a file without one may be in: choices for a person, never for the program."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.errors import Text
from geodata.prefectures import PREFECTURES, metric_crs

ASKED_BY = frozenset({"crs-missing", "crs-contradiction", "crs-unreadable", "far-away", "coordinates-swapped"})


@dataclass(frozen=True)
class Choice:
    """A CRS by its code, and when it is the right one."""

    code: str
    name: Text


def crs_choices(prefecture: str, study_crs: str) -> list[Choice]:
    """Likely systems, the commonest in a prefecture's own data first."""
    plane = metric_crs(prefecture) if prefecture in PREFECTURES else study_crs
    found = [
        Choice(
            "EPSG:6668",
            Text("緯度経度・世界測地系 JGD2011（数字が 136.5 や 34.7 のような度の値）", "degrees, JGD2011 (numbers like 136.5 and 34.7)"),
        ),
        Choice(
            plane,
            Text(
                "平面直角座標系・世界測地系 JGD2011（この県の系。数字がメートルの値）",
                "metres, the prefecture's plane rectangular zone, JGD2011",
            ),
        ),
        Choice(
            "EPSG:4326", Text("緯度経度・WGS84（GPSや海外のソフトから書き出したもの）", "degrees, WGS84 (from GPS or software from abroad)")
        ),
        Choice(
            "EPSG:3857", Text("ウェブ地図の座標（Webメルカトル。数字が千万に近いメートルの値）", "Web Mercator (numbers in the millions)")
        ),
        Choice(
            "EPSG:4301", Text("緯度経度・旧日本測地系（2002年より前に作られたもの）", "degrees, the old Tokyo datum (made before 2002)")
        ),
    ]
    if plane.startswith("EPSG:66") and plane[5:].isdigit() and 6669 <= int(plane[5:]) <= 6687:
        # the same zone on JGD2000 and on the old datum
        zone = int(plane[5:]) - 6669
        found.insert(
            3,
            Choice(
                f"EPSG:{2443 + zone}",
                Text("平面直角座標系・JGD2000（2002〜2011年ごろのもの）", "metres, the same zone on JGD2000 (about 2002 to 2011)"),
            ),
        )
        found.append(
            Choice(
                f"EPSG:{30161 + zone}",
                Text("平面直角座標系・旧日本測地系（2002年より前のもの）", "metres, the same zone on the old Tokyo datum (before 2002)"),
            )
        )
    return list({choice.code: choice for choice in found}.values())


CRS_WHY = Text(
    "このファイルには、座標（位置の数字）の決まりが書かれていません。まちがった決まりで読むと、エリアが数百mから数百km ずれ、"
    "人数がまちがいます。作成元（事業者など）に確かめて選んでください。下の絵は、選んだ決まりで読んだときの位置です。"
    "海の上や県の外に出るなら、その選択はまちがいです。絵の上で合っていても、旧日本測地系と世界測地系の違い（約450m）は"
    "見分けられません。",
    "This file does not say how its coordinates are to be read. Read wrongly, the area is off by hundreds of metres or "
    "kilometres and the figures are wrong. Ask whoever made it. The picture shows where the features fall with your choice: "
    "if that is at sea or outside the prefecture, the choice is wrong. Old and new datum (450 m apart) look alike even so.",
)
