"""One module a source: NAME, LICENCE, CREDIT and `read(path, …) -> (table, report)`. They do not know each other.

    from geodata.sources import n03
    municipalities, reports = n03.read([path])

A new source is a new file here and nothing else changes in this room.
"""
