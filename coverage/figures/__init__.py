"""The catalogue of figures: what every number is called, what it counts, of whom, and what an unknown part does to it.

figure("complete_population").name.ja         # 全社エリア外人口（地区の中）
figure_of_column("uncovered_population_4G_alpha")    # (the figure, {"generation": "4G", "carrier": "alpha"})
Amount(12.5, unknown=3, parts=20).value             # None: a sum without its unknown parts would look whole
"""

from __future__ import annotations

from coverage.figures.catalogue import FIGURES, figure, figure_of_column, nearest
from coverage.figures.figure import Amount, Figure
from coverage.figures.sums import add_up, in_part, zone_sum

__all__ = ["FIGURES", "Amount", "Figure", "add_up", "figure", "figure_of_column", "in_part", "nearest", "zone_sum"]
