"""One cell of the reply form: what it says in the form's own codes, or why a person must look at it.

Nothing is guessed: a cell that is not plainly one of the codes gives a doubt, and beside it the value that is
probably meant, for the person to accept or change.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from requests_gen.replies.codes import ANSWERS, METHODS, OWN_VIEWS, PUBLICATION, REASONS, SUBSIDIES
from requests_gen.wording import dates

SEPARATORS = re.compile(r"[、,，・/／;；&＆\n\t　 ]+|および|及び|と(?=\d)")
BLANK = {"", "-", "－", "―", "ー", "–", "—", "‐", "なし", "無し", "特になし", "該当なし", "n/a"}
SAME_AS_ABOVE = {"〃", "同上", "″", '"', "''", "々", "仝", "同じ", "↑", "〟", "ヽ", "”"}
# what people write in place of a code, and the code to offer; the first that is found
FREE_ANSWERS = (
    (r"圏内|エリア内|つながる|利用可能|認識", "D1"),
    (r"整備済|完了|開通済|対応済|設置済", "A1"),
    (r"情報|現地|確認希望|調査希望", "D2"),
    (r"補助|条件|支援があれば", "B1"),
    (r"困難|難し|できない|不可|見送|予定はな|予定な", "C1"),
    (r"検討", "B2"),
    (r"予定|計画|着工|建設|整備します|年度", "A2"),
    (r"未回答|回答なし", "N"),
)
SAME_WORDS = {
    "subsidy": {"条件付き": "条件付", "必要": "要", "不必要": "不要"},
    "own_view": {"圏内": "エリア内", "圏外": "エリア外", "一部エリア": "一部", "一部エリア内": "一部"},
    "publication": {
        "公開可": "可",
        "公表可": "可",
        "公開不可": "不可",
        "公表不可": "不可",
        "非公開": "不可",
        "非公表": "不可",
        "区分のみ": "区分のみ可",
        "区分のみ公開可": "区分のみ可",
        "区分のみ公表可": "区分のみ可",
    },
    "methods": {"lte": "4G", "インフラシェアリング": "シェアリング", "中継局": "中継", "衛星通信": "衛星", "5gnr": "5G"},
}
_BRACKETS = str.maketrans("", "", "()[]{}「」『』【】〔〕<>.,:;、。・-_‐‑‒–—―ー~〜 　")


@dataclass(frozen=True)
class Reading:
    """What one cell says: `value` (None = blank, or not understood), the `doubt`, and what is probably meant."""

    value: Any = None
    review_item: str = ""
    suggestion: Any = None


def _bare(text: str) -> str:
    """Text without width, case, white space, brackets and strokes: what codes and their names are compared by."""
    return dates.plain_text(text).translate(_BRACKETS)


_NAMES = {_bare(code.name.ja): code.key for code in ANSWERS}
_LETTERS = re.compile(r"(?<![a-z0-9])([abd][12]|c1|n)(?![a-z0-9])")
_CODE_FIRST = re.compile(r"([abd][12]|c1|n)(?![a-z0-9])(.*)", re.DOTALL)


def answer_of(text: str, above: str | None = None) -> Reading:
    """The answer code. above: the code of the row over it, offered where the cell says 同上."""
    said = dates.plain_text(text)
    if not said:
        return Reading()
    if said in SAME_AS_ABOVE:
        return Reading(review_item="answer-free", suggestion=above)
    found = list(dict.fromkeys(code.upper() for code in _LETTERS.findall(_joined(said))))
    if len(found) > 1:
        return Reading(review_item="answer-several", suggestion=found[0])
    bare = _bare(said)
    if bare in _NAMES:
        return Reading(_NAMES[bare])
    matched = _CODE_FIRST.fullmatch(bare)
    if not matched:
        return Reading(review_item="answer-free", suggestion=found[0] if found else _free(said))
    code, words = matched[1].upper(), matched[2]
    if not words or _bare(_name(code)).startswith(words):  # cut names are still names
        return Reading(code)
    of_another = _NAMES.get(words)
    return Reading(review_item="answer-mixed" if of_another else "answer-free", suggestion=code)


def _joined(said: str) -> str:
    """A-1, A 1, A.1 as A1."""
    return re.sub(r"([abcd])[-‐–—ー._](?=\d)", r"\1", said)


def _name(key: str) -> str:
    return next(code.name.ja for code in ANSWERS if code.key == key)


def _free(said: str) -> str | None:
    return next((code for pattern, code in FREE_ANSWERS if re.search(pattern, said)), None)


def reasons_of(text: str) -> Reading:
    """The reasons' keys: 1、3 or １，３ or ①③ or 採算、地形. A number out of 1 to 9 gives a doubt."""
    said = unicodedata.normalize("NFKC", text).strip()
    if dates.plain_text(said) in BLANK:
        return Reading()
    circled = re.sub(r"([①-⑨])", lambda sign: f"、{unicodedata.normalize('NFKC', sign[1])}、", text)
    said = unicodedata.normalize("NFKC", circled).strip()
    said = re.sub(r"[(\[].*?[)\]]", lambda part: part[0] if dates.plain_text(part[0]) in _REASON_NAMES else "", said, flags=re.DOTALL)
    keys, strange = [], False
    for part in filter(None, SEPARATORS.split(said)):
        key = _reason(part)
        strange = strange or key is None
        keys.append(key)
    kept = list(dict.fromkeys(key for key in keys if key))
    if strange or not kept:
        digits = re.findall(r"[1-9]", said) if re.fullmatch(r"[\d./\- :]+", said) and len(said) < 6 else []
        return Reading(review_item="reasons", suggestion=kept or digits or None)
    return Reading(sorted(kept))


_REASON_NAMES = {_bare(code.name.ja) for code in REASONS}


def _reason(part: str) -> str | None:
    bare = _bare(part)
    for code in REASONS:
        name = _bare(code.name.ja)
        if bare in {code.key, name, code.key + name, "理由" + code.key, code.key + "番"}:
            return code.key
        if bare in {_bare(piece) for piece in re.split(r"[・(（]", code.name.ja)}:
            return code.key
        if bare.startswith(code.key) and bare[1:] and not bare[1].isdigit() and name.startswith(bare[1:]):
            return code.key
    return None


def methods_of(text: str) -> Reading:
    """The methods; the form lets others be written, and they are kept as they are."""
    if dates.plain_text(text) in BLANK:
        return Reading()
    parts = [part.strip("()（）") for part in SEPARATORS.split(unicodedata.normalize("NFKC", text).strip())]
    official = {dates.plain_text(name): name for name in METHODS} | SAME_WORDS["methods"]
    return Reading(list(dict.fromkeys(official.get(dates.plain_text(part), part) for part in parts if part)))


def _one_of(field: str, choices: tuple[str, ...]) -> Callable[[str], Reading]:
    known = {dates.plain_text(choice): choice for choice in choices} | SAME_WORDS[field]

    def read(text: str) -> Reading:
        said = dates.plain_text(text)
        if said in BLANK:
            return Reading()
        if said in known:
            return Reading(known[said])
        parts = [value for word, value in known.items() if said.startswith(word)]
        return Reading(review_item=field, suggestion=max(parts, key=len) if parts else None)

    return read


def planned_of(text: str) -> Reading:
    """The planned time in the form's own words."""
    if dates.plain_text(text) in BLANK:
        return Reading()
    time = dates.time_of(text)
    return Reading(time.text) if time else Reading(review_item="planned")


def answered_on_of(text: str) -> Reading:
    """The day of the answer, YYYY-MM-DD."""
    if dates.plain_text(text) in BLANK:
        return Reading()
    day = dates.day_of(text)
    return Reading(day.isoformat()) if day else Reading(review_item="answered_on")


def text_as_written(text: str) -> Reading:
    """Free text: only the white space around it goes."""
    return Reading(text.strip() or None)


READERS: dict[str, Callable[[str], Reading]] = {
    "planned": planned_of,
    "methods": methods_of,
    "subsidy": _one_of("subsidy", SUBSIDIES),
    "reasons": reasons_of,
    "cooperation": text_as_written,
    "own_view": _one_of("own_view", OWN_VIEWS),
    "remarks": text_as_written,
    "publication": _one_of("publication", PUBLICATION),
    "answered_on": answered_on_of,
    "person": text_as_written,
}
