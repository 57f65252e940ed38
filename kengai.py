"""The door with a command line: parse, call one function, print. Heavy imports wait until they are needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

# the name `coverage` is also coverage.py's: this checkout's folder must be found first
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import typer  # noqa: E402  (after the path above)

if TYPE_CHECKING:
    from coverage.run import Result
    from geodata.errors import DataError, Text

app = typer.Typer(
    help="圏外（Kengai）— 携帯電話の不感地域を見つけ、順位をつけ、要望をまとめる道具です。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ACCEPTED, WARNED, REFUSED, UNEXPECTED = 0, 1, 2, 70
EXAMPLE = HERE / "examples" / "mie"

Lang = Annotated[str, typer.Option("--lang", help="表示の言語（ja または en）", metavar="ja|en")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="進み具合を表示しません")]
Workspace = Annotated[Path, typer.Option("--workspace", help="台帳（kengai.sqlite）のある作業フォルダ")]
Who = Annotated[str, typer.Option("--who", help="記録する人（初期値: このパソコンの利用者名）")]
StudyPath = Annotated[Path, typer.Argument(help="study.toml のあるフォルダ（またはファイル）")]


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


def _refuse(error: DataError, lang: str) -> NoReturn:
    typer.echo(error.in_(lang), err=True)
    raise typer.Exit(REFUSED)


class _Progress:
    """Prints each step as it begins; nothing when quiet."""

    def __init__(self, quiet: bool, lang: str) -> None:
        self.quiet, self.lang = quiet, lang

    def __call__(self, step: Text) -> None:
        if not self.quiet:
            typer.echo(f"… {step.in_(self.lang)}", err=True)


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
        with run_told(progress, _Progress(quiet, lang)) as told:
            _run(study, out, dry_run, told, lang)
    except DataError as error:
        _refuse(error, lang)


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

    told = _Progress(quiet, lang)
    try:
        _, result = make_demo(EXAMPLE, out, told, who=person(), at=datetime.now().astimezone(), lang=lang)
        _letters(result, out / "letters", None, told)
    except DataError as error:
        _refuse(error, lang)
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


def _letters(result: Result, out: Path, carriers: list[str] | None, told: _Progress) -> None:
    from requests_gen.letter_settings import read_letter_settings
    from requests_gen.letters import write_letters
    from requests_gen.registry_letters import keep_shelf, last_answers
    from requests_gen.registry_places import person

    year = result.study.about.fiscal_year
    history = last_answers(result.study.folder, year)
    entries = write_letters(result, read_letter_settings(result.study), out, carriers, told, history=history)
    keep_shelf(result.study.folder, entries, year, who=person(), at=datetime.now().astimezone())


def _day(written: str) -> date:
    """The day that was written as 2026-11-20, or today."""
    try:
        return date.fromisoformat(written) if written else datetime.now().astimezone().date()
    except ValueError as error:
        raise typer.BadParameter(
            "日付は 2026-11-20 の形で書いてください / write the day as 2026-11-20"
        ) from error


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

    told = _Progress(quiet, lang)
    try:
        read = read_study(study)
        target = out if out is not None else read.folder / FOLDER
        if mark_sent:
            entries, year = mark(target, mark_sent, _day(sent_on)), read.about.fiscal_year
            keep_shelf(read.folder, entries, year, who=person(), at=datetime.now().astimezone())
        else:
            _letters(analyse(read, told), target, carrier, told)
    except DataError as error:
        _refuse(error, lang)
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
        _refuse(error, lang)
    typer.echo(
        f"{study} を作りました。メモ帳で開き、説明に従って書き込んでください。"
        if lang != "en"
        else f"wrote {study}"
    )


@app.command()
def backup(
    workspace: Workspace = Path(),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="書くファイル（初期値: 作業フォルダの backups/kengai-日時.sqlite）"),
    ] = None,
    lang: Lang = "ja",
) -> None:
    """台帳（kengai.sqlite）のバックアップを作ります。だれかが使っている間でもかまいません。"""
    from geodata.errors import DataError
    from requests_gen.registry import open_registry
    from requests_gen.registry_backup import backup as copy
    from requests_gen.registry_places import needed_registry

    try:
        with open_registry(needed_registry(workspace)) as opened:
            made = copy(opened.door, out, datetime.now().astimezone(), workspace)
    except DataError as error:
        _refuse(error, lang)
    typer.echo(f"バックアップ: {made}" if lang != "en" else f"backup: {made}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="バックアップ（.sqlite）か書き出し（.json .xlsx）")],
    workspace: Workspace = Path(),
    lang: Lang = "ja",
) -> None:
    """台帳をバックアップの内容に戻します。今の台帳は名前を変えて残します。"""
    from geodata.errors import DataError
    from requests_gen.registry_backup import restore as bring_back
    from requests_gen.registry_places import registry_place

    try:
        done = bring_back(file, registry_place(workspace), datetime.now().astimezone(), workspace)
    except DataError as error:
        _refuse(error, lang)
    typer.echo(
        f"戻しました（保存 {done.changes}回分）" if lang != "en" else f"restored ({done.changes} changes)"
    )
    if done.kept is not None:
        typer.echo(f"前の台帳: {done.kept}" if lang != "en" else f"what was there: {done.kept}")


registry_app = typer.Typer(
    help="台帳を書き出す・取り込む、地区の統合と分割を記録する。", no_args_is_help=True
)
app.add_typer(registry_app, name="registry")


@registry_app.command(name="export")
def registry_export(
    out: Annotated[Path, typer.Argument(help="書くファイル（.xlsx か .json）")],
    workspace: Workspace = Path(),
    lang: Lang = "ja",
) -> None:
    """台帳のすべて（履歴を含む）を Excel か JSON に書き出します。"""
    from geodata.errors import DataError
    from requests_gen.registry import open_registry
    from requests_gen.registry_places import export_to, needed_registry

    try:
        with open_registry(needed_registry(workspace)) as opened:
            export_to(opened, out, workspace)
    except DataError as error:
        _refuse(error, lang)
    typer.echo(f"書き出し: {out}" if lang != "en" else f"exported: {out}")


@registry_app.command(name="import")
def registry_import(
    file: Annotated[Path, typer.Argument(help="kengai registry export のファイル（.xlsx か .json）")],
    workspace: Workspace = Path(),
    lang: Lang = "ja",
) -> None:
    """書き出したファイルを空の台帳に取り込みます。"""
    from geodata.errors import DataError
    from requests_gen.registry_backup import import_into
    from requests_gen.registry_places import registry_place

    try:
        import_into(registry_place(workspace), file)
    except DataError as error:
        _refuse(error, lang)
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
    from requests_gen.registry import open_registry
    from requests_gen.registry_places import needed_registry, person

    try:
        with open_registry(needed_registry(workspace)) as opened:
            opened.supersede(
                old, new, year=year, who=who or person(), at=datetime.now().astimezone(), reason=reason
            )
    except DataError as error:
        _refuse(error, lang)
    typer.echo("記録しました" if lang != "en" else "recorded")


replies_app = typer.Typer(help="事業者の回答を取り込む、要確認を片づける。", no_args_is_help=True)
app.add_typer(replies_app, name="replies")
Json = Annotated[bool, typer.Option("--json", help="JSONで出力します")]


@replies_app.command(name="import")
def replies_import(
    files: Annotated[list[Path], typer.Argument(help="記入された回答様式（.xlsx か .csv）")],
    workspace: Workspace = Path(),
    who: Who = "",
    carrier: Annotated[
        str | None, typer.Option("--carrier", help="どの事業者の回答か（key。初期値: ファイルの記入）")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="年度（初期値: ファイルの記入）")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="読むだけで、何も保存しません")] = False,
    as_json: Json = False,
    lang: Lang = "ja",
) -> None:
    """事業者の回答を台帳に取り込みます。読み取れない行は捨てず「要確認」にします。"""
    import json

    from geodata.errors import DataError
    from requests_gen.registry import open_registry
    from requests_gen.registry_places import needed_registry, person
    from requests_gen.reply import look_at, take_in
    from requests_gen.reply_asked import carrier_names
    from requests_gen.reply_told import intake_lines, intakes_told

    taken, refused = [], []
    try:
        with open_registry(needed_registry(workspace)) as opened:
            names = carrier_names(workspace)
            for file in files:
                try:
                    if dry_run:
                        taken.append(look_at(opened, file, names, year=year, carrier=carrier))
                    else:
                        signed, at = who or person(), datetime.now().astimezone()
                        taken.append(
                            take_in(opened, file, names, who=signed, at=at, year=year, carrier=carrier)
                        )
                except DataError as error:
                    refused.append(error.at(file))
    except DataError as error:
        _refuse(error, lang)
    if as_json:
        typer.echo(
            json.dumps(intakes_told(taken, refused, lang, saved=not dry_run), ensure_ascii=False, indent=1)
        )
    else:
        for intake in taken:
            typer.echo("\n".join(intake_lines(intake, lang, saved=not dry_run)))
    for trouble in refused:
        typer.echo(trouble.in_(lang), err=True)
    raise typer.Exit(REFUSED if refused else ACCEPTED)


@replies_app.command(name="doubts")
def replies_doubts(workspace: Workspace = Path(), as_json: Json = False, lang: Lang = "ja") -> None:
    """要確認の一覧を示します。"""
    import json

    from geodata.errors import DataError
    from requests_gen.registry import open_registry
    from requests_gen.registry_places import needed_registry
    from requests_gen.reply_settle import open_doubts
    from requests_gen.reply_told import doubt_lines, doubts_told

    try:
        with open_registry(needed_registry(workspace)) as opened:
            waiting = open_doubts(opened)
    except DataError as error:
        _refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(doubts_told(waiting, lang), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(doubt_lines(waiting, lang)))


@replies_app.command(name="settle")
def replies_settle(
    doubt: Annotated[str, typer.Argument(help="要確認の番号（kengai replies doubts で見られます）")],
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
    from requests_gen.registry import open_registry
    from requests_gen.registry_places import needed_registry, person
    from requests_gen.reply_settle import settle

    given = {"answer": answer, "zone_id": zone, "carrier": carrier, "year": year, "planned": planned}
    fields = None if set_aside else {name: value for name, value in given.items() if value}
    try:
        with open_registry(needed_registry(workspace)) as opened:
            settle(opened, doubt, fields, who=who or person(), at=datetime.now().astimezone(), reason=reason)
    except DataError as error:
        _refuse(error, lang)
    typer.echo("記録しました" if lang != "en" else "recorded")


@replies_app.command(name="close")
def replies_close(
    year: Annotated[int, typer.Option("--year", help="年度")],
    carrier: Annotated[
        list[str] | None, typer.Option("--carrier", help="事業者の key（何度でも。初期値は全社）")
    ] = None,
    workspace: Workspace = Path(),
    who: Who = "",
    lang: Lang = "ja",
) -> None:
    """送付済みの要望のうち、回答のない地区を「N 無回答」と記録します（期限のあとに、指示したときだけ）。"""
    from geodata.errors import DataError
    from requests_gen.registry import open_registry
    from requests_gen.registry_places import needed_registry, person
    from requests_gen.reply_settle import close_unanswered

    try:
        with open_registry(needed_registry(workspace)) as opened:
            silent = close_unanswered(
                opened, year, who=who or person(), at=datetime.now().astimezone(), carriers=carrier
            )
    except DataError as error:
        _refuse(error, lang)
    typer.echo(f"無回答と記録: {len(silent)}件" if lang != "en" else f"recorded as no answer: {len(silent)}")


@app.command()
def progress(
    workspace: Workspace = Path(),
    as_json: Json = False,
    on: Annotated[str, typer.Option("--on", help="期限を数える日（2027-04-01 の形。初期値は今日）")] = "",
    lang: Lang = "ja",
) -> None:
    """地区と事業者ごとに、いまの状態、次にだれが何をするか、期限を過ぎたものを示します。"""
    import json

    from geodata.errors import DataError
    from requests_gen.progress import promises, rows, states
    from requests_gen.progress_places import deadlines_of
    from requests_gen.progress_told import progress_lines
    from requests_gen.registry import open_registry
    from requests_gen.registry_places import needed_registry

    day = _day(on)
    try:
        with open_registry(needed_registry(workspace)) as opened:
            told = rows(states(opened, deadlines_of(workspace), day), opened.zones())
            kept = promises(opened, day)
    except DataError as error:
        _refuse(error, lang)
    typer.echo(
        json.dumps(told, ensure_ascii=False, indent=1)
        if as_json
        else "\n".join(progress_lines(told, kept, lang))
    )


survey_app = typer.Typer(
    help="市町への照会: 様式を書き出す・回答を取り込む・新しい箇所を地区に加える。", no_args_is_help=True
)
app.add_typer(survey_app, name="survey")


@survey_app.command(name="export")
def survey_export(
    study: StudyPath,
    out: Annotated[
        Path | None, typer.Option("--out", help="様式を書くフォルダ（初期値: 結果の隣の survey）")
    ] = None,
    municipality: Annotated[
        list[str] | None,
        typer.Option("--municipality", help="市町コード5桁（何度でも。初期値は全市町）"),
    ] = None,
    deadline: Annotated[
        str, typer.Option("--deadline", help="回答期限（2026-06-30 の形。台帳に残り、次からは省けます）")
    ] = "",
    maps: Annotated[bool, typer.Option(help="地区の小さな地図を入れます")] = True,
    who: Who = "",
    quiet: Quiet = False,
    lang: Lang = "ja",
) -> None:
    """市町ごとの照会様式（Excel）を、前の回答を入れて書き出します。先に kengai run で実行しておきます。"""
    from geodata.errors import DataError
    from requests_gen.survey_desk import export_forms

    told = _Progress(quiet, lang)
    try:
        day = _day(deadline) if deadline else None
        done = export_forms(study, out, municipality or [], day, maps, who, datetime.now().astimezone(), told)
    except DataError as error:
        _refuse(error, lang)
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
    settled: Annotated[
        bool, typer.Option("--settled", help="市町に確かめた後で、要確認の値も書かれたとおりに取り込みます")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="取り込みの結果をすべて書くファイル（.xlsx）")
    ] = None,
    lang: Lang = "ja",
) -> None:
    """届いた照会様式を台帳に取り込み、変わったところ・要確認・除いた行を示します。終了コード 0 / 1 要確認あり / 2 取り込めないファイルあり。"""
    from geodata.errors import DataError
    from requests_gen.survey_desk import import_forms
    from requests_gen.survey_report import sentences, write_report

    try:
        outcome = import_forms(files, workspace, who, datetime.now().astimezone(), settled, dry_run)
        if report is not None:
            write_report(report, outcome.done)
    except DataError as error:
        _refuse(error, lang)
    for done in outcome.done:
        typer.echo("\n".join(text.in_(lang) for text in sentences(done)) + "\n")
    for refused in outcome.refused:
        typer.echo(refused.in_(lang) + "\n", err=True)
    if outcome.refused:
        raise typer.Exit(REFUSED)
    raise typer.Exit(WARNED if any(done.of("check") for done in outcome.done) else ACCEPTED)


@survey_app.command(name="places")
def survey_places(
    year: Annotated[int, typer.Option("--year", help="年度")],
    accept: Annotated[
        list[str] | None, typer.Option("--accept", help="地区に加える候補（24201-新1 の形。何度でも）")
    ] = None,
    decline: Annotated[
        list[str] | None, typer.Option("--decline", help="取り上げない候補（何度でも）")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="取り上げない理由")] = "",
    workspace: Workspace = Path(),
    who: Who = "",
    lang: Lang = "ja",
) -> None:
    """市町が知らせた新しい箇所（候補）の一覧。--accept で地区IDを付け、--decline で取り上げないことを記録します。"""
    from geodata.errors import DataError
    from requests_gen.survey_desk import decide_places

    try:
        lines = decide_places(
            workspace, year, accept or [], decline or [], reason, who, datetime.now().astimezone()
        )
    except DataError as error:
        _refuse(error, lang)
    typer.echo("\n".join(line.in_(lang) for line in lines))


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="前の年度の調査フォルダ、または結果フォルダ")],
    new: Annotated[Path, typer.Argument(help="今の年度の調査フォルダ、または結果フォルダ")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="compare.xlsx と compare.json を書くフォルダ（初期値: 書かない）"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSONで出力します")] = False,
    lang: Lang = "ja",
) -> None:
    """2つの年度を比べ、地区と人数の変化を、エリア・人口・規則などの理由に分けて示します。"""
    import json

    from coverage.change import compare as compared
    from geodata.errors import DataError
    from requests_gen.captions import caption
    from requests_gen.change_files import change_facts, write_change
    from requests_gen.change_places import results_of
    from requests_gen.change_words import sentences
    from requests_gen.result_store import read_result

    try:
        before, after = read_result(results_of(old)), read_result(results_of(new))
        change = compared(before, after)
        written = write_change(change, after, out, lang) if out is not None else []
    except DataError as error:
        _refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(change_facts(change, after, lang), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(sentences(change, caption(after, lang).carriers, lang)))
        for path in written:
            typer.echo(f"  {path}")


@app.command()
def publish(
    study: StudyPath,
    out: Annotated[
        Path, typer.Option("--out", help="公開用のファイルを書くフォルダ（結果とは別のフォルダ）")
    ],
    quiet: Quiet = False,
    lang: Lang = "ja",
) -> None:
    """公開用のファイル（少ない人数・世帯を秘匿した一覧・地図用の点・集計）を書き出します。先に kengai run が必要です。"""
    from coverage.study import read_study
    from geodata.errors import DataError
    from requests_gen.change_places import results_of
    from requests_gen.publish import settlement_places, write_open_data
    from requests_gen.result_store import read_result

    try:
        places = settlement_places(read_study(study))
        written = write_open_data(
            read_result(results_of(study)), out, places=places, told=_Progress(quiet, lang)
        )
    except DataError as error:
        _refuse(error, lang)
    typer.echo(
        "公開する前に、はじめにお読みください.txt の「含まないもの」「利用条件」を確かめてください。"
        if lang != "en"
        else "before making it public, check what the readme says is left out, and the terms of use"
    )
    for path in written:
        typer.echo(f"  {path}")


@app.command()
def report(
    study: StudyPath,
    out: Annotated[
        Path | None, typer.Option("--out", help="書くフォルダ（初期値: 結果のとなりの report）")
    ] = None,
    day: Annotated[str, typer.Option("--date", help="何日現在か（2027-03-20 の形。初期値は今日）")] = "",
    lang: Lang = "ja",
) -> None:
    """年次報告（2枚のPDFと、数の元を示すExcel）を作ります。前の年度と台帳があれば使います。"""
    from geodata.errors import DataError
    from requests_gen.annual_report_files import FOLDER, place_of, report_of, write_report

    try:
        place = place_of(study)
        told, result = report_of(place, _day(day))
        written = write_report(told, result, out if out is not None else place.results.with_name(FOLDER))
    except DataError as error:
        _refuse(error, lang)
    for path in written:
        typer.echo(f"  {path}")


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
        _refuse(error, lang)
    raise typer.Exit(code)


if __name__ == "__main__":
    main()
