"""Papers of the example for all four carriers: seconds a zone sheet, cold and unchanged, one process and two."""

from __future__ import annotations

import hashlib
import resource
import tempfile
import time
from pathlib import Path

MOST_ZONES = 100


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def _pdf_hashes(folder: Path) -> dict[str, str]:
    files = sorted(folder.rglob("*.pdf"))
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def main() -> None:
    """Print CPU and wall seconds a zone sheet, and whether two makings give the same bytes."""
    from coverage.run import run
    from coverage.study.study import read_study
    from requests_gen.letters.make import PaperMaker, write_letters
    from requests_gen.workspace.letters_toml import read_letter_settings

    study = read_study(Path(__file__).resolve().parents[1] / "examples" / "mie")
    result = run(study)
    settings = read_letter_settings(study)
    settings = settings.model_copy(update={"zones": settings.zones.model_copy(update={"max_zones": MOST_ZONES})})
    settings._folder = study.folder
    print("\npapers of the example, 4 carriers, every zone with its own sheet and two maps")
    made: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as name:
        for label, out, workers in (("one process, cold", "a", 1), ("one process, unchanged", "a", 1), ("two processes, cold", "b", 2)):
            cpu, wall = _cpu(), time.perf_counter()
            entries = write_letters(result, settings, Path(name) / out / "letters", maker=PaperMaker(workers))
            cpu, wall = _cpu() - cpu, time.perf_counter() - wall
            sheets = sum(entry.facts["figures"]["zones"] for entry in entries)
            print(f"  {label:24s}: {sheets} sheets, {cpu / sheets:.3f} s CPU and {wall / sheets:.3f} s wall a zone (target 0.35)")
            made[out] = _pdf_hashes(Path(name) / out)
    print(f"  PDFs of two makings equal to the byte: {made['a'] == made['b']} ({len(made['a'])} files)")


if __name__ == "__main__":
    main()
