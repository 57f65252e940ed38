"""Where each carrier's covered people moved most against the year before: what a wrong file of one year shows first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geodata.errors import Text
from requests_gen.compare.earlier_results import Held

MOST = 2  # municipalities named of each layer
LEAST = 0.0005  # share of people: less reads as 0.0 points


@dataclass(frozen=True)
class Move:
    """One municipality of one layer. before, after: share of its people covered, 0..1, by the official rule."""

    carrier: str
    generation: str
    municipality: str
    before: float
    after: float


def year_before(held: Iterable[Held], fiscal_year: int) -> dict[str, Any] | None:
    """summary.json of the newest year before `fiscal_year` among other studies' findings; None where there is none."""
    found: dict[str, Any] | None = None
    for one in held:
        try:
            summary = json.loads((one.results / "summary.json").read_text(encoding="utf-8"))
            year = int(summary["study"]["fiscal_year"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # findings that cannot be read have their own page to say so
        if not one.before and year < fiscal_year and (found is None or year > found["study"]["fiscal_year"]):
            found = summary
    return found


def largest_moves(before: Mapping[str, Any], after: Mapping[str, Any], layers: Iterable[tuple[str, str]]) -> list[Move]:
    """The MOST municipalities of each layer (carrier, generation) that moved most, the largest first.

    before, after: contents of summary.json, after's official rule for both. Unknown shares move nowhere.
    """
    rule = after["rules"]["official"]
    found = []
    for carrier, generation in layers:
        moves = []
        for code, now in after["municipalities"].items():
            shares = [_share(one, generation, rule, carrier) for one in (before["municipalities"].get(code, {}), now)]
            if shares[0] is not None and shares[1] is not None and abs(shares[1] - shares[0]) >= LEAST:
                moves.append(Move(carrier, generation, code, shares[0], shares[1]))
        found += sorted(moves, key=lambda move: (-abs(move.after - move.before), move.municipality))[:MOST]
    return found


def _share(municipality: Mapping[str, Any], generation: str, rule: str, carrier: str) -> float | None:
    figures = municipality.get("generations", {}).get(generation, {}).get(rule, {}).get(carrier, {})
    share = figures.get("population_coverage")
    return None if share is None else float(share)


def words(moves: Iterable[Move], year: int, towns: Mapping[str, str], carriers: Mapping[str, str]) -> list[Text]:
    """One line a layer: "架空モバイルA 4G（2025年度から）: 津市 90.0%→95.0%、…"."""
    by_layer: dict[tuple[str, str], list[Move]] = {}
    for move in moves:
        by_layer.setdefault((move.carrier, move.generation), []).append(move)
    lines = []
    for (carrier, generation), theirs in by_layer.items():
        listed = [f"{towns.get(one.municipality, one.municipality)} {100 * one.before:.1f}%→{100 * one.after:.1f}%" for one in theirs]
        name = f"{carriers.get(carrier, carrier)} {generation}"
        lines.append(
            Text(
                f"{name} のカバー率が{year}年度から大きく変わった市町村: {'、'.join(listed)}",
                f"{name}, largest changes since FY {year}: {', '.join(listed)}",
            )
        )
    return lines
