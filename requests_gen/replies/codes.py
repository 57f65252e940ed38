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
# What a person must look at before an answer counts: 要確認, in words.

REVIEW_REASONS = {
    "no-zone": Text("地区IDがない行に書き込みがあります", "writing in a row without a zone id"),
    "zone-unreadable": Text("地区IDとして読めません", "not a zone id"),
    "zone-unknown": Text("台帳にない地区IDです", "a zone the registry does not know"),
    "zone-not-asked": Text("この事業者に要望していない地区です", "a zone this carrier was not asked about"),
    "zone-superseded": Text("統合・分割された前の地区IDです", "a zone that was merged or split"),
    "name-differs": Text("地区名が地区IDと合いません（行がずれたおそれ）", "the name does not fit the id: rows may have shifted"),
    "zone-twice": Text("同じ地区に違う回答が2行以上あります", "several rows of one zone say different things"),
    "carrier-unknown": Text("事業者が分かりません", "the carrier is not known"),
    "carrier-other": Text("別の事業者の行です", "a row of another carrier"),
    "year-unreadable": Text("年度が読めません", "the fiscal year cannot be read"),
    "year-other": Text("別の年度の行です", "a row of another fiscal year"),
    "form-version": Text("知らない版の様式です（列の意味が違うおそれ）", "a form of a version not known here"),
    "columns-differ": Text("同じ見出しの列が2つあり、値が違います", "two columns of one heading say different things"),
    "struck": Text("取り消し線のある文字があります", "words are struck out"),
    "answer-missing": Text("回答区分が空ですが、ほかの欄に記入があります", "no answer code, though other cells are filled"),
    "answer-blank": Text("何も入力されていません", "nothing was typed"),
    "answer-free": Text("回答区分が一覧の記号ではありません", "the answer is not one of the codes"),
    "answer-several": Text("回答区分に記号が2つ以上あります", "several answer codes"),
    "answer-mixed": Text("回答区分の記号と言葉が合いません", "code and words of the answer disagree"),
    "planned": Text("予定時期が読めません", "the planned time cannot be read"),
    "subsidy": Text("補助活用が一覧にない値です", "subsidy: not one of the list"),
    "reasons": Text("困難の理由の番号が読めません", "the reasons cannot be read"),
    "own_view": Text("エリア認識が一覧にない値です", "the carrier's own view: not one of the list"),
    "publication": Text("公開可否が一覧にない値です", "publication: not one of the list"),
    "answered_on": Text("回答日が読めません", "the day of the answer cannot be read"),
    "answer-withdrawn": Text("回答済みの地区が「無回答」になっています", "an answered zone now says no answer"),
    "older": Text("保存済みの回答より古い回答です", "older than the answer that is kept"),
}


def reasons_text(kinds: list[str] | tuple[str, ...]) -> Text:
    """The doubts of one row in a sentence."""
    known = [REVIEW_REASONS.get(kind, Text(kind, kind)) for kind in kinds]
    return Text("。".join(each.ja for each in known), "; ".join(each.en for each in known))
