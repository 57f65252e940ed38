"""The registry: what lasts from year to year, kept append-only in one database.

with open_registry(location.registry_place(workspace)) as registry:
    registry.save_replies(rows, who="山田", at=now, file=SourceFile("回答.xlsx", sha256))
    registry.replies(2026)            # one row a record as it stands, with `revision`, `who`, `at`
    registry.history("24201-003")     # what it was, what it is, who, when
"""

from __future__ import annotations

from requests_gen.registry import backup, conflict, location, store, tables, values, zones
from requests_gen.registry.registry import Registry, open_registry
from requests_gen.registry.store import SourceFile

__all__ = ["Registry", "SourceFile", "backup", "conflict", "location", "open_registry", "store", "tables", "values", "zones"]
