"""What a study uses now, file by file, against what its last run read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from coverage.study import Study
from geodata.errors import Text
from geodata.report import file_sha256
from requests_gen.files import replace_folder
from requests_gen.intake.study_toml import SLOTS

Hash = Callable[[Path], str]

# everything a study may name; those beyond SLOTS are written into study.toml by hand
LISTED: dict[str, Text] = {
    **{str(slot): name for slot, name in SLOTS.items()},
    "roads": Text("道路", "Roads"),
    "areas": Text("指定地域・危険区域など", "Designated and hazard areas"),
    "terrain": Text("標高", "Heights of the ground"),
    "future_population": Text("将来の人口（参考）", "Future population (for reference)"),
}
WHERE_FROM: dict[str, Text] = {
    "population": Text(
        "e-Stat（政府統計の総合窓口）→「地図」→「統計データダウンロード」→ 国勢調査（5次メッシュなど）"
        "「人口及び世帯」を、県または1次メッシュごとにダウンロードします。",
        "e-Stat → maps → statistical data → census by mesh “population and households”, by prefecture or first-order mesh.",
    ),
    "boundaries": Text(
        "国土数値情報（国土交通省）の「行政区域データ（N03）」から県の zip をダウンロードし、そのまま入れます。",
        "“Administrative areas (N03)” of the prefecture from 国土数値情報 (MLIT); the zip goes in as it is.",
    ),
    "settlements": Text(
        "大字・町丁目の名前と位置の表です。Geolonia 住所データ、または e-Stat の国勢調査「小地域」の境界データを使います。",
        "Names and places of settlements: Geolonia address data, or the small areas of the census (e-Stat).",
    ),
    "facilities": Text(
        "避難所は国土地理院「指定緊急避難場所・指定避難所データ」のCSV、学校・医療機関・役場は国土数値情報（P29・P04・P05）です。",
        "Shelters: the CSV from GSI (国土地理院). Schools, clinics, offices: 国土数値情報 P29, P04, P05.",
    ),
    "roads": Text(
        "国土数値情報の「道路（N13）」、または県の道路台帳のGISデータです。",
        "“Roads (N13)” from 国土数値情報, or the prefecture's own road ledger.",
    ),
    "areas": Text(
        "国土数値情報の過疎・離島・半島・振興山村（A17・A19・A18・A24）、土砂災害警戒区域（A33）などです。",
        "Designated areas from 国土数値情報 (A17, A19, A18, A24), hazard areas (A33) and the like.",
    ),
    "terrain": Text(
        "国土地理院「基盤地図情報ダウンロードサービス」の数値標高モデル（5m・10m メッシュ）です。2次メッシュごとの zip をそのまま入れます。",
        "“基盤地図情報 数値標高モデル” from 国土地理院, a zip for each 2次メッシュ as it is.",
    ),
    "future_population": Text(
        "国土数値情報の「将来推計人口メッシュ（R6）」です。", "“Estimated future population by mesh (R6)” from 国土数値情報."
    ),
    "layers": Text(
        "携帯電話事業者に、エリア図のGISデータ（Shapefile・KML・GeoPackage など）を時点つきで依頼してください。"
        "公表地図の画像は使えません。",
        "Ask the carrier for its area as GIS data, with its date. Pictures of published maps cannot be used.",
    ),
}


NONE_HERE = "none"


@dataclass(frozen=True)
class Input:
    """One file of the study. `verdict` is the last run's ("" = not read by it); `changed` None = not known."""

    slot: str
    whose: str  # "架空モバイルA 4G", or ""
    as_of: str
    file: str
    present: bool
    size_bytes: int
    modified: datetime | None
    sha256: str
    verdict: str
    changed: bool | None


def named_files(study: Study) -> Iterator[tuple[str, str, str, str]]:
    """(slot, whose, as_of, file) of every file that study.toml names, in its order."""
    names = {carrier.key: carrier.name for carrier in study.carriers}
    parts: list[tuple[str, Any]] = [("population", study.population), ("boundaries", study.boundaries)]
    if study.settlements:
        parts.append(("settlements", study.settlements))
    parts += [("facilities", part) for part in study.facilities]
    parts += [("roads", part) for part in study.roads] + [("areas", part) for part in study.areas]
    if study.future_population:
        parts.append(("future_population", study.future_population))
    if study.terrain:
        parts.append(("terrain", study.terrain))
    for slot, part in parts:
        for file in part.files:
            yield slot, "", "", file
    for file in study.boundaries.neighbours:
        yield "boundaries", "", "", file
    for layer in study.layers:
        for file in layer.files:
            yield "layers", f"{names[layer.carrier]} {layer.generation}", layer.as_of, file


def inputs(study: Study, read: list[dict[str, Any]], hashed: Hash = file_sha256) -> list[Input]:
    """The study's files as they lie on the disk, held against `read`, the files of the last intake report."""
    found = []
    for slot, whose, as_of, file in named_files(study):
        path = study.path(file)
        present = path.is_file()
        status = path.stat() if present else None
        sha256 = hashed(path) if present else ""
        last = [one for one in read if one.get("path") == file]
        verdicts = [str(one.get("verdict", "")) for one in last]
        found.append(
            Input(
                slot=slot,
                whose=whose,
                as_of=as_of,
                file=file,
                present=present,
                size_bytes=status.st_size if status else 0,
                modified=datetime.fromtimestamp(status.st_mtime).astimezone() if status else None,
                sha256=sha256,
                verdict=max(verdicts, key=("", "accept", "warn", "refuse").index, default=""),
                changed=(all(one.get("sha256") != sha256 for one in last) if last else None),
            )
        )
    return found


def last_read(results: Path) -> dict[str, Any]:
    """The contents of the last run's intake.json; {} where there is none that can be read."""
    try:
        kept = json.loads((results / "intake.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) and isinstance(kept.get("files"), list) else {}


def missing(found: list[Input]) -> list[Input]:
    """Files that the study names and that are not there: it cannot be run without them."""
    return [one for one in found if not one.present]


def layer_matrix(study: Study, found: list[Input]) -> dict[str, dict[str, str]]:
    """{carrier's name: {generation: state}}, state: dates of its files, "missing", "unpublished" or "none <dates>"."""
    present = {one.file: one.present for one in found}
    shown = [*dict.fromkeys(["4G", "5G", *(str(layer.generation) for layer in study.layers)])]
    matrix: dict[str, dict[str, str]] = {}
    for carrier in study.carriers:
        row = {}
        for generation in shown:
            layers = [one for one in study.layers if (one.carrier, one.generation) == (carrier.key, generation)]
            files = [file for one in layers for file in one.files]
            if not layers:
                row[generation] = "unpublished"
            elif not all(present.get(file, False) for file in files):
                row[generation] = "missing"
            else:
                dates = ", ".join(sorted({one.as_of for one in layers}))
                row[generation] = dates if files else f"{NONE_HERE} {dates}"
        matrix[carrier.name] = row
    return matrix


def changed_since_run(found: list[Input], study: Study, manifest: Mapping[str, Any]) -> bool:
    """Whether a run now would read something else than the last one did."""
    return manifest.get("study") != study.text or any(one.changed is not False for one in found)


def manifest(results: Path) -> dict[str, Any]:
    """The last run's manifest; {} where there is none that can be read."""
    try:
        kept = json.loads((results / replace_folder.MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
