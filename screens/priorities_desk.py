"""What the page 優先順位 works on: the study, the weights of this visit, the ranking they give, the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from coverage.criteria import Criterion
from geodata.errors import DataError, Text
from requests_gen.ranking_again import criteria_of, rank_again, study_weighting, without_data
from requests_gen.ranking_orders import order_table
from requests_gen.ranking_weights import Weighting, read_weighting, weighting_text
from requests_gen.registry import Registry, open_registry
from requests_gen.registry_places import existing_registry, registry_place
from requests_gen.study_places import REGISTRY_FILE
from screens.address import MEMORY, write_address
from screens.opened import Opened, load_result
from screens.words import as_written

if TYPE_CHECKING:
    from coverage.run import Result

RANKINGS_HELD = 64  # a visitor moves sliders back and forth
ADDRESS = "w"
WHO = "who signs"
NO_ORDERS = {"municipal_rank": "Int64", "reason": object, "who": object, "at": object, "revision": "Int64"}


@dataclass(frozen=True)
class Desk:
    """One visit. `trouble` says, ready to show, why the address or the registry could not be followed."""

    opened: Opened
    result: Result
    criteria: tuple[Criterion, ...]
    own: Weighting
    chosen: Weighting
    orders: pd.DataFrame  # as Registry.municipal_order
    trouble: str

    def say(self, text: Text) -> str:
        """`text` in the visitor's language."""
        return self.opened.say(text)

    @property
    def year(self) -> int:
        """The fiscal year of the study."""
        return self.result.study.about.fiscal_year

    @cached_property
    def zones(self) -> pd.DataFrame:
        """The zones without their shapes."""
        return zones_table(str(self.opened.place.results), self.opened.stamp)

    @cached_property
    def missing(self) -> frozenset[str]:
        """Criteria that nothing is known of."""
        return without_data(self.zones, self.criteria)

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The ranking with the weights of this visit. Shared: never change it."""
        return self._ranked(None)

    @cached_property
    def quick_ranking(self) -> pd.DataFrame:
        """The same without the ranges, several times sooner: what moves under the hand. Shared: never change it."""
        return self._ranked(0)

    @cached_property
    def own_ranking(self) -> pd.DataFrame:
        """The ranking of the study's own run."""
        return self.result.ranking

    @cached_property
    def order_table(self) -> pd.DataFrame:
        """Both orders of every zone (ranking_orders.order_table)."""
        return order_table(self.quick_ranking, self.zones, self.orders)

    @property
    def place(self) -> str:
        """Where the registry is."""
        return str(self.opened.place.workspace)

    def _ranked(self, draws: int | None) -> pd.DataFrame:
        chosen = self.chosen
        return ranked(
            str(self.opened.place.results),
            self.opened.stamp,
            chosen.pairs,
            chosen.least,
            chosen.road_km,
            draws,
        )


def desk_of(opened: Opened) -> Desk:
    """The desk of this visit: weights from the address, else as left in this session, else the study's own."""
    result = opened.findings()
    criteria, own = criteria_of(result.study), study_weighting(result.study)
    told: list[str] = []
    try:
        chosen = chosen_weighting(criteria) or own
    except DataError as error:
        told.append(error.in_(opened.lang))
        keep_weighting(None)
        chosen = own
    try:
        orders = held_orders(opened.place.workspace, result.study.about.fiscal_year)
    except DataError as error:
        told.append(error.in_(opened.lang))
        orders = no_orders()
    return Desk(opened, result, criteria, own, chosen, orders, as_written("\n".join(told)))


def chosen_weighting(criteria: tuple[Criterion, ...]) -> Weighting | None:
    """The weights of this visit, None where they are the study's own. Raises DataError for a broken link."""
    text = st.query_params.get(ADDRESS) or st.session_state.get(MEMORY + ADDRESS) or ""
    chosen = read_weighting(text, criteria) if text else None
    # back from another page the address is empty, and must again give the same ranking to whoever gets it
    keep_weighting(chosen)
    return chosen


def keep_weighting(chosen: Weighting | None) -> None:
    """Keep the weights of this visit in the session and in the address; None = the study's own."""
    text = weighting_text(chosen) if chosen else ""
    st.session_state[MEMORY + ADDRESS] = text
    write_address({ADDRESS: text})


@st.cache_resource(max_entries=8, show_spinner=False)
def zones_table(results: str, stamp: str) -> pd.DataFrame:
    """The zones of the findings `stamp` without their shapes. Shared: never change it."""
    return pd.DataFrame(load_result(results, stamp).zones.drop(columns="geometry"))


@st.cache_resource(max_entries=RANKINGS_HELD, show_spinner=False)
def ranked(
    results: str,
    stamp: str,
    pairs: tuple[tuple[str, float], ...],
    least: float,
    road_km: float,
    draws: int | None,
) -> pd.DataFrame:
    """rank_again on the zones of the findings `stamp`; its other arguments are the study's, which `stamp` holds."""
    study = load_result(results, stamp).study
    return rank_again(zones_table(results, stamp), study, Weighting(pairs, least, road_km), draws)


def now() -> datetime:
    """The moment, for the registry."""
    return datetime.now().astimezone()


@st.cache_resource(max_entries=4, show_spinner=False)
def registry_at(workspace: str) -> Registry:
    """The registry of a workspace, open for all sessions."""
    return open_registry(registry_place(Path(workspace)))


def has_registry(workspace: Path) -> bool:
    """Whether anything was ever saved there: looking at a page makes no file."""
    return existing_registry(workspace) is not None


def moment_of(workspace: Path) -> tuple[tuple[int, int], ...]:
    """Changes whenever somebody saves: time and size of the database and of its log."""
    files = (workspace / REGISTRY_FILE, workspace / (REGISTRY_FILE + "-wal"))
    return tuple((f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.exists())


def held_orders(workspace: Path, year: int) -> pd.DataFrame:
    """The municipalities' order as it stands in the registry."""
    if not has_registry(workspace):
        return no_orders()
    return _orders(str(workspace), moment_of(workspace), year)


def no_orders() -> pd.DataFrame:
    """No municipality has given an order."""
    frame = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in NO_ORDERS.items()})
    return frame.rename_axis("zone_id")


@st.cache_data(max_entries=32, show_spinner=False)
def _orders(workspace: str, moment: tuple[tuple[int, int], ...], year: int) -> pd.DataFrame:
    return registry_at(workspace).municipal_order(year)


@st.cache_data(max_entries=32, show_spinner=False)
def frozen_heads(workspace: str, moment: tuple[tuple[int, int], ...], year: int) -> pd.DataFrame:
    """The year's frozen rankings, without their rows."""
    return registry_at(workspace).frozen_rankings(year)


@st.cache_resource(max_entries=16, show_spinner=False)
def frozen_version(
    workspace: str, moment: tuple[tuple[int, int], ...], year: int, version: int
) -> pd.DataFrame:
    """The rows of one version. Shared: never change it."""
    return registry_at(workspace).frozen_ranking(year, version)


def signer(desk: Desk, key: str) -> str:
    """The visitor's name, asked for where something is saved and kept for this visit."""
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(WHO, "")
    name = st.text_input(
        desk.say(Text("お名前（記録に残ります）", "Your name (kept in the record)")), key=key, max_chars=40,
        placeholder=desk.say(Text("例: 県庁 デジタル推進課 山田", "e.g. Yamada, Digital Office")),
    )  # fmt: skip
    st.session_state[WHO] = name.strip()
    return name.strip()
