"""What a study reads: its files through the readers of geodata, into tables of one CRS. Only this room reads.

inputs = read_inputs(study, progress)
inputs.layers, inputs.population, inputs.reports
"""

from __future__ import annotations

from coverage.inputs.study_files import read_inputs
from coverage.inputs.urgency_files import AREA_SOURCES, FACILITY_SOURCES

__all__ = ["AREA_SOURCES", "FACILITY_SOURCES", "read_inputs"]
