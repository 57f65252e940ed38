"""The page 照会・回答: survey, replies, review, progress.

st.Page(partial(visit.show, replies.show), title=replies.TITLE.in_(lang), url_path=replies.URL)
"""

from __future__ import annotations

from screens.replies.page import TITLE, URL, show

__all__ = ["TITLE", "URL", "show"]
