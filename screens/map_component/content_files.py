"""The files behind the map of the screen: made once, named by their content, fetched by the browser once.

They are in a temporary folder of this server, never among the findings, and are removed with it. A name is a kind and a hash
of the content, so sessions and studies may share the folder, and a browser may keep what it has.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.gaps import ANY
from coverage.matrix import Key, layers_by_column
from geodata.atomic import write_bytes
from requests_gen.web_map import data, map_frame_html, plain_json, raster
from requests_gen.wording import caption

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.result import Result

PREFIX = "kengai-map-"
PAGE = "index.html"
MOST_FILES = 300  # about ten studies with all their layers; the oldest go first
STALE_DAYS = 14  # older folders are of servers that were killed

_making = threading.RLock()  # Streamlit's sessions are threads


@dataclass(frozen=True)
class MapFiles:
    """What one map needs: the names of its files, and what to make them from when they are not there.

    ids: zones in the order of the file. names: {"ground", "zones", "population", "no5g"}: file, "no5g" only where
    4G and 5G are studied. masks: {(carrier or "any", generation): files whose bits put together are the layer};
    no files where nothing was published.
    """

    ids: tuple[str, ...]
    names: Mapping[str, str]
    contents: Mapping[str, bytes]
    masks: Mapping[Key, tuple[str, ...]]
    rows: Mapping[str, np.ndarray]  # of `layers`, by the mask's file
    layers: gpd.GeoDataFrame
    window: raster.Window

    def lay_out(self) -> None:
        """Put the files in the folder where they are not there (any more)."""
        for name, content in self.contents.items():
            _put(name, content)

    def coverage(self, layer: Key) -> str | None:
        """The file of a layer's bitmap, made now if need be; None where nothing was published."""
        parts = self.masks.get(layer, ())
        if not parts:
            return None
        name = parts[0] if len(parts) == 1 else _named("any", "\n".join(parts).encode(), "bin")
        if not (folder() / name).is_file():
            with _making:  # two sessions that want the same layer make it once
                masks = [self._mask(part) for part in parts]
                if len(parts) > 1:
                    _put(name, raster.packed(reduce(np.bitwise_or, masks)))
        return name

    def _mask(self, name: str) -> np.ndarray:
        path = folder() / name
        if path.is_file():
            return raster.unpacked(path.read_bytes(), self.window)
        bits = raster.mask(self.layers.geometry.to_numpy(object)[self.rows[name]], str(self.layers.crs), self.window)
        _put(name, raster.packed(bits))
        return bits


def make_map_files(result: Result, lang: str, zones: Sequence[data.ZoneToDraw] | None = None) -> MapFiles:
    """The files for a map of `result`: its own zones, or `zones` instead of them (geometry in its grid's CRS)."""
    words = caption(result, lang)
    drawn = data.zones_of(result, words) if zones is None else zones
    place, where = raster.raster(result.grid, result.cells)
    parts = {
        "ground": (plain_json(data.base_map_part(result, words, where)), "json"),
        "zones": (plain_json(data.zones_part(drawn, result)), "json"),
        "population": (raster.class_raster(raster.population_classes(result.cells["population"]), place), "bin"),
    }
    lacking = raster.lack_5g_classes(result)
    if lacking is not None:
        parts["no5g"] = (raster.class_raster(lacking, place), "bin")
    names = {kind: _named(kind, content, suffix) for kind, (content, suffix) in parts.items()}
    window = raster.mask_window(result.grid)
    masks, rows = _masks(result, window)
    return MapFiles(
        ids=tuple(zone["id"] for zone in drawn),
        names=names,
        contents={names[kind]: content for kind, (content, _) in parts.items()},
        masks=masks,
        rows=rows,
        layers=result.layers,
        window=window,
    )


def _masks(result: Result, window: raster.Window) -> tuple[dict[Key, tuple[str, ...]], dict[str, np.ndarray]]:
    """(files of each layer's bitmap, rows of result.layers behind each file)."""
    study = result.study
    columns = layers_by_column(result.layers, study.carrier_keys, study.generations, study.rules.kinds)
    shapes = result.layers.geometry.to_numpy(object)
    masks: dict[Key, tuple[str, ...]] = {}
    rows = {}
    for (carrier, generation), members in columns.items():
        masks[carrier, generation] = ()
        if carrier == ANY or not members.published:
            continue
        at = members.rows
        content = f"{window} {raster.PIXEL} {result.layers.crs}".encode() + b"".join(shapely.to_wkb(shapes[at]))
        name = _named("coverage", content, "bin")
        masks[carrier, generation], rows[name] = (name,), at
    for generation in study.generations:
        published = (masks.get((carrier, generation), ()) for carrier in study.carrier_keys)
        masks[ANY, generation] = tuple(dict.fromkeys(name for names in published for name in names))
    return masks, rows


def _named(kind: str, content: bytes, suffix: str) -> str:
    return f"{kind}-{hashlib.sha256(content).hexdigest()[:20]}.{suffix}"


@cache
def folder() -> Path:
    """This server's folder for the map's page and files: of no other server, removed when this one ends."""
    _sweep(Path(tempfile.gettempdir()))
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    write_bytes(made / PAGE, map_frame_html().encode())
    return made


def _sweep(around: Path) -> None:
    """Remove folders left by servers that were killed; a server still in use writes its files again."""
    oldest = time.time() - STALE_DAYS * 86_400
    for left in around.glob(f"{PREFIX}*"):
        try:
            stale = left.stat().st_mtime < oldest
        except OSError:  # removed meanwhile, or of another user
            continue
        if stale:
            shutil.rmtree(left, ignore_errors=True)


def _put(name: str, content: bytes) -> None:
    path = folder() / name
    if path.is_file():
        return
    with _making:
        write_bytes(path, content)
        if not (folder() / PAGE).is_file():
            write_bytes(folder() / PAGE, map_frame_html().encode())
        _prune()


def _prune() -> None:
    files = sorted((entry for entry in os.scandir(folder()) if entry.name != PAGE), key=lambda entry: entry.stat().st_mtime)
    for entry in files[: max(len(files) - MOST_FILES, 0)]:
        Path(entry.path).unlink(missing_ok=True)
