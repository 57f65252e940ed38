"""`kengai run`, `check`, `compare`, `publish`, `report`: findings, what goes into them and what they are good for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from coverage.result import Result

from requests_gen.commands.options import ACCEPTED, REFUSED, WARNED, Json, Lang, PrintedProgress, Quiet, StudyPath, day_of, refuse


def run(
    study: StudyPath,
    out: Annotated[Path | None, typer.Option("--out", help="結果を書くフォルダ（初期値: 調査フォルダの results）")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="読み込みと計算だけ行い、何も書きません")] = False,
    quiet: Quiet = False,
    lang: Lang = "ja",
    progress: Annotated[Path | None, typer.Option("--progress-json", hidden=True, help="進み具合を書くファイル（画面用）")] = None,
) -> None:
    """調査を実行し、不感地域の順位・地図・一覧を書き出します。"""
    from coverage.study import read_study
    from geodata.errors import DataError
    from requests_gen.registry import location
    from requests_gen.runs import background, run_study

    try:
        with background.reported_run(progress, PrintedProgress(quiet, lang)) as reported:
            read = read_study(study)
            target = out if out is not None else read.folder / "results"
            at = datetime.now().astimezone()
            result = run_study(read, target, reported, who=location.person(), at=at, lang=lang, dry_run=dry_run)
    except DataError as error:
        refuse(error, lang)
    typer.echo("\n".join([found_in_words(result.summary, lang), *since_last_year(result, read.folder, lang)]))
    if not dry_run:
        typer.echo(f"結果: {target}" if lang != "en" else f"results: {target}")


def found_in_words(summary: dict, lang: str) -> str:  # type: ignore[type-arg]
    """What was found, in a few lines; then who is not counted, and the questions that are open with the line that answers each."""
    from requests_gen.wording import questions

    people, zones = summary["population"], summary["zones"]
    rule = summary["rules"]["official"]
    lines = []
    for generation, by_rule in summary["generations"].items():
        union = by_rule[rule]["any_carrier"]
        parts = [f"{union[key]:,.0f}" for key in ("covered", "uncovered", "unknown")]
        if lang == "en":
            lines.append(f"{generation} (any carrier, {rule}): covered {parts[0]}, uncovered {parts[1]}, unknown {parts[2]}")
        else:
            lines.append(f"{generation}（いずれか1社、規則 {rule}）: エリア内 {parts[0]}人・エリア外 {parts[1]}人・不明 {parts[2]}人")
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
    if without := zones.get("no_data", 0):
        lines.append(
            f"{without:,} zones are not ranked: no data for any item that weighs. Add data, or see [ranking] weights in study.toml."
            if lang == "en"
            else f"重みのある項目にデータがないため、順位を付けていない地区が {without:,} あります。"
            "項目のデータを加えるか、study.toml の [ranking] weights を見直してください。"
        )
    return "\n".join([head, *lines, *_not_counted(summary, lang), *questions.closing_lines(summary, lang)])


def _not_counted(summary: dict, lang: str) -> list[str]:  # type: ignore[type-arg]
    """Who and what stands in none of the figures, a line each; none where all is counted."""
    from coverage import not_counted
    from geodata.errors import Text
    from requests_gen.wording import captions, intake

    people, outside = summary["population"], summary["outside"]
    lines = [captions.unknown_people(summary).in_(lang)]
    for reason, row in people["outside_rows"].items():
        if row["cells"]:
            unknown = (
                Text(f"・人数不明 {row['unknown']:,}個", f", {row['unknown']:,} of unknown people") if row["unknown"] else Text("", "")
            )
            lines.append(
                Text(
                    f"数えていない人: {not_counted.REASONS[reason].ja} {row['cells']:,}個・{row['people']:,.0f}人{unknown.ja}",
                    f"not counted: {row['cells']:,} {not_counted.REASONS[reason].en}, {row['people']:,.0f} people{unknown.en}",
                ).in_(lang)
            )
    if outside["facilities"]:
        told = intake.counted_places(outside["facilities"], lang)
        lines.append(f"調査区域の外の施設: {told}" if lang != "en" else f"places outside the study: {told}")
    for key, ja, en in (
        ("settlements", "どの市町村にも入らない地区", "settlements in no municipality"),
        ("evidence", "調査区域の外の測定・報告", "tests and reports outside the study"),
    ):
        if outside[key]:
            lines.append(f"{ja}: {outside[key]:,}件" if lang != "en" else f"{en}: {outside[key]:,}")
    return [line for line in lines if line]


def since_last_year(result: Result, folder: Path, lang: str) -> list[str]:
    """Where each carrier's coverage moved most since the year before, where that year lies in the same workspace."""
    from requests_gen.compare import earlier_findings, layer_moves
    from requests_gen.workspace import find_studies

    before = layer_moves.year_before(earlier_findings(find_studies(folder)[0]), result.study.about.fiscal_year)
    if before is None:
        return []
    layers = [(one["carrier"], one["generation"]) for one in result.summary["layers"]]
    moves = layer_moves.largest_moves(before, result.summary, layers)
    carriers = {carrier.key: carrier.name for carrier in result.study.carriers}
    towns = {str(code): str(name) for code, name in result.municipalities["name"].items()}
    return [line.in_(lang) for line in layer_moves.words(moves, before["study"]["fiscal_year"], towns, carriers)]


def check(
    files: Annotated[list[Path], typer.Argument(help="調べるファイル")],
    kind: Annotated[
        str | None,
        typer.Option(help="種類（coverage, population, boundary, facility, measurement, settlement, road, area, terrain, water）"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSONで出力します")] = False,
    level: Annotated[int | None, typer.Option(help="人口メッシュの大きさ（m）")] = None,
    crs: Annotated[str | None, typer.Option(help="ファイルに座標系がないときの座標系（例 EPSG:6668）")] = None,
    layer: Annotated[str | None, typer.Option(help="レイヤーがいくつもあるとき、その名前")] = None,
    study: Annotated[
        Path | None, typer.Option("--study", help="この調査のファイルとして調べる（実行のときと同じ読み方・同じ問い）")
    ] = None,
    lang: Lang = "ja",
) -> None:
    """ファイルが何か、直した所、誤りと直し方を示します。終了コード 0 受入 / 1 注意あり / 2 受け入れ不可。"""
    import json

    from geodata.errors import DataError

    try:
        told = _checked(files, study, kind, level, crs, layer, lang)
    except DataError as error:
        refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for report in told:
            _print_report(report, lang)
    worst = {"accept": ACCEPTED, "warn": WARNED, "refuse": REFUSED}
    raise typer.Exit(max(worst[report["verdict"]] for report in told))


def _checked(
    files: list[Path], study: Path | None, kind: str | None, level: int | None, crs: str | None, layer: str | None, lang: str
) -> list[dict[str, Any]]:
    """The report of each file as plain data; with a study also the questions of its run."""
    from coverage.study import read_study
    from requests_gen.intake import check as intake_check
    from requests_gen.intake import in_study

    if study is None:
        reports = intake_check.check_files(files, kind=kind, level=level, crs=crs, layer=layer)
        return [report.as_dict(lang) for report in reports]
    read, answers = read_study(study), intake_check.Answers(level, crs, layer)
    held = [in_study.held_against(read, path, kind, answers) for path in files]
    return [{**one.report.as_dict(lang), "questions": [asked.as_dict for asked in one.asked]} for one in held]


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


def compare(
    old: Annotated[Path, typer.Argument(help="前の年度の調査フォルダ、または結果フォルダ")],
    new: Annotated[Path, typer.Argument(help="今の年度の調査フォルダ、または結果フォルダ")],
    out: Annotated[Path | None, typer.Option("--out", help="compare.xlsx と compare.json を書くフォルダ（初期値: 書かない）")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSONで出力します")] = False,
    lang: Lang = "ja",
) -> None:
    """2つの年度を比べ、地区と人数の変化を、エリア・人口・規則などの理由に分けて示します。"""
    import json

    from coverage.change import compare as compared
    from geodata.errors import DataError
    from requests_gen.compare import change_facts, results_of, words, write_change
    from requests_gen.results import read_result
    from requests_gen.wording import caption

    try:
        before, after = read_result(results_of(old)), read_result(results_of(new))
        change = compared(before, after)
        written = write_change(change, after, out, lang) if out is not None else []
    except DataError as error:
        refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(change_facts(change, after, lang), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(words.sentences(change, caption(after, lang).carriers, lang)))
        for path in written:
            typer.echo(f"  {path}")


def publish(
    study: StudyPath,
    out: Annotated[Path, typer.Option("--out", help="公開用のファイルを書くフォルダ（結果とは別のフォルダ）")],
    quiet: Quiet = False,
    lang: Lang = "ja",
) -> None:
    """公開用のファイル（少ない人数・世帯を秘匿した一覧・地図用の点・集計）を書き出します。先に kengai run が必要です。"""
    from coverage.study import read_study
    from geodata.errors import DataError
    from requests_gen.compare import results_of
    from requests_gen.open_data import settlement_places, write_open_data
    from requests_gen.results import read_result

    try:
        places = settlement_places(read_study(study))
        written = write_open_data(read_result(results_of(study)), out, places=places, progress=PrintedProgress(quiet, lang))
    except DataError as error:
        refuse(error, lang)
    typer.echo(
        "公開する前に、はじめにお読みください.txt の「含まないもの」「利用条件」を確かめてください。"
        if lang != "en"
        else "before making it public, check what the readme says is left out, and the terms of use"
    )
    for path in written:
        typer.echo(f"  {path}")


def report(
    study: StudyPath,
    out: Annotated[Path | None, typer.Option("--out", help="書くフォルダ（初期値: 結果のとなりの report）")] = None,
    day: Annotated[str, typer.Option("--date", help="何日現在か（2027-03-20 の形。初期値は今日）")] = "",
    lang: Lang = "ja",
) -> None:
    """年次報告（2枚のPDFと、数の元を示すExcel）を作ります。前の年度と台帳があれば使います。"""
    from geodata.errors import DataError
    from requests_gen.annual_report import FOLDER, place_of, report_of, write_report

    try:
        place = place_of(study)
        report_facts, result = report_of(place, day_of(day))
        written = write_report(report_facts, result, out if out is not None else place.results.with_name(FOLDER))
    except DataError as error:
        refuse(error, lang)
    for path in written:
        typer.echo(f"  {path}")


def explain(
    study: StudyPath,
    figure: Annotated[str, typer.Argument(help="数のキーか名前（省くと、キーの一覧を出します）")] = "",
    zone: Annotated[str, typer.Option("--zone", help="地区ID（例 24201-001）")] = "",
    carrier: Annotated[str, typer.Option("--carrier", help="事業者のキー（any_carrier・best_carrier も）")] = "",
    generation: Annotated[str, typer.Option("--generation", help="世代（初期値: 地区を決める世代）")] = "",
    rule: Annotated[str, typer.Option("--rule", help="判定の規則（規則ごとの数のとき）")] = "",
    rows: Annotated[int, typer.Option("--rows", min=0, help="表示する元の行の数（--json はすべて）")] = 10,
    as_json: Json = False,
    lang: Lang = "ja",
) -> None:
    """印刷・表示される数の意味、値、元の行とファイルを示します。数を省くと、数の一覧を出します。"""
    import json

    from coverage.explain import Asked
    from geodata.errors import DataError
    from requests_gen.annual_report import place_of
    from requests_gen.compare import results_of
    from requests_gen.explain import as_dict, explained, lines, listed
    from requests_gen.results import read_result

    try:
        place = place_of(study)
        if not figure:
            typer.echo(_listing(listed(lang), as_json))
            return
        result = read_result(results_of(place.folder))
        told = explained(result, place, figure, Asked(zone=zone, carrier=carrier, generation=generation, rule=rule), day_of(""))
    except DataError as error:
        refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(as_dict(told, result, lang), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(lines(told, result, lang, rows)))


def _listing(figures: list[dict[str, str]], as_json: bool) -> str:
    import json

    if as_json:
        return json.dumps(figures, ensure_ascii=False, indent=1)
    return "\n".join(f"{each['key']}\n    {each['name']}: {each['definition']}" for each in figures)
