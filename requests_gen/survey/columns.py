"""The columns of the survey (照会様式): what each asks for, and the words that may be chosen.

Both sheets of the form, its reading and its reports go by these lists. Words never change their meaning; a column
that gets another meaning gets another key, and the form another version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from requests_gen.wording import dates

FORM_VERSION = "照会1"
KNOWN_VERSIONS = frozenset({FORM_VERSION})
NAME = "照会様式"
EXAMPLE_CODE = "00000"  # municipality of the worked example: no row of it is ever an answer

Kind = Literal["fixed", "count", "choice", "order", "text", "carriers"]


@dataclass(frozen=True)
class Asked:
    """One column. `choices` of a list; `hint`: what to write, shown beside the cell; `names`: other headings."""

    key: str
    heading: str
    width: float
    kind: Kind
    hint: str = ""
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether Kengai fills it in, and nobody else."""
        return self.kind == "fixed"


UNCHANGED, CORRECTED, NOT_NEEDED = "前のとおり", "直した", "不感ではない"
CONFIRMED = (UNCHANGED, CORRECTED, NOT_NEEDED)
LAND = ("あり", "見込みあり", "なし", "不明")
SUPPLY = ("あり", "延長が必要", "なし", "不明")
CONSENT = ("あり", "見込みあり", "未調整", "反対あり", "不明")
UNKNOWN = "不明"

_PEOPLE = Asked(
    "people",
    "人口",
    6.5,
    "count",
    "今住んでいる人の数（住民基本台帳など）。0人なら0。分からなければ空けてください。",
    (),
    ("人口(人)", "住民数", "人数"),
)
_HOUSEHOLDS = Asked("households", "世帯", 6.5, "count", "今住んでいる世帯の数。分からなければ空けてください。", (), ("世帯数",))
_SITE = (
    Asked("land", "用地", 8.5, "choice", "鉄塔などを建てられる公有地・借りられる土地があるか。", LAND, ("用地の有無", "用地提供")),
    Asked("power", "電源", 8.5, "choice", "電気の引込みができるか。", SUPPLY, ("電力", "商用電源")),
    Asked("fibre", "光回線", 8.5, "choice", "光ファイバーが来ているか。", SUPPLY, ("光", "光ファイバー", "伝送路", "光ファイバ")),
    Asked("consent", "地元同意", 8.5, "choice", "整備についての地元（自治会など）の同意。", CONSENT, ("地元の同意", "同意", "住民同意")),
    Asked(
        "municipal_rank",
        "市町の優先順位",
        7,
        "order",
        "貴市町の中で整備してほしい順。1がいちばん先。同じ番号は付けないでください。",
        (),
        ("優先順位", "市町の順位", "市町村の優先順位", "順位", "市町村の順位", "優先度"),
    ),
)
_REASON = Asked(
    "reason",
    "順位の理由",
    17,
    "text",
    "県の順番（案）と違う順にするときは、必ず書いてください。",
    (),
    ("理由", "県の順と違う理由", "違いの理由"),
)
_REMARKS = Asked("remarks", "備考", 17, "text", "補足、県の把握の誤り、困っていることなど。", (), ("備考欄", "特記事項"))

ZONE_COLUMNS = (
    Asked("form_version", "様式版", 6.5, "fixed", names=("版", "様式の版")),
    Asked("year", "年度", 5.5, "fixed"),
    Asked("municipality_id", "市町コード", 6.5, "fixed", names=("市町村コード", "団体コード")),
    Asked("zone_id", "地区ID", 10.5, "fixed", names=("地区番号", "地区コード", "zone_id")),
    Asked("name", "地区名", 14, "fixed", names=("地区", "地区名称")),
    Asked("our_people", "県の推計人口", 7, "fixed", names=("推計人口",)),
    Asked("our_households", "県の推計世帯", 7, "fixed", names=("推計世帯",)),
    Asked("our_marks", "県の把握（各社）", 18, "fixed", names=("県の把握",)),
    Asked("our_order", "県の順番（案）", 6.5, "fixed", names=("県の順番", "県の順")),
    Asked("before", "前の回答", 8, "fixed"),
    Asked(
        "confirmed",
        "確認",
        10,
        "choice",
        "前の回答のままなら「前のとおり」、書き直したら「直した」、もう困っていなければ「不感ではない」。",
        CONFIRMED,
        ("確認結果", "確認欄"),
    ),
    _PEOPLE,
    _HOUSEHOLDS,
    *_SITE,
    _REASON,
    _REMARKS,
)
PLACE_COLUMNS = (
    Asked("form_version", "様式版", 6.5, "fixed", names=("版", "様式の版")),
    Asked("year", "年度", 5.5, "fixed"),
    Asked("municipality_id", "市町コード", 6.5, "fixed", names=("市町村コード", "団体コード")),
    Asked("number", "番号", 5.5, "fixed"),
    Asked("name", "場所の名前", 16, "text", "集落・通称など、地元で通じる名前。", (), ("集落名", "箇所名", "地点名")),
    Asked("oaza", "大字・町名", 14, "text", "住所の大字または町名。", (), ("大字", "町名", "大字名")),
    Asked(
        "where",
        "およその場所",
        26,
        "text",
        "緯度・経度（34.123, 136.456）、番地、または「○○小学校の北1km」のように。",
        (),
        ("場所", "位置", "所在地", "住所", "緯度経度"),
    ),
    _PEOPLE,
    _HOUSEHOLDS,
    Asked(
        "carriers",
        "つながらない事業者",
        15,
        "carriers",
        "「すべて」か事業者名。いくつもあるときは「、」で区切ってください。",
        (),
        ("不感の事業者", "事業者", "圏外の事業者"),
    ),
    *_SITE,
    _REASON,
    _REMARKS,
)
ASKED_OF_ZONES = tuple(column for column in ZONE_COLUMNS if not column.ours)
ASKED_OF_PLACES = tuple(column for column in PLACE_COLUMNS if not column.ours)
HEADINGS = {column.key: column.heading for column in (*ZONE_COLUMNS, *PLACE_COLUMNS)} | {
    "answered_on": "回答日",
    "office": "回答課",
    "person": "担当者",
    "phone": "電話",
}
ANSWERED_BY = {
    "office": ("回答課", "担当課", "課名", "所属"),
    "person": ("担当者", "担当", "氏名", "担当者名"),
    "phone": ("電話", "電話番号", "連絡先"),
    "answered_on": ("回答日", "記入日", "回答年月日"),
}

_MARKS = re.compile(r"^(?:【.*?】|[★☆▼▽※●○■□◆◇*・])+")
_NUMBER = re.compile(r"^[\[(]\d{1,2}[\])]")
_ASIDE = re.compile(r"[(\[].*?[)\]]|[(\[].*$|※.*$")


def label(heading: object) -> str:
    """A heading without marks, number, what stands in brackets, width and white space."""
    return _ASIDE.sub("", _NUMBER.sub("", _MARKS.sub("", dates.plain_text(heading)))).rstrip(":;")


def labels_of(columns: tuple[Asked, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """{label: key} of the columns' own headings, and of what else people call them."""
    own = {label(column.heading): column.key for column in columns}
    return own, {label(name): column.key for column in columns for name in column.names if label(name) not in own}


CHOICES = {column.key: column.choices for column in (*ZONE_COLUMNS, *PLACE_COLUMNS) if column.choices}
# what people write in place of a word of the list, and means the same without doubt
SAME_WORDS = {
    "confirmed": {
        "変更なし": UNCHANGED,
        "前年のとおり": UNCHANGED,
        "変わりなし": UNCHANGED,
        "同じ": UNCHANGED,
        "修正": CORRECTED,
        "修正した": CORRECTED,
        "修正あり": CORRECTED,
        "変更あり": CORRECTED,
        "解消": NOT_NEEDED,
        "不感でない": NOT_NEEDED,
    },
    "land": {"有": "あり", "有り": "あり", "○": "あり", "無": "なし", "無し": "なし", "×": "なし", "見込み": "見込みあり", "未定": UNKNOWN},
    "power": {
        "有": "あり",
        "有り": "あり",
        "○": "あり",
        "無": "なし",
        "無し": "なし",
        "×": "なし",
        "要延長": "延長が必要",
        "延長必要": "延長が必要",
        "未定": UNKNOWN,
    },
    "consent": {
        "済": "あり",
        "済み": "あり",
        "同意済": "あり",
        "有": "あり",
        "有り": "あり",
        "○": "あり",
        "見込み": "見込みあり",
        "未": "未調整",
        "未調整": "未調整",
        "反対": "反対あり",
        "無": "未調整",
        "なし": "未調整",
        "未定": UNKNOWN,
    },
}
SAME_WORDS["fibre"] = SAME_WORDS["power"]
