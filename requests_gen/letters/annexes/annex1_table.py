"""Annex 1 in words: its columns, its cells as printed, its totals, and the notes that every figure stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from requests_gen.letters.annexes.annex1 import SUMS, Annex, ZoneRow
from requests_gen.letters.sources import carrier_name, census, layer_days, sources
from requests_gen.wording import Caption, captions, numbers_and_eras, urgency
from requests_gen.workspace import LetterSettings, letters_toml

if TYPE_CHECKING:
    from coverage.result import Result

Align = Literal["left", "center", "right"]
TITLE = "優先整備要望地区一覧表"
TOTAL = "合計"
UNKNOWN_SIGN = "－"
AT_LEAST = "以上"
# the figure of the catalogue that stands in a column of numbers; marks: one column a carrier
FIGURE_KEYS = {
    "rank": "rank",
    "marks": "mark",
    "serving": "serving_carriers",
    "people": "carrier_uncovered_population",
    "households": "carrier_uncovered_households",
    "share_65plus": "carrier_share_65plus",
    "shelters": "carrier_shelters",
    "public": "carrier_public",
    "road_km": "carrier_uncovered_road_km",
    "nearest_km": "carrier_edge_km",
    "municipal_order": "municipal_rank",
    "roaming": "carrier_roaming_population",
}


@dataclass(frozen=True)
class Cell:
    """One cell as printed, and its number where a sheet should hold one. `unit` is the number's format."""

    text: str
    value: float | None = None
    unit: Literal["", "whole", "km", "percent"] = ""


@dataclass(frozen=True)
class Heading:
    """One column; `group` is the heading above several."""

    text: str
    width_mm: float
    align: Align
    group: str = ""


@dataclass(frozen=True)
class AnnexTable:
    """Annex 1 as printed. cells: one row a zone, as many as there are headings."""

    title: str
    headings: tuple[Heading, ...]
    cells: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]
    notes: tuple[str, ...]


def annex_table(result: Result, settings: LetterSettings, zones: Annex, caption: Caption, identity: str) -> AnnexTable:
    """Annex 1 of the carrier of `zones`. Other carriers' answers are not among its arguments."""
    wording = settings.style.wording
    columns = _columns(result, settings, zones)
    rows = tuple(tuple(_cell(name, row, zones, wording) for name in columns) for row in zones.rows)
    return AnnexTable(
        title=wording.text("別紙1　") + TITLE,
        headings=tuple(columns.values()),
        cells=rows,
        totals=_totals(list(columns), zones, wording),
        notes=tuple(_notes(result, settings, zones, caption, identity)),
    )


def _columns(result: Result, settings: LetterSettings, zones: Annex) -> dict[str, Heading]:
    wording, shown = settings.style.wording, settings.zones.other_carriers == "marks"
    group = wording.say("不感状況（{generation}）", generation=wording.text(zones.generation))
    rows = zones.rows
    columns = {
        "number": Heading("番号", 11, "center"),
        "rank": Heading("優先\n順位", 11, "center"),
        "zone_id": Heading("地区ID", 19, "center"),
        "municipality": Heading(f"{letters_toml.words_of(settings, result.study)['municipalities']}名", 24, "left"),
        "name": Heading("地区名", 29, "left"),
        "kind": Heading("種別", 20.5, "left"),
    }
    for at, carrier in enumerate(result.study.carriers):
        if carrier.key == zones.carrier or shown:
            own = "\n（貴社）" if carrier.key == zones.carrier else ""
            columns[f"mark {at}"] = Heading(carrier.name + own, 14.5, "center", group)
    columns |= {
        "serving": Heading("提供\n事業者数", 15, "center"),
        "people": Heading("貴社\nエリア外\n人口(推計)", 19.5, "right"),
        "households": Heading("貴社\nエリア外\n世帯(推計)", 17.5, "right"),
        "share_65plus": Heading("うち\n65歳\n以上\n割合", 13, "right"),
        "shelters": Heading("貴社\nエリア外\nの避難所\n等(か所)", 15, "right"),
    }
    # a column that nothing is known of is named in a note instead (_unknown_note)
    if any(row.public is not None for row in rows):
        columns["public"] = Heading("貴社\nエリア外\nの学校・\n医療等\n(か所)", 15, "right")
    if any(row.road_km is not None for row in rows):
        columns["road_km"] = Heading("貴社\nエリア外\nの道路\n(km)", 15, "right")
    columns["nearest_km"] = Heading("貴社の\nエリア端\nまで(km)", 15, "right")
    if any(row.designated != numbers_and_eras.UNKNOWN for row in rows):
        columns["designated"] = Heading("条件不利\n地域", 17, "left")
        columns["subsidy"] = Heading("補助活用\nの可能性", 20, "left")
    if any(row.municipal_order is not None for row in rows):
        columns["municipal_order"] = Heading("市町の\n順位", 12, "right")
    if any(row.roaming is not None for row in zones.rows):
        columns["roaming"] = Heading("うちパートナー\n回線区域の人口", 19, "right")
    columns["first_year"] = Heading("要望年度\n（初回）", 15, "center")
    if any(row.answer for row in zones.rows):
        columns["answer"] = Heading("前年度\n回答（貴社）", 18, "left")
    return {
        name: Heading(
            # a carrier's name is never converted
            heading.text if name.startswith("mark") else wording.text(heading.text),
            heading.width_mm,
            heading.align,
            heading.group,
        )
        for name, heading in columns.items()
    }


def _cell(name: str, row: ZoneRow, zones: Annex, wording: numbers_and_eras.Wording) -> Cell:
    if name.startswith("mark"):
        return Cell(row.marks[int(name.split()[1])])
    if name == "answer" and not row.answer:
        return Cell(UNKNOWN_SIGN)
    if name in {"zone_id", "municipality", "name", "kind", "answer", "designated", "subsidy"}:
        return Cell(getattr(row, name))
    if name == "serving":
        return Cell(serving(row, wording))
    if name == "first_year":
        return Cell(wording.fiscal_year(row.first_year).removesuffix("度"))
    if name == "share_65plus" and row.people == 0:
        return Cell(UNKNOWN_SIGN)
    if name == "share_65plus":
        share = row.share_65plus
        return Cell(wording.number(share) + ("％" if share is not None else ""), share, "percent")
    if name in {"nearest_km", "road_km"}:
        km = getattr(row, name)
        return Cell(wording.number(km, 1), km, "km")
    if name == "municipal_order" and row.municipal_order is None:
        return Cell(UNKNOWN_SIGN)
    return Cell(count(row, name, wording), None if name in row.least else getattr(row, name), "whole")


def count(row: ZoneRow, name: str, wording: numbers_and_eras.Wording) -> str:
    """An amount of a row: ８, ８以上 where only a part of it is known, 不明."""
    value = getattr(row, name)
    return wording.number(value) + (AT_LEAST if name in row.least and value is not None else "")


def serving(row: ZoneRow, wording: numbers_and_eras.Wording) -> str:
    """０社, or ０～１社 where a carrier has published nothing."""
    if not row.serving_unknown:
        return wording.text(f"{row.serving}社")
    return wording.text(f"{row.serving}～{row.serving + row.serving_unknown}社")


def _totals(names: list[str], zones: Annex, wording: numbers_and_eras.Wording) -> tuple[Cell, ...]:
    cells = [_total(name, zones, wording) if name in SUMS else Cell("") for name in names]
    zero = wording.say("{n}地区", n=zones.figures.zones)
    cells[names.index("name")] = Cell(f"{TOTAL}　{zero}")
    cells[names.index("serving")] = Cell(wording.text(f"0社\n{zones.figures.zero_zones}地区"))
    return tuple(cells)


def _total(name: str, zones: Annex, wording: numbers_and_eras.Wording) -> Cell:
    """A sum; what it does not hold stands under it."""
    value, unknown = getattr(zones.figures, name), zones.figures.unknown.get(name, 0)
    text = wording.number(value, 1 if name == "road_km" else 0)
    more = wording.say("\n不明{n}地区", n=unknown) if unknown else ""
    return Cell(text + more, None if unknown else value, "km" if name == "road_km" else "whole")


def _notes(result: Result, settings: LetterSettings, zones: Annex, caption: Caption, identity: str) -> list[str]:
    wording, words = settings.style.wording, letters_toml.words_of(settings, result.study)
    marks = "又は".join(settings.zones.marks)
    name, generation = carrier_name(result, zones.carrier), wording.text(zones.generation)
    notes = [
        wording.say(
            "{name}の{generation}の不感状況が{marks}の地区を、{government}内全域の優先順位の順に掲げた。",
            name=name,
            generation=generation,
            marks=marks,
            government=words["government"],
        )
        + _rest(zones, wording),
        wording.say(
            "不感状況　○=利用できる（人口の95％以上がエリア内）　△=一部で利用できない　×=利用できない（同5％以下）　"
            "－=不明。提供事業者数は○又は△の事業者の数。"
        ),
        wording.text("エリアの基準日　")
        + dates(result, settings, zones, wording)
        + wording.text("（各事業者のサービスエリアの資料による。）"),
        wording.text("判定の規則　" + caption.rule.partition(": ")[2] + "。"),
        _people_note(result, wording),
    ]
    if caption.unknown_people:
        notes.append(wording.text(f"人口の不明な区画　{caption.unknown_people}。"))
    if zones.figures.shelters is not None:
        notes.append(wording.text("避難所等　指定避難所及び指定緊急避難場所のうち、その位置が貴社のエリアに入らないもの。"))
    notes += _urgent_notes(result, settings, zones)
    notes.append(wording.text("エリア端まで　地区の代表点（人口の重心）から貴社のエリアまでの直線距離。"))
    if any(row.roaming is not None for row in zones.rows):
        notes.append(
            wording.text("パートナー回線区域　区画の中心が他社回線（ローミング）のエリアに入る人口。自社回線のエリアには数えない。")
        )
    notes.append("出典　" + sources(caption))
    notes.append(f"文書ID　{identity}（Kengai {result.provenance['kengai']}）")
    return notes


def _urgent_notes(result: Result, settings: LetterSettings, zones: Annex) -> list[str]:
    """What the columns on places, roads, designations and grants mean; and which are missing for want of data."""
    wording, rows = settings.style.wording, zones.rows
    least = result.study.ranking.least_road_km
    notes, missing = [], []
    if any(row.public is not None for row in rows):
        notes.append(
            "学校・医療等　学校、医療機関、役場支所及び集会所のうち、その位置が貴社のエリアに入らないもの（一覧のあるものに限る）。"
        )
    else:
        missing.append("学校・医療等")
    if any(row.road_km is not None for row in rows):
        more = f"{least:g}km以上の地区は、人口の不感状況にかかわらず掲げた。" if least > 0 else ""
        notes.append(f"不感道路延長　緊急輸送道路及び県道以上のうち、貴社のエリアに入らない延長。{more}")
    else:
        missing.append("不感道路延長")
    if any(row.designated != numbers_and_eras.UNKNOWN for row in rows):
        notes.append(
            "条件不利地域　過=過疎　辺=辺地　離=離島　半=半島　山=振興山村　特=特定農山村　豪=豪雪。住民の半数以上が区域に入るもの。"
        )
        notes.append("補助活用の可能性　" + urgency.subsidy_note(result.study, urgency.subsidy_rules(result.study)).ja)
    else:
        missing.append("条件不利地域・補助活用の可能性")
    if any(row.municipal_order is not None for row in rows):
        notes.append("市町の順位　その市町の中での順位。－は市町が順位を付けていない地区。")
    if missing:
        notes.append(f"{'、'.join(missing)}は、資料がないため不明であり、この表には掲げていない。")
    if any(row.people == 0 for row in rows):
        notes.append("人の住まない地区の不感状況は、地区の陸地の面積で判定した。")
    return [wording.text(note) for note in notes]


def _rest(zones: Annex, wording: numbers_and_eras.Wording) -> str:
    """What the table leaves out, so that nothing is dropped without notice."""
    note = ""
    if zones.rest.zones:
        people = wording.number(zones.rest.people)
        note += wording.say(
            "このほかに同じ条件の地区が{n}地区（貴社エリア外人口 推計{people}人）あり、この表には掲げていない。",
            n=zones.rest.zones,
            people=people,
        )
    if zones.rest.unknown_zones:
        note += wording.say("エリアの有無が不明な地区が{n}地区ある。", n=zones.rest.unknown_zones)
    return note


def dates(result: Result, settings: LetterSettings, zones: Annex, wording: numbers_and_eras.Wording) -> str:
    """The day each shown carrier's area is true for."""
    dates = captions.dates_by_layer(result)
    shown = [carrier for carrier in result.study.carriers if carrier.key == zones.carrier or settings.zones.other_carriers == "marks"]
    return numbers_and_eras.listed(
        [f"{carrier.name} {layer_days(dates, zones.generation, carrier.key, wording) or '資料なし'}" for carrier in shown], wording.comma
    )


def _people_note(result: Result, wording: numbers_and_eras.Wording) -> str:
    rounded = "合計を四捨五入し、各行は合計に一致するよう端数を調整した（差は1未満）。文書中の人数等は、この表の各行の合計である。"
    if source := census(result, wording):
        source += "による推計。秘匿された区画の値は合算先の区画に含まれる。"
    return wording.text("人口・世帯　" + (source or "人口の分布データによる推計。") + rounded)
