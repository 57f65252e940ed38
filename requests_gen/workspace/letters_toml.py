"""letters.toml: who writes to whom, in which style, what may be promised. Read, checked, and asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from coverage.study import Study, sources, toml_file
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.prefectures import PREFECTURES
from requests_gen.wording import numbers_and_eras

# How a prefecture speaks of itself when letters.toml does not say: 本県, 市町, its land.

# prefectures without a single village (村) write 市町
WITHOUT_VILLAGES = frozenset({"09", "17", "18", "22", "24", "25", "28", "34", "35", "37", "38", "41", "42"})
REGIONS = {"24": "南北に細長く急峻な山地と入り組んだ海岸線を有し、南海トラフ地震や豪雨による集落の孤立も懸念されることから"}
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


LackingMark = Literal["×", "△"]
LACKING: tuple[LackingMark, ...] = ("×", "△")
LETTERS_FILE = "letters.toml"
TEMPLATE = Path(__file__).parent / LETTERS_FILE
TITLE = "携帯電話不感地域の解消及び第5世代移動通信システムの整備促進について"


def _date_or_empty(text: str) -> str:
    if text:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise ValueError(f"date-form {text}") from error
    return text


class Paper(sources.Part):
    """What the letters of one year have in common."""

    date: str = ""
    symbol: str = ""
    deadline: str = ""
    title: str = TITLE

    _dates = field_validator("date", "deadline")(_date_or_empty)

    @model_validator(mode="after")
    def _time_to_answer(self) -> Paper:
        if self.date and self.deadline and self.deadline <= self.date:
            raise ValueError(f"deadline-early {self.deadline}")
        return self


class Sender(sources.Part):
    """Who asks."""

    organisation: str = ""
    title: str = ""
    name: str = ""
    seal: str = "（公印省略）"


class Contact(sources.Part):
    """Whom to ring."""

    office: str = ""
    person: str = ""
    phone: str = ""
    email: str = ""


class Style(sources.Part):
    """How the papers look."""

    digits: numbers_and_eras.Digits = "zenkaku"
    comma: Literal["、", "，"] = "、"
    title_align: Literal["indent3", "center"] = "indent3"
    font_size: Annotated[float, Field(ge=10, le=12)] = 11.0

    @property
    def wording(self) -> numbers_and_eras.Wording:
        """The same, as the words know it."""
        return numbers_and_eras.Wording(self.digits, self.comma)


class ZoneChoice(sources.Part):
    """Which zones a letter asks for, and what of the other carriers it shows."""

    marks: list[LackingMark] = Field(default_factory=lambda: list(LACKING), min_length=1)
    max_zones: Annotated[int, Field(ge=1, le=999)] = 50
    other_carriers: Literal["marks", "hidden"] = "marks"


class Texts(sources.Part):
    """The office's own sentences. `approved_commitments` is all that any letter may promise."""

    we: str = ""
    government: str = ""
    municipalities: str = ""
    region: str = ""
    approved_commitments: list[str] = Field(default_factory=list)


class Addressee(sources.Part):
    """One carrier. `commitments`: those of the approved ones that it is told; None = all."""

    ask: bool = True
    organisation: str = ""
    title: str = ""
    name: str = ""
    honorific: str = "様"
    number: str = ""
    roaming_partner: str = ""
    commitments: list[str] | None = None


@dataclass(frozen=True)
class Missing:
    """A key that is still empty. `needed`: without it no letter is made; otherwise the letter is a draft (案)."""

    key: str
    ja: str
    needed: bool


class LetterSettings(sources.Part):
    """letters.toml."""

    letter: Paper = Paper()
    sender: Sender = Sender()
    contact: Contact = Contact()
    style: Style = Style()
    zones: ZoneChoice = ZoneChoice()
    texts: Texts = Texts()
    carriers: dict[sources.Key, Addressee] = Field(default_factory=dict)
    _folder: Path = PrivateAttr(default=Path())
    _text: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _promise_what_is_approved(self) -> LetterSettings:
        approved = set(self.texts.approved_commitments)
        for key, carrier in self.carriers.items():
            if free := [text for text in carrier.commitments or [] if text not in approved]:
                raise ValueError(f"not-approved [carriers.{key}] {free[0]}")
        return self

    @property
    def folder(self) -> Path:
        """The folder of letters.toml; templates/ and last_year.json are looked for there."""
        return self._folder

    @property
    def text(self) -> str:
        """letters.toml as it was read."""
        return self._text

    def asked(self) -> list[str]:
        """Keys of the carriers that get a letter."""
        return [key for key, carrier in self.carriers.items() if carrier.ask]

    def missing(self, carrier: str) -> list[Missing]:
        """What is still empty for the letter to `carrier`, in the order of the file."""
        return [Missing(key, ja, needed) for key, ja, value, needed in self._asked_for(carrier) if not value.strip()]

    def _asked_for(self, carrier: str) -> list[tuple[str, str, str, bool]]:
        to = self.carriers.get(carrier, Addressee())
        at = f"carriers.{carrier}"
        return [
            ("letter.date", "文書の日付", self.letter.date, False),
            ("letter.symbol", "文書記号", self.letter.symbol, False),
            ("letter.deadline", "回答期限", self.letter.deadline, False),
            ("letter.title", "件名", self.letter.title, True),
            ("sender.organisation", "差出人の団体名", self.sender.organisation, True),
            ("sender.title", "差出人の職名", self.sender.title, True),
            ("sender.name", "差出人の氏名", self.sender.name, True),
            ("contact.office", "事務担当の課名", self.contact.office, True),
            ("contact.person", "担当者名", self.contact.person, False),
            ("contact.phone", "電話番号", self.contact.phone, True),
            ("contact.email", "電子メール", self.contact.email, True),
            (f"{at}.organisation", "宛先の会社名", to.organisation, True),
            # a letter to the company alone (御中) names nobody
            (f"{at}.title", "宛先の職名", to.title or ("－" if to.honorific == "御中" else ""), True),
            (f"{at}.name", "宛先の氏名", to.name or ("－" if to.honorific == "御中" else ""), True),
            (f"{at}.number", "文書番号", to.number, False),
        ]


def read_letter_settings(study: Study, path: Path | str | None = None) -> LetterSettings:
    """letters.toml of `study` (or the file `path`). Raises DataError naming the key and how to mend it."""
    file = Path(path) if path is not None else study.folder / LETTERS_FILE
    missing = Text(
        f"調査フォルダに {LETTERS_FILE} を置いてください（kengai new が見本を作ります。項目は docs/letters.md）。",
        f"put {LETTERS_FILE} into the study's folder (`kengai new` writes one; see docs/letters.md)",
    )
    settings, text = toml_file.read_settings(file, LetterSettings, "docs/letters.md", missing)
    if unexpected := sorted(set(settings.carriers) - set(study.carrier_keys)):
        raise DataError(
            "letters-unknown-carrier",
            Text(
                f"study.toml に無い事業者があります（{'、'.join(unexpected)}）",
                f"names carriers that study.toml does not have ({', '.join(unexpected)})",
            ),
            Text(
                f"[carriers.…] の名前を study.toml の key（{'、'.join(study.carrier_keys)}）に合わせてください。",
                f"use the keys of study.toml ({', '.join(study.carrier_keys)})",
            ),
            file.name,
        )
    settings._folder, settings._text = file.resolve().parent, text
    return settings


def ask_for(missing: list[Missing], file: str = LETTERS_FILE) -> DataError:
    """The error that asks, by name, for everything that is still empty."""
    ja = "、".join(f"{m.ja}（{m.key}）" for m in missing)
    en = ", ".join(m.key for m in missing)
    return DataError(
        "letter-settings-missing",
        Text(f"次の項目が書かれていないため、要望書を作れません: {ja}", f"no letter can be made without: {en}"),
        Text(
            f"{file} をメモ帳で開き、その項目に書き込んでください。文書番号・日付・期限・担当者だけが空のときは（案）として作ります。",
            f"fill them in in {file}; where only numbers, dates or persons are missing, drafts are made",
        ),
        file,
    )


def write_letters_toml(folder: Path, study: Study) -> Path:
    """Write a commented letters.toml for the carriers of `study` into `folder`, unless there is one."""
    target = folder / LETTERS_FILE
    if not target.exists():
        text = TEMPLATE.read_text(encoding="utf-8")
        head, _, block = text.partition("#@CARRIER@\n")
        for name, value in usual_words(study.about.prefecture).items():
            head = head.replace(name, value)
        blocks = [block.replace("@KEY@", carrier.key).replace("@CARRIER_NAME@", _one_line(carrier.name)) for carrier in study.carriers]
        write_bytes(target, (head + "\n".join(blocks)).encode("utf-8"))
        read_letter_settings(study, target)  # the template itself must always be one that reads
    return target


def _one_line(text: str) -> str:
    return " ".join(text.split())


def words_of(settings: LetterSettings, study: Study) -> dict[str, Any]:
    """Our word for ourselves, the government, the municipalities and the region; the prefecture's where empty."""
    usual, said = usual_words(study.about.prefecture), settings.texts
    return {
        "we": said.we or usual["@WE@"],
        "government": said.government or usual["@GOVERNMENT@"],
        "municipalities": said.municipalities or usual["@MUNICIPALITIES@"],
        "region": said.region or usual["@REGION@"],
    }
