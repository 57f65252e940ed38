"""What the ground said in numbers, for summary.json, provenance and every caption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.evidence import NOT_USED

if TYPE_CHECKING:
    import pandas as pd

    from coverage.evidence_settings import EvidenceFiles


def evidence_summary(
    tests: pd.DataFrame, verdicts: pd.DataFrame, changed: pd.DataFrame, rule: EvidenceFiles
) -> dict[str, Any]:
    """Plain data: the rule, how many tests decide and why others do not, verdicts, each share that was replaced.

    tests: evidence.judged; verdicts: evidence.verdicts; changed: evidence_override.changes, empty for "flag".
    """
    why = tests["not_used"].value_counts()
    return {
        "mode": rule.mode,
        "rule": rule.model_dump(mode="json", include={
            "kinds", "indoors", "least_tests", "least_days", "weak_dbm", "share", "newest_months",
        }),
        "tests": len(tests),
        "used": int(why.get("", 0)),
        "not_used": {name: int(why[name]) for name in NOT_USED if name in why},
        "verdicts": {str(name): int(count) for name, count in verdicts["verdict"].value_counts().sort_index().items()},
        "cells_replaced": int(changed["cell_id"].nunique()),
        "replaced": changed.to_dict("records"),
    }  # fmt: skip
