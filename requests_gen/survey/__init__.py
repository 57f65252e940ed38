"""照会: the yearly survey of the municipalities, out as workbooks and back into the registry.

    write_surveys(result, registry, out)                  # one workbook a municipality
    import_survey(path, registry, result, who=…, at=…)    # what came back; old → new, review items, what was left out
    survey_facts(registry, 2026)                          # what the municipalities say, by zone
    survey_returns(registry, 2026)                        # whose form came back

What a municipality says stands beside Kengai's own figures, never in their place.
"""

from __future__ import annotations

from requests_gen.survey import report, tasks
from requests_gen.survey.export import write_surveys
from requests_gen.survey.facts import survey_facts, survey_returns
from requests_gen.survey.intake import Imported, import_survey
from requests_gen.survey.new_places import accept_place, candidates, decline_place

__all__ = [
    "Imported",
    "accept_place",
    "candidates",
    "decline_place",
    "import_survey",
    "report",
    "survey_facts",
    "survey_returns",
    "tasks",
    "write_surveys",
]
