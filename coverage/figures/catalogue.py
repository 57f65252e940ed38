"""The catalogue: every figure once, by its key, and how to find one that is asked for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from coverage.figures.figure import OF, UNKNOWN, Figure
from coverage.figures.of_papers import PAPER_FIGURES
from coverage.figures.of_study import STUDY_FIGURES
from coverage.figures.of_zones import ZONE_FIGURES
from geodata.errors import DataError, Text

FIGURES: dict[str, Figure] = {figure.key: figure for figure in (*STUDY_FIGURES, *ZONE_FIGURES, *PAPER_FIGURES)}
MOST_OFFERED = 5


def _checked(figures: Mapping[str, Figure], listed: int) -> None:
    """No key twice, no name or short name for two figures, no link to nowhere."""
    names = [name for figure in figures.values() for name in {figure.name.ja, figure.heading.ja}]
    twice = {name for name in names if names.count(name) > 1}
    lost = {key for figure in figures.values() for key in figure.see} - set(figures)
    odd = {figure.key for figure in figures.values() if figure.of not in OF or figure.unknown not in UNKNOWN}
    if twice or lost or odd or listed != len(figures):
        raise ValueError(f"names of two figures: {twice}; links to nowhere: {lost}; odd: {odd}; {listed} listed, {len(figures)} keys")


_checked(FIGURES, len(STUDY_FIGURES) + len(ZONE_FIGURES) + len(PAPER_FIGURES))


def figure(key: str) -> Figure:
    """The figure of `key`. Raises DataError "figure-unknown" that names the nearest keys."""
    found = FIGURES.get(key) or figure_of_name(key)
    if found is None:
        raise DataError(
            "figure-unknown",
            Text(f"「{key[:60]}」という数はありません", f"there is no figure {key[:60]}"),
            nearest(key, {each.key: each.named() for each in FIGURES.values()}),
        )
    return found


def figure_of_name(name: str) -> Figure | None:
    """The figure that people call `name`, in either language; None where none is called so."""
    asked = name.strip()
    return next((f for f in FIGURES.values() if asked in {f.name.ja, f.name.en, f.heading.ja, f.heading.en}), None)


def figure_of_column(column: str) -> tuple[Figure, dict[str, str]] | None:
    """The figure that stands in a column of the zones or of ranking.csv, with its parts: carrier, generation, …"""
    found = FIGURES.get(column)
    if found is not None and found.column == column:
        return found, {}
    for each in FIGURES.values():
        if "{" in each.column and (parts := _pattern(each.column).fullmatch(column)):
            return each, parts.groupdict()
    return None


def _pattern(template: str) -> re.Pattern[str]:
    # a generation is 4G, 5G, 5G-sub6 …: no underscore, while a carrier's key may hold one
    named = {"generation": r"[0-9]G[^_]*", "year": r"[0-9]{4}"}
    return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda part: f"(?P<{part[1]}>{named.get(part[1], '.+')})", re.escape(template)))


def nearest(asked: str, known: Mapping[str, Text]) -> Text:
    """A remedy that offers the nearest of `known` ({key: name}), by key or by name."""
    keys = _closest(asked, known)
    ja = "、".join(f"{key}（{known[key].ja}）" if known[key].ja != key else key for key in keys)
    en = ", ".join(f"{key} ({known[key].en})" if known[key].en != key else key for key in keys)
    return Text(f"近いもの: {ja}", f"nearest: {en}")


def _closest(asked: str, known: Mapping[str, Text]) -> list[str]:
    word = asked.strip().lower()
    of_key = {key.lower(): key for key in known}
    of_name = {name: key for key, text in known.items() for name in (text.ja, text.en)}
    inside = [key for key, text in known.items() if word and (word in key.lower() or word in text.ja or word in text.en.lower())]
    like = [of_key[close] for close in difflib.get_close_matches(word, of_key, MOST_OFFERED, 0.3)]
    like += [of_name[close] for close in difflib.get_close_matches(asked.strip(), of_name, MOST_OFFERED, 0.3)]
    return _first([*inside, *like, *known])


def _first(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))[:MOST_OFFERED]
