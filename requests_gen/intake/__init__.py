"""Files coming in: what a file is, how it would be read, and putting it into a study with a way back.

check.check_files(paths)                      # one report a file, as `kengai check` prints them
in_study.held_against(study, path)            # the same, and what a run of that study would ask of the file
preview.first_look(path)                      # what the data page shows before anything is kept
edits.apply(plan, at)                         # files and study.toml together; edits.undo(folder, at) brings them back
"""

from __future__ import annotations

from requests_gen.intake import check, crs_choices, edits, in_study, offered_files, picture, preview, study_status, study_toml

__all__ = ["check", "crs_choices", "edits", "in_study", "offered_files", "picture", "preview", "study_status", "study_toml"]
