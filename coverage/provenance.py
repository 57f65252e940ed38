"""Where every figure comes from: enough to make it again, and nothing that changes between two equal runs."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coverage.study import Study
from geodata.report import IntakeReport

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
LIBRARIES = ("geopandas", "numpy", "pandas", "pyogrio", "pyproj", "shapely")


def provenance(study: Study, reports: list[IntakeReport]) -> dict[str, Any]:
    """Inputs with their hashes and credits, versions, the study's text. No clock and no machine path in it."""
    return {
        "kengai": tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"],
        "libraries": {name: version(name) for name in LIBRARIES},
        "study_sha256": hashlib.sha256(study.text.encode()).hexdigest(),
        "study": study.text,
        "fictitious": study.about.fictitious,
        "inputs": [
            {
                "path": report.path,
                "kind": report.kind,
                "sha256": report.sha256,
                "size_bytes": report.size_bytes,
                "verdict": report.verdict,
                "licence": report.facts.get("licence", ""),
                "credit": report.facts.get("credit", ""),
                "as_of": report.facts.get("as_of", ""),
            }
            for report in reports
        ],
    }
