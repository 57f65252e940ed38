"""What a study reads: its files through the readers of geodata, into tables of one CRS. Only this room reads.

inputs = read_inputs(study, progress)
inputs.layers, inputs.population, inputs.reports
table, reports = read_files(study.boundaries, paths)   # one kind of file alone, as the run reads it
"""

from __future__ import annotations

from coverage.inputs.readers import AREA_SOURCES, FACILITY_SOURCES, BBox, Measured, Spec, read_files, source_of
from coverage.inputs.study_files import read_inputs

__all__ = ["AREA_SOURCES", "FACILITY_SOURCES", "BBox", "Measured", "Spec", "read_files", "read_inputs", "source_of"]
