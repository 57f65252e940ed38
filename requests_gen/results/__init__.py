"""The findings as files: kept whole and read back, and as sheets, GIS files and the intake report.

write_result(result, folder)      # findings/: the whole Result
result = read_result(folder)      # and back, without the input files
ranking_sheets.write_ranking_xlsx(path, result, caption)
"""

from __future__ import annotations

from requests_gen.results import columns, gis, intake_report, ranking_sheets
from requests_gen.results.store import FILES, holds_result, read_result, write_result

__all__ = ["FILES", "columns", "gis", "holds_result", "intake_report", "ranking_sheets", "read_result", "write_result"]
