"""年次報告: two pages for the governor, and the rows behind every number.

place = place_of(study)                            # the study, its results and its registry
report, result = report_of(place, day)
write_report(report, result, folder)               # PDF and XLSX
"""

from __future__ import annotations

from requests_gen.annual_report.files import FOLDER, place_of, report_of, write_report

__all__ = ["FOLDER", "place_of", "report_of", "write_report"]
