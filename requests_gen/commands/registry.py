"""`kengai backup`, `restore`, `registry …`: what lasts from year to year, kept safe and moved."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from requests_gen.commands.options import Lang, Workspace, refuse


def backup(
    workspace: Workspace = Path(),
    out: Annotated[Path | None, typer.Option("--out", help="書くファイル（初期値: 作業フォルダの backups/kengai-日時.sqlite）")] = None,
    lang: Lang = "ja",
) -> None:
    """台帳（kengai.sqlite）のバックアップを作ります。だれかが使っている間でもかまいません。"""
    from geodata.errors import DataError
    from requests_gen.registry import backup as registry_backup
    from requests_gen.registry import location, open_registry

    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            made = registry_backup.backup(opened.database, out, datetime.now().astimezone(), workspace)
    except DataError as error:
        refuse(error, lang)
    typer.echo(f"バックアップ: {made}" if lang != "en" else f"backup: {made}")


def restore(
    file: Annotated[Path, typer.Argument(help="バックアップ（.sqlite）か書き出し（.json .xlsx）")],
    workspace: Workspace = Path(),
    lang: Lang = "ja",
) -> None:
    """台帳をバックアップの内容に戻します。今の台帳は名前を変えて残します。"""
    from geodata.errors import DataError
    from requests_gen.registry import backup as registry_backup
    from requests_gen.registry import location

    try:
        done = registry_backup.restore(file, location.registry_place(workspace), datetime.now().astimezone(), workspace)
    except DataError as error:
        refuse(error, lang)
    typer.echo(f"戻しました（保存 {done.changes}回分）" if lang != "en" else f"restored ({done.changes} changes)")
    if done.kept is not None:
        typer.echo(f"前の台帳: {done.kept}" if lang != "en" else f"what was there: {done.kept}")


registry_app = typer.Typer(help="台帳を書き出す・取り込む、地区の統合と分割を記録する。", no_args_is_help=True)


@registry_app.command(name="export")
def registry_export(
    out: Annotated[Path, typer.Argument(help="書くファイル（.xlsx か .json）")], workspace: Workspace = Path(), lang: Lang = "ja"
) -> None:
    """台帳のすべて（履歴を含む）を Excel か JSON に書き出します。"""
    from geodata.errors import DataError
    from requests_gen.registry import location, open_registry

    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            location.export_to(opened, out, workspace)
    except DataError as error:
        refuse(error, lang)
    typer.echo(f"書き出し: {out}" if lang != "en" else f"exported: {out}")


@registry_app.command(name="import")
def registry_import(
    file: Annotated[Path, typer.Argument(help="kengai registry export のファイル（.xlsx か .json）")],
    workspace: Workspace = Path(),
    lang: Lang = "ja",
) -> None:
    """書き出したファイルを空の台帳に取り込みます。"""
    from geodata.errors import DataError
    from requests_gen.registry import backup as registry_backup
    from requests_gen.registry import location

    try:
        registry_backup.import_into(location.registry_place(workspace), file)
    except DataError as error:
        refuse(error, lang)
    typer.echo("取り込みました" if lang != "en" else "imported")


@registry_app.command()
def supersede(
    old: Annotated[list[str], typer.Option("--old", help="統合・分割の前の地区ID（何度でも）")],
    new: Annotated[list[str], typer.Option("--new", help="後の地区ID（何度でも）")],
    year: Annotated[int, typer.Option("--year", help="年度")],
    reason: Annotated[str, typer.Option("--reason", help="理由")] = "",
    who: Annotated[str, typer.Option("--who", help="記録する人（初期値: このパソコンの利用者名）")] = "",
    workspace: Workspace = Path(),
    lang: Lang = "ja",
) -> None:
    """地区の統合・分割を記録します。前の地区IDは使い回されません。"""
    from geodata.errors import DataError
    from requests_gen.registry import location, open_registry

    try:
        with open_registry(location.needed_registry(workspace)) as opened:
            opened.supersede(old, new, year=year, who=who or location.person(), at=datetime.now().astimezone(), reason=reason)
    except DataError as error:
        refuse(error, lang)
    typer.echo("記録しました" if lang != "en" else "recorded")
