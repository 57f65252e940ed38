"""What states, debts, delays and promises are called."""

from __future__ import annotations

from geodata.errors import Text

OUTCOMES = {
    "kept": Text("守られた（期限までに確認）", "kept (confirmed in time)"),
    "late": Text("遅れて実現（期限後に確認）", "late (confirmed afterwards)"),
    "claimed": Text("整備済みの報告のみ（未確認）", "claimed as built, not confirmed"),
    "broken": Text("期限を過ぎて未整備", "broken: the time has passed"),
    "postponed": Text("後の時期に変更", "put off"),
    "withdrawn": Text("取り下げ", "taken back"),
    "open": Text("期限前", "not due yet"),
    "undated": Text("時期の約束なし", "without a time"),
}


NAMES = {
    "new": Text("新規（未要望）", "new (not asked)"),
    "requested": Text("要望済み・回答待ち", "requested, waiting"),
    "answered": Text("回答あり", "answered"),
    "reported_built": Text("整備済みの報告（未確認）", "reported built, unconfirmed"),
    "confirmed": Text("確認済み", "confirmed"),
    "resolved": Text("解消", "resolved"),
    "asked_again": Text("再要望・回答待ち", "asked again, waiting"),
}


OWES = {
    "": Text("なし", "nobody"),
    "office-ask": Text("県: 要望する", "office: ask"),
    "carrier-reply": Text("事業者: 回答", "carrier: reply"),
    "carrier-build": Text("事業者: 整備", "carrier: build"),
    "carrier-plan": Text("事業者: 検討の結果", "carrier: result of the study"),
    "office-conditions": Text("県・市町: 条件を整える", "office and municipality: conditions"),
    "office-ground": Text("県・市町: 現地で確認", "office and municipality: look on the ground"),
    "office-facts": Text("県・市町: 情報提供・現地立会い", "office and municipality: facts, a visit"),
    "office-again": Text("県: 再要望するか決める", "office: ask again or not"),
    "office-close": Text("県: 解消とする", "office: record as resolved"),
}
OVERDUE = {
    "reply": Text("回答の期限を過ぎています", "the reply is late"),
    "promise": Text("約束の時期を過ぎています", "the promised time has passed"),
}
