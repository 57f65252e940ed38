"""How a prefecture speaks of itself when letters.toml does not say: 本県, 市町, its land."""

from __future__ import annotations

from geodata.prefectures import PREFECTURES

# prefectures without a single village (村) write 市町
WITHOUT_VILLAGES = frozenset({"09", "17", "18", "22", "24", "25", "28", "34", "35", "37", "38", "41", "42"})
REGIONS = {
    "24": "南北に細長く急峻な山地と入り組んだ海岸線を有し、南海トラフ地震や豪雨による集落の孤立も懸念されることから",
}
ANY_REGION = "山間部や沿岸部に多くの集落が点在し、災害時には集落の孤立も懸念されることから"


def usual_words(prefecture: str) -> dict[str, str]:
    """The words of a prefecture (two digits) by their names in templates/letters.toml; "" is any prefecture."""
    name = PREFECTURES.get(prefecture, "")
    return {
        "@PREFECTURE@": name,
        "@WE@": f"本{name[-1:] or '県'}",
        "@GOVERNMENT@": name[-1:] or "県",
        "@GOVERNOR@": f"{name}知事" if name else "",
        "@MUNICIPALITIES@": "市町" if prefecture in WITHOUT_VILLAGES else "市町村",
        "@REGION@": REGIONS.get(prefecture, ANY_REGION),
    }
