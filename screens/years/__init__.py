"""The page 経年比較: two years side by side, and the trend.

st.Page(partial(visit.show, years.show), title=years.TITLE.in_(lang), url_path=years.URL)
"""

from __future__ import annotations

from screens.years.page import TITLE, URL, show

__all__ = ["TITLE", "URL", "show"]
