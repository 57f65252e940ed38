"""The choreography of a run, the same for the command, the screen's process and the example."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from coverage.run import run
from coverage.study import Study
from geodata.progress import Progress
from requests_gen.files import replace_folder
from requests_gen.runs import zone_ids
from requests_gen.runs.outputs import write_outputs

if TYPE_CHECKING:
    from coverage.result import Result


def run_study(
    study: Study, results: Path, progress: Progress, *, who: str, at: datetime, lang: str = "ja", dry_run: bool = False
) -> Result:
    """Analyse `study`, register its zone ids (who, at: of the record), write the findings into `results`.

    The registry comes first and last: the ids it knows are taken before the analysis, new ones are registered before
    any output appears, so that two runs at once never give one id to two places. A dry run writes nothing. Raises
    DataError, changing nothing, when an input or `results` refuses.
    """
    replace_folder.check_target(results)  # before the long work, not after it
    if dry_run:
        return run(study, progress)
    zone_ids.sync_zone_ids(study)
    result = run(study, progress)
    zone_ids.register_zone_ids(result, who, at)
    write_outputs(result, results, lang=lang, progress=progress)
    zone_ids.save_zone_ids(result)
    return result
