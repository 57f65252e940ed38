"""What was read, repaired and refused: intake.json for programs, intake.html for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import Text
from geodata.report import IntakeReport, Notice
from geodata.tables import text
from requests_gen.files import plain
from requests_gen.wording import Caption, intake, questions, urgency

if TYPE_CHECKING:
    from coverage.result import Result

TEMPLATES = Path(__file__).parent
LEVEL_ORDER = {"refuse": 0, "warn": 1, "info": 2}
VERDICT_ORDER = ("accept", "warn", "refuse")


def intake_facts(
    reports: list[IntakeReport], fictitious: bool, caption: Caption, questions: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The contents of intake.json. questions: of the run's summary."""
    worst = max((VERDICT_ORDER.index(report.verdict) for report in reports), default=0)
    return {
        "study": caption.title,
        "fictitious": fictitious,
        "notice": caption.notice,
        "verdict": VERDICT_ORDER[worst],
        "totals": totals(reports),
        "questions": plain(questions),
        "files": [plain(report.as_dict(caption.lang)) for report in reports],
    }


def totals(reports: list[IntakeReport]) -> dict[str, int]:
    """Files by verdict, and records found, used and left out."""
    return {
        "files": len(reports),
        **{verdict: sum(report.verdict == verdict for report in reports) for verdict in VERDICT_ORDER},
        **_records(reports),
    }


def _records(reports: list[IntakeReport]) -> dict[str, int]:
    """Records found, used and left out. A file read layer by layer is one file: what one reading leaves out
    as another layer's, the other reading may use."""
    readings: dict[str, list[IntakeReport]] = {}
    for report in reports:
        readings.setdefault(report.path, []).append(report)
    counted = {"records": 0, "accepted": 0, "excluded": 0}
    for same in readings.values():
        records = max(report.records_in_file or 0 for report in same)
        accepted = sum(report.accepted for report in same)
        counted["records"] += records
        counted["accepted"] += accepted
        counted["excluded"] += max(records - accepted, 0)
    return counted


def intake_html(result: Result, caption: Caption) -> str:
    """intake.html: one page without scripts, to be read and printed."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    counted = totals(result.reports)
    page = environment.get_template("intake.html").render(
        lang=caption.lang,
        caption=caption,
        total=counted,
        summary=_whole(counted).in_(caption.lang),
        files=[_file(report, caption) for report in result.reports],
        questions=[_question(one, caption.lang) for one in questions.asked_in(result.summary)],
        unasked=result.summary.get("answers_unasked", []),
        not_used=[(s.name.in_(caption.lang), s.unknown.in_(caption.lang)) for s in urgency.not_used(result.study)],
        say=lambda ja, en: Text(ja, en).in_(caption.lang),
    )
    return text.stripped(page)


def _whole(counted: dict[str, int]) -> Text:
    ja = [f"{counted['files']}件のファイルを読みました。"]
    en = [f"{counted['files']} files were read."]
    if counted["warn"]:
        ja.append(f"このうち{counted['warn']}件は、直したり選んだりしたうえで使っています。下の「確認してください」をご覧ください。")
        en.append(f"{counted['warn']} of them were used after a repair or a choice: see “please check” below.")
    if counted["refuse"]:
        ja.append(f"{counted['refuse']}件は使えませんでした。")
        en.append(f"{counted['refuse']} could not be used.")
    if not counted["warn"] and not counted["refuse"]:
        ja.append("すべてそのまま使っています。確認していただくことはありません。")
        en.append("All are used as they are; there is nothing to check.")
    if counted["excluded"]:
        ja.append(f"使わなかった行は、合わせて{counted['excluded']:,}件です。")
        en.append(f"{counted['excluded']:,} records in all were left out.")
    return Text("".join(ja), " ".join(en))


def _file(report: IntakeReport, caption: Caption) -> dict[str, Any]:
    """One file as the page shows it."""
    lang = caption.lang
    carrier = str(report.facts.get("carrier", ""))
    facts = {**report.facts, "carrier_name": caption.carriers.get(carrier, carrier)}
    sign, _, words = intake.VERDICTS[report.verdict].in_(lang).partition(" ")
    notices = sorted(report.notices, key=lambda notice: LEVEL_ORDER[notice.level])
    return {
        "name": report.path,
        "kind": _kind(report, facts, lang),
        "format": intake.FORMATS[report.format].in_(lang) if report.format in intake.FORMATS else report.format,
        "verdict": report.verdict,
        "sign": sign,
        "words": words,
        "sentence": _sentence(report).in_(lang),
        "notices": [_notice(notice, lang) for notice in notices],
        "facts": [
            (heading.in_(lang), _value(key, facts[key], lang))
            for key, heading in intake.FACTS.items()
            if facts.get(key) not in ("", None, [], {})
        ],
        "size": f"{report.size_bytes:,}",
        "sha256": report.sha256,
        "records": "－" if report.records_in_file is None else f"{report.records_in_file:,}",
        "accepted": f"{report.accepted:,}",
        "excluded": f"{sum(report.excluded.values()):,}",
    }


def _question(one: dict[str, Any], lang: str) -> dict[str, Any]:
    """One question as the page shows it."""
    problem, remedy = questions.words_of(one)
    return {**one, "problem": problem.in_(lang), "remedy": remedy.in_(lang)}


def _kind(report: IntakeReport, facts: dict[str, Any], lang: str) -> str:
    """What the file is, and whose area where it is one."""
    kind = intake.KINDS[report.kind].in_(lang) if report.kind in intake.KINDS else report.kind
    whose = f"{facts['carrier_name']} {facts.get('generation', '')}".strip()
    return Text(f"{kind}（{whose}）", f"{kind} ({whose})").in_(lang) if whose else kind


def _sentence(report: IntakeReport) -> Text:
    """What became of the file's records."""
    if report.verdict == "refuse":
        return Text("このファイルは使っていません。", "This file is not used.")
    left_out = sum(report.excluded.values())
    if report.records_in_file is None:
        return Text("全体を読みました。", "It was read as a whole.")
    if not left_out:
        return Text(f"{report.records_in_file:,}件を読み、すべて使いました。", f"All of its {report.records_in_file:,} records are used.")
    return Text(
        f"{report.records_in_file:,}件のうち{report.accepted:,}件を使い、{left_out:,}件を除きました。",
        f"Of {report.records_in_file:,} records {report.accepted:,} are used and {left_out:,} left out.",
    )


def _notice(notice: Notice, lang: str) -> dict[str, Any]:
    places = list(notice.places)
    more = notice.count - len(places) if places else 0
    return {
        "level": notice.level,
        "heading": intake.LEVELS[notice.level].in_(lang),
        "text": notice.text.in_(lang),
        "places": ("、" if lang == "ja" else ", ").join(places),
        "more": Text(f"ほか{more:,}件", f"and {more:,} more").in_(lang) if more > 0 else "",
    }


def _value(key: str, value: Any, lang: str) -> str:
    """A fact as people write it; a table of counts as its names with their numbers."""
    if isinstance(value, dict):
        inner = "; " if any(isinstance(one, dict) for one in value.values()) else ", " if lang == "en" else "、"
        return inner.join(f"{_value('', name, lang)}: {_value('', one, lang)}" for name, one in value.items())
    if str(value) in intake.VALUE_NAMES:
        return intake.VALUE_NAMES[str(value)].in_(lang)
    if isinstance(value, int | float) and key != "year":
        return f"{value:,.6g}" if value % 1 else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return " , ".join(str(item) for item in value)
    return str(value)
