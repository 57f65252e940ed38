"""The made-up carriers' files: who hands over what, in which form."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from examples.mie import areas, radio
from examples.mie.land import GEOGRAPHIC, METRIC, in_degrees
from examples.mie.not_spots import CARRIERS
from examples.mie.writers import flatgeobuf, geopackage, kml, multipolygons, shapefile_zip

NAMES = {"alpha": "架空モバイルA", "bravo": "架空モバイルB", "charlie": "架空モバイルC", "delta": "架空モバイルD"}
AS_OF = "2026-09-30"
SEED = 20_261
TOUCHED = 0.35  # of the cells a carrier leaves out, so many are reached in part


def make_layers(field: radio.Field, population: np.ndarray, left_out: dict[str, np.ndarray]) -> dict[tuple[str, str], np.ndarray]:
    """Polygons in EPSG:6674 by (carrier, generation), faults included. delta has published no 5G."""
    layers: dict[tuple[str, str], np.ndarray] = {}
    by_nobody = np.all([left_out[carrier] for carrier in CARRIERS], axis=0)
    for number, carrier in enumerate(CARRIERS):
        rng = np.random.default_rng([SEED, number])
        touched = left_out[carrier] & ~by_nobody & (rng.random(len(population)) < TOUCHED)
        served, hollow = radio.serve_4g(field, carrier, left_out[carrier], touched, rng)
        layers[carrier, "4G"] = _drawn(carrier, served, hollow, field, rng)
        if carrier in radio.PEOPLE_WITH_5G:
            served = radio.serve_5g(field, carrier, population, rng)
            layers[carrier, "5G"] = _drawn(carrier, served, np.zeros_like(served), field, rng)
    return layers


def _drawn(carrier: str, served: np.ndarray, hollow: np.ndarray, field: radio.Field, rng: np.random.Generator) -> np.ndarray:
    """The mask as the carrier draws it."""
    if carrier == "alpha":
        return areas.with_faults(areas.sheets(served, field, 75.0), 9, 3, 40, rng)
    if carrier == "bravo":
        return areas.with_faults(areas.stairs(served, field, 1, 2), 6, 2, 0, rng)
    if carrier == "charlie":
        pieces = 330 if hollow.any() else 110
        return areas.with_faults(areas.by_hand(served, hollow, field, pieces, rng), 14, 4, 6, rng)
    return areas.with_faults(areas.smooth(served, hollow, field, 20_000.0), 2, 0, 5, rng)


def carrier_files(layers: dict[tuple[str, str], np.ndarray]) -> dict[str, bytes]:
    """File name → bytes."""
    files = {}
    for generation in ("4G", "5G"):
        short = generation.lower()
        frame = gpd.GeoDataFrame(
            {
                "事業者名": NAMES["alpha"],
                "世代": generation,
                "基準日": AS_OF,
                "備考": "架空のデータ",
                "整理番号": np.arange(1, len(layers["alpha", generation]) + 1),
            },
            geometry=[in_degrees(part) for part in layers["alpha", generation]],
            crs=GEOGRAPHIC,
        )
        files[f"alpha_{short}.zip"] = shapefile_zip(frame, f"エリア表示_{NAMES['alpha']}_{generation}")
        files[f"charlie_{short}.kml"] = kml(
            gpd.GeoDataFrame(
                {"name": [f"{generation} エリア {n}" for n in range(1, len(layers["charlie", generation]) + 1)]},
                geometry=[in_degrees(part, 5) for part in layers["charlie", generation]],
                crs=GEOGRAPHIC,
            ),
            f"{NAMES['charlie']} {generation}（架空）",
        )
    files["bravo.gpkg"] = geopackage(
        {f"area_{short}": _bravo(layers["bravo", short.upper()], short.upper()) for short in ("4g", "5g")}, "架空のデータです"
    )
    files["delta_4g.fgb"] = flatgeobuf(_delta(layers["delta", "4G"]), f"{NAMES['delta']} 4G（架空）")
    return files


def _bravo(polygons: np.ndarray, generation: str) -> gpd.GeoDataFrame:
    shapes = multipolygons(polygons, areas.SHEET_M)
    fields = {"carrier": NAMES["bravo"], "generation": generation, "as_of": AS_OF, "note": "架空のデータ"}
    return gpd.GeoDataFrame(fields, geometry=shapes, crs=METRIC, index=range(len(shapes)))


def _delta(polygons: np.ndarray) -> gpd.GeoDataFrame:
    fields = {"carrier": NAMES["delta"], "generation": "4G", "as_of": AS_OF, "note": "架空のデータ"}
    shapes = [in_degrees(part, 6) for part in polygons]
    return gpd.GeoDataFrame(fields, geometry=shapes, crs=GEOGRAPHIC, index=range(len(shapes)))


def layer_fact(polygons: np.ndarray) -> str:
    """One layer in numbers."""
    vertices, holes = (shapely.get_num_coordinates(polygons).sum(), shapely.get_num_interior_rings(polygons).sum())
    broken = int((~shapely.is_valid(polygons)).sum())
    return f"{len(polygons):,} parts, {vertices:,} vertices, {holes:,} holes, {broken} broken rings"
