"""Open data of a study: a table, points and totals in which no small number can be found. For the public.

Everything inside the office stays exact; this is another folder with other file names. See columns.py for the
columns and coverage.disclosure_control for the masking.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from coverage.disclosure_control import SIGN, Masked, mask_small
from coverage.figures import figure
from geodata import mesh
from geodata.areas import degrees
from geodata.errors import Text
from geodata.grid import Grid
from geodata.municipality_codes import check_digit
from geodata.progress import Progress, silent
from geodata.schema import CRS_GEOGRAPHIC
from requests_gen.files import replace_folder
from requests_gen.open_data.columns import AT_MOST, COUNTS, LICENCE, Public, open_columns, readme
from requests_gen.results import columns, ranking_sheets
from requests_gen.wording import Caption, caption, numbers_and_eras, urgency

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Study


TABLE, POINTS, TOTALS, README = (
    "公開用_不感地区一覧.csv",
    "公開用_不感地区.geojson",
    "公開用_市町村別集計.csv",
    "公開用_はじめにお読みください.txt",
)
FILES = (TABLE, POINTS, TOTALS, README, replace_folder.MANIFEST)
DEGREE_DECIMALS = 4  # about 10 m: a settlement's middle is no finer
BLUR_LEVEL = 1000  # metres of the mesh whose middle stands for a zone without a settlement's point
FIRST = ("全国地方公共団体コード", "ID", "地方公共団体名", "名称", "優先順位")
LAST = ("緯度", "経度", "判定の世代", "判定の規則", "エリアの基準日", "備考")
WHOLE = "全体"


def write_open_data(result: Result, out_dir: Path | str, *, places: pd.DataFrame | None = None, progress: Progress = silent) -> list[Path]:
    """Write FILES into `out_dir`; what stood there before is kept as `<out_dir>.old`.

    places: settlement points or polygons in EPSG:6668, index settlement_id (settlement_places); without them a
    zone's point is the middle of a mesh of 1 km. Raises DataError, changing nothing, when the folder holds files
    of someone else, and when figures cannot be masked.
    """
    said = caption(result, "ja")
    progress(Text("少ない人数・世帯を秘匿しています", "masking small numbers"))
    masked = masked_counts(result)
    shown, left_out = open_columns(result)
    points = public_points(result, places)
    rows = _rows(result, masked, shown, points, said)
    out_dir = Path(out_dir)

    def build(folder: Path) -> None:
        (folder / TABLE).write_bytes(_csv(rows))
        (folder / POINTS).write_bytes(_geojson(rows, said))
        (folder / TOTALS).write_bytes(_csv(_totals(result, masked, said)))
        text = readme(result, said, shown, left_out, places is not None)
        (folder / README).write_bytes(text.encode("utf-8-sig"))
        facts = {"kengai": result.provenance["kengai"], "title": said.title, "notice": said.notice, "licence": LICENCE}
        listed = {**facts, "outputs": replace_folder.output_list(folder)}
        (folder / replace_folder.MANIFEST).write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    replace_folder.publish(build, out_dir)
    return [out_dir / name for name in FILES]


def masked_counts(result: Result) -> Masked:
    """The counts of every zone, by municipality and in all, as they may be shown. Index zone_id, ascending."""
    zones = pd.DataFrame(result.zones.drop(columns="geometry")).sort_index()
    keys = [column.key for column in COUNTS]
    # sums of shares are not exact in floats: a billionth of a person is nobody
    rows = zones[keys].astype(float).round(6).assign(municipality_id=zones["municipality_id"].astype(str))
    return mask_small(rows, {c.key: c.least for c in COUNTS}, ["municipality_id"], at_most=AT_MOST)


def public_points(result: Result, places: pd.DataFrame | None) -> pd.DataFrame:
    """lon, lat of every zone, degrees: the middle of its settlement, or of a mesh of 1 km. Index zone_id."""
    zones = result.zones.index.sort_values()
    middles = shapely.centroid(result.zones.geometry.reindex(zones).to_numpy(object))
    lon, lat = degrees(shapely.get_x(middles), shapely.get_y(middles), result.grid.crs)
    width, height = (part / 3_600_000 for part in mesh.cell_mas(BLUR_LEVEL))
    blur = Grid(-180.0, -90.0, width, height, round(360 / width), round(180 / height), CRS_GEOGRAPHIC)
    lon, lat = blur.centres(*blur.locate(lon, lat)[:2])
    found = pd.DataFrame({"lon": lon, "lat": lat}, index=zones)
    if places is not None:
        place = result.zone_ids.set_index("zone_id")["place_id"].reindex(zones)
        at = shapely.centroid(places.geometry.reindex(place.to_numpy()).to_numpy(object))
        known = ~shapely.is_missing(at)
        found.loc[known, "lon"] = shapely.get_x(at[known])
        found.loc[known, "lat"] = shapely.get_y(at[known])
    return found.round(DEGREE_DECIMALS)


def settlement_places(study: Study) -> pd.DataFrame | None:
    """The settlements of the study in EPSG:6668, index settlement_id; None where it has none or they are gone."""
    spec = study.settlements
    if spec is None or study.zones.unit == "contiguous":
        return None
    files = [study.path(name) for name in spec.files]
    if not all(file.is_file() for file in files):
        return None
    from coverage.inputs import read_files

    table, _ = read_files(spec, files)
    return pd.DataFrame(table.to_crs(CRS_GEOGRAPHIC))


def _rows(result: Result, masked: Masked, shown: Sequence[Public], points: pd.DataFrame, caption: Caption) -> list[dict[str, Any]]:
    """One record a zone in order of zone_id: text, numbers, None (unknown) or SIGN (masked)."""
    zones = pd.DataFrame(result.zones.drop(columns="geometry")).reindex(points.index)
    zones["designated"] = urgency.designated_words(zones, "", urgency.NO_DESIGNATION.ja)
    ranks, hidden = result.ranking["rank"], (masked.why_rows != "").any(axis=1)
    records = []
    for zone_id, zone in zones.iterrows():
        rank = SIGN if hidden[zone_id] else _number(float(ranks[zone_id]), 0)
        counts = {c.heading: _count(masked.shown.at[zone_id, c.key]) for c in COUNTS}
        others = {c.heading: _value(zone.get(c.key), c.decimals) for c in shown}
        names = (_code(str(zone["municipality_id"])), str(zone_id), str(zone["municipality"]), str(zone["name"]))
        at = points.loc[zone_id]
        last = (float(at["lat"]), float(at["lon"]), caption.generation, caption.rule_key, caption.as_of_key, caption.short_notice)
        records.append({**dict(zip(FIRST, (*names, rank), strict=True)), **counts, **others, **dict(zip(LAST, last, strict=True))})
    return records


def _totals(result: Result, masked: Masked, caption: Caption) -> list[dict[str, Any]]:
    """The totals of each municipality and of all; a total is unknown as soon as a part of it is."""
    zones = result.zones.reindex(masked.shown.index)
    owner = zones["municipality_id"].astype(str)
    names = dict(zip(owner, zones["municipality"].astype(str), strict=True))
    records = []
    for (level, name), total in masked.totals.iterrows():
        mine = owner == name if level else pd.Series(True, index=owner.index)
        unknown = zones.loc[mine.to_numpy(), [c.key for c in COUNTS]].isna().any()
        records.append(
            {
                FIRST[0]: _code(name) if level else "",
                FIRST[2]: names[name] if level else WHOLE,
                figure("zones_count").name.ja: int(mine.sum()),
                **{c.heading: None if unknown[c.key] else _count(total[c.key]) for c in COUNTS},
                LAST[2]: caption.generation,
                LAST[3]: caption.rule_key,
                LAST[4]: caption.as_of_key,
                columns.NOTE: caption.short_notice,
            }
        )
    return records


def _code(municipality_id: str) -> str:
    """全国地方公共団体コード of six digits; another country's code as it is."""
    five = len(municipality_id) == 5 and municipality_id.isdecimal()
    return municipality_id + check_digit(municipality_id) if five else municipality_id


def _count(value: object) -> int | str | None:
    """A count to whole persons as all papers round; SIGN and unknown as they are."""
    return value if isinstance(value, str) or value is None else numbers_and_eras.round_half_up(float(str(value)))


def _value(value: Any, decimals: int) -> Any:
    if value is None or value != value:
        return None
    return value if isinstance(value, str) else _number(float(value), decimals)


def _number(value: float, decimals: int) -> float | int | None:
    if value != value:
        return None
    return round(value, decimals) if decimals else round(value)


def _csv(records: Sequence[dict[str, Any]]) -> bytes:
    """UTF-8 with a mark, CRLF, RFC 4180; nothing that a spreadsheet takes for a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(list(records[0]) if records else [*FIRST, *LAST])
    for record in records:
        writer.writerow([_text(value) for value in record.values()])
    return stream.getvalue().encode(ranking_sheets.CSV_ENCODING)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ranking_sheets.unformula(value) if isinstance(value, str) else ranking_sheets.number_text(float(value))


def _geojson(records: Sequence[dict[str, Any]], caption: Caption) -> bytes:
    """Points; a masked figure is null and its column named in 秘匿, so that programs read numbers only."""
    features = []
    for record in records:
        properties = {key: None if value == SIGN else value for key, value in record.items()}
        properties["秘匿"] = [key for key, value in record.items() if value == SIGN]
        where = {"type": "Point", "coordinates": [record["経度"], record["緯度"]]}
        features.append({"type": "Feature", "id": record["ID"], "properties": properties, "geometry": where})
    facts = {
        "type": "FeatureCollection",
        "name": caption.title,
        "notice": caption.notice,
        "licence": LICENCE,
        "credits": caption.credits,
        "features": features,
    }
    return (json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")
