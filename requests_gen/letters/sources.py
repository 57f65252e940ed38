"""What the papers' figures come from, in words: carriers' names, the census, the days of the areas, the credits."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from requests_gen.wording import Caption, numbers_and_eras

if TYPE_CHECKING:
    from coverage.result import Result

CENSUS_MONTH = 10


def carrier_name(result: Result, key: str) -> str:
    """What the study calls the carrier."""
    return next(carrier.name for carrier in result.study.carriers if carrier.key == key)


def census(result: Result, wording: numbers_and_eras.Wording) -> str:
    """令和２年国勢調査の地域メッシュ統計, "" where the people come from elsewhere."""
    if result.study.population.kind != "estat_mesh":
        return ""
    years = sorted({r.facts["year"] for r in result.reports if r.kind == "population" and r.facts.get("year")})
    when = "・".join(f"{numbers_and_eras.era_year(date(year, CENSUS_MONTH, 1))}年" for year in years)
    return wording.text(f"{when}国勢調査の地域メッシュ統計")


def layer_days(dates: dict[str, dict[str, list[str]]], generation: str, carrier: str, wording: numbers_and_eras.Wording) -> str:
    """The days of a carrier's layers of a generation and its parts (5G-sub6 …), "" where there is none."""
    days = {
        day
        for name, by_carrier in dates.items()
        if name == generation or name.startswith(f"{generation}-")
        for day in by_carrier.get(carrier, [])
    }
    return "・".join(wording.iso(day) for day in sorted(days))


def sources(caption: Caption) -> str:
    """Credits of the inputs and what the study says of itself, and the notice where areas are invented."""
    parts = (part.removeprefix("出典：").removeprefix("出典:").strip() for part in (*caption.sources, caption.notice))
    return "　".join(part for part in parts if part) or "調査の設定による。"
