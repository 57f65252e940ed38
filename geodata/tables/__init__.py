"""Tables of text: what a column is called, what a cell says, where it came from.

column_of(table, {"人口", "population"})    # the first column so called
text_of(table, name)                       # its cells as stripped text
numbered(table)                            # the file's own line numbers as index, for messages
"""

from __future__ import annotations

from geodata.tables import figures, points, table, text, workbook
from geodata.tables.columns import column_of, numbered, plain, shown, text_of

__all__ = ["column_of", "figures", "numbered", "plain", "points", "shown", "table", "text", "text_of", "workbook"]
