"""Two maps for the sheet of a zone: where it lies, and what one carrier leaves out there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geodata.atomic import write_bytes
from geodata.errors import Text
from geodata.progress import Progress, silent
from requests_gen.zone_maps.close_up import AT_EDGE_M, Seen, close_scene
from requests_gen.zone_maps.drawing import png_of
from requests_gen.zone_maps.frames import MapFrames, map_frames
from requests_gen.zone_maps.location import where_scene
from requests_gen.zone_maps.scene import Scene, scene_key

if TYPE_CHECKING:
    from coverage.result import Result

__all__ = ["MapFrames", "ZoneMaps", "draw_zone_maps", "map_frames", "maps_for"]


FEW = 16  # so few pictures are drawn faster than other processes start
PROGRESS_EVERY = 20
PNG_HEAD, PNG_TAIL = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
CELL_COUNTS = {
    "none_serve": Text("どの会社もエリア外{n}個", "{n} outside every carrier's area"),
    "lacking": Text("この会社はエリア外（他社はエリア内）{n}個", "{n} outside this carrier's area only"),
    "lacking_unknown": Text("この会社はエリア外（未公表の他社あり）{n}個", "{n} outside this carrier's area, others unknown"),
    "partly": Text("一部がエリア外{n}個", "{n} outside in part"),
    "unknown": Text("未公表のため不明{n}個", "{n} unknown, nothing published"),
    "covered": Text("エリア内{n}個", "{n} inside"),
}


@dataclass(frozen=True)
class ZoneMaps:
    """Two PNG pictures (60 × 85 mm and 110 × 85 mm at 200 dpi), what they show in words, and a name for both.

    Equal `key`, equal pictures.
    """

    where_png: bytes
    close_png: bytes
    alt_text: str
    key: str


@dataclass(frozen=True)
class _Wanted:
    """The two scenes of one request and their keys."""

    where: Scene
    where_key: str
    close: Scene
    close_key: str
    alt_text: str

    def maps(self, pictures: dict[str, bytes]) -> ZoneMaps:
        key = hashlib.sha256(f"{self.where_key} {self.close_key}".encode()).hexdigest()[:32]
        return ZoneMaps(pictures[self.where_key], pictures[self.close_key], self.alt_text, key)


def draw_zone_maps(frames: MapFrames, zone_id: str, carrier: str, generation: str) -> ZoneMaps:
    """The maps of one zone for one carrier.

    Raises DataError where a name holds a character that the font lacks; KeyError for a zone and ValueError
    for a carrier or generation that the result does not have.
    """
    spec = _wanted(frames, zone_id, carrier, generation, where_scene(frames, zone_id))
    return spec.maps({spec.where_key: png_of(spec.where), spec.close_key: png_of(spec.close)})


def maps_for(
    source: MapFrames | Result,
    requests: list[tuple[str, str]],
    cache_dir: Path | None = None,
    workers: int = 1,
    progress: Progress = silent,
    *,
    generation: str = "",
) -> dict[tuple[str, str], ZoneMaps]:
    """The maps of every (zone_id, carrier) in `requests`, in `generation` (the study's main one if "").

    A picture kept in `cache_dir` is read from there: its files are named by a hash of what they show, so an unchanged zone is not drawn again. `workers` processes draw the rest. Raises as
    draw_zone_maps, before anything is drawn.
    """
    frames = source if isinstance(source, MapFrames) else map_frames(source)
    generation = generation or str(frames.study.zones.generation)
    progress(Text("地図に載せるものをまとめています", "composing the maps"))
    where = {zone_id: where_scene(frames, zone_id) for zone_id in dict.fromkeys(zone for zone, _ in requests)}
    spec = {
        (zone_id, carrier): _wanted(frames, zone_id, carrier, generation, where[zone_id]) for zone_id, carrier in dict.fromkeys(requests)
    }
    scenes: dict[str, Scene] = {}
    for each in spec.values():
        scenes |= {each.where_key: each.where, each.close_key: each.close}
    pictures = {key: data for key in scenes if (data := _kept(cache_dir, key)) is not None}
    missing = {key: scene for key, scene in scenes.items() if key not in pictures}
    for number, (key, data) in enumerate(zip(missing, _drawn(list(missing.values()), workers), strict=True), 1):
        pictures[key] = data
        if cache_dir is not None:
            write_bytes(cache_dir / f"{key}.png", data)
        if number % PROGRESS_EVERY == 0 or number == len(missing):
            progress(Text(f"地図を描いています {number:,}/{len(missing):,}枚", f"drawing maps {number:,} of {len(missing):,}"))
    return {request: each.maps(pictures) for request, each in spec.items()}


def _wanted(frames: MapFrames, zone_id: str, carrier: str, generation: str, where: Scene) -> _Wanted:
    close, seen = close_scene(frames, zone_id, carrier, generation)
    words = _alt_text(frames, zone_id, carrier, generation, seen)
    return _Wanted(where, scene_key(where), close, scene_key(close), words)


def _kept(cache_dir: Path | None, key: str) -> bytes | None:
    """The kept picture of that name, None where there is none or it is incomplete."""
    if cache_dir is None:
        return None
    try:
        data = (cache_dir / f"{key}.png").read_bytes()
    except FileNotFoundError:
        return None
    return data if data.startswith(PNG_HEAD) and data.endswith(PNG_TAIL) else None


def _drawn(scenes: list[Scene], workers: int) -> Iterator[bytes]:
    """PNGs of the scenes, in their order."""
    if workers <= 1 or len(scenes) <= FEW:
        yield from map(png_of, scenes)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # spawned, not forked: the screen has threads, and Windows can only spawn
    with ProcessPoolExecutor(min(workers, len(scenes)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(png_of, scenes, chunksize=4)


def _alt_text(frames: MapFrames, zone_id: str, carrier: str, generation: str, seen: Seen) -> str:
    """What the two pictures show, in words for people who cannot see them."""
    zone, caption, lang = frames.zones.loc[zone_id], frames.caption, frames.caption.lang
    cells = [text.in_(lang).format(n=seen.cells[kind]) for kind, text in CELL_COUNTS.items() if seen.cells.get(kind)]
    total = sum(seen.cells.values())
    sentences = [
        Text(
            f"{zone['municipality']} {zone['name']}（地区ID {zone_id}）の位置図と詳細図。{caption.carriers[carrier]} {generation}。",
            f"Maps of {zone['name']}, {zone['municipality']} (zone {zone_id}): where it lies, and a close-up for {caption.carriers[carrier]} {generation}. ",
        ).in_(lang),
        Text(f"地区のメッシュ{total}個のうち、{'、'.join(cells)}。", f"Of its {total} cells: {', '.join(cells)}. ").in_(lang),
    ]
    if seen.edge_m > AT_EDGE_M and not np.isnan(seen.edge_m):
        km = f"{seen.edge_m / 1000:.1f}"
        sentences.append(Text(f"代表点からこの会社のエリアまで約{km} km。", f"About {km} km to this carrier's area. ").in_(lang))
    if seen.places:
        more = Text(f"、ほか{seen.unnamed}か所", f" and {seen.unnamed} more").in_(lang) if seen.unnamed else ""
        sentences.append(
            Text(f"図の中の避難所等: {'、'.join(seen.places)}{more}。", f"Shelters shown: {', '.join(seen.places)}{more}. ").in_(lang)
        )
    dates = frames.dates[carrier, generation]
    sentences.append(Text(f"エリアの基準日: {dates or '不明'}。", f"Area as of {dates or 'unknown'}. ").in_(lang))
    return ("".join(sentences) + caption.notice).strip()
