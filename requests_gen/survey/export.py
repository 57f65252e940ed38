"""One form a municipality: its zones of this year's findings, with the answers it gave before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.gaps import mark_column
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.progress import Progress, silent
from geodata.report import file_sha256
from requests_gen.files import names
from requests_gen.registry import Registry
from requests_gen.survey.form import answers_of, form_bytes
from requests_gen.survey.form_layout import Form, FormPlace, FormZone, Head
from requests_gen.survey.maps import survey_map
from requests_gen.survey.new_places import ACCEPTED, NEW, PLACE, place_number
from requests_gen.wording import caption, numbers_and_eras
from requests_gen.workspace import LetterSettings
from requests_gen.zone_maps import MapFrames, map_frames

if TYPE_CHECKING:
    from coverage.result import Result

FOLDER = "survey"
WRITTEN = "survey.json"
BLANK_ROWS = 10
NO_DEADLINE = "（期限は別にお知らせします）"
PROGRESS_EVERY = 5


@dataclass(frozen=True)
class Written:
    """The files, and what the office should still see to."""

    files: tuple[Path, ...]
    zones: int
    notices: tuple[Text, ...]


def write_surveys(
    result: Result,
    registry: Registry | None,
    out: Path,
    *,
    settings: LetterSettings | None = None,
    deadline: date | None = None,
    municipalities: list[str] | None = None,
    with_maps: bool = True,
    progress: Progress = silent,
) -> Written:
    """Write the forms of the study's municipalities (or of some, by their codes) into `out`.

    Raises DataError, writing nothing, for a code that the study does not have, and where a form in `out` was
    changed since it was written: somebody may have filled it in.
    """
    chosen = _chosen(result, municipalities)
    frames = map_frames(result) if with_maps and len(result.zones) else None
    before = _before(registry, result.study.about.fiscal_year)
    made = {}
    for number, code in enumerate(chosen, start=1):
        form = form_of(result, code, before, settings, deadline, frames)
        made[_name(form.head)] = form_bytes(form)
        if number % PROGRESS_EVERY == 0 or number == len(chosen):
            progress(Text(f"照会様式を作っています {number}/{len(chosen)}", f"making the forms {number} of {len(chosen)}"))
    _put(out, made)
    zones = int(result.zones["municipality_id"].astype(str).isin(chosen).sum())
    return Written(tuple(out / name for name in made), zones, tuple(_notices(settings, deadline)))


def form_of(
    result: Result, code: str, before: pd.DataFrame, settings: LetterSettings | None, deadline: date | None, frames: MapFrames | None
) -> Form:
    """Everything of one municipality's form. before: as _before gives it; frames: None draws no maps."""
    year = result.study.about.fiscal_year
    mine = before[before["municipality_id"] == code]
    head = Head(
        year=year,
        code=code,
        municipality=str(result.municipalities.loc[code, "name"]),
        sender=settings.sender.organisation if settings else "",
        deadline=_day(deadline),
        contact=_contact(settings),
        as_of=caption(result, "ja").as_of,
        fictitious=result.study.about.fictitious,
    )
    zones = result.zones[result.zones["municipality_id"].astype(str) == code].sort_index()
    orders = result.ranking["rank"].reindex(zones.index).rank(method="min")
    return Form(
        head=head,
        zones=(*(_zone(result, zone_id, orders[zone_id], mine, frames) for zone_id in zones.index), *_accepted(result, mine)),
        places=_places(mine, year),
        carriers=tuple(carrier.name for carrier in result.study.carriers),
    )


def _zone(result: Result, zone_id: str, order: float, before: pd.DataFrame, frames: MapFrames | None) -> FormZone:
    zone, year = result.zones.loc[zone_id], result.study.about.fiscal_year
    generation = result.study.zones.generation
    marks = "\n".join(f"{carrier.name} {zone[mark_column(generation, carrier.key)]}" for carrier in result.study.carriers)
    ours = {
        "zone_id": zone_id,
        "name": str(zone["name"]),
        "our_people": _count(zone["population"]),
        "our_households": _count(zone["households"]),
        "our_marks": marks,
        "our_order": numbers_and_eras.UNKNOWN if order != order else f"{order:.0f}",
        "before": "なし",
    }
    answers: dict[str, Any] = {}
    told = before[before["zone_id"] == zone_id]
    if len(told):
        answers = _answers(told.iloc[-1], year)
        ours["before"] = answers.pop("before")
    png, words = survey_map(frames, zone_id) if frames else (b"", "")
    return FormZone(ours, answers, png, words)


def _accepted(result: Result, before: pd.DataFrame) -> tuple[FormZone, ...]:
    """Zones that came from the survey itself and that the findings do not show."""
    rows = before[(before["kind"] == PLACE) & (before["state"] == ACCEPTED)]
    rows = rows[~rows["given_id"].isin(result.zones.index)].sort_values("given_id")
    zones = []
    for row in rows.to_dict("records"):
        told = before[before["zone_id"] == row["given_id"]]
        answers = _answers(told.iloc[-1] if len(told) else pd.Series(row), result.study.about.fiscal_year)
        ours = {
            "zone_id": row["given_id"],
            "name": str(row["name"]),
            "our_people": numbers_and_eras.UNKNOWN,
            "our_households": numbers_and_eras.UNKNOWN,
            "our_marks": "県の分析には出ていません（市町の照会による地区）",
            "our_order": numbers_and_eras.UNKNOWN,
            "before": answers.pop("before"),
        }
        zones.append(FormZone(ours, answers))
    return tuple(zones)


def _answers(record: pd.Series, year: int) -> dict[str, Any]:
    """The answers of a record as they go into this year's form, and `before`: of which year they are."""
    answers = answers_of(record.to_dict(), place=False)
    if record["year"] == year:
        return {**answers, "before": "今年度"}
    answers.pop("confirmed", None)  # nobody has looked at it this year
    return {**answers, "before": numbers_and_eras.Wording("hankaku").fiscal_year(int(record["year"]))}


def _count(value: float) -> int | str:
    count = numbers_and_eras.round_half_up(float(value))
    return numbers_and_eras.UNKNOWN if count is None else count


def _places(before: pd.DataFrame, year: int) -> tuple[FormPlace, ...]:
    """Rows for new places: those told before that nobody has decided on, then blank ones."""
    places = before[(before["kind"] == PLACE) & (before["state"] == NEW) & (before["year"] >= year - 1)]
    held = {place_number(row["zone_id"]): answers_of(row.to_dict(), place=True) for _, row in places.iterrows()}
    numbers = range(1, max(BLANK_ROWS, max(held, default=0) + 3) + 1)
    return tuple(FormPlace(f"新{number}", held.get(number, {})) for number in numbers)


def _before(registry: Registry | None, year: int) -> pd.DataFrame:
    """The last answer of every zone and place up to `year`: one row each, its year with it."""
    columns = ["year", "municipality_id", "zone_id", "name", "kind", "state", "given_id"]
    answers = registry.survey_answers() if registry is not None else pd.DataFrame(columns=columns)
    answers = answers.reindex(columns=[*answers.columns, *(name for name in columns if name not in answers)])
    answers = answers[answers["year"] <= year].sort_values("year", kind="stable")
    return answers.drop_duplicates(["municipality_id", "zone_id"], keep="last")


def _chosen(result: Result, asked: list[str] | None) -> list[str]:
    codes = [str(code) for code in result.summary["municipalities"]]
    if unexpected := sorted(set(asked or []) - set(codes)):
        raise DataError(
            "municipality-unknown",
            Text(f"この調査にない市町コードです（{'、'.join(unexpected)}）", f"the study has no municipality {', '.join(unexpected)}"),
            Text(f"5桁のコードで指定してください（例 {codes[0] if codes else '24201'}）。", "name it by its five digits"),
        )
    return [code for code in codes if not asked or code in asked]


def _name(head: Head) -> str:
    return names.file_name(f"照会様式_{head.year}_{head.code}_{head.municipality}") + ".xlsx"


def _day(deadline: date | None) -> str:
    return numbers_and_eras.Wording("hankaku").date(deadline, weekday=True) if deadline else NO_DEADLINE


def _contact(settings: LetterSettings | None) -> str:
    if settings is None:
        return ""
    told = settings.contact
    parts = (told.office, told.person, f"電話 {told.phone}" if told.phone else "", told.email)
    return "　".join(part for part in parts if part)


def _notices(settings: LetterSettings | None, deadline: date | None) -> list[Text]:
    notices = []
    if deadline is None:
        notices.append(
            Text("回答期限が空です。--deadline 2026-06-30 のように指定すると、様式に入ります。", "no deadline: name one with --deadline")
        )
    if not _contact(settings):
        notices.append(
            Text(
                "問い合わせ先が空です。letters.toml の [contact] に書くと、様式に入ります。",
                "no contact: fill in [contact] in letters.toml",
            )
        )
    return notices


def _put(out: Path, made: dict[str, bytes]) -> None:
    """Put the forms in place; nothing that somebody may have written in is ever overwritten."""
    list_file = out / WRITTEN
    known: dict[str, str] = json.loads(list_file.read_text(encoding="utf-8")) if list_file.is_file() else {}
    touched = [
        name
        for name, data in made.items()
        if (out / name).exists() and file_sha256(out / name) not in {known.get(name), hashlib.sha256(data).hexdigest()}
    ]
    if touched:
        raise DataError(
            "survey-form-changed",
            Text(
                f"書き出し先に、作った後で変わった様式が{len(touched)}件あります（{'、'.join(touched[:3])}）。何も書いていません",
                f"{len(touched)} forms there were changed since they were made ({', '.join(touched[:3])}); nothing was written",
            ),
            Text(
                "記入済みかもしれません。別の場所に移すか、--out で別のフォルダを指定してください。",
                "move them away, or name another folder with --out",
            ),
            str(out),
        )
    for name, data in made.items():
        write_bytes(out / name, data)
        known[name] = hashlib.sha256(data).hexdigest()
    write_bytes(list_file, json.dumps(known, ensure_ascii=False, indent=1).encode("utf-8"))
