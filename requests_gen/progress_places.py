"""What the studies of a workspace say that the registry does not: until when each year's letters ask for a reply."""

from __future__ import annotations

from pathlib import Path

from coverage.study import read_study
from geodata.errors import DataError
from requests_gen.letter_settings import read_letter_settings
from requests_gen.study_places import find_studies


def deadlines_of(workspace: Path) -> dict[int, str]:
    """{fiscal year: YYYY-MM-DD} from the letters.toml of each study; years without a day are left out."""
    found: dict[int, str] = {}
    try:
        places = find_studies(workspace)
    except DataError:
        return found
    for place in places:
        try:
            study = read_study(place.folder)
            day = read_letter_settings(study).letter.deadline
        except DataError:
            continue  # a study without letters, or one that its own page must mend
        if day:
            found[study.about.fiscal_year] = day
    return found
