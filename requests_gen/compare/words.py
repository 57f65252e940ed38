"""A comparison of two years in the office's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coverage.change import REAL, REASONS, STATES, WORST, ZONE_PARTS, Change, Difference, Figure
from coverage.figures import FIGURES
from coverage.gaps import ANY
from geodata.errors import Text
from requests_gen.compare.whole_people import MOVES, Whole, WholePeople, whole_people
from requests_gen.wording import captions, numbers_and_eras

# the figures of a comparison: one name each, wherever they are printed, and no two under one name
UNCOVERED, NOBODYS, CARRIERS = "uncovered_population", "no_carrier_population", "carrier_uncovered_population_all"
PUBLISHED = "published_no_carrier_population"
FIGURE_KEYS = (UNCOVERED, NOBODYS, PUBLISHED, CARRIERS)
SUM_OF_TABLE = Text("表の合計", "what the table adds up to")
OTHERWISE_COUNTED = Text("表の合計とは別の数え方", "counted otherwise than the table")
STATE_NAMES = {
    "new": Text("新規", "new"),
    "came_back": Text("再発", "came back"),
    "grown": Text("増加", "grown"),
    "shrunk": Text("減少", "shrunk"),
    "unchanged": Text("変わらず", "unchanged"),
    "resolved": Text("解消", "resolved"),
    "terms": Text("条件の違い", "other terms"),
    "unclear": Text("比べられない", "not comparable"),
}
STATE_MEANINGS = {
    "new": Text("前回は無く、今回エリア外になった地区", "not there before; now outside the areas"),
    "came_back": Text("以前の年度に一度あり、前回は無かった地区", "there in an earlier year, not in the one before"),
    "grown": Text("エリア外の人が増えた地区（同じ条件で）", "more people left out, on equal terms"),
    "shrunk": Text("エリア外の人が減った地区（同じ条件で）", "fewer people left out, on equal terms"),
    "unchanged": Text("同じ条件で0.5人未満の動きしかない地区", "moved by less than half a person on equal terms"),
    "resolved": Text("今回はエリア外でなくなった地区", "no longer outside the areas"),
    "terms": Text(
        "規則・区域・地区の単位・データの有無が変わったために、表に出入りした地区（実際の変化ではありません）",
        "on or off the list because rules, boundaries, units or files changed, not because anything was built",
    ),
    "unclear": Text("メッシュの大きさなどが違い、変化を判定できない地区", "other meshes: no change can be told"),
}
REASON_NAMES = {
    "coverage": Text("エリアの変化", "areas"),
    "population": Text("人口の動き", "people"),
    "facilities": Text("避難所等の増減", "facilities"),
    "rule": Text("規則・しきい値の変更", "rule or threshold"),
    "unit": Text("地区の単位・区切りの変更", "unit or borders of zones"),
    "boundary": Text("市町村境界・海岸線の変更", "boundaries or coast"),
    "data": Text("データの有無の違い", "data given or missing"),
    "": Text("", ""),
}
PART_NAMES = {part: FIGURES[f"change_{part}"].heading for part in ZONE_PARTS}
# the sums of parts that stand beside a zone
MOVE_NAMES = {move: FIGURES[f"change_{move}"].heading for move in MOVES}
PART_ORDER = (*REAL, "rule", "boundary", "data", "zones", "unknown")
DIFFERENCE_NAMES = {
    "rule": Text("地区を決める規則", "rule of the zones"),
    "threshold": Text("しきい値（割合、ちょうどを含むか）", "threshold (share, inclusive)"),
    "kinds": Text("数えるエリアの種類", "kinds of areas counted"),
    "mesh_area": Text("割合の分母（陸地・メッシュ全体）", "share of land or of the whole mesh"),
    "generation": Text("地区を決める世代", "generation of the zones"),
    "least_uncovered_share": Text("地区に数える最小のエリア外割合", "least uncovered share of a zone's cell"),
    "measured": Text("現地測定によるエリアの置き換え", "areas replaced by field tests"),
    "unit": Text("地区の単位", "unit of zones"),
    "level": Text("メッシュの大きさ（m）", "size of meshes (m)"),
    "population_year": Text("人口の調査年", "census year"),
    "published": Text("エリア図のある事業者・世代", "areas given"),
    "boundaries": Text("市町村境界のファイル", "boundary files"),
    "settlements": Text("地区（大字など）のファイル", "settlement files"),
    "facilities": Text("避難所等のファイル", "facility files"),
    "population": Text("人口のファイル", "population files"),
    "grid": Text("メッシュの種類", "grid"),
}
CONVENTION = Text(
    "前回の値を今回の条件（規則・境界・両年にある事業者）で数え直し、次に人口は前回のままエリアだけを今回に替え、"
    "最後に人口を今回に替えて、それぞれの差をメッシュごとに足しています。内訳の合計は両年の値の差に一致します。"
    "人は1人単位で、合計に合うように丸めています（四捨五入と1人ずれることがあります）。",
    "The earlier year is first counted again on this year's terms (rule, boundaries, carriers known in both); then the "
    "areas are replaced with the people as they were; then the people. Differences are summed by cell, and the parts "
    "add up to the difference of the figures of both years. People are whole, rounded so that they add up.",
)
OTHERWISE = Text(
    "規則・境界・データの違いによる分と、エリア外の割合が下限を下回り（または上回り）、地区に数えなくなった（数え始めた）区画の分",
    "by other terms, and by cells that fell below (or rose above) the least uncovered share and so left (or joined) the zone",
)
for named, keys in ((STATE_NAMES, STATES), (REASON_NAMES, REASONS), (PART_NAMES, ZONE_PARTS)):
    if set(named) != set(keys):
        raise ValueError("every state, reason and part needs its words")


def years(change: Change) -> Text:
    """The two fiscal years of a comparison."""
    return years_of(change.old_year, change.new_year)


def years_of(before: int, after: int) -> Text:
    """From one fiscal year to another."""
    old, new = captions.fiscal_year(before), captions.fiscal_year(after)
    return Text(f"{old.ja} → {new.ja}", f"{old.en} → {new.en}")


def people(count: float | None, lang: str) -> str:
    """A count of persons, whole (half up); － where it is not known."""
    whole = None if count is None else numbers_and_eras.round_half_up(count)
    return "－" if whole is None else f"{whole:,}{Text('人', '').in_(lang)}"


def moved(count: int | None, lang: str) -> str:
    """A difference in whole people with its sign; － where it is not known."""
    if count is None:
        return "－"
    return Text("±0人", "±0").in_(lang) if count == 0 else ("+" if count > 0 else "−") + people(abs(count), lang)


def key_of(which: Figure) -> str:
    """Which figure of the catalogue it is."""
    if which.carrier == ANY and which.unpublished:
        return PUBLISHED
    return {WORST: UNCOVERED, ANY: NOBODYS}.get(which.carrier, CARRIERS)


def meaning_of(key: str) -> Text:
    """What a figure of the comparison counts, and whether the table of zones adds up to it."""
    said, link = FIGURES[key].definition, SUM_OF_TABLE if key == UNCOVERED else OTHERWISE_COUNTED
    return Text(f"{said.ja}（{link.ja}）", f"{said.en} ({link.en})")


def whose(which: Figure, carriers: dict[str, str]) -> Text:
    """The name of a figure, with its carrier."""
    key = key_of(which)
    named = FIGURES[key].named({"carrier": carriers.get(which.carrier, which.carrier), "generation": which.generation})
    if which.unpublished and key != CARRIERS:
        return Text(f"{named.ja}※エリア図の無い会社を除く", f"{named.en} (carriers without areas left out)")
    return named


def headline(change: Change) -> Figure | None:
    """The figure of the first sentence, whose parts the table of zones adds up to; None where a year is unknown."""
    figure = change.figure(WORST, change.generation)
    return figure if figure is not None and figure.old is not None and figure.new is not None else None


def sentences(change: Change, carriers: dict[str, str], lang: str) -> list[str]:
    """The whole comparison in a few sentences, the most important first."""
    rule = captions.RULE_SHORT[change.rule].in_(lang)
    said = [Text(f"{years(change).ja}（{change.generation}・{rule}）", f"{years(change).en} ({change.generation}, {rule})").in_(lang)]
    if change.fictitious:
        said.append(captions.FICTITIOUS.in_(lang))
    printed = whole_people(change)
    if headline(change) is None:
        name = FIGURES[UNCOVERED].name
        said.append(
            Text(f"{name.ja}は、どちらかの年度で不明のため比べられません。", f"Not comparable, one year is unknown: {name.en}.").in_(lang)
        )
    for carrier in (WORST, ANY):
        figure = change.figure(carrier, change.generation)
        if figure is not None:
            said += figure_sentences(figure, whole_of(change, printed, figure), carriers, lang)
    said.append(zone_sentence(change, lang))
    said += [caution.in_(lang) for caution in cautions(change, carriers)]
    return said


def whole_of(change: Change, printed: WholePeople, figure: Figure) -> Whole:
    """A figure of `change` in whole people."""
    return printed.figures[change.figures.index(figure)]


def figure_sentences(figure: Figure, whole: Whole, carriers: dict[str, str], lang: str) -> list[str]:
    """From how many to how many, and the parts."""
    if whole.difference is None:
        return []
    who, step, unknown = whose(figure, carriers), moved(whole.difference, lang), unknown_beside(figure)
    other = Text("", "") if key_of(figure) == UNCOVERED else Text(f"※{OTHERWISE_COUNTED.ja}", f"; {OTHERWISE_COUNTED.en}")
    first = Text(
        f"{who.ja}: {people(whole.old, 'ja')} → {people(whole.new, 'ja')}（{step}）{unknown.ja}{other.ja}",
        f"{who.en[0].upper()}{who.en[1:]}: {people(whole.old, 'en')} → {people(whole.new, 'en')} ({step}){unknown.en}{other.en}",
    )
    if whole.parts is None:
        return [first.in_(lang)]
    parts = [f"{PART_NAMES[name].in_(lang)} {moved(whole.parts[name], lang)}" for name in shown_parts(whole.parts)]
    joined = Text("、", ", ").in_(lang).join(parts)
    return [first.in_(lang), Text(f"　内訳: {joined}", f"  of which: {joined}").in_(lang)]


def shown_parts(parts: Mapping[str, int]) -> list[str]:
    """The parts to name: what is real always, the others where they are not nothing."""
    return [name for name in PART_ORDER if name in parts and (name in REAL or parts[name])]


def unknown_beside(figure: Figure) -> Text:
    """What comes on top of a figure and is not known; "" where all is."""
    ja, en = ("地区", "zones") if key_of(figure) == UNCOVERED else ("区画", "cells")
    counts = ((Text("前回", "before"), figure.old_unknown), (Text("今回", "now"), figure.new_unknown))
    told = [(year, count) for year, count in counts if count]
    if not told:
        return Text("", "")
    return Text(
        f"（ほかに不明 {'・'.join(f'{year.ja} {count:,}{ja}' for year, count in told)}）",
        f" (unknown besides: {', '.join(f'{year.en} {count:,} {en}' for year, count in told)})",
    )


def zone_sentence(change: Change, lang: str) -> str:
    """Zones by state."""
    counts = change.states[change.generation]
    parts = [f"{STATE_NAMES[state].in_(lang)} {count}" for state, count in counts.items() if count]
    joined = Text("・", ", ").in_(lang).join(parts) or "0"
    return Text(f"地区: {joined}", f"Zones: {joined}").in_(lang)


def cautions(change: Change, carriers: dict[str, str]) -> list[Text]:
    """What the reader must know before believing a difference."""
    said = []
    if not change.cells_comparable:
        said.append(
            Text(
                "メッシュが違うため、変化の理由と地区の増減は判定していません。両年の値を並べるだけにしています。",
                "The meshes differ: no reasons and no states of zones are told; both years stand side by side.",
            )
        )
    if unpublished := sorted({name for figure in change.figures for name in figure.unpublished}):
        ja, en = (_columns(unpublished, carriers, joint) for joint in ("、", ", "))
        said.append(
            Text(
                f"エリア図の無い年度がある会社: {ja}。その会社を除いて比べています（その会社のエリアの人は不明です）。",
                f"No areas in one of the years: {en}. They are left out of the comparison; their people are not known.",
            )
        )
    said += [difference(each, carriers) for each in change.differences]
    if change.unrenewed:
        ja, en = (_columns(change.unrenewed, carriers, joint) for joint in ("、", ", "))
        said.append(
            Text(
                f"エリア図のファイルが前回と同じです: {ja}。「変わらず」は、整備が無かったことを意味しません。",
                f"Area files are the same as before: {en}. “Unchanged” there does not mean nothing was built.",
            )
        )
    return said


def difference(each: Difference, carriers: dict[str, str]) -> Text:
    """One difference of terms as a sentence."""
    name = DIFFERENCE_NAMES[each.code]
    if each.code == "published":
        old, new = (
            _columns(list(value), carriers, "、") or "なし"
            for value in (sorted(set(each.old) - set(each.new)), sorted(set(each.new) - set(each.old)))
        )
        return Text(
            f"条件の違い: {name.ja}（前回だけ: {old}、今回だけ: {new}）", f"Terms differ: {name.en} (only before: {old}; only now: {new})"
        )
    old, new = _value(each.old), _value(each.new)
    if old == new:
        return Text(f"条件の違い: {name.ja}（中身が変わりました: {new}）", f"Terms differ: {name.en} (contents changed: {new})")
    return Text(f"条件の違い: {name.ja}（{old} → {new}）", f"Terms differ: {name.en} ({old} → {new})")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value) or "－"
    if isinstance(value, bool):
        return "○" if value else "×"
    return "－" if value is None else captions.RULE_SHORT[value].ja if value in captions.RULE_SHORT else str(value)


def _columns(names: list[str], carriers: dict[str, str], joint: str) -> str:
    parts = (name.rpartition(" ") for name in names)
    return joint.join(f"{carriers.get(carrier, carrier)} {generation}" for carrier, _, generation in parts)
