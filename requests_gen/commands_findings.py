"""`kengai compare`, `publish`, `report`: what findings are good for once they are there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from requests_gen.command_line import Lang, Progress, Quiet, StudyPath, day_of, refuse


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
        refuse(error, lang)
    if as_json:
        typer.echo(json.dumps(change_facts(change, after, lang), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(sentences(change, caption(after, lang).carriers, lang)))
        for path in written:
            typer.echo(f"  {path}")


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
            read_result(results_of(study)), out, places=places, told=Progress(quiet, lang)
        )
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
        told, result = report_of(place, day_of(day))
        written = write_report(told, result, out if out is not None else place.results.with_name(FOLDER))
    except DataError as error:
        refuse(error, lang)
    for path in written:
        typer.echo(f"  {path}")
