"""Reports of residents and municipalities: a CSV or XLSX, one report a row, and a folder with their photos.

日付, 緯度, 経度, 事業者, 世代, 状況 (圏外・つながらない・弱い・つながる), 屋内外, 報告者 (住民・市町), 写真 (file names in the
folder). Who reported, the words they wrote and the pictures themselves are not taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import Text
from geodata.evidence import photos as evidence_photos
from geodata.evidence import rows as ground
from geodata.evidence import values
from geodata.report import IntakeReport
from geodata.tables import column_of, plain, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "site_reports"
LICENCE = "自団体の資料"
CREDIT = "住民・市町からの報告"
REDISTRIBUTABLE = False
FIELDS = {
    "at": {"日時", "日付", "確認日", "報告日", "確認日時", "date"},
    "carrier": {"事業者", "事業者名", "キャリア", "carrier"},
    "generation": {"世代", "方式", "方式/世代", "generation"},
    "signal": {"状況", "状態", "電波の状況", "受信状況", "situation"},
    "indoors": {"屋内外", "屋内/屋外", "場所", "indoors"},
    "who": {"報告者", "報告者区分", "区分", "reporter"},
    "photos": {"写真", "写真ファイル", "photo", "photos"},
}
REQUIRED = {"at": "日付", "carrier": "事業者", "signal": "状況"}
ALL = {"全社", "全て", "すべて", "全事業者", "どこも", "各社"}
MUNICIPAL = re.compile(r"(市|町|村|県|市町|市町村|自治体|役場|支所|[課係])(職員)?|.*(市|町|村|県)(役所|役場|庁|職員)")
MOST_PHOTOS = 20  # of one report
PHOTO_TROUBLE = {
    "missing": Text("フォルダに無い写真があります。", "photos that are not in the folder"),
    "unsafe": Text("フォルダの外を指す写真の名前は使いません。", "names of photos that lead out of the folder are not followed"),
    "too-big": Text("大きすぎる写真は読みませんでした。", "photos that are too big were not read"),
    "unreadable": Text("JPEG か PNG として読めない写真があります。", "photos that are no JPEG or PNG"),
    "too-many": Text(f"1件の報告の写真は{MOST_PHOTOS}枚まで読みます。", f"at most {MOST_PHOTOS} photos a report are read"),
    "no-folder": Text("写真のフォルダ（photos）が指定されていないため、写真を見ていません。", "no folder of photos was given"),
}


def read(
    paths: Path | str | Iterable[Path | str], *, carriers: ground.Names, photos: Path | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """EVIDENCE of kinds "municipal_report" and "resident_report", in JGD2011.

    A report about several carriers (全社, or names divided by 、) gives one record each. photos: the folder
    where the named pictures lie. A report without a word on who made it counts as a resident's.
    """
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    return ground.joined(lambda path: _read_one(path, carriers, photos), listed)


def _read_one(path: Path, carriers: ground.Names, photos: Path | None) -> tuple[pd.DataFrame, IntakeReport]:
    table, report = ground.read_located(path)
    columns = {name: column_of(table, words) for name, words in FIELDS.items()}
    ground.needed(table, columns, REQUIRED)
    written = {name: text_of(table, column) for name, column in columns.items()}
    rows = (
        pd.DataFrame({"__lon": table["__lon"], "__lat": table["__lat"]}, index=table.index)
        .assign(
            at=ground.times(written["at"], report),
            signal=written["signal"].map(signal_of),
            indoors=written["indoors"].map(values.indoors_of),
            rsrp_dbm=np.nan,
            call_ok="",
            kind=written["who"].map(kind_of),
        )
        .join(_photos(written["photos"], photos, report))
    )
    text = Text(
        f"状況が読めない行を除きました（{ground.unexpected_named(written['signal'][rows['signal'] == ''])}）。"
        "圏外・つながらない・弱い・つながる のどれかで書いてください。",
        "rows whose 状況 is not understood were left out; write 圏外, つながらない, 弱い or つながる",
    )
    rows = ground.left_out(rows, rows["signal"] == "", report, "says-nothing", text)
    rows = ground.generations(rows, written["generation"].loc[rows.index], report)
    return ground.evidence_table(_by_carrier(rows, written["carrier"].loc[rows.index], carriers, report), path), report


def kind_of(who: object) -> str:
    """ "municipal_report" where the word names an office (市町, ○○町役場), else "resident_report"."""
    return "municipal_report" if MUNICIPAL.fullmatch(plain(who)) else "resident_report"


def signal_of(written: object) -> str:
    """ "none", "weak", "works", or "" where the words are not known."""
    word = plain(written)
    if values.says_no_service(word) or re.search(
        r"(つながら|繋がら|使え|かから|でき)な(い|かった)|不通|不感|使用不可|利用不可|通話不可", word
    ):
        return "none"
    if re.search(r"弱|不安定|途切れ|とぎれ|つながりにく|繋がりにく", word):
        return "weak"
    return "works" if re.fullmatch(r"(良好|普通|圏内|(利用|使用|通話)?可(能)?|○|つなが(る|った)|繋が(る|った)|使える)", word) else ""


def _by_carrier(rows: pd.DataFrame, written: pd.Series, names: ground.Names, report: IntakeReport) -> pd.DataFrame:
    """One row a report and carrier; index: lines of the file, which may come several times."""
    known = ground.key_of(names)
    found = {}
    unexpected: list[str] = []
    for row, text in written.items():
        parts = list(names) if plain(text) in ALL else re.split(r"[、,，/／・;；\n]+", text)
        if plain(text) in known:
            parts = [text]  # a name may itself hold a dividing sign
        unexpected += [part.strip()[:20] for part in parts if plain(part) not in known]
        found[row] = list(dict.fromkeys(known[plain(part)] for part in parts if plain(part) in known))
    keys = pd.Series(found, dtype=object).reindex(rows.index)
    none = keys.map(len) == 0
    told = "、".join(dict.fromkeys(name or "空欄" for name in unexpected))[:100]
    text = Text(f"study.toml に無い事業者名だけの行を除きました（{told}）。", f"rows that name no carrier of study.toml ({told})")
    if unexpected:
        report.note(
            "warn",
            "carrier-strange",
            Text(
                f"study.toml に無い事業者名があります（{told}）。書き方が違うだけなら [evidence.aliases] に足してください。",
                f"carriers that study.toml does not name ({told}); add spellings to [evidence.aliases]",
            ),
            len(unexpected),
        )
    kept = ground.left_out(rows.assign(carrier=keys), none, report, "carrier-unknown", text)
    return kept.explode("carrier")


def _photos(written: pd.Series, folder: Path | None, report: IntakeReport) -> pd.DataFrame:
    """photos (how many were found), photo_day and photo_direction of the first that says them."""
    trouble: dict[str, list[object]] = {}
    rows = []
    for row, text in written.items():
        names = [name.strip() for name in re.split(r"[、,，;；\n]+", text) if name.strip()]
        found = []
        for name in names[:MOST_PHOTOS]:
            photo = _photo(folder, name, row, trouble)
            found += [photo] if photo else []
        if len(names) > MOST_PHOTOS:
            trouble.setdefault("too-many", []).append(row)
        day = next((photo.day for photo in found if photo.day), "")
        direction = next((photo.direction for photo in found if photo.direction == photo.direction), np.nan)
        rows.append((float(len(found)), day, direction))
    for code, lines in trouble.items():
        report.note("warn", f"photo-{code}", PHOTO_TROUBLE[code], len(lines), lines)
    columns = ["photos", "photo_day", "photo_direction"]
    return pd.DataFrame(rows, index=written.index, columns=columns).astype({"photo_direction": float})


def _photo(folder: Path | None, name: str, row: object, trouble: dict[str, list[object]]) -> evidence_photos.Photo | None:
    if folder is None:
        trouble.setdefault("no-folder", []).append(row)
        return None
    try:
        return evidence_photos.read_photo(folder, name)
    except evidence_photos.PhotoError as error:
        trouble.setdefault(error.code, []).append(row)
        return None
