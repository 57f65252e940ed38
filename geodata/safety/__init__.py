"""Reading bytes nobody vouches for: ceilings, archives, a child process for readers that can crash.

with child_process.reading_process(): …    # readers that may crash work in one child
ceilings.check_count("行数", "rows", found, ceilings.limits().rows)   # refuses what is larger than any real file
archive.Archive(path)                      # members of a zip, checked before anything is unpacked
"""

from __future__ import annotations

from geodata.safety import archive, ceilings, child_process, gdal, sniff
from geodata.safety.gather import gathered

__all__ = ["archive", "ceilings", "child_process", "gathered", "gdal", "sniff"]
