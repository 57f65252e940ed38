"""What the page 優先順位 works on: the study, the weights of this visit, the ranking they give, the registry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from coverage.ranking import Criterion
from geodata.errors import DataError, Text
from requests_gen.ranking import municipal_orders, rerank, weightings
from screens.shared import Opened, address, as_written, load_result, registry_cache

if TYPE_CHECKING:
    from coverage.result import Result

RANKINGS_HELD = 64  # visitors move sliders back and forth, so earlier rankings are asked for again
ADDRESS = "w"
NO_ORDERS = {"municipal_rank": "Int64", "reason": object, "who": object, "at": object, "revision": "Int64"}


@dataclass(frozen=True)
class PageContext:
    """One visit. `trouble`: why weights of the address or orders of the registry could not be used, ready to show."""

    opened: Opened
    result: Result
    criteria: tuple[Criterion, ...]
    own: weightings.Weighting
    chosen: weightings.Weighting
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
        return rerank.without_data(self.zones, self.criteria)

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The ranking with the weights of this visit. Shared: never change it."""
        return self._ranked(None)

    @cached_property
    def quick_ranking(self) -> pd.DataFrame:
        """The same without the ranges, several times faster: for what must follow a slider at once. Shared: never change it."""
        return self._ranked(0)

    @cached_property
    def own_ranking(self) -> pd.DataFrame:
        """The ranking of the study's own run."""
        return self.result.ranking

    @cached_property
    def order_table(self) -> pd.DataFrame:
        """Both orders of every zone (municipal_orders.order_table)."""
        return municipal_orders.order_table(self.quick_ranking, self.zones, self.orders)

    @property
    def place(self) -> str:
        """Where the registry is."""
        return str(self.opened.place.workspace)

    def _ranked(self, draws: int | None) -> pd.DataFrame:
        chosen = self.chosen
        return ranked(str(self.opened.place.results), self.opened.stamp, chosen.pairs, chosen.least, chosen.road_km, draws)


def context_of(opened: Opened) -> PageContext:
    """The context of this visit: weights from the address, else as left in this session, else the study's own."""
    result = opened.findings()
    criteria, own = rerank.criteria_of(result.study), rerank.study_weighting(result.study)
    troubles: list[str] = []
    try:
        chosen = chosen_weighting(criteria) or own
    except DataError as error:
        troubles.append(error.in_(opened.lang))
        keep_weighting(None)
        chosen = own
    try:
        orders = held_orders(opened.place.workspace, result.study.about.fiscal_year)
    except DataError as error:
        troubles.append(error.in_(opened.lang))
        orders = no_orders()
    return PageContext(opened, result, criteria, own, chosen, orders, as_written("\n".join(troubles)))


def chosen_weighting(criteria: tuple[Criterion, ...]) -> weightings.Weighting | None:
    """The weights of this visit, None where they are the study's own. Raises DataError for a broken link."""
    text = st.query_params.get(ADDRESS) or st.session_state.get(address.MEMORY + ADDRESS) or ""
    chosen = weightings.read_weighting(text, criteria) if text else None
    # after a visit to another page the address is empty; written again, it gives everyone the same ranking
    keep_weighting(chosen)
    return chosen


def keep_weighting(chosen: weightings.Weighting | None) -> None:
    """Keep the weights of this visit in the session and in the address; None = the study's own."""
    text = weightings.weighting_text(chosen) if chosen else ""
    st.session_state[address.MEMORY + ADDRESS] = text
    address.write_address({ADDRESS: text})


@st.cache_resource(max_entries=8, show_spinner=False)
def zones_table(results: str, stamp: str) -> pd.DataFrame:
    """The zones of the findings `stamp` without their shapes. Shared: never change it."""
    return pd.DataFrame(load_result(results, stamp).zones.drop(columns="geometry"))


@st.cache_resource(max_entries=RANKINGS_HELD, show_spinner=False)
def ranked(results: str, stamp: str, pairs: tuple[tuple[str, float], ...], least: float, road_km: float, draws: int | None) -> pd.DataFrame:
    """rank_again on the zones of the findings `stamp`; its other arguments are the study's, which `stamp` holds."""
    study = load_result(results, stamp).study
    return rerank.rank_again(zones_table(results, stamp), study, weightings.Weighting(pairs, least, road_km), draws)


def held_orders(workspace: Path, year: int) -> pd.DataFrame:
    """The municipalities' order as it stands in the registry."""
    if not registry_cache.has_registry(workspace):
        return no_orders()
    return _orders(str(workspace), registry_cache.moment_of(workspace), year)


def no_orders() -> pd.DataFrame:
    """No municipality has given an order."""
    frame = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in NO_ORDERS.items()})
    return frame.rename_axis("zone_id")


@st.cache_data(max_entries=32, show_spinner=False)
def _orders(workspace: str, moment: tuple[tuple[int, int], ...], year: int) -> pd.DataFrame:
    return registry_cache.registry_at(workspace).municipal_order(year)


@st.cache_data(max_entries=32, show_spinner=False)
def frozen_heads(workspace: str, moment: tuple[tuple[int, int], ...], year: int) -> pd.DataFrame:
    """The year's frozen rankings, without their rows."""
    return registry_cache.registry_at(workspace).frozen_rankings(year)


@st.cache_resource(max_entries=16, show_spinner=False)
def frozen_version(workspace: str, moment: tuple[tuple[int, int], ...], year: int, version: int) -> pd.DataFrame:
    """The rows of one version. Shared: never change it."""
    return registry_cache.registry_at(workspace).frozen_ranking(year, version)
