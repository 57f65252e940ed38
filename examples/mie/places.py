"""What is real in the example: named places with their points, and the census totals of the municipalities.

Places: PyPI package `jp-prefecture` (MIT), which carries the 住所データ of Geolonia (CC BY 4.0).
Totals: population census of 2020, 29 municipalities (1,770,254 people in all).
"""

from __future__ import annotations

from importlib.metadata import distribution

import numpy as np
import pandas as pd

PREFECTURE = "24"
NEIGHBOURS = ("21", "23", "25", "26", "29", "30")  # 岐阜 愛知 滋賀 京都 奈良 和歌山
NEIGHBOUR_REACH_DEG = 0.4
CREDIT = "Geolonia 住所データ（CC BY 4.0）を PyPI パッケージ jp-prefecture（MIT）から利用し、加工して作成"

# code: (郡名, 市町名, people in the census of 2020)
CENSUS = {
    "24201": ("", "津市", 274_537),
    "24202": ("", "四日市市", 305_424),
    "24203": ("", "伊勢市", 122_765),
    "24204": ("", "松阪市", 159_145),
    "24205": ("", "桑名市", 138_613),
    "24207": ("", "鈴鹿市", 195_670),
    "24208": ("", "名張市", 76_387),
    "24209": ("", "尾鷲市", 16_252),
    "24210": ("", "亀山市", 49_835),
    "24211": ("", "鳥羽市", 17_525),
    "24212": ("", "熊野市", 15_965),
    "24214": ("", "いなべ市", 44_973),
    "24215": ("", "志摩市", 46_057),
    "24216": ("", "伊賀市", 88_766),
    "24303": ("桑名郡", "木曽岬町", 6_023),
    "24324": ("員弁郡", "東員町", 25_784),
    "24341": ("三重郡", "菰野町", 40_559),
    "24343": ("三重郡", "朝日町", 11_021),
    "24344": ("三重郡", "川越町", 15_123),
    "24441": ("多気郡", "多気町", 14_021),
    "24442": ("多気郡", "明和町", 22_445),
    "24443": ("多気郡", "大台町", 8_668),
    "24461": ("度会郡", "玉城町", 15_041),
    "24470": ("度会郡", "度会町", 7_847),
    "24471": ("度会郡", "大紀町", 7_815),
    "24472": ("度会郡", "南伊勢町", 10_989),
    "24543": ("北牟婁郡", "紀北町", 14_604),
    "24561": ("南牟婁郡", "御浜町", 8_079),
    "24562": ("南牟婁郡", "紀宝町", 10_321),
}
TOTAL_POPULATION = 1_770_254
# published rounded: 74.12 万世帯 and 52.21 万人 aged 65 or more
TOTAL_HOUSEHOLDS = 741_200
TOTAL_65PLUS = 522_100


def read_places() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The places of Mie, and those of its neighbours that lie near.

    Columns of both: code (five digits), town, roman ("" if unknown), lon, lat (degrees). In the package's
    order, which is the order of the codes.
    """
    found = distribution("jp-prefecture")
    table = pd.read_csv(str(found.locate_file("jp_prefecture/data/towns.csv")), dtype=str, keep_default_na=False, index_col=0)
    table = table.rename(columns={"cityCode": "code", "townAlphabet": "roman"})
    table["lon"] = table["longitude"].astype(float)
    table["lat"] = table["latitude"].astype(float)
    kept = ["code", "town", "roman", "lon", "lat"]
    mie = table.loc[table["prefCode"] == PREFECTURE, kept].reset_index(drop=True)
    if set(mie["code"]) != set(CENSUS):
        raise ValueError("the package's places are not those of the 29 municipalities")
    near = (
        table["prefCode"].isin(NEIGHBOURS)
        & table["lon"].between(mie["lon"].min() - NEIGHBOUR_REACH_DEG, mie["lon"].max() + NEIGHBOUR_REACH_DEG)
        & table["lat"].between(mie["lat"].min() - NEIGHBOUR_REACH_DEG, mie["lat"].max() + NEIGHBOUR_REACH_DEG)
    )
    around = table.loc[near, kept].drop_duplicates(["lon", "lat"]).reset_index(drop=True)
    return mie, around


def largest_remainder(expected: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in the proportion of `expected` (≥ 0, float[n]) that sum to `total`; ties to the first."""
    exact = expected * (total / expected.sum())
    whole = np.floor(exact).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:missing]] += 1
    return np.asarray(whole)
