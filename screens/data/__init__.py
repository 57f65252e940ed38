"""The page データ: files in, checks, runs.

st.Page(partial(visit.show, data.show), title=data.TITLE.in_(lang), url_path=data.URL)
"""

from __future__ import annotations

from screens.data.page import TITLE, URL, show

__all__ = ["TITLE", "URL", "show"]
