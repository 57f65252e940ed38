"""The municipalities' own order of their zones, as annex 1 shows it."""

from __future__ import annotations

from pathlib import Path

from requests_gen.registry import open_registry
from requests_gen.registry_places import existing_registry, workspace_of


def municipal_orders(study: Path, year: int) -> dict[str, int] | None:
    """{zone_id: place in its municipality} that the registry holds for `year`; None where it holds none."""
    place = existing_registry(workspace_of(study))
    if place is None:
        return None
    with open_registry(place) as registry:
        ranks = registry.municipal_order(year)["municipal_rank"].dropna()
    return {str(zone): int(rank) for zone, rank in ranks.items()} or None
