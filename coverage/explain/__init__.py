"""A figure asked back: what it means, its value, the rows and cells it is the sum of, and the files they came from.

answer = explain(result, "complete_population", Asked(zone="24201-001"))
answer.amount, answer.rows, answer.files
"""

from __future__ import annotations

from coverage.explain.explain import Explained, explain, value_of
from coverage.explain.rows import Asked

__all__ = ["Asked", "Explained", "explain", "value_of"]
