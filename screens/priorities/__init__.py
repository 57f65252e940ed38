"""The page 優先順位: weights, stability, the municipalities' order, freezing.

st.Page(partial(visit.show, priorities.show), title=priorities.TITLE.in_(lang), url_path=priorities.URL)
"""

from __future__ import annotations

from screens.priorities.page import TITLE, URL, show

__all__ = ["TITLE", "URL", "show"]
