"""How many replies are lost on their way: fifty filled forms, distorted as people distort them, taken in again.

python -m benchmarks.reply_losses [count] [seed]

Prints, for each file, what was done to it and what came back; then the sums. Every tenth file is saved by LibreOffice
as well (as .xlsx, .ods → .xlsx or .xls → .xlsx). Exits with 1 when anything is lost.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.reply_world import ASKED, IDS, WRITTEN, answered, losses, many, truth_of
from tests.sheet_distorter import SOFFICE, by_libreoffice, distorted

ROUTES = (("xlsx",), ("xls", "xlsx"), ("ods", "xlsx"))


def main(count: int = 50, seed: int = 1) -> int:
    """Run and print; the number of files that lost anything."""
    bad = rows = by_other = 0
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kengai-") as home:
        for number in range(count):
            written = many(8, seed + number) | {IDS[9]: WRITTEN[IDS[9]], IDS[8]: WRITTEN[IDS[8]]}
            name, data, ending = distorted(answered(written), number, seed)
            if SOFFICE and ending == ".xlsx" and number % 10 in (0, 5):
                route = ROUTES[by_other % len(ROUTES)]
                data, by_other = by_libreoffice(data, *route), by_other + 1
                name += f"+libreoffice({'→'.join(route)})"
            wrong = losses(Path(home), data, ending, truth_of(Path(home), written))
            rows += len(written)
            bad += bool(wrong)
            print(f"{number + 1:3d} {'LOST ' + str(wrong) if wrong else 'ok  '} {name}", flush=True)
    print(
        f"files {count}, of them saved by LibreOffice {by_other}, answers {rows}, files with a loss {bad}, "
        f"{time.perf_counter() - began:.0f} s; asked zones {len(ASKED['alpha'])}"
    )
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(*(int(word) for word in sys.argv[1:])) else 0)
