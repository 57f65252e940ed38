"""優先順位: weights, the municipalities' order beside ours, and freezing the year.

chosen = rerank.study_weighting(study)
table = rerank.rank_again(result.zones, study, chosen)
orders = municipal_orders.order_table(ranking, zones, registry.municipal_order(year))
frozen.freeze(registry, result, frozen.Chosen(table, orders, chosen, criteria), who="…", at=now, stamp=stamp)
"""

from __future__ import annotations

from requests_gen.ranking import export, frozen, municipal_orders, rerank, study_file, tables, weightings

__all__ = ["export", "frozen", "municipal_orders", "rerank", "study_file", "tables", "weightings"]
