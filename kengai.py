"""The door with a command line: parse, call one function, print. Heavy imports wait until they are needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

# the name `coverage` is also coverage.py's: this checkout's folder must be found first
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import typer  # noqa: E402  (after the path above)

from requests_gen import commands_findings, commands_registry, commands_replies, commands_survey  # noqa: E402
from requests_gen.command_line import (  # noqa: E402
    ACCEPTED,
    REFUSED,
    UNEXPECTED,
    WARNED,
    Lang,
    Progress,
    Quiet,
    StudyPath,
    day_of,
    refuse,
)

if TYPE_CHECKING:
    from coverage.run import Result
    from geodata.errors import Text

app = typer.Typer(
    help="圏外（Kengai）— 携帯電話の不感地域を見つけ、順位をつけ、要望をまとめる道具です。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

EXAMPLE = HERE / "examples" / "mie"


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

    with tempfile.NamedTemporaryFile(
        "w", prefix="kengai-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
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


@app.command()
def run(
    study: StudyPath,
    out: Annotated[
        Path | None, typer.Option("--out", help="結果を書くフォルダ（初期値: 調査フォルダの results）")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="読み込みと計算だけ行い、何も書きません")
    ] = False,
    quiet: Quiet = False,
    lang: Lang = "ja",
    progress: Annotated[
        Path | None, typer.Option("--progress-json", hidden=True, help="進み具合を書くファイル（画面用）")
    ] = None,
) -> None:
    """調査を実行し、不感地域の順位・地図・一覧を書き出します。"""
    from geodata.errors import DataError
    from requests_gen.data_progress import run_told

    try:
        with run_told(progress, Progress(quiet, lang)) as told:
            _run(study, out, dry_run, told, lang)
    except DataError as error:
        refuse(error, lang)


def _run(
    study_path: Path, out: Path | None, dry_run: bool, told: Callable[[Text], None], lang: str
) -> tuple[Path, Result]:
    """Analyse and write; where to, and what was found."""
    from coverage.run import run as analyse
    from coverage.study import read_study
    from requests_gen.outputs import write_outputs
    from requests_gen.publishing import check_target
    from requests_gen.registry_places import person
    from requests_gen.workspace import keep_zone_ids, take_zone_ids, write_zone_ids

    study = read_study(study_path)
    target = out if out is not None else study.folder / "results"
    check_target(target)  # before the long work, not after it
    if not dry_run:
        take_zone_ids(study)
    result = analyse(study, told)
    if dry_run:
        typer.echo(_sentence(result.summary, lang))
        return target, result
    keep_zone_ids(
        result, person(), datetime.now().astimezone()
    )  # another run may have given one: before all output
    write_outputs(result, target, lang=lang, told=told)
    write_zone_ids(result)
    typer.echo(_sentence(result.summary, lang))
    typer.echo(f"結果: {target}" if lang != "en" else f"results: {target}")
    return target, result


def _sentence(summary: dict, lang: str) -> str:  # type: ignore[type-arg]
    """What was found, in three lines."""
    people, zones = summary["population"], summary["zones"]
    rule = summary["rules"]["official"]
    lines = []
    for generation, by_rule in summary["generations"].items():
        union = by_rule[rule]["any_carrier"]
        parts = [f"{union[key]:,.0f}" for key in ("covered", "uncovered", "unknown")]
        if lang == "en":
            lines.append(
                f"{generation} (any carrier, {rule}): covered {parts[0]}, uncovered {parts[1]}, unknown {parts[2]}"
            )
        else:
            lines.append(
                f"{generation}（いずれか1社、規則 {rule}）: エリア内 {parts[0]}人・エリア外 {parts[1]}人・不明 {parts[2]}人"
            )
    if lang == "en":
        head = f"{people['total']:,.0f} people; {zones['count']} zones with a gap, {zones['ranked']} of them ranked"
    else:
        head = f"人口 {people['total']:,.0f}人、不感のある地区 {zones['count']}（うち順位付き {zones['ranked']}）"
    if summary["study"]["fictitious"]:
        head += "  [fictitious areas]" if lang == "en" else "　【架空のエリアによる例】"
    if replaced := summary.get("evidence", {}).get("cells_replaced", 0):
        lines.append(
            f"in {replaced:,} cells by field tests instead of the carriers' areas"
            if lang == "en"
            else f"うち{replaced:,}個のメッシュは、エリア図でなく現地測定の結果によります"
        )
    return "\n".join([head, *lines])


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="調べるファイル")],
    kind: Annotated[
        str | None,
        typer.Option(
            help="種類（coverage, population, boundary, facility, measurement, settlement, road, area）"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSONで出力します")] = False,
    level: Annotated[int | None, typer.Option(help="人口メッシュの大きさ（m）")] = None,
    crs: Annotated[
        str | None, typer.Option(help="ファイルに座標系がないときの座標系（例 EPSG:6668）")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="レイヤーがいくつもあるとき、その名前")] = None,
    lang: Lang = "ja",
) -> None:
    """ファイルが何か、直した所、誤りと直し方を示します。終了コード 0 受入 / 1 注意あり / 2 受け入れ不可。"""
    import json

    from requests_gen.checking import check_files

    reports = check_files(files, kind=kind, level=level, crs=crs, layer=layer)
    if as_json:
        typer.echo(json.dumps([report.as_dict(lang) for report in reports], ensure_ascii=False, indent=1))
    else:
        for report in reports:
            _print_report(report.as_dict(lang), lang)
    worst = {"accept": ACCEPTED, "warn": WARNED, "refuse": REFUSED}
    raise typer.Exit(max(worst[report.verdict] for report in reports))


def _print_report(report: dict, lang: str) -> None:  # type: ignore[type-arg]
    words = {
        "ja": {"accept": "○ 受け入れ", "warn": "△ 注意あり", "refuse": "× 受け入れ不可"},
        "en": {"accept": "accepted", "warn": "accepted with warnings", "refuse": "refused"},
    }["en" if lang == "en" else "ja"]
    typer.echo(f"{words[report['verdict']]}  {report['path']}  [{report['kind']}] {report['format']}")
    for name, value in report["facts"].items():
        typer.echo(f"    {name}: {value}")
    for message in report["messages"]:
        for line in message["text"].splitlines():
            typer.echo(f"    - {line}")
        if message["places"]:
            typer.echo(f"      {', '.join(message['places'])}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="例を置くフォルダ")] = Path("demo"),
    quiet: Quiet = False,
    lang: Lang = "ja",
) -> None:
    """同梱の例（三重県、架空のエリア）で、最初から最後まで実行します。"""
    from geodata.errors import DataError
    from requests_gen.demo import make_demo
    from requests_gen.registry_places import person

    told = Progress(quiet, lang)
    try:
        _, result = make_demo(EXAMPLE, out, told, who=person(), at=datetime.now().astimezone(), lang=lang)
        _letters(result, out / "letters", None, told)
    except DataError as error:
        refuse(error, lang)
    results = out / "results"
    typer.echo(_sentence(result.summary, lang))
    typer.echo(f"結果: {results}" if lang != "en" else f"results: {results}")
    for name, ja, en in (
        ("map.html", "地図（ダブルクリックで開きます）", "the map (double-click)"),
        ("ranking.xlsx", "優先順位の表", "the ranking sheet"),
        ("intake.html", "読み込みの記録", "what was read"),
    ):
        typer.echo(f"  {results / name}  {en if lang == 'en' else ja}")
    typer.echo(
        f"  {out / 'letters'}  {'the letters to each carrier' if lang == 'en' else '事業者ごとの要望書一式'}"
    )
    earlier = sorted(path.name for path in out.glob("20??") if path.is_dir())
    if earlier:
        typer.echo(
            f"  {out}  {'with the years before' if lang == 'en' else '前の年度も入っています'}: {', '.join(earlier)}"
        )


def _letters(result: Result, out: Path, carriers: list[str] | None, told: Progress) -> None:
    from requests_gen.letter_settings import read_letter_settings
    from requests_gen.letters import write_letters
    from requests_gen.registry_letters import keep_shelf, last_answers
    from requests_gen.registry_places import person

    year = result.study.about.fiscal_year
    history = last_answers(result.study.folder, year)
    entries = write_letters(result, read_letter_settings(result.study), out, carriers, told, history=history)
    keep_shelf(result.study.folder, entries, year, who=person(), at=datetime.now().astimezone())


@app.command()
def letters(
    study: StudyPath,
    carrier: Annotated[
        list[str] | None, typer.Option("--carrier", help="事業者の key（何度でも。初期値は全社）")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="要望書を書くフォルダ（初期値: 調査フォルダの letters）")
    ] = None,
    mark_sent: Annotated[
        list[str] | None,
        typer.Option("--mark-sent", help="送付済みにする文書IDまたは事業者の key（作成はしません）"),
    ] = None,
    sent_on: Annotated[str, typer.Option("--sent-on", help="送付日（2026-11-20 の形。初期値は今日）")] = "",
    quiet: Quiet = False,
    lang: Lang = "ja",
) -> None:
    """事業者ごとの要望書・別紙・回答様式を作ります。送付済みのものは書き換えません。"""
    from coverage.run import run as analyse
    from coverage.study import read_study
    from geodata.errors import DataError
    from requests_gen.letters import FOLDER
    from requests_gen.letters import mark_sent as mark
    from requests_gen.registry_letters import keep_shelf
    from requests_gen.registry_places import person

    told = Progress(quiet, lang)
    try:
        read = read_study(study)
        target = out if out is not None else read.folder / FOLDER
        if mark_sent:
            entries, year = mark(target, mark_sent, day_of(sent_on)), read.about.fiscal_year
            keep_shelf(read.folder, entries, year, who=person(), at=datetime.now().astimezone())
        else:
            _letters(analyse(read, told), target, carrier, told)
    except DataError as error:
        refuse(error, lang)
    typer.echo(f"要望書: {target}" if lang != "en" else f"letters: {target}")


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="作るフォルダ")],
    prefecture: Annotated[str, typer.Option(help="都道府県コード（2桁。三重県は24）")],
    lang: Lang = "ja",
) -> None:
    """作業フォルダと、説明つきの study.toml を作ります。"""
    from geodata.errors import DataError
    from requests_gen.workspace import new_workspace

    try:
        study = new_workspace(folder, prefecture)
    except DataError as error:
        refuse(error, lang)
    typer.echo(
        f"{study} を作りました。メモ帳で開き、説明に従って書き込んでください。"
        if lang != "en"
        else f"wrote {study}"
    )


@app.command(name="app")
def open_app(
    folder: Annotated[Path | None, typer.Argument(help="調査または作業フォルダ（初期値は同梱の例）")] = None,
    port: Annotated[int, typer.Option(help="ポート番号。使われているときは次の空いた番号にします")] = 8501,
    address: Annotated[
        str, typer.Option(help="待ち受けるアドレス。初期値ではこのパソコンからだけ見えます")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="ブラウザーを開きます")] = True,
    lang: Lang = "ja",
) -> None:
    """画面をこのパソコンの中（127.0.0.1）で開きます。終わるときは Ctrl+C を押します。"""
    from geodata.errors import DataError
    from requests_gen.screen_start import start_screen
    from requests_gen.study_places import find_studies

    try:
        if folder is not None:
            find_studies(folder)
        code = start_screen(HERE, folder, address, port, browser, lambda said: typer.echo(said.in_(lang)))
    except DataError as error:
        refuse(error, lang)
    raise typer.Exit(code)


for made in (
    commands_registry.backup, commands_registry.restore, commands_replies.progress,
    commands_findings.compare, commands_findings.publish, commands_findings.report,
):  # fmt: skip
    app.command()(made)
app.add_typer(commands_survey.survey_app, name="survey")
app.add_typer(commands_replies.replies_app, name="replies")
app.add_typer(commands_registry.registry_app, name="registry")


if __name__ == "__main__":
    main()
