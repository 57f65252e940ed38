"""The page 地図: the zones on a map, as cards and as a table.

st.Page(partial(visit.show, map.show), title=map.TITLE.in_(lang), url_path=map.URL)
"""

from __future__ import annotations

from screens.map.page import TITLE, URL, show

__all__ = ["TITLE", "URL", "show"]
