"""The door with a command line: the commands of requests_gen.commands under one name."""

from __future__ import annotations

import sys
from pathlib import Path

# the name `coverage` is also coverage.py's: this checkout's folder must be found first
sys.path.insert(0, str(Path(__file__).resolve().parent))

import typer

from requests_gen.commands import UNEXPECTED, findings, letters, registry, replies, survey, workspace

app = typer.Typer(
    help="圏外（Kengai）— 携帯電話の不感地域を見つけ、順位をつけ、要望をまとめる道具です。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# in the order of --help
for command in (
    findings.run,
    findings.check,
    workspace.demo,
    letters.letters,
    workspace.new,
    workspace.open_app,
    registry.backup,
    registry.restore,
    replies.progress,
    findings.explain,
    findings.compare,
    findings.publish,
    findings.report,
):
    app.command(name="app" if command is workspace.open_app else None)(command)
app.add_typer(survey.survey_app, name="survey")
app.add_typer(replies.replies_app, name="replies")
app.add_typer(registry.registry_app, name="registry")


def main() -> None:
    """The `kengai` command."""
    _write_utf8()
    try:
        app()
    except Exception:  # noqa: BLE001 (the last door: an office worker gets a sentence, the log gets the rest)
        _tell_unexpected()
        sys.exit(UNEXPECTED)


def _tell_unexpected() -> None:
    """Keep the traceback in a file for whoever mends the program, and say so."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="kengai-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exc(file=log)
    typer.echo(
        "プログラムの誤りで止まりました。書きかけの結果はなく、元のファイルは変わっていません。\n"
        f"この記録を開発者に渡してください / stopped by a bug; please send this log: {log.name}",
        err=True,
    )


def _write_utf8() -> None:
    # a Japanese Windows console is CP932; a character outside it must not stop the work
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


if __name__ == "__main__":
    main()
