"""`kengai demo`, `new`, `app`: the example, a folder to work in, the screen."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from requests_gen.commands.findings import found_in_words
from requests_gen.commands.letters import make_letters
from requests_gen.commands.options import EXAMPLE, HERE, Lang, PrintedProgress, Quiet, refuse


def demo(
    out: Annotated[Path, typer.Option("--out", help="例を置くフォルダ")] = Path("demo"), quiet: Quiet = False, lang: Lang = "ja"
) -> None:
    """同梱の例（三重県、架空のエリア）で、最初から最後まで実行します。"""
    from geodata.errors import DataError
    from requests_gen.demo import make_demo
    from requests_gen.registry import location

    progress = PrintedProgress(quiet, lang)
    try:
        _, result = make_demo(EXAMPLE, out, progress, who=location.person(), at=datetime.now().astimezone(), lang=lang)
        make_letters(result, out / "letters", None, progress)
    except DataError as error:
        refuse(error, lang)
    results = out / "results"
    typer.echo(found_in_words(result.summary, lang))
    typer.echo(f"結果: {results}" if lang != "en" else f"results: {results}")
    for name, ja, en in (
        ("map.html", "地図（ダブルクリックで開きます）", "the map (double-click)"),
        ("ranking.xlsx", "優先順位の表", "the ranking sheet"),
        ("intake.html", "読み込みの記録", "what was read"),
    ):
        typer.echo(f"  {results / name}  {en if lang == 'en' else ja}")
    typer.echo(f"  {out / 'letters'}  {'the letters to each carrier' if lang == 'en' else '事業者ごとの要望書一式'}")
    earlier = sorted(path.name for path in out.glob("20??") if path.is_dir())
    if earlier:
        typer.echo(f"  {out}  {'with the years before' if lang == 'en' else '前の年度も入っています'}: {', '.join(earlier)}")


def new(
    folder: Annotated[Path, typer.Argument(help="作るフォルダ")],
    prefecture: Annotated[str, typer.Option(help="都道府県コード（2桁。三重県は24）")],
    lang: Lang = "ja",
) -> None:
    """作業フォルダと、説明つきの study.toml を作ります。"""
    from geodata.errors import DataError
    from requests_gen.workspace import new_study

    try:
        study = new_study.new_workspace(folder, prefecture)
    except DataError as error:
        refuse(error, lang)
    typer.echo(f"{study} を作りました。メモ帳で開き、説明に従って書き込んでください。" if lang != "en" else f"wrote {study}")


def open_app(
    folder: Annotated[Path | None, typer.Argument(help="調査または作業フォルダ（初期値は同梱の例）")] = None,
    port: Annotated[int, typer.Option(help="ポート番号。使われているときは次の空いた番号にします")] = 8501,
    address: Annotated[str, typer.Option(help="待ち受けるアドレス。初期値ではこのパソコンからだけ見えます")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="ブラウザーを開きます")] = True,
    lang: Lang = "ja",
) -> None:
    """画面をこのパソコンの中（127.0.0.1）で開きます。終わるときは Ctrl+C を押します。"""
    from geodata.errors import DataError
    from requests_gen.runs import start_screen
    from requests_gen.workspace import find_studies

    try:
        if folder is not None:
            find_studies(folder)
        code = start_screen(HERE, folder, address, port, browser, lambda message: typer.echo(message.in_(lang)))
    except DataError as error:
        refuse(error, lang)
    raise typer.Exit(code)
