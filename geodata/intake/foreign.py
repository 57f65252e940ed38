"""Well-known files that are no carrier's area: told by their columns, their content, or their name.

Any polygon could be a carrier's area, so a file of another kind would pass for one without a word. What is
listed here are the public products that an office has at hand; columns and names as their publishers write them
(国土数値情報, e-Stat, 基盤地図情報, Ookla, OpenStreetMap, GADM, Natural Earth).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pandas as pd

from geodata.errors import Text
from geodata.tables import shown, text_of

MOST = 0.5  # share of the rows that must speak of it before content alone tells
LOOKED_AT = 2000  # rows: content that tells at all tells at once


@dataclass(frozen=True)
class Foreign:
    """What a file is: its name, the table of study.toml that it belongs to ("" = none), and what told it."""

    name: Text
    table: str
    sign: Text


# 国土数値情報: the identifier begins every column (A33_001) and the file's name (A33-25_24_…)
_KSJ: dict[str, tuple[str, str, str]] = {
    "A09": ("都市地域", "city planning areas", ""),
    "A10": ("自然公園地域", "natural parks", '[[areas]] kind = "parks"'),
    "A11": ("自然保全地域", "nature conservation areas", ""),
    "A12": ("農業地域", "farming areas", ""),
    "A13": ("森林地域", "forest areas", ""),
    "A15": ("鳥獣保護区", "wildlife reserves", ""),
    "A16": ("人口集中地区", "densely inhabited districts", '[[areas]] kind = "did"'),
    "A17": ("過疎地域", "depopulated areas", '[[areas]] kind = "designated"'),
    "A18": ("半島振興対策実施地域", "peninsula areas", '[[areas]] kind = "designated"'),
    "A19": ("離島振興対策実施地域", "remote islands", '[[areas]] kind = "designated"'),
    "A22": ("豪雪地帯", "heavy snow areas", '[[areas]] kind = "designated"'),
    "A24": ("振興山村", "mountain villages", '[[areas]] kind = "designated"'),
    "A25": ("特定農山村地域", "farming and mountain areas", '[[areas]] kind = "designated"'),
    "A27": ("小学校区", "primary school districts", ""),
    "A29": ("用途地域", "land use zones", ""),
    "A30": ("土砂災害・雪崩メッシュ", "landslide and avalanche mesh", ""),
    "A31": ("洪水浸水想定区域", "flood areas", ""),
    "A32": ("中学校区", "junior high school districts", ""),
    "A33": ("土砂災害警戒区域", "landslide areas", '[[areas]] kind = "hazards"'),
    "A38": ("医療圏", "medical care areas", ""),
    "A40": ("津波浸水想定", "tsunami flood areas", '[[areas]] kind = "hazards"'),
    "A42": ("歴史的風土保存区域", "historic landscape areas", ""),
    "A45": ("国有林野", "national forests", ""),
    "A46": ("地すべり防止区域", "landslide prevention areas", ""),
    "A47": ("急傾斜地崩壊危険区域", "steep slope areas", ""),
    "A48": ("災害危険区域", "disaster danger areas", ""),
    "A49": ("高潮浸水想定区域", "storm surge areas", ""),
    "L03": ("土地利用メッシュ", "land use mesh", ""),
    "N01": ("道路", "roads", "[[roads]]"),
    "N03": ("行政区域", "administrative areas", "[boundaries]"),
    "N10": ("緊急輸送道路", "emergency roads", "[[roads]]"),
    "N13": ("道路", "roads", '[[roads]] kind = "n13"'),
    "P04": ("医療機関", "clinics", '[[facilities]] kind = "clinics_p04"'),
    "P05": ("市町村役場等・集会施設", "offices and halls", '[[facilities]] kind = "offices_p05"'),
    "P29": ("学校", "schools", '[[facilities]] kind = "schools_p29"'),
    "W05": ("河川", "rivers", ""),
    "W09": ("湖沼", "lakes", ""),
    "W12": ("流域界", "river basins", ""),
}
_KSJ_COLUMN = re.compile(r"([ACGLNPSWX][0-9]{2})[a-z]?[0-9]?_[0-9]{2,3}[a-z]?", re.IGNORECASE)
_KSJ_FILE = re.compile(r"([ACGLNPSWX][0-9]{2})[a-z]?[0-9]?[-_][0-9]{2}", re.IGNORECASE)

# columns that must all be there → what the file is
_LAYOUTS: tuple[tuple[frozenset[str], tuple[str, str, str]], ...] = (
    (frozenset({"KEN", "CITY", "JINKO", "MENSEKI"}), ("人口集中地区（e-Stat）", "DID (e-Stat)", '[[areas]] kind = "did"')),
    (frozenset({"KEY_CODE", "S_NAME"}), ("国勢調査の小地域（e-Stat）", "small areas of the census (e-Stat)", "[settlements]")),
    (frozenset({"KEY_CODE", "MOJI"}), ("国勢調査の小地域（e-Stat）", "small areas of the census (e-Stat)", "[settlements]")),
    (frozenset({"KEY_CODE", "MESH1_ID"}), ("地域メッシュの境界（e-Stat）", "mesh borders (e-Stat)", "")),
    (frozenset({"QUADKEY", "AVG_D_KBPS"}), ("Ookla の速度測定タイル", "Ookla speed test tiles", "")),
    (frozenset({"AVG_D_KBPS", "AVG_U_KBPS"}), ("Ookla の速度測定タイル", "Ookla speed test tiles", "")),
    (frozenset({"OSM_ID", "FCLASS"}), ("OpenStreetMap の地物", "OpenStreetMap features", "")),
    (frozenset({"GID_0"}), ("GADM の行政界", "GADM borders", '[boundaries] kind = "polygons"')),
    (frozenset({"FEATURECLA", "SCALERANK"}), ("Natural Earth の地物", "Natural Earth features", '[boundaries] kind = "polygons"')),
    (frozenset({"LFSPANFR", "ORGGILVL"}), ("基盤地図情報の地物", "features of 基盤地図情報", "")),
    (frozenset({"RCOM_NAME"}), ("農業集落境界", "farm settlements", "[settlements]")),
)
_PROJECTION = re.compile(r"PTN_[0-9]{4}")
_CENSUS = re.compile(r"T[0-9]{9}")
# names that people and publishers give to files
_FILES: tuple[tuple[re.Pattern[str], tuple[str, str, str]], ...] = (
    (re.compile(r"土砂災害|急傾斜|地すべり"), _KSJ["A33"]),
    (re.compile(r"津波|tsunami", re.IGNORECASE), _KSJ["A40"]),
    (re.compile(r"洪水|浸水想定"), _KSJ["A31"]),
    (re.compile(r"人口集中地区|_did_ddsw|(?<![a-z])ddsw[0-9h]", re.IGNORECASE), _LAYOUTS[0][1]),
    (re.compile(r"行政区域|行政界|市町村界"), _KSJ["N03"]),
    (re.compile(r"自然公園"), _KSJ["A10"]),
    (re.compile(r"(r2k[ab]|h27k[ab]|a002005212\d{4}ddsw)[0-9]", re.IGNORECASE), _LAYOUTS[1][1]),
    (re.compile(r"ookla|performance_(mobile|fixed)_tiles|gps_(mobile|fixed)_tiles", re.IGNORECASE), _LAYOUTS[4][1]),
    (re.compile(r"gadm[0-9]", re.IGNORECASE), _LAYOUTS[7][1]),
)
# what stands in the rows of files whose columns were renamed
_CONTENT: tuple[tuple[re.Pattern[str], tuple[str, str, str]], ...] = (
    (re.compile(r"急傾斜地|土石流|地すべり|地滑り|土砂災害(?:特別)?警戒区域"), _KSJ["A33"]),
    (re.compile(r"[0-9.]+ ?(?:m|ｍ|メートル)以上.*(?:未満|以上)|浸水深"), ("浸水想定区域", "flooded areas", '[[areas]] kind = "hazards"')),
    (re.compile(r"人口集中地区"), _LAYOUTS[0][1]),
    (re.compile(r"(?:特別|普通)地域|国定公園|国立公園|県立自然公園"), _KSJ["A10"]),
)


def foreign_layout(names: Iterable[str], rows: pd.DataFrame) -> Foreign | None:
    """What else than a carrier's area a file plainly is; None where nothing says so.

    names: of the file and of what is in it; rows: its attributes. Told by columns first, then content, then name.
    """
    columns = [unicodedata.normalize("NFKC", str(name)).strip().upper() for name in rows.columns]
    by_columns = _by_columns(columns)
    if by_columns:
        listed = Text("列 " + shown(rows), "columns " + shown(rows))
        return Foreign(Text(by_columns[0], by_columns[1]), by_columns[2], listed)
    return _by_content(rows) or _by_name(names)


def _by_columns(columns: Collection[str]) -> tuple[str, str, str] | None:
    signs = [found[1].upper() for name in columns if (found := _KSJ_COLUMN.fullmatch(name))]
    for sign in signs:
        if sign in _KSJ:
            return _named(sign)
    if len(signs) > 1:
        return _named(signs[0])
    if any(_PROJECTION.fullmatch(name) for name in columns):
        return "将来推計人口メッシュ（国土数値情報）", "future population by mesh (国土数値情報)", "[future_population]"
    if "KEY_CODE" in columns and any(_CENSUS.fullmatch(name) for name in columns):
        return "国勢調査のメッシュ統計（e-Stat）", "census by mesh (e-Stat)", "[population]"
    return next((layout for signs, layout in _LAYOUTS if signs <= set(columns)), None)


def _named(sign: str) -> tuple[str, str, str]:
    ja, en, table = _KSJ.get(sign, ("", "", ""))
    return f"国土数値情報 {sign} {ja}".strip(), f"国土数値情報 {sign} {en}".strip(), table


def _by_content(rows: pd.DataFrame) -> Foreign | None:
    few = rows.head(LOOKED_AT)
    for name in (str(name) for name in few.columns if not pd.api.types.is_numeric_dtype(few[name])):
        cells = text_of(few, name)
        for pattern, (ja, en, table) in _CONTENT:
            if len(cells) and cells.str.contains(pattern).mean() > MOST:
                seen = cells[cells.str.contains(pattern)].iloc[0][:40]
                return Foreign(Text(ja, en), table, Text(f"列 {name}「{seen}」など", f'column {name}: "{seen}" and the like'))
    return None


def _by_name(names: Iterable[str]) -> Foreign | None:
    for name in names:
        plain = unicodedata.normalize("NFKC", name)
        sign = _KSJ_FILE.match(plain)
        known = _named(sign[1].upper()) if sign and sign[1].upper() in _KSJ else None
        found = known or next((layout for pattern, layout in _FILES if pattern.search(plain)), None)
        if found:
            return Foreign(Text(found[0], found[1]), found[2], Text(f"ファイル名 {name}", f"file name {name}"))
    return None
