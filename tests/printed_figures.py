"""What the tool prints of a study: every sheet, paper, JSON and page as (place, label, value, about whom)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd

from coverage.change import Change
from coverage.figures import FIGURES
from coverage.result import Result
from requests_gen.annual_report.facts import Report
from requests_gen.annual_report.files import _sheet as annual_sheet
from requests_gen.annual_report.map import ReportMap
from requests_gen.annual_report.words import printed
from requests_gen.compare import whole_people as printing
from requests_gen.compare import words as compare_words
from requests_gen.compare import write_change
from requests_gen.files.workbook import HEADER_ROW
from requests_gen.letters import status
from requests_gen.letters.annexes.annex1 import Annex
from requests_gen.letters.annexes.annex1_table import AnnexTable, annex_table
from requests_gen.letters.annexes.annex2 import ZoneSheet, zone_sheets
from requests_gen.letters.cover import figure_boxes
from requests_gen.open_data.publish import TABLE, TOTALS, WHOLE, write_open_data
from requests_gen.wording import Caption, captions
from requests_gen.workspace import LetterSettings
from screens.map.card import card
from screens.map.figures import figures as map_figures
from screens.map.table import table as map_table
from screens.map.view import published, view_of
from screens.priorities import now, orders
from screens.years import charts, zone_table

EXACT, WHOLE_NUMBER, BESIDE_A_SUM = 1e-6, 0.5, 1.0  # how far a printed number may lie from the exact one
MARKS = set("○△×－")
SIGN = "×"  # masked in open data
BESIDE_NAMES = ("推計", "か所", "km", "人", "貴社")  # what may stand in brackets behind a name
NUMBER = re.compile(r"(?:約|推計|少なくとも)?(-?\d[\d,]*(?:\.\d+)?)")


@dataclass(frozen=True)
class Seen:
    """One printed figure. about: zone, municipality, carrier, generation, rule, year … in keys; step: as EXACT …"""

    place: str
    label: str
    value: float | str
    step: float = EXACT
    about: Mapping[str, str] = field(default_factory=dict)
    key: str = ""  # where the program itself says which figure it is

    @property
    def words(self) -> str:
        """The label as a reader takes it in: no line breaks, no difference of width."""
        return plain(self.label)


def plain(label: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", label))


def read(place: str, label: str, text: Any, **about: str) -> Iterator[Seen]:
    """A figure printed as text or as a number; nothing where it is unknown, empty or masked."""
    if text is None or text == "" or text != text:
        return
    if isinstance(text, int | float):
        yield Seen(place, label, float(text), EXACT if isinstance(text, float) else WHOLE_NUMBER, about)
        return
    said = unicodedata.normalize("NFKC", str(text)).strip()
    if said in MARKS:
        yield Seen(place, label, said, about=about)
    elif "未満" not in said and (found := NUMBER.match(said)):
        number = found[1].replace(",", "")
        percent = said[found.end() :].startswith("%")
        step = WHOLE_NUMBER / 10 ** len(number.partition(".")[2])
        yield Seen(place, label, float(number) / (100 if percent else 1), step / (100 if percent else 1), about)


def sheet_rows(path: Path, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """(headings, rows under them) of a sheet of ours."""
    with path.open("rb") as file:
        values = list(openpyxl.load_workbook(file, read_only=True)[name].values)
    heads = ["" if head is None else str(head) for head in values[HEADER_ROW]]
    return heads, [row for row in values[HEADER_ROW + 1 :] if any(cell is not None for cell in row)]


# ---- the findings ----


def ranking_files(folder: Path, lang: str = "ja") -> Iterator[Seen]:
    """ranking.csv and ranking.xlsx."""
    table = pd.read_csv(folder / "ranking.csv", index_col="zone_id", encoding="utf-8-sig", dtype={"municipality_id": str})
    for column in table:
        if pd.api.types.is_numeric_dtype(table[column]) or set(table[column].dropna()) <= MARKS:
            for zone, value in table[column].items():
                yield from read("ranking.csv", str(column), value, zone=str(zone))
    path = folder / "ranking.xlsx"
    heads, rows = sheet_rows(path, "優先順位")
    for row in rows:
        for label, value in zip(heads, row, strict=True):
            if isinstance(value, int | float) or value in MARKS:
                yield from read("ranking.xlsx 優先順位", label, value, zone=str(row[heads.index("地区ID")]))
    heads, rows = sheet_rows(path, "市町別集計")
    for row in rows:
        for label, value in zip(heads[2:], row[2:], strict=True):
            yield from read("ranking.xlsx 市町別集計", label, value, municipality=str(row[0]))
    heads, rows = sheet_rows(path, "事業者別集計")
    rules = {text.ja: rule for rule, text in captions.RULE_SHORT.items()}
    for row in rows:
        for label, value in zip(heads[3:8], row[3:8], strict=True):
            yield from read("ranking.xlsx 事業者別集計", label, value, generation=row[0], carrier=row[1], rule=rules[row[2]])
    heads, rows = sheet_rows(path, "読み込み結果")
    for row in rows:
        for label, value in zip(heads, row, strict=True):
            if isinstance(value, int | float):
                yield from read("ranking.xlsx 読み込み結果", label, value, file=str(row[0]))


def summary_json(folder: Path) -> Iterator[Seen]:
    """summary.json `figures`: exact totals; those with an unknown part are told as known."""
    for kept in json.loads((folder / "summary.json").read_text(encoding="utf-8"))["figures"]:
        if kept["known"] is not None:
            about = {part: kept[part] for part in ("generation", "carrier") if kept[part]}
            yield Seen("summary.json", kept["key"], kept["known"], about=about, key=kept["key"])


def open_data(result: Result, folder: Path) -> Iterator[Seen]:
    """The two tables made public; what is masked is not there."""
    write_open_data(result, folder)
    for name, mine in ((TABLE, "ID"), (TOTALS, "全国地方公共団体コード")):
        table = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        for row in table.to_dict("records"):
            about = {"zone": row["ID"]} if mine == "ID" else {"municipality": row[mine][:5]}
            if row["地方公共団体名"] == WHOLE:
                about = {}
            for label, value in row.items():
                if value != SIGN and re.fullmatch(r"-?\d+(\.\d+)?", value):
                    yield from read(name, label, value, **about)


# ---- years ----


def comparison(change: Change, new: Result, folder: Path) -> Iterator[Seen]:
    """compare.xlsx, compare.json, and the page 経年比較."""
    write_change(change, new, folder)
    before = {"year": str(change.old_year)}
    heads, rows = sheet_rows(folder / "compare.xlsx", "内訳")
    for row in rows:
        place, label, generation = "compare.xlsx 内訳", str(row[1]), str(row[0])
        yield from read(place, label, row[2], generation=generation, **before)
        yield from read(place, label, row[3], generation=generation)
        yield from read(place, label, row[4], generation=generation, change="whole")
        for part, value in zip(heads[5:-1], row[5:-1], strict=True):
            yield from read(place, part, value, generation=generation, change=plain(label))
    heads, rows = sheet_rows(folder / "compare.xlsx", "地区")
    for row in rows:
        about = {"zone": str(row[1])} if row[1] else {}
        whole = {"generation": change.generation, **about}
        for label, value in zip(heads[4:], row[4:], strict=True):
            if isinstance(value, int | float):
                yield from beside(_years("compare.xlsx 地区", label, value, before, about if "人口（" in label else whole), bool(about))
    facts = json.loads((folder / "compare.json").read_text(encoding="utf-8"))
    for figure in facts["figures"]:
        for value, more in ((figure["old"], before), (figure["new"], {})):
            for seen in read("compare.json", figure["name"], value, generation=figure["generation"], **more):
                yield replace(seen, key=figure["key"])
    yield from years_page(change)


def _years(place: str, label: str, value: Any, before: Mapping[str, str], about: Mapping[str, str]) -> Iterator[Seen]:
    """今回 … is the figure itself, 前回 … the same of the year before; anything else is a part of the change of a zone."""
    for start, more in (("前回 ", before), ("今回 ", {})):
        if label.startswith(start):
            return read(place, label.removeprefix(start), value, **{**about, **more})
    return read(place, label, value, change=plain(FIGURES["uncovered_population"].name.ja), **about)


def beside(seen: Iterable[Seen], really: bool = True) -> Iterator[Seen]:
    """Whole people that were rounded so as to add up to their sum."""
    return (replace(each, step=BESIDE_A_SUM) if really else each for each in seen)


def years_page(change: Change) -> Iterator[Seen]:
    whole = printing.whole_people(change)
    for figure, people in zip(change.figures, whole.figures, strict=True):
        label, about = compare_words.whose(figure, {}).ja, {"generation": figure.generation}
        if figure.carrier in {"worst", "any"}:
            yield from read("screen 経年比較", label, people.new, **about)
        values, _ = charts.reasons(people, "ja") if people.parts else (pd.DataFrame(), {})
        for _, row in values.iterrows():
            if figure.carrier in {"worst", "any"}:
                yield from read("screen 経年比較 増減の理由", row["reason"], int(row["people"]), change=plain(label), **about)
    table = zone_table.zone_rows(change.zones, whole.zones, "ja")
    for zone, row in table.iterrows():
        for label in table.columns[5:-1]:
            if not pd.isna(row[label]):
                about = {"zone": str(zone), "generation": change.generation, "change": plain(FIGURES["uncovered_population"].name.ja)}
                yield from beside(read("screen 経年比較 地区", label, int(row[label]), **about))


def trend_page(trend: pd.DataFrame, this_year: int) -> Iterator[Seen]:
    """The lines of years."""
    values, _ = charts.years(trend, None, "ja")
    for row in values.to_dict("records"):
        about = {} if row["year"] == str(this_year) else {"year": row["year"]}
        yield from read("screen 経年比較 推移", charts.MEASURES[row["measure"]].ja, f"{row['value']:.0f}", **about)


def annual(report: Report, path: Path) -> Iterator[Seen]:
    """年次報告: what the two pages say, and the sheet behind them."""
    said = printed(report, ReportMap(b"", ""))
    carriers = {name: key for key, name in report.carriers}
    for part in ("plan", "do", "act"):
        for label, value in said[part]:
            carrier = next((key for name, key in carriers.items() if label.startswith(f"　{name}に")), "")
            label = label.removeprefix(f"　{dict(report.carriers).get(carrier, '')}に") if carrier else label
            yield from read(f"annual_report.pdf {part}", label, value, **({"carrier": carrier} if carrier else {}))
    for label, value in said["states"]:
        yield from read("annual_report.pdf states", label, value)
    for row in said["carrier_rows"]:
        for label, value in zip(said["carrier_head"][1:], row[1:], strict=True):
            yield from read("annual_report.pdf carriers", label, value, carrier=carriers[row[0]])
    for row, year in zip(said["trend"], report.trend, strict=True):
        about = {} if year["fiscal_year"] == report.year else {"year": str(year["fiscal_year"])}
        for at, name in ((1, "people"), (3, "zones")):
            yield from read("annual_report.pdf trend", said["trend_head"][at], row[name], **about)
    for row in said["remaining"]:
        for label, value in ((said["remaining_head"][at], row[at]) for at in (1, 5)):
            yield from read("annual_report.pdf remaining", label, value, zone=row[2])
    annual_sheet(path, report)
    _, rows = sheet_rows(path, "年次報告")
    for row in rows:
        if not isinstance(row[3], int | float) or (row[2] in carriers and not row[1]):
            continue
        if str(row[0]).endswith("年度") or "年度（" in str(row[0]) or re.match(r"\d{5}-", str(row[0])):
            continue  # the blocks under the facts are those of the two pages
        yield from read("annual_report.xlsx", str(row[1]), row[3], **({"carrier": carriers[row[2]]} if row[2] else {}))


# ---- letters ----


def letter(result: Result, settings: LetterSettings, zones: Annex, caption: Caption) -> Iterator[Seen]:
    """Annex 1 and 2 and the cover of one carrier, and what the page of letters says of it."""
    about = {"carrier": zones.carrier, "generation": zones.generation}
    table = annex_table(result, settings, zones, caption, "x")
    yield from annex_1(table, zones, about)
    for what, value, _ in figure_boxes(zones, settings):
        yield from read("cover", what, value, carrier=zones.carrier)
    for sheet in zone_sheets(result, settings, zones, caption, "x"):
        yield from annex_2(sheet, about)
    for traced in status.traced(zones):
        yield from read("screen 要望書", traced.name.ja, traced.value, carrier=zones.carrier)
        for zone, value in traced.rows:
            yield from beside(read("screen 要望書 行", traced.name.ja, value, carrier=zones.carrier, zone=zone))


def annex_1(table: AnnexTable, zones: Annex, about: Mapping[str, str]) -> Iterator[Seen]:
    for row, cells in zip(zones.rows, table.cells, strict=True):
        for heading, cell in zip(table.headings, cells, strict=True):
            if cell.text not in MARKS and cell.value is None and not heading.text.startswith("提供"):
                continue
            said = cell.text.removesuffix("社") if "社" in cell.text else cell.text
            mark = {"carrier": plain(heading.text).removesuffix("(貴社)")} if heading.group else {}
            kind = beside if cell.unit == "whole" else (lambda each: each)
            yield from kind(read("annex 1", heading.text, said, zone=row.zone_id, **{**about, **mark}))
    for heading, cell in zip(table.headings, table.totals, strict=True):
        if cell.value is not None:
            yield from read("annex 1 合計", heading.text, cell.text, carrier=zones.carrier)


PEOPLE_OF_SHEET = {
    "人口(人)": ("地区の人口", "貴社エリア外人口"),
    "世帯": ("地区の世帯", "貴社エリア外世帯"),
    "65歳以上の割合": ("地区の65歳以上の割合", "貴社エリア外人口の65歳以上の割合"),
}


def annex_2(sheet: ZoneSheet, about: Mapping[str, str]) -> Iterator[Seen]:
    zone = {"zone": sheet.zone_id}
    for label, whole, mine in sheet.people:
        # the table says 地区全体 and うち貴社のエリア外 over its columns
        people, own = PEOPLE_OF_SHEET.get(plain(label), (label, label))
        yield from read("annex 2 地区全体", people, whole, **zone)
        yield from beside(read("annex 2 うち貴社のエリア外", own, mine, **zone, **about))
    for label, value in (*sheet.dangers, *sheet.effect, *sheet.building):
        where = f"{label}に住む割合" if "区域内" in value else label  # 約30％が区域内
        yield from read("annex 2", where, value.removesuffix("社"), **zone, **about)


# ---- screens ----


def map_page(result: Result, rows: pd.DataFrame, caption: Caption) -> Iterator[Seen]:
    """地図: the row of figures in three views, the headings of the table, the cards of all zones, one cell."""
    study = result.study
    for query in ({}, {"lacking": ",".join(study.carrier_keys[:2])}, {"gen": study.generations[-1]}):
        view = view_of(query, study, ())
        for figure in map_figures(rows, result, view, published(result, view.generation), "ja"):
            for seen in read("screen 地図", figure.label, figure.value):
                yield replace(seen, key=figure.key)
    shown, config = map_table(rows, result, view_of({}, study, ()), "ja")
    names = {carrier.name for carrier in study.carriers}
    for column in shown:
        label = config[column]["label"]
        if pd.api.types.is_numeric_dtype(shown[column]) and label not in names:
            for zone, value in zip(shown["zone_id"], shown[column], strict=True):
                yield from (
                    replace(seen, step=EXACT + abs(float(value)) * 1e-6) for seen in read("screen 地図 表", label, float(value), zone=zone)
                )
    for zone, row in rows.iterrows():
        made = card(str(zone), row, result, [], caption)
        for label, value in (*made.facts, *made.urgency):
            yield from read("screen 地図 カード", label, value, zone=str(zone))
        for label, points, _ in made.parts:
            yield from read("screen 地図 カード 評点", f"評点 {label}", points, zone=str(zone))


def map_html(folder: Path) -> Iterator[Seen]:
    """The data inside map.html under the words that its script puts beside them."""
    page = (folder / "map.html").read_text(encoding="utf-8")
    data = json.loads(re.findall(r'id="kengai-data"[^>]*>(.*?)</script>', page, re.DOTALL)[0])
    for zone in data["zones"]:
        for label, value in (*zip(data["facts"], zone["needs"], strict=True), (data["words"]["uncovered"], zone["people"])):
            yield from read("map.html", label, value, zone=zone["id"])
        yield from read("map.html", data["words"]["score"], f"{zone['score']:.2f}", zone=zone["id"])
        yield from read("map.html", data["words"]["rank"], zone["rank"], zone=zone["id"])
        for label, value in zone["more"]:
            yield from read("map.html", label, value, zone=zone["id"])


def priorities_page(result: Result) -> Iterator[Seen]:
    """優先順位 with the study's own weights: the ranked list and the sheet of the municipalities' orders."""
    context: Any = SimpleNamespace(say=lambda text: text.ja, opened=SimpleNamespace(lang="ja"))
    config = now._columns(context)
    for label, column in (("rank", "rank"), ("score", "score")):
        for zone, value in result.ranking[column].dropna().items():
            yield from read("screen 優先順位", config[label]["label"], float(value), zone=str(zone))
    config = orders._columns(context)
    for name, values in (("people", result.zones["uncovered_population"]), ("rank", result.ranking["rank"])):
        for zone, value in values.dropna().items():
            yield from read("screen 市町の順位", config[name]["label"], float(value), zone=str(zone))
