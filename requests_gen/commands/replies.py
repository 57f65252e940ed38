"""`kengai replies …`, `progress`: the carriers' answers in, and where everything stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from requests_gen.commands.options import ACCEPTED, REFUSED, Json, Lang, Who, Workspace, day_of, refuse

replies_app = typer.Typer(help="事業者の回答を取り込む、要確認を片づける。", no_args_is_help=True)


@replies_app.command(name="import")
def replies_import(
    files: Annotated[list[Path], typer.Argument(help="記入された回答様式（.xlsx か .csv）")],
    workspace: Workspace = Path(),
    who: Who = "",
    carrier: Annotated[str | None, typer.Option("--carrier", help="どの事業者の回答か（key。初期値: ファイルの記入）")] = None,
    year: Annotated[int | None, typer.Option("--year", help="年度（初期値: ファイルの記入）")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="読むだけで、何も保存しません")] = False,
    as_json: Json = False,
    lang: Lang = "ja",
) -> None:
    """事業者の回答を台帳に取り込みます。読み取れない行は捨てず「要確認」にします。"""
    import json

    from geodata.errors import DataError
    from requests_gen.registry import location, open_registry
    from requests_gen.replies import carrier_names, look_at, report, take_in

    taken, refused = [], []
    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            names = carrier_names(workspace)
            for file in files:
                try:
                    if dry_run:
                        taken.append(look_at(opened, file, names, year=year, carrier=carrier))
                    else:
                        signed, at = who or location.person(), datetime.now().astimezone()
                        taken.append(take_in(opened, file, names, who=signed, at=at, year=year, carrier=carrier))
                except DataError as error:
                    refused.append(error.at(file))
    except DataError as error:
        refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(report.intakes_as_dict(taken, refused, lang, saved=not dry_run), ensure_ascii=False, indent=1))
    else:
        for intake in taken:
            typer.echo("\n".join(report.intake_lines(intake, lang, saved=not dry_run)))
    for trouble in refused:
        typer.echo(trouble.in_(lang), err=True)
    raise typer.Exit(REFUSED if refused else ACCEPTED)


@replies_app.command(name="doubts")
def replies_review(workspace: Workspace = Path(), as_json: Json = False, lang: Lang = "ja") -> None:
    """要確認の一覧を示します。"""
    import json

    from geodata.errors import DataError
    from requests_gen.registry import location, open_registry
    from requests_gen.replies import report, review

    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            waiting = review.open_review_items(opened)
    except DataError as error:
        refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(report.review_items_as_dict(waiting, lang), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(report.review_lines(waiting, lang)))


@replies_app.command(name="settle")
def replies_settle(
    review_item: Annotated[str, typer.Argument(help="要確認の番号（kengai replies doubts で見られます）")],
    answer: Annotated[str, typer.Option("--answer", help="回答区分（A1 … N）。初期値: 読み取りの案")] = "",
    zone: Annotated[str, typer.Option("--zone", help="地区ID（読み取りの案と違うとき）")] = "",
    carrier: Annotated[str, typer.Option("--carrier", help="事業者の key（読み取りの案と違うとき）")] = "",
    year: Annotated[int | None, typer.Option("--year", help="年度（読み取りの案と違うとき）")] = None,
    planned: Annotated[str, typer.Option("--planned", help="予定時期（令和9年度上期 など）")] = "",
    set_aside: Annotated[bool, typer.Option("--set-aside", help="回答として扱わず、片づけます")] = False,
    reason: Annotated[str, typer.Option("--reason", help="理由")] = "",
    workspace: Workspace = Path(),
    who: Who = "",
    lang: Lang = "ja",
) -> None:
    """要確認を1件、決めます。書かれていた内容は記録に残ります。"""
    from geodata.errors import DataError
    from requests_gen.registry import location, open_registry
    from requests_gen.replies import review

    given = {"answer": answer, "zone_id": zone, "carrier": carrier, "year": year, "planned": planned}
    fields = None if set_aside else {name: value for name, value in given.items() if value}
    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            review.resolve_review(opened, review_item, fields, who=who or location.person(), at=datetime.now().astimezone(), reason=reason)
    except DataError as error:
        refuse(error, lang)
    typer.echo("記録しました" if lang != "en" else "recorded")


@replies_app.command(name="close")
def replies_close(
    year: Annotated[int, typer.Option("--year", help="年度")],
    carrier: Annotated[list[str] | None, typer.Option("--carrier", help="事業者の key（何度でも。初期値は全社）")] = None,
    workspace: Workspace = Path(),
    who: Who = "",
    lang: Lang = "ja",
) -> None:
    """送付済みの要望のうち、回答のない地区を「N 無回答」と記録します（期限のあとに、指示したときだけ）。"""
    from geodata.errors import DataError
    from requests_gen.registry import location, open_registry
    from requests_gen.replies import review

    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            unanswered = review.close_unanswered(
                opened, year, who=who or location.person(), at=datetime.now().astimezone(), carriers=carrier
            )
    except DataError as error:
        refuse(error, lang)
    typer.echo(f"無回答と記録: {len(unanswered)}件" if lang != "en" else f"recorded as no answer: {len(unanswered)}")


def progress(
    workspace: Workspace = Path(),
    as_json: Json = False,
    on: Annotated[str, typer.Option("--on", help="期限を数える日（2027-04-01 の形。初期値は今日）")] = "",
    lang: Lang = "ja",
) -> None:
    """地区と事業者ごとに、いまの状態、次にだれが何をするか、期限を過ぎたものを示します。"""
    import json

    from geodata.errors import DataError
    from requests_gen.progress import deadlines_of, promises, rows, states
    from requests_gen.progress import report as progress_report
    from requests_gen.registry import location, open_registry

    day = day_of(on)
    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            lines = rows(states(opened, deadlines_of(workspace), day), opened.zones())
            kept = promises(opened, day)
    except DataError as error:
        refuse(error, lang)
    typer.echo(json.dumps(lines, ensure_ascii=False, indent=1) if as_json else "\n".join(progress_report.progress_lines(lines, kept, lang)))
