"""What was measured in the field beside what the carriers claim: a verdict a place, carrier and generation.

tests = tests_of(study, inputs, cells)                      # each test with what is claimed at its place
matrix, replaced = as_measured(study, inputs, cells, matrix, tests)   # only with mode = "override"
verdicts = verdicts_of(study, tests, cells)
"""

from __future__ import annotations

from coverage.evidence.judging import no_tests, no_verdicts
from coverage.evidence.steps import as_measured, brief_as_dict, field_evidence_facts, tests_of, verdicts_of

__all__ = ["as_measured", "brief_as_dict", "field_evidence_facts", "no_tests", "no_verdicts", "tests_of", "verdicts_of"]
