"""The office's folders: studies by year, the letters' settings, a new study.

place = find_studies(folder)[-1]          # the newest year: study, results, registry
settings = read_letter_settings(study)    # letters.toml
new_study.new_workspace(folder, "24")
"""

from __future__ import annotations

from requests_gen.workspace import letters_edit, letters_form, letters_toml, new_study, places
from requests_gen.workspace.letters_toml import LETTERS_FILE, LetterSettings, read_letter_settings
from requests_gen.workspace.places import StudyPlace, find_studies

__all__ = [
    "LETTERS_FILE",
    "LetterSettings",
    "StudyPlace",
    "find_studies",
    "letters_edit",
    "letters_form",
    "letters_toml",
    "new_study",
    "places",
    "read_letter_settings",
]
