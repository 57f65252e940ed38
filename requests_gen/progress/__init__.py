"""Where each zone stands with each carrier, who owes what, what is overdue, which promises were kept.

stands = states(registry, deadlines_of(workspace), day)
table = rows(stands, registry.zones())
report.progress_lines(table, promises(registry, day), "ja")
"""

from __future__ import annotations

from requests_gen.progress import report, words
from requests_gen.progress.progress import ZoneStatus, deadlines_of, rows, states
from requests_gen.progress.promised import PromiseTally, promises

__all__ = ["PromiseTally", "ZoneStatus", "deadlines_of", "promises", "report", "rows", "states", "words"]
