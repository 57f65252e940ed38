"""All letters of a result: facts, words, checks, files. All are made, or nothing is changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.errors import DataError, Text
from geodata.progress import Progress, silent
from geodata.report import file_sha256
from requests_gen.files import names, plain
from requests_gen.letters.annexes import annex1_table, annex2
from requests_gen.letters.annexes.annex1 import FIGURE_NAMES, Annex, annex, edge_km, municipal_orders
from requests_gen.letters.docx import template_file
from requests_gen.letters.last_year import History
from requests_gen.letters.letter import letter_id
from requests_gen.letters.papers import Papers, WritePapers, content_hash, make_papers, write_papers
from requests_gen.letters.sources import carrier_name
from requests_gen.letters.versions import (
    FORMAT,
    LETTERS_JSON,
    Entry,
    Place,
    exchange,
    files_in,
    last_entry,
    place_for,
    read_versions,
    sent,
    versions_lock,
)
from requests_gen.registry import tables
from requests_gen.wording import Caption, caption
from requests_gen.workspace import LETTERS_FILE, LetterSettings, letters_toml
from requests_gen.zone_maps import ZoneMaps, map_frames, maps_for

if TYPE_CHECKING:
    from coverage.result import Result
    from requests_gen.zone_maps import MapFrames

FOLDER = "letters"


@dataclass(frozen=True)
class PaperMaker:
    """How papers are made. workers: processes that draw maps (0: one a core).

    maps: the folder that keeps drawn maps (None: beside the letters); write: typesets the papers of one carrier.
    """

    workers: int = 0
    maps: Path | None = None
    write: WritePapers = write_papers


@dataclass(frozen=True)
class _Job:
    """One letter that is to be made, or that stays as it is."""

    zones: Annex
    maps: dict[str, ZoneMaps]
    content: str
    basis: dict[str, Any]
    place: Place
    papers: Papers


def write_letters(
    result: Result,
    settings: LetterSettings,
    out_dir: Path | str,
    carriers: list[str] | None = None,
    progress: Progress = silent,
    *,
    history: History | None = None,
    maker: PaperMaker | None = None,
) -> list[Entry]:
    """The papers of every carrier asked (or of `carriers`), one folder each in `out_dir`, and letters.json.

    Returns the letters that stand there now, those not made this time included. history: last year's answers
    (default: the registry's, else those of last_year.json beside letters.toml, if there are any). A letter that was
    sent, or that someone changed by hand, stays as it is: a new version is made beside it when anything has changed.
    Raises DataError, changing nothing, where anything is missing or wrong.
    """
    out_dir, maker = Path(os.path.realpath(out_dir)), maker or PaperMaker()
    chosen, left_out = _asked(result, settings, carriers)
    if history is None:
        from requests_gen.letters.last_year import last_answers

        history = last_answers(settings.folder, result.study.about.fiscal_year)
    with versions_lock(out_dir):
        entries = read_versions(out_dir)
        frames, words = map_frames(result), caption(result, "ja")
        orders = municipal_orders(settings.folder, result.study.about.fiscal_year)
        annexes = _annexes(result, settings, history, frames, chosen, left_out, orders)
        kept_maps = maker.maps if maker.maps is not None else maps_folder(out_dir)
        spec = [(row.zone_id, zones.carrier) for zones in annexes for row in zones.rows]
        maps = maps_for(frames, spec, kept_maps, maker.workers or _cores(), progress)
        facts = _common_facts(result, settings, words)
        jobs = [_job(result, settings, zones, history, words, maps, out_dir, entries, facts) for zones in annexes]
        for step in _steps(result, jobs, entries, left_out):
            progress(step)
        _write(result, settings, out_dir, jobs, entries, left_out, maker.write, progress, facts)
        return read_versions(out_dir)


def maps_folder(out_dir: Path) -> Path:
    """Where drawn maps are kept for the letters in `out_dir`: beside it, so that they are no letters."""
    return out_dir.with_name(f".{out_dir.name}.maps")


def mark_sent(out_dir: Path | str, which: list[str], on: date) -> list[Entry]:
    """Record that letters (ids, or carriers for their newest) were sent on a day; they are never written again.

    Raises DataError for an unknown letter and for a draft.
    """
    out_dir = Path(os.path.realpath(out_dir))
    with versions_lock(out_dir):
        entries = read_versions(out_dir)
        marked = sent(entries, out_dir, which, on)
        recorded = json.loads((out_dir / LETTERS_JSON).read_text(encoding="utf-8"))
        exchange(out_dir, lambda _: {**recorded, "letters": [entry.as_dict() for entry in marked]}, set())
        return marked


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _asked(result: Result, settings: LetterSettings, carriers: list[str] | None) -> tuple[list[str], dict[str, str]]:
    """(carriers that get a letter, {carrier that gets none: why}). Raises DataError for what is not filled in."""
    keys = result.study.carrier_keys
    if unexpected := sorted(set(carriers or []) - set(keys)):
        raise DataError(
            "carrier-unknown",
            Text(f"事業者 {'、'.join(unexpected)} はありません", f"there is no carrier {', '.join(unexpected)}"),
            Text(f"{'、'.join(keys)} のどれかで指定してください。", f"name one of {', '.join(keys)}"),
        )
    not_asked = {key for key, carrier in settings.carriers.items() if not carrier.ask}
    spec = [key for key in keys if key in (carriers or keys)]
    chosen = [key for key in spec if key not in not_asked]
    missing: dict[str, letters_toml.Missing] = {m.key: m for key in chosen for m in settings.missing(key)}
    if any(m.needed for m in missing.values()):
        raise letters_toml.ask_for(list(missing.values()), LETTERS_FILE)
    return chosen, {key: "ask = false" for key in spec if key in not_asked}


def _annexes(
    result: Result,
    settings: LetterSettings,
    history: History | None,
    frames: MapFrames,
    chosen: list[str],
    left_out: dict[str, str],
    orders: Mapping[str, int] | None,
) -> list[Annex]:
    """Annex 1 of each carrier that has a zone to ask for; the others are named in `left_out`."""
    generation = str(result.study.zones.generation)
    found = []
    for key in chosen:
        if result.shares[(key, generation)].isna().all():
            left_out[key] = f"{generation} のエリアの資料がない"
            continue
        own = history.of(key) if history else None
        zones = annex(result, key, settings.zones, own, edge_km(frames, key, generation), orders)
        if zones.rows:
            found.append(zones)
        else:
            left_out[key] = "要望する地区がない"
    return found


def _job(
    result: Result,
    settings: LetterSettings,
    zones: Annex,
    history: History | None,
    caption: Caption,
    maps: dict[tuple[str, str], ZoneMaps],
    letter_versions: Path,
    entries: list[Entry],
    facts: Mapping[str, Any],
) -> _Job:
    key = zones.carrier
    own = {zone: pictures for (zone, carrier), pictures in maps.items() if carrier == key}
    papers = make_papers(result, settings, zones, history, caption, "")
    template = template_file(settings.folder)
    content = content_hash(papers, own, template, result.provenance["kengai"])
    basis = {
        **{name: facts[name] for name in ("settings_sha256", "rule", "generation", "as_of", "sources")},
        "figures": asdict(zones.figures),
        "left_out": asdict(zones.rest),
        "zones": [row.zone_id for row in zones.rows],
        "rows_sha256": _sha256(asdict(zones)),
        "maps_sha256": _sha256({zone: pictures.key for zone, pictures in own.items()}),
        "template_sha256": file_sha256(template),
    }
    place = place_for(letter_versions, entries, key, names.file_name(carrier_name(result, key)), content, basis)
    identity = letter_id(result.study.about.fiscal_year, key, place.version)
    return _Job(zones, own, content, basis, place, make_papers(result, settings, zones, history, caption, identity))


def _write(
    result: Result,
    settings: LetterSettings,
    letter_versions: Path,
    jobs: list[_Job],
    entries: list[Entry],
    left_out: dict[str, str],
    write: WritePapers,
    progress: Progress,
    facts: Mapping[str, Any],
) -> None:
    """Typeset the letters that are new or changed, and exchange the folder for one that holds them and letters.json."""
    new = [job for job in jobs if job.place.kept is None]
    template = template_file(settings.folder)

    def build(making: Path) -> dict[str, Any]:
        made = []
        for number, job in enumerate(new, start=1):
            name = job.papers.letter.carrier_name
            progress(Text(f"要望書を作っています {number}/{len(new)} {name}", f"writing letter {number} of {len(new)}: {name}"))
            write(making / job.place.folder, job.papers, job.maps, template)
            made.append(_entry(job, files_in(making / job.place.folder), facts))
        replaced = {(entry.carrier, entry.version) for entry in made}
        stay = [entry for entry in entries if (entry.carrier, entry.version) not in replaced]
        order = {key: at for at, key in enumerate(result.study.carrier_keys)}
        rows = sorted([*stay, *made], key=lambda e: (order.get(e.carrier, len(order)), e.carrier, e.version))
        return {
            "format": FORMAT,
            "study": result.study.about.name,
            "fiscal_year": result.study.about.fiscal_year,
            "fictitious": result.study.about.fictitious,
            "not_asked": [{"carrier": key, "reason": why} for key, why in left_out.items()],
            "letters": [entry.as_dict() for entry in rows],
        }

    if new or not letter_versions.exists():
        exchange(letter_versions, build, {job.place.folder for job in new})


def _steps(result: Result, jobs: list[_Job], entries: list[Entry], left_out: dict[str, str]) -> Iterator[Text]:
    """What is reported before anything is written: who gets no letter and why, what stays, what is a draft."""
    for key, why in left_out.items():
        name = carrier_name(result, key)
        yield Text(f"{name} あての要望書は作りません（{why}）", f"no letter to {name} ({why})")
    for job in jobs:
        name, last = job.papers.letter.carrier_name, last_entry(entries, job.zones.carrier)
        if job.place.kept is not None:
            yield Text(f"{name} あての要望書は変わっていないため、そのままです", f"the letter to {name} is unchanged and stays")
            continue
        if last is not None and job.place.version > last.version:
            why_new = Text("送付済みの", "was sent") if last.state == tables.SENT else Text("手で直されている", "was changed by hand")
            yield Text(
                f"{name} あての前の版は{why_new.ja}ため残し、第{job.place.version}版を作ります",
                f"the former letter to {name} {why_new.en} and stays; version {job.place.version} is made",
            )
        if job.papers.letter.blanks:
            blanks = "、".join(job.papers.letter.blanks)
            yield Text(f"{name} あては（案）です。まだ空の項目: {blanks}", f"the letter to {name} is a draft; still empty: {blanks}")


def _entry(job: _Job, files: dict[str, str], facts: Mapping[str, Any]) -> Entry:
    letter, key = job.papers.letter, job.zones.carrier
    return Entry(
        id=letter.letter_id,
        carrier=key,
        version=job.place.version,
        folder=job.place.folder,
        state=tables.DRAFT if letter.blanks else tables.READY,
        content_sha256=job.content,
        files=files,
        facts={
            "carrier_name": letter.carrier_name,
            "missing": list(letter.blanks),
            "figure_keys": {
                "figures": {name: f"letter_{name}" for name in FIGURE_NAMES},
                "left_out": {"zones": "letter_rest_zones", "people": "letter_rest_people"},
                "annex1": annex1_table.FIGURE_KEYS,
                "annex2": annex2.FIGURE_KEYS,
            },
            **job.basis,
            **facts,
        },
    )


def _sha256(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(plain(facts), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _common_facts(result: Result, settings: LetterSettings, caption: Caption) -> dict[str, Any]:
    """What every figure stands on, for letters.json."""
    return {
        "rule": caption.rule,
        "generation": caption.generation,
        "as_of": caption.as_of_key,
        "sources": caption.sources,
        "result_sha256": result_hash(result),
        "settings_sha256": hashlib.sha256(settings.text.encode()).hexdigest(),
    }


def result_hash(result: Result) -> str:
    """SHA-256 of what the letters are made from: inputs and study, zones, ranking. The same result, the same hash."""
    zones = pd.DataFrame(result.zones.drop(columns="geometry"))
    parts = [
        json.dumps(plain(result.provenance), ensure_ascii=False, sort_keys=True),
        zones.to_csv(lineterminator="\n"),
        result.ranking.to_csv(lineterminator="\n"),
        result.zone_ids.to_csv(lineterminator="\n"),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
