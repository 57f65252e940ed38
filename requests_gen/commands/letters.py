"""`kengai letters`: the papers to each carrier, and the mark that they were sent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from requests_gen.commands.options import Lang, PrintedProgress, Quiet, StudyPath, day_of, refuse

if TYPE_CHECKING:
    from coverage.result import Result


def letters(
    study: StudyPath,
    carrier: Annotated[list[str] | None, typer.Option("--carrier", help="事業者の key（何度でも。初期値は全社）")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="要望書を書くフォルダ（初期値: 調査フォルダの letters）")] = None,
    mark_sent: Annotated[
        list[str] | None, typer.Option("--mark-sent", help="送付済みにする文書IDまたは事業者の key（作成はしません）")
    ] = None,
    sent_on: Annotated[str, typer.Option("--sent-on", help="送付日（2026-11-20 の形。初期値は今日）")] = "",
    quiet: Quiet = False,
    lang: Lang = "ja",
) -> None:
    """事業者ごとの要望書・別紙・回答様式を作ります。送付済みのものは書き換えません。"""
    from coverage.run import run as analyse
    from coverage.study import read_study
    from geodata.errors import DataError
    from requests_gen.letters import last_year, make
    from requests_gen.registry import location

    progress = PrintedProgress(quiet, lang)
    try:
        read = read_study(study)
        target = out if out is not None else read.folder / make.FOLDER
        if mark_sent:
            entries, year = make.mark_sent(target, mark_sent, day_of(sent_on)), read.about.fiscal_year
            last_year.record_versions(read.folder, entries, year, who=location.person(), at=datetime.now().astimezone())
        else:
            make_letters(analyse(read, progress), target, carrier, progress)
    except DataError as error:
        refuse(error, lang)
    typer.echo(f"要望書: {target}" if lang != "en" else f"letters: {target}")


def make_letters(result: Result, out: Path, carriers: list[str] | None, progress: PrintedProgress) -> None:
    """The letters of `carriers` (all when None) into `out`, and into the registry."""
    from requests_gen.letters import last_year, make
    from requests_gen.registry import location
    from requests_gen.workspace import read_letter_settings

    year = result.study.about.fiscal_year
    history = last_year.last_answers(result.study.folder, year)
    entries = make.write_letters(result, read_letter_settings(result.study), out, carriers, progress, history=history)
    last_year.record_versions(result.study.folder, entries, year, who=location.person(), at=datetime.now().astimezone())
