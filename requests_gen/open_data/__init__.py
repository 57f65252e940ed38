"""公開用のファイル: lists, points and totals with small counts masked.

places = settlement_places(study)
write_open_data(result, folder, places=places, progress=progress)
"""

from __future__ import annotations

from requests_gen.open_data.publish import settlement_places, write_open_data

__all__ = ["settlement_places", "write_open_data"]
