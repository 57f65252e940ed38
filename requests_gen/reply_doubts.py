"""What a person must look at before an answer counts: 要確認, in words."""

from __future__ import annotations

from geodata.errors import Text

DOUBTS = {
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
}  # fmt: skip


def told(kinds: list[str] | tuple[str, ...]) -> Text:
    """The doubts of one row in a sentence."""
    known = [DOUBTS.get(kind, Text(kind, kind)) for kind in kinds]
    return Text("。".join(each.ja for each in known), "; ".join(each.en for each in known))
