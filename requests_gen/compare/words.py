"""A comparison of two years in the office's words."""

from __future__ import annotations

from typing import Any

from coverage.change import PARTS, REAL, REASONS, STATES, WORST, Change, Difference, Figure
from coverage.gaps import ANY
from geodata.errors import Text
from requests_gen.wording import captions, fiscal_year

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
PART_NAMES = {
    "coverage_grew": Text("エリアの拡大", "areas grew"),
    "coverage_shrank": Text("エリアの縮小", "areas shrank"),
    "population": Text("人口の動き", "people moved"),
    "rule": Text("規則・しきい値の変更", "rule or threshold"),
    "boundary": Text("境界・海岸線の変更", "boundaries or coast"),
    "data": Text("データの有無の違い", "data given or missing"),
}
PART_ORDER = (*REAL, "rule", "boundary", "data")
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
    "最後に人口を今回に替えて、それぞれの差をメッシュごとに足しています。内訳の合計は公表値どうしの差に一致します。",
    "The earlier year is first counted again on this year's terms (rule, boundaries, carriers known in both); then the "
    "areas are replaced with the people as they were; then the people. Differences are summed by cell, and the parts "
    "add up to the difference of the published figures.",
)
OTHERWISE = Text(
    "規則・境界・データの違いによる分と、エリア外の割合が下限を下回り（または上回り）、地区に数えなくなった（数え始めた）区画の分",
    "by other terms, and by cells that fell below (or rose above) the least uncovered share and so left (or joined) the zone",
)
for named, keys in ((STATE_NAMES, STATES), (REASON_NAMES, REASONS), (PART_NAMES, PARTS)):
    if set(named) != set(keys):
        raise ValueError("every state, reason and part needs its words")


def years(change: Change) -> Text:
    """The two fiscal years of a comparison."""
    return years_of(change.old_year, change.new_year)


def years_of(before: int, after: int) -> Text:
    """From one fiscal year to another."""
    old, new = fiscal_year(before), fiscal_year(after)
    return Text(f"{old.ja} → {new.ja}", f"{old.en} → {new.en}")


def people(count: float | None, lang: str) -> str:
    """A count of persons; － where it is not known."""
    if count is None or count != count:
        return "－"
    unit = Text("人", "").in_(lang)
    return f"{count:,.1f}{unit}" if 0 < abs(count) < 10 else f"{count + 0.0:,.0f}{unit}"


def moved(count: float, lang: str) -> str:
    """A difference with its sign."""
    if abs(count) < 0.05:
        return Text("±0人", "±0").in_(lang)
    sign = "+" if count > 0 else "−"
    return sign + people(abs(count), lang)


def whose(figure: Figure, carriers: dict[str, str]) -> Text:
    """Who leaves the people of a figure out."""
    if figure.unpublished and figure.carrier in {ANY, WORST}:
        return Text(
            "エリア図のある会社のエリアに入らない人" + ("（全社）" if figure.carrier == ANY else "（地区の集計）") + "※未公表の会社を除く",
            "outside the areas given, "
            + ("all carriers" if figure.carrier == ANY else "as zones are counted")
            + " (silent carriers left out)",
        )
    if figure.carrier == ANY:
        return Text("どの会社のエリアにも入らない人", "outside every carrier's area")
    if figure.carrier == WORST:
        return Text("地区の集計の人（最も多くの人を外す会社で数える）", "as zones are counted (worst carrier)")
    name = carriers.get(figure.carrier, figure.carrier)
    return Text(f"{name} のエリアに入らない人", f"outside the area of {name}")


def headline(change: Change) -> Figure | None:
    """The figure of the first sentence: nobody's area, else as the zones are counted."""
    for carrier in (ANY, WORST):
        figure = change.figure(carrier, change.generation)
        if figure is not None and figure.old is not None and figure.new is not None:
            return figure
    return None


def sentences(change: Change, carriers: dict[str, str], lang: str) -> list[str]:
    """The whole comparison in a few sentences, the most important first."""
    rule = captions.RULE_SHORT[change.rule].in_(lang)
    said = [Text(f"{years(change).ja}（{change.generation}・{rule}）", f"{years(change).en} ({change.generation}, {rule})").in_(lang)]
    if change.fictitious:
        said.append(captions.FICTITIOUS.in_(lang))
    figure = headline(change)
    if figure is None or figure.old is None or figure.new is None:
        said.append(
            Text(
                "エリア外の人の合計は、どちらかの年度で不明のため比べられません。",
                "People left out cannot be compared: one year is unknown.",
            ).in_(lang)
        )
    else:
        said += figure_sentences(figure, carriers, lang)
    said.append(zone_sentence(change, lang))
    said += [caution.in_(lang) for caution in cautions(change, carriers)]
    return said


def figure_sentences(figure: Figure, carriers: dict[str, str], lang: str) -> list[str]:
    """From how many to how many, and the parts."""
    if figure.old is None or figure.new is None:
        return []
    who, step = whose(figure, carriers), moved(figure.new - figure.old, lang)
    first = Text(
        f"{who.ja}: {people(figure.old, 'ja')} → {people(figure.new, 'ja')}（{step}）",
        f"People {who.en}: {people(figure.old, 'en')} → {people(figure.new, 'en')} ({step})",
    )
    if figure.parts is None:
        return [first.in_(lang)]
    parts = [
        f"{PART_NAMES[name].in_(lang)} {moved(figure.parts[name], lang)}"
        for name in PART_ORDER
        if name in REAL or abs(figure.parts[name]) >= 0.05
    ]
    joined = Text("、", ", ").in_(lang).join(parts)
    return [first.in_(lang), Text(f"　内訳: {joined}", f"  of which: {joined}").in_(lang)]


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
