"""Files as we write them: folders that appear whole, workbooks, PDFs, names that every system takes.

replace_folder.publish(write, folder)      # all files together or none; what was there is kept as .old
with only_one_writer(path): …              # nobody else writes meanwhile
book = workbook.Book(path, caption)        # text stays text, the same content gives the same bytes
"""

from __future__ import annotations

from requests_gen.files import names, print_checks, replace_folder, typst_pdf, workbook, zips
from requests_gen.files.json_text import json_bytes, plain
from requests_gen.files.lock import only_one_writer
from requests_gen.files.print_font import font

__all__ = ["font", "json_bytes", "names", "only_one_writer", "plain", "print_checks", "replace_folder", "typst_pdf", "workbook", "zips"]
