"""How the maps of the annex look: sizes, inks and hatches that stay apart in a black-and-white copy, and their words."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.errors import Text

STYLE_VERSION = "1"  # raise it when a look changes: maps kept from before are then drawn again
DPI = 200
WHERE_MM = (60.0, 85.0)
CLOSE_MM = (110.0, 85.0)

# colours of the CUD guideline (ver. 4) and tints of them; every class also has its own hatch or dash
INK, WHITE, GREY = "#1A1A1A", "#FFFFFF", "#5B6670"
BLUE, BROWN, DEEP_RED = "#005AFF", "#804000", "#A32E00"


@dataclass(frozen=True)
class Look:
    """How one kind of thing is drawn. Widths in points, `dashes` in multiples of the width; "" draws nothing."""

    fill: str = ""
    ink: str = ""
    width_pt: float = 0.0
    dashes: tuple[float, ...] = ()
    hatch: str = ""
    hatch_ink: str = ""
    hatch_pt: float = 0.5


LOOKS = {
    "paper": Look(fill=WHITE),
    "sea": Look(fill=WHITE),
    "land": Look(fill="#F6F3EA"),
    "covered": Look(fill="#CBE3FF"),
    "edge_halo": Look(ink=WHITE, width_pt=2.4),
    "edge": Look(ink=BLUE, width_pt=1.3),
    # what a carrier leaves out: dark hatch and tint where people live, a pale hatch alone where nobody does
    "none_serve": Look(fill="#FFC9B3", hatch="xxx", hatch_ink=DEEP_RED, hatch_pt=0.8),
    "none_serve_empty": Look(hatch="xxx", hatch_ink="#B9A79F", hatch_pt=0.45),
    "lacking": Look(fill="#FFF2A6", hatch="////", hatch_ink=BROWN, hatch_pt=0.8),
    "lacking_empty": Look(hatch="////", hatch_ink="#B5AC9C", hatch_pt=0.45),
    "lacking_unknown": Look(fill="#E9E4F0", hatch="----", hatch_ink="#990099", hatch_pt=0.7),
    "lacking_unknown_empty": Look(hatch="----", hatch_ink="#B7ADB9", hatch_pt=0.45),
    "partly": Look(hatch="\\\\", hatch_ink=BROWN, hatch_pt=0.6),
    "partly_empty": Look(),
    "unknown": Look(fill="#E4E7EA", hatch="...", hatch_ink=GREY, hatch_pt=0.6),
    "unknown_empty": Look(hatch="..", hatch_ink="#A9B1B8", hatch_pt=0.5),
    "outline": Look(ink=INK, width_pt=0.8),
    "outline_small": Look(ink=INK, width_pt=0.55),
    "border": Look(ink=INK, width_pt=0.7, dashes=(7, 2, 1.5, 2)),
    "border_small": Look(ink=GREY, width_pt=0.35),
    "own_town": Look(fill="#C9D6E2", hatch="////", hatch_ink=GREY, hatch_pt=0.5),
    "own_town_edge": Look(ink=INK, width_pt=1.0),
    "zone_halo": Look(ink=WHITE, width_pt=3.6),
    "zone": Look(ink=INK, width_pt=1.9),
    "other_zone": Look(ink=GREY, width_pt=0.8, dashes=(3, 2)),
    "leader": Look(ink=INK, width_pt=0.4),
    "dot": Look(fill=INK, ink=WHITE, width_pt=0.7),
    "target_halo": Look(ink=WHITE, width_pt=3.4),
    "target": Look(ink=DEEP_RED, width_pt=1.6),
    "target_dot": Look(fill=DEEP_RED, ink=WHITE, width_pt=0.5),
    "shelter": Look(fill="#006B4C", ink=WHITE, width_pt=0.6),
    "evacuation_site": Look(fill=WHITE, ink="#006B4C", width_pt=1.0),
    "facility": Look(fill=WHITE, ink=INK, width_pt=0.8),
    "plate": Look(fill=WHITE, ink=INK, width_pt=0.5),
    "plain_plate": Look(fill=WHITE),
    "black": Look(fill=INK),
    "bar_white": Look(fill=WHITE, ink=INK, width_pt=0.5),
    "frame": Look(ink=INK, width_pt=0.7),
    "swatch": Look(ink=GREY, width_pt=0.4),
}

# classes of cells, from the least to the most telling: the later is drawn over the earlier
CELL_KINDS = ("unknown", "partly", "lacking", "lacking_unknown", "none_serve")

WORDS = {
    "covered": Text("この会社のエリア", "this carrier's area"),
    "none_serve": Text("どの会社もエリア外", "no carrier serves"),
    "lacking": Text("この会社はエリア外\n（他社はエリア内）", "not this carrier,\nbut another"),
    "lacking_unknown": Text("この会社はエリア外\n（未公表の他社あり）", "not this carrier,\nothers unknown"),
    "partly": Text("一部がエリア外\n（人が住む所）", "part of it outside\n(inhabited)"),
    "unknown": Text("未公表（不明）", "not published (unknown)"),
    "empty": Text("淡い網掛け: 人が住んでいない所", "pale hatching: nobody lives there"),
    "zone": Text("この地区", "this zone"),
    "other_zone": Text("ほかの地区と地区ID", "other zones, with ids"),
    "dot": Text("代表点（人口の中心）", "middle of its people"),
    "shelter": Text("指定避難所", "shelter"),
    "evacuation_site": Text("指定緊急避難場所", "evacuation site"),
    "facility": Text("その他の施設", "other facility"),
    "border": Text("市町村境", "municipal border"),
    "outline": Text("都道府県境・海岸線", "prefecture, coast"),
    "target": Text("地区の位置", "the zone"),
    "fictitious": Text("架空のエリア", "fictitious areas"),
    "not_published": Text("エリアは公表されていません。", "This carrier has not published its area."),
    "apart": Text("離れた島は省略", "far islands left out"),
}


def word(key: str, lang: str) -> str:
    """A word of the legend in `lang`."""
    return WORDS[key].in_(lang)
