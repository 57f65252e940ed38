"""What the parts of 照会・回答 share: the study's year and carriers, and what the registry holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from coverage.study import read_study
from geodata.errors import Text
from requests_gen.progress import deadlines_of, promises, rows, states
from requests_gen.registry import Registry
from requests_gen.replies import carrier_names, review
from screens.shared import Opened, registry_cache


@dataclass(frozen=True)
class PageContext:
    """One visit. names: {carrier's key: its name}."""

    opened: Opened
    year: int
    names: dict[str, str]

    def say(self, text: Text) -> str:
        """`text` in the visitor's language."""
        return self.opened.say(text)

    @property
    def workspace(self) -> Path:
        """The folder that holds the registry."""
        return self.opened.place.workspace

    @property
    def has_registry(self) -> bool:
        """Whether there is a registry yet. Showing the page never makes one."""
        return registry_cache.has_registry(self.workspace)

    @property
    def registry(self) -> Registry:
        """The registry, open for all sessions."""
        return registry_cache.registry_at(str(self.workspace))

    @property
    def moment(self) -> tuple[tuple[int, int], ...]:
        """Changes whenever somebody saves."""
        return registry_cache.moment_of(self.workspace)

    def carrier(self, key: object) -> str:
        """The carrier's name."""
        return self.names.get(str(key), str(key or ""))

    def progress(self) -> list[dict[str, Any]]:
        """The state of every zone and carrier today (requests_gen.progress.progress.rows)."""
        return _progress(str(self.workspace), self.moment, registry_cache.now().date()) if self.has_registry else []

    def promises(self) -> dict[str, Any]:
        """What carriers promised, as of today."""
        return _promises(str(self.workspace), self.moment, registry_cache.now().date()) if self.has_registry else {}

    def review_items(self) -> list[dict[str, Any]]:
        """The rows that wait for a decision."""
        return _review_items(str(self.workspace), self.moment) if self.has_registry else []

    def zone_names(self) -> dict[str, str]:
        """{zone_id: "24201-001 東"} of all zones in the registry that are still used."""
        return _zone_names(str(self.workspace), self.moment) if self.has_registry else {}


def context_of(opened: Opened) -> PageContext:
    """The context of this visit. Raises DataError where the study cannot be read."""
    study = opened.result.study if opened.result else read_study(opened.place.folder)
    names = carrier_names(opened.place.workspace) | {carrier.key: carrier.name for carrier in study.carriers}
    return PageContext(opened, study.about.fiscal_year, names)


@st.cache_data(max_entries=16, show_spinner=False)
def _progress(workspace: str, moment: tuple[tuple[int, int], ...], today: date) -> list[dict[str, Any]]:
    registry = registry_cache.registry_at(workspace)
    return rows(states(registry, deadlines_of(Path(workspace)), today), registry.zones())


@st.cache_data(max_entries=16, show_spinner=False)
def _promises(workspace: str, moment: tuple[tuple[int, int], ...], today: date) -> dict[str, Any]:
    return {carrier: dict(kept.counts) for carrier, kept in promises(registry_cache.registry_at(workspace), today).items()}


@st.cache_data(max_entries=16, show_spinner=False)
def _review_items(workspace: str, moment: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return review.open_review_items(registry_cache.registry_at(workspace))


@st.cache_data(max_entries=16, show_spinner=False)
def _zone_names(workspace: str, moment: tuple[tuple[int, int], ...]) -> dict[str, str]:
    zones = registry_cache.registry_at(workspace).zones()
    return {str(zone): f"{zone} {row['name'] or ''}".strip() for zone, row in zones.iterrows() if not row["superseded_by"]}
