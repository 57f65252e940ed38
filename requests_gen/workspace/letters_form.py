"""letters.toml as a form: its fields in groups, each with a label, help and an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from geodata.errors import Text
from requests_gen.workspace.letters_toml import LetterSettings, Missing

Value = str | bool | int | float | list[str] | None
Kind = Literal["line", "paragraph", "date", "choice", "whole", "marks", "list", "yes_no", "promises"]
Values = dict[str, Value]


@dataclass(frozen=True)
class FormField:
    """One key of letters.toml. choices: {value: words}, for the kind `choice` alone."""

    key: str
    label: Text
    help: Text
    example: str = ""
    kind: Kind = "line"
    choices: dict[Any, Text] | None = None


@dataclass(frozen=True)
class FormGroup:
    """Fields that belong together."""

    title: Text
    fields: tuple[FormField, ...]


def form_groups(carrier: str) -> tuple[FormGroup, ...]:
    """The whole form for the letter to `carrier`: the addressee is this carrier's, the rest is everybody's."""
    at = f"carriers.{carrier}"
    addressee = tuple(
        FormField(f"{at}.{field.key}", field.label, field.help, field.example, field.kind, field.choices) for field in _ADDRESSEE
    )
    return (_PAPER, FormGroup(Text("宛先（この事業者）", "Addressee (this carrier)"), addressee), *_COMMON)


def form_values(written: dict[str, Any], carrier: str) -> Values:
    """{key: value} of the form from what letters.toml holds (as tomllib gives it); the usual value where it is silent."""
    return {field.key: _value(written, field) for group in form_groups(carrier) for field in group.fields}


def still_empty(values: Values, carrier: str) -> list[Missing]:
    """The asked-for keys of the letter to `carrier` that have no value in the form, in the order of the file."""
    honorific = str(values[f"carriers.{carrier}.honorific"])
    empty = {"letter": {"title": ""}, "carriers": {carrier: {"honorific": honorific}}}
    asked = LetterSettings.model_validate(empty).missing(carrier)
    return [missing for missing in asked if not str(values[missing.key] or "").strip()]


def shown(value: Value) -> str:
    """A value for a table that compares values."""
    if value is None:
        return "－"
    return "、".join(value) if isinstance(value, list) else str(value)


def _value(written: dict[str, Any], field: FormField) -> Value:
    *tables, name = field.key.split(".")
    found: Any = written
    for table in tables:
        found = found.get(table, {}) if isinstance(found, dict) else {}
    raw = found.get(name, _usual(field.key)) if isinstance(found, dict) else _usual(field.key)
    return _of_kind(raw, field.kind)


def _of_kind(raw: Any, kind: Kind) -> Value:
    """What a widget of this kind can hold; what was written in another type becomes text or the nearest to it."""
    if kind in ("marks", "list"):
        return [str(part) for part in raw] if isinstance(raw, list) else [str(raw)]
    if kind == "promises":
        return [str(part) for part in raw] if isinstance(raw, list) else None
    if kind == "yes_no":
        return raw if isinstance(raw, bool) else str(raw).strip().lower() == "true"
    if kind == "whole":
        return raw if isinstance(raw, int) and not isinstance(raw, bool) else int(_usual("zones.max_zones"))
    if kind == "choice":
        return float(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw  # type: ignore[no-any-return]
    return raw if isinstance(raw, str) else str(raw)


def _usual(key: str) -> Any:
    """The value that letters.toml has where it does not name the key."""
    part: Any = LetterSettings.model_validate({"carriers": {"any": {}}})
    for name in key.split("."):
        part = part["any"] if isinstance(part, dict) else getattr(part, name)
    return part


_PAPER = FormGroup(
    Text("文書", "The letter"),
    (
        FormField(
            "letter.date",
            Text("文書の日付", "Date of the letter"),
            Text(
                "令和の日付に直して印刷します。空のあいだは（案）です。",
                "Printed as a date of the Reiwa era. While empty, the letter is a draft.",
            ),
            "2026/11/20",
            "date",
        ),
        FormField(
            "letter.symbol",
            Text("文書記号", "Document symbol"),
            Text(
                "番号と合わせて「デ戦第12号」のように印刷します。空のあいだは（案）です。",
                "Printed with the number. While empty, the letter is a draft.",
            ),
            "デ戦",
        ),
        FormField(
            "letter.deadline",
            Text("回答期限", "Deadline of the reply"),
            Text(
                "文書の日付より後の日。曜日は自動で付きます。空のあいだは（案）です。",
                "Later than the date. The weekday is added. While empty, the letter is a draft.",
            ),
            "2027/01/29",
            "date",
        ),
        FormField(
            "letter.title",
            Text("件名", "Subject"),
            Text("末尾の「（要望）」は自動で付きます。", "（要望） is added at its end."),
            "携帯電話不感地域の解消について",
            "paragraph",
        ),
    ),
)

_ADDRESSEE = (
    FormField(
        "ask",
        Text("この事業者に要望書を出す", "Write to this carrier"),
        Text("外すと、この事業者の要望書は作りません。", "Without it no letter is made."),
        kind="yes_no",
    ),
    FormField("organisation", Text("宛先の会社名", "Company"), Text("書いたとおりに印刷します。", "Printed as written."), "○○株式会社"),
    FormField(
        "title",
        Text("宛先の職名", "Title of the addressee"),
        Text("敬称が「御中」のときは空のままにします。", "Leave empty with 御中."),
        "代表取締役社長",
    ),
    FormField(
        "name",
        Text("宛先の氏名", "Name of the addressee"),
        Text("姓と名の間は空けます。敬称が「御中」のときは空のままにします。", "Leave empty with 御中."),
        "○○　○○",
    ),
    FormField(
        "honorific",
        Text("敬称", "Honorific"),
        Text("会社だけに宛てるときは「御中」。", "御中 addresses the company alone."),
        kind="choice",
        choices={"様": Text("様", "様"), "御中": Text("御中（会社だけに宛てる）", "御中 (company alone)")},
    ),
    FormField(
        "number",
        Text("文書番号", "Document number"),
        Text("「12の1」は「第12号の1」と印刷します。空のあいだは（案）です。", "While empty, the letter is a draft."),
        "12の1",
    ),
    FormField(
        "roaming_partner",
        Text("ローミングの相手", "Roaming partner"),
        Text("他社回線を使う事業者のときだけ、相手の名前を書きます。", "Only for a carrier that uses another's network."),
        "",
    ),
    FormField(
        "commitments",
        Text("この事業者への約束", "Promises to this carrier"),
        Text("「約束してよい事柄」の中から絞れます。", "May be limited to some of the approved ones."),
        kind="promises",
    ),
)

_COMMON = (
    FormGroup(
        Text("差出人", "Sender"),
        (
            FormField("sender.organisation", Text("団体名", "Organisation"), Text("差出人の団体名です。", "Who asks."), "三重県"),
            FormField("sender.title", Text("職名", "Title"), Text("差出人の職名です。", "Title of who signs."), "三重県知事"),
            FormField("sender.name", Text("氏名", "Name"), Text("姓と名の間は空けます。", "With a space between the names."), "○○　○○"),
            FormField(
                "sender.seal",
                Text("公印の表示", "Seal"),
                Text("公印を押すときは空にします。", "Empty where a seal is put."),
                "（公印省略）",
            ),
        ),
    ),
    FormGroup(
        Text("担当", "Contact"),
        (
            FormField(
                "contact.office",
                Text("部局・課・班", "Office"),
                Text("最後の枠の中に印刷します。", "Printed in the last box."),
                "○○部○○課○○班",
            ),
            FormField(
                "contact.person",
                Text("担当者名", "Person"),
                Text("空のあいだは（案）です。", "While empty, the letter is a draft."),
                "○○、○○",
            ),
            FormField("contact.phone", Text("電話番号", "Telephone"), Text("直通番号などを書きます。", "A direct number."), "059-000-0000"),
            FormField(
                "contact.email", Text("電子メール", "E-mail"), Text("半角で書きます。", "In half-width letters."), "name@example.invalid"
            ),
        ),
    ),
    FormGroup(
        Text("体裁", "Style"),
        (
            FormField(
                "style.digits",
                Text("数字の幅", "Width of digits"),
                Text("本文・件名・日付・別紙でそろえます。", "The same in all papers."),
                kind="choice",
                choices={
                    "zenkaku": Text("全角（１２３）", "full width"),
                    "hankaku": Text("半角（123）", "half width"),
                    "mixed": Text("1桁だけ全角", "one digit full width"),
                },
            ),
            FormField(
                "style.comma",
                Text("読点", "Comma"),
                Text("団体の文書規程に合わせます。", "As your office writes."),
                kind="choice",
                choices={"、": Text("、（てん）", "、"), "，": Text("，（コンマ）", "，")},
            ),
            FormField(
                "style.title_align",
                Text("件名の位置", "Place of the subject"),
                Text("件名を置く位置です。", "Where the subject stands."),
                kind="choice",
                choices={"indent3": Text("3字空け", "indented by 3"), "center": Text("中央", "centred")},
            ),
            FormField(
                "style.font_size",
                Text("本文の文字の大きさ", "Font size"),
                Text("10～12ポイント。", "10 to 12 points."),
                kind="choice",
                choices={size: Text(f"{size:g}ポイント", f"{size:g} pt") for size in (10.0, 10.5, 11.0, 11.5, 12.0)},
            ),
        ),
    ),
    FormGroup(
        Text("対象地区", "Zones"),
        (
            FormField(
                "zones.marks",
                Text("要望する地区の記号", "Marks asked for"),
                Text(
                    "その社の不感状況がこの記号の地区を要望します。× 全域がエリア外、△ 一部がエリア外。",
                    "Zones with these marks are asked for: × outside, △ partly outside.",
                ),
                kind="marks",
            ),
            FormField(
                "zones.max_zones",
                Text("地区の数の上限", "At most"),
                Text(
                    "優先順位の高い順に選びます。残りは数と人口だけを別紙1の注に載せます。",
                    "The most urgent come first; of the rest only the number is told.",
                ),
                kind="whole",
            ),
            FormField(
                "zones.other_carriers",
                Text("他社の不感状況", "Other carriers' marks"),
                Text("公表されていないエリアの資料を使うときは「載せない」にします。", "Hide them where areas are not public."),
                kind="choice",
                choices={"marks": Text("○△×を載せる", "show marks"), "hidden": Text("載せない（提供事業者数だけ）", "only how many serve")},
            ),
        ),
    ),
    FormGroup(
        Text("文言", "Wording"),
        (
            FormField("texts.we", Text("自分の呼び方", "We"), Text("空なら都道府県から決まります。", "Empty: by the prefecture."), "本県"),
            FormField(
                "texts.government",
                Text("行政の呼び方", "Government"),
                Text("空なら都道府県から決まります。", "Empty: by the prefecture."),
                "県",
            ),
            FormField(
                "texts.municipalities",
                Text("市町村の呼び方", "Municipalities"),
                Text("空なら都道府県から決まります。", "Empty: by the prefecture."),
                "市町",
            ),
            FormField(
                "texts.region",
                Text("地域の紹介", "The region"),
                Text("「本県は、」の後に入ります。空なら都道府県から決まります。", "Follows 本県は、. Empty: by the prefecture."),
                "山間部や沿岸部に多くの集落が点在し…ことから",
                "paragraph",
            ),
            FormField(
                "texts.approved_commitments",
                Text("約束してよい事柄（1行に1つ）", "What may be promised (one a line)"),
                Text(
                    "財政・管財と協議の済んだ言葉だけを書きます。空なら、協力の一文は書きません。",
                    "Only what was agreed. Empty: nothing is promised.",
                ),
                "国の補助制度の活用",
                "list",
            ),
        ),
    ),
)
