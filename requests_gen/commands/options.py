"""What the commands of the command line have in common: options, exit codes, how errors and progress are printed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from geodata.errors import DataError, Text

HERE = Path(__file__).resolve().parents[2]  # the checkout
EXAMPLE = HERE / "examples" / "mie"
ACCEPTED, WARNED, REFUSED, UNEXPECTED = 0, 1, 2, 70

Lang = Annotated[str, typer.Option("--lang", help="表示の言語（ja または en）", metavar="ja|en")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="進み具合を表示しません")]
Workspace = Annotated[Path, typer.Option("--workspace", help="台帳（kengai.sqlite）のある作業フォルダ")]
Who = Annotated[str, typer.Option("--who", help="記録する人（初期値: このパソコンの利用者名）")]
StudyPath = Annotated[Path, typer.Argument(help="study.toml のあるフォルダ（またはファイル）")]
Json = Annotated[bool, typer.Option("--json", help="JSONで出力します")]


def refuse(error: DataError, lang: str) -> NoReturn:
    """Print the error in words and exit with its code."""
    typer.echo(error.in_(lang), err=True)
    raise typer.Exit(REFUSED)


class PrintedProgress:
    """Prints each step as it begins; nothing when quiet."""

    def __init__(self, quiet: bool, lang: str) -> None:
        self.quiet, self.lang = quiet, lang

    def __call__(self, step: Text) -> None:
        if not self.quiet:
            typer.echo(f"… {step.in_(self.lang)}", err=True)


def day_of(written: str) -> date:
    """The day that was written as 2026-11-20, or today."""
    try:
        return date.fromisoformat(written) if written else datetime.now().astimezone().date()
    except ValueError as error:
        raise typer.BadParameter("日付は 2026-11-20 の形で書いてください / write the day as 2026-11-20") from error
