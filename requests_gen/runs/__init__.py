"""A run: inputs, analysis, zone ids and outputs, in this process or in one of its own.

run_study(study, folder, progress, who="…", at=now)   # read, analyse, register zone ids, write
background.start(place, study, "ja", now)        # the screen's run; background.run_state tells how far it is
previous_results.restore_former(place)           # the results of before come back
"""

from __future__ import annotations

from requests_gen.runs import background, previous_results
from requests_gen.runs.screen_process import start_screen
from requests_gen.runs.study_run import run_study

__all__ = ["background", "previous_results", "run_study", "start_screen"]
