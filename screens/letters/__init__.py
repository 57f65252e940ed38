"""The page 要望書: preview, make, send.

st.Page(partial(visit.show, letters.show), title=letters.TITLE.in_(lang), url_path=letters.URL)
"""

from __future__ import annotations

from screens.letters.page import TITLE, URL, show

__all__ = ["TITLE", "URL", "show"]
