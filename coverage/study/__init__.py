"""Study: one TOML file that says which files, rules, weights and names an analysis uses.

study = read_study("demo/study")           # a folder or its study.toml; DataError names key and remedy
study.carriers, study.rules.gaps, study.path("n03.geojson")
"""

from __future__ import annotations

from coverage.study import sources, toml_file
from coverage.study.evidence import EvidenceFiles
from coverage.study.study import STUDY_FILE, Generation, Layer, Rules, Study, last_day, read_study

__all__ = ["STUDY_FILE", "EvidenceFiles", "Generation", "Layer", "Rules", "Study", "last_day", "read_study", "sources", "toml_file"]
