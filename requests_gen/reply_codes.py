"""The codes of the reply form: what a carrier can answer, and why not. The codes never change their meaning."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.errors import Text


@dataclass(frozen=True)
class Code:
    """One answer. `key` is what is kept; `name` what people read."""

    key: str
    name: Text

    def entry(self, lang: str = "ja") -> str:
        """As it stands in a list to choose from: "A1 整備済（エリア内）"."""
        return f"{self.key} {self.name.in_(lang)}"


ANSWERS = (
    Code("A1", Text("整備済（エリア内）", "built (inside the area)")),
    Code("A2", Text("整備予定あり", "planned")),
    Code("B1", Text("補助活用等の条件が整えば整備", "would build with subsidy or other conditions")),
    Code("B2", Text("検討中", "under study")),
    Code("C1", Text("現時点で困難", "not possible for now")),
    Code("D1", Text("エリア内と認識（県の把握と相違）", "thought to be inside the area (differs from ours)")),
    Code("D2", Text("情報不足・現地確認希望", "more facts or a visit needed")),
    Code("N", Text("無回答", "no answer")),
)
REASONS = (
    Code("1", Text("採算", "does not pay")),
    Code("2", Text("用地", "no site")),
    Code("3", Text("電源・伝送路", "power or backhaul")),
    Code("4", Text("地形", "terrain")),
    Code("5", Text("地元調整", "talks with residents")),
    Code("6", Text("規制（自然公園等）", "rules (nature parks and the like)")),
    Code("7", Text("工事時期", "season for works")),
    Code("8", Text("他計画で対応", "covered by another plan")),
    Code("9", Text("その他", "other")),
)
METHODS = ("4G", "5G", "シェアリング", "中継", "衛星")
SUBSIDIES = ("要", "不要", "条件付")
OWN_VIEWS = ("エリア内", "一部", "エリア外")
PUBLICATION = ("可", "区分のみ可", "不可")

ANSWER_BY_KEY = {code.key: code for code in ANSWERS}
REASON_BY_KEY = {code.key: code for code in REASONS}
