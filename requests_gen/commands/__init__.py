"""The commands of `kengai`, one module a verb. They parse, call one function of a room, and print.

    app.command()(findings.run)
    app.add_typer(survey.survey_app, name="survey")

Heavy imports are inside the functions, so that `kengai --help` is quick.
"""

from __future__ import annotations

from requests_gen.commands import findings, letters, registry, replies, survey, workspace
from requests_gen.commands.options import UNEXPECTED

__all__ = ["UNEXPECTED", "findings", "letters", "registry", "replies", "survey", "workspace"]
