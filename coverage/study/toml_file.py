"""Settings files (study.toml, letters.toml): read, or told what is wrong in the words of who wrote them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from coverage.study.toml_text import parsed as parsed
from geodata.errors import DataError, Text
from geodata.tables import text as text_cells

Settings = TypeVar("Settings", bound=BaseModel)

MISTAKES_NAMED = 5

# pydantic's error types, and our own slugs, in the reader's words; {…} come from pydantic's context
MISTAKE_TEXTS: dict[str, tuple[str, str]] = {
    "criterion-measured": ("Kengai が自分で測る項目です。別の key にしてください", "is measured by Kengai; take another key"),
    "criterion-half": ("足りない項目があります:", "lacks"),
    "criterion-steps": ("steps は量の小さい順、割合は0〜1で書いてください", "steps: ascending amounts, needs from 0 to 1"),
    "criterion-twice": ("同じ key の評価項目が2つあります", "has two criteria with one key"),
    "subsidy-rate": ("補助率は 2/3 の形で書いてください", "must be a fraction like 2/3"),
    "road-class-missing": (
        "道路の種別の列 class_field と class_values の組か、road_class を書いてください",
        "give class_field with class_values, or road_class",
    ),
    "school-classes-elsewhere": (
        'classes（学校分類コード）は kind = "schools_p29" にだけ書けます',
        'classes (of schools) belong to kind = "schools_p29" only',
    ),
    "area-class-missing": (
        "区域の種類の列 class_field と class_values の組か、area_kind を書いてください",
        "give class_field with class_values, or area_kind",
    ),
    "missing": ("必要な項目がありません", "is required"),
    "extra_forbidden": ("知らない項目です（つづりの誤り？）", "is not a known key (a typing error?)"),
    "int_type": ("引用符の無い整数で書いてください", "must be a whole number without quotes"),
    "float_type": ("引用符の無い数で書いてください", "must be a number without quotes"),
    "string_type": ("引用符で囲んだ文字で書いてください", "must be text in quotes"),
    "finite_number": ("inf（無限大）や nan ではなく、ふつうの数で書いてください", "must be a finite number, not inf or nan"),
    "weights-too-large": ("重みの合計が大きすぎます", "has weights too large to add up"),
    "bool_type": ("true か false で書いてください", "must be true or false"),
    "list_type": ("[ ] で囲んで並べてください", "must be a list in [ ]"),
    "string_too_short": ("1文字以上書いてください", "needs at least one character"),
    "too_short": ("1つ以上必要です", "needs at least one"),
    "string_pattern_mismatch": ("書き方が違います（形式 {pattern}）", "has the wrong form ({pattern})"),
    "literal_error": ("{expected} のどれかで書いてください", "must be {expected}"),
    "greater_than": ("{gt} より大きい数で書いてください", "must be more than {gt}"),
    "greater_than_equal": ("{ge} 以上で書いてください", "must be at least {ge}"),
    "less_than": ("{lt} より小さい数で書いてください", "must be less than {lt}"),
    "less_than_equal": ("{le} 以下で書いてください", "must be at most {le}"),
    "level-missing": (
        "メッシュの大きさ level（1000, 500, 250, 125）がありません。10桁のコードは250mと100mを区別できません",
        "needs level (1000, 500, 250 or 125): ten-digit codes are ambiguous",
    ),
    "date-form": ("日付は 2026-03-31 の形で書いてください", "must be a date like 2026-03-31"),
    "boundary-fields-missing": (
        'kind = "polygons" には id_field と name_field が必要です',
        'kind = "polygons" needs id_field and name_field',
    ),
    "criterion-unknown": ("知らない評価項目です", "is not a known criterion"),
    "weights-all-zero": ("重みがすべて0です", "has only zero weights"),
    "carrier-twice": ("同じ key の事業者が2つあります", "has two carriers with one key"),
    "layer-of-unknown-carrier": ("[[carriers]] に無い事業者の [[layers]] があります", "has layers of a carrier that is not listed"),
    "layer-files-missing": (
        "files がありません。この事業者・世代のエリアが1つも無いなら none = true と書いてください",
        "needs files, or none = true where the carrier serves nothing here",
    ),
    "layer-files-and-none": ("files と none = true は一緒に書けません。どちらかを消してください", "has both files and none = true"),
    "layer-none-contradicted": (
        "none = true（エリアが無い）と、ファイルのある [[layers]] が食い違っています。どちらかを消してください",
        "has none = true and another table of [[layers]] with files for",
    ),
    "row-choice-empty": ("contains、at_least、at_most のどれかを書いてください", "needs contains, at_least or at_most"),
    "evidence-files-missing": ("[evidence] には field_tests か site_reports が必要です", "[evidence] needs field_tests or site_reports"),
    "alias-of-unknown-carrier": (
        "[[carriers]] に無い事業者の別名が [evidence.aliases] にあります",
        "has aliases of a carrier that is not listed",
    ),
    "alias-of-two": ("1つの名前が2つの事業者を指しています", "one name stands for two carriers"),
    "settlements-missing": (
        'unit = "settlement" には [settlements] が必要です（無いときは unit = "contiguous"）',
        'unit = "settlement" needs [settlements] (or take unit = "contiguous")',
    ),
    "deadline-early": ("回答期限が文書の日付より後ではありません", "the deadline is not after the date of the letter"),
    "not-approved": ("texts.approved_commitments に無い約束です", "is not among texts.approved_commitments"),
}


def read_settings(file: Path, model: type[Settings], explained_in: str, missing: Text) -> tuple[Settings, str]:
    """The settings in a TOML file, and its text. explained_in: the document that explains the keys.

    `missing` says how to get a file where there is none. Raises DataError naming the key and the mend.
    """
    text = _settings_text(file, missing)
    try:
        return model.model_validate(parsed(text, file.name)), text
    except ValidationError as error:
        mistakes = error.errors()[:MISTAKES_NAMED]
        raise DataError(
            "settings-invalid",
            Text(
                "設定に誤りがあります。" + " / ".join(_said(m, 0) for m in mistakes),
                "has mistakes. " + " / ".join(_said(m, 1) for m in mistakes),
            ),
            Text(f"{explained_in} の項目の説明を見て直してください。", f"mend the keys; {explained_in} explains each"),
            file.name,
        ) from error


def _settings_text(file: Path, missing: Text) -> str:
    if not file.is_file():
        raise DataError("settings-missing", Text("設定ファイルがありません", "there is no settings file"), missing, str(file))
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise text_cells.not_utf8(error, file.name) from error


def _said(mistake: Any, language: int) -> str:
    """One mistake: its key, what is wrong, what was written. language: 0 Japanese, 1 English."""
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in mistake["loc"])
    slug, _, detail = mistake["msg"].removeprefix("Value error, ").partition(" ")
    if mistake["type"] == "value_error" and slug in MISTAKE_TEXTS:
        return f"{key}: {MISTAKE_TEXTS[slug][language]} {detail}".strip(": ")
    words = MISTAKE_TEXTS.get(mistake["type"])
    sentence = words[language].format(**mistake.get("ctx", {})) if words else mistake["msg"]
    given = mistake["input"]
    shown = given.isoformat() if isinstance(given, date) else repr(given)[:60]
    written = "" if mistake["type"] in {"missing", "extra_forbidden"} else shown
    return f"{key}: {sentence} {written}".strip(": ")
