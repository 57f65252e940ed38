"""Words of papers and pages: captions, numbers and eras, dates, what the figures are called.

caption(result, "ja").notice              # what stands under every figure of this study
fiscal_year(2026)                         # 令和8年度（2026年度）
numbers_and_eras.Wording(…).number(1234)
"""

from __future__ import annotations

from requests_gen.wording import captions, dates, evidence, intake, numbers_and_eras, questions, urgency
from requests_gen.wording.captions import Caption, caption, fiscal_year

__all__ = ["Caption", "caption", "captions", "dates", "evidence", "fiscal_year", "intake", "numbers_and_eras", "questions", "urgency"]
