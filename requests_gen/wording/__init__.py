"""Words of papers and pages: captions, amounts, numbers and eras, dates, what the figures are called.

caption(result, "ja").notice              # what stands under every figure of this study
captions.fiscal_year(2026)                # 令和8年度（2026年度）
numbers_and_eras.Wording(…).number(1234)
"""

from __future__ import annotations

from requests_gen.wording import amounts, captions, dates, evidence, intake, numbers_and_eras, questions, urgency
from requests_gen.wording.captions import Caption, caption

__all__ = ["Caption", "amounts", "caption", "captions", "dates", "evidence", "intake", "numbers_and_eras", "questions", "urgency"]
