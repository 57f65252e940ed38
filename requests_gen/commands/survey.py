"""`kengai survey …`: asking the municipalities."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from requests_gen.commands.options import ACCEPTED, REFUSED, WARNED, Lang, PrintedProgress, Quiet, StudyPath, Who, Workspace, day_of, refuse

survey_app = typer.Typer(help="市町への照会: 様式を書き出す・回答を取り込む・新しい箇所を地区に加える。", no_args_is_help=True)


@survey_app.command(name="export")
def survey_export(
    study: StudyPath,
    out: Annotated[Path | None, typer.Option("--out", help="様式を書くフォルダ（初期値: 結果の隣の survey）")] = None,
    municipality: Annotated[list[str] | None, typer.Option("--municipality", help="市町コード5桁（何度でも。初期値は全市町）")] = None,
    deadline: Annotated[str, typer.Option("--deadline", help="回答期限（2026-06-30 の形。台帳に残り、次からは省けます）")] = "",
    maps: Annotated[bool, typer.Option(help="地区の小さな地図を入れます")] = True,
    who: Who = "",
    quiet: Quiet = False,
    lang: Lang = "ja",
) -> None:
    """市町ごとの照会様式（Excel）を、前の回答を入れて書き出します。先に kengai run で実行しておきます。"""
    from geodata.errors import DataError
    from requests_gen.survey import tasks

    progress = PrintedProgress(quiet, lang)
    try:
        day = day_of(deadline) if deadline else None
        done = tasks.export_forms(study, out, municipality or [], day, maps, who, datetime.now().astimezone(), progress)
    except DataError as error:
        refuse(error, lang)
    for notice in done.notices:
        typer.echo(f"△ {notice.in_(lang)}", err=True)
    folder = done.files[0].parent if done.files else out
    typer.echo(
        f"照会様式: {folder}（{len(done.files)}市町、{done.zones}地区）"
        if lang != "en"
        else f"forms: {folder} ({len(done.files)} municipalities, {done.zones} zones)"
    )


@survey_app.command(name="import")
def survey_import(
    files: Annotated[list[Path], typer.Argument(help="市町から届いた照会様式（.xlsx か .csv）")],
    workspace: Workspace = Path(),
    who: Who = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="読んで比べるだけで、保存しません")] = False,
    settled: Annotated[bool, typer.Option("--settled", help="市町に確かめた後で、要確認の値も書かれたとおりに取り込みます")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="取り込みの結果をすべて書くファイル（.xlsx）")] = None,
    lang: Lang = "ja",
) -> None:
    """届いた照会様式を台帳に取り込み、変わったところ・要確認・除いた行を示します。終了コード 0 / 1 要確認あり / 2 取り込めないファイルあり。"""
    from geodata.errors import DataError
    from requests_gen.survey import report as survey_report
    from requests_gen.survey import tasks

    try:
        outcome = tasks.import_forms(files, workspace, who, datetime.now().astimezone(), settled, dry_run)
        if report is not None:
            survey_report.write_report(report, outcome.done)
    except DataError as error:
        refuse(error, lang)
    for done in outcome.done:
        typer.echo("\n".join(text.in_(lang) for text in survey_report.sentences(done)) + "\n")
    for refused in outcome.refused:
        typer.echo(refused.in_(lang) + "\n", err=True)
    if outcome.refused:
        raise typer.Exit(REFUSED)
    raise typer.Exit(WARNED if any(done.of("check") for done in outcome.done) else ACCEPTED)


@survey_app.command(name="places")
def survey_places(
    year: Annotated[int, typer.Option("--year", help="年度")],
    accept: Annotated[list[str] | None, typer.Option("--accept", help="地区に加える候補（24201-新1 の形。何度でも）")] = None,
    decline: Annotated[list[str] | None, typer.Option("--decline", help="取り上げない候補（何度でも）")] = None,
    reason: Annotated[str, typer.Option("--reason", help="取り上げない理由")] = "",
    workspace: Workspace = Path(),
    who: Who = "",
    lang: Lang = "ja",
) -> None:
    """市町が知らせた新しい箇所（候補）の一覧。--accept で地区IDを付け、--decline で取り上げないことを記録します。"""
    from geodata.errors import DataError
    from requests_gen.survey import tasks

    try:
        lines = tasks.decide_places(workspace, year, accept or [], decline or [], reason, who, datetime.now().astimezone())
    except DataError as error:
        refuse(error, lang)
    typer.echo("\n".join(line.in_(lang) for line in lines))
