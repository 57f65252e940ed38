"""Make the data of the example: `python examples/mie/build.py [FOLDER]`. Seeded; the same bytes every time.

Needs the package `jp-prefecture` (see places.py). README.md beside this file says what is real and what is not.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import shapely  # noqa: E402
from shapely.geometry.base import BaseGeometry  # noqa: E402

from examples.mie import (  # noqa: E402
    carriers,
    estat,
    field_tests,
    future,
    land,
    marked,
    not_spots,
    people,
    places,
    places_of_use,
    radio,
    roads,
    shelters,
    writers,
)
from geodata.atomic import write_bytes  # noqa: E402

DATA = Path(__file__).resolve().parent / "data"
BUILT_WITH = "built_with.txt"
LIBRARIES = ("jp-prefecture", "numpy", "scipy", "pandas", "shapely", "pyproj", "rasterio", "pyogrio", "geopandas")
SEED = 24
SETTLEMENT_COLUMNS = ("都道府県名", "市区町村コード", "市区町村名", "大字町丁目名", "大字町丁目名ローマ字", "緯度", "経度")


def build() -> tuple[dict[str, bytes], list[str]]:
    """Every file of the example (name → bytes), and what is in them, a line a fact."""
    rng = np.random.default_rng(SEED)
    mie, around = places.read_places()
    municipalities, outline = land.make_municipalities(mie, around, rng)
    cells = people.make_cells(municipalities)
    cells = people.place_people(mie, people.spacing_m(mie, around), cells, rng)
    cells = people.age_and_households(cells, rng)
    left_out = not_spots.choose(cells, len(mie), rng)
    points = np.vstack([land.metres(mie["lon"], mie["lat"]), land.metres(around["lon"], around["lat"])])
    field = radio.make_field(outline, cells, points, rng)
    layers = carriers.make_layers(field, cells["population"].to_numpy(), left_out)
    gap = np.any(list(left_out.values()), axis=0)
    indoor, outdoor = shelters.make_shelters(mie, cells, gap, outline, rng)
    net = roads.make_roads(mie, cells, outline, [layers[carrier, "4G"] for carrier in not_spots.CARRIERS])
    files = {
        "N03-20240101_24_fictitious.geojson": writers.geojson(municipalities, "N03-20240101_24（架空）", land.DECIMALS),
        f"tbl{estat.TABLE_ID}H24.zip": writers.zipped(f"tbl{estat.TABLE_ID}H24.txt", estat.census_table(cells, rng)),
        "settlements_24.csv": writers.table(SETTLEMENT_COLUMNS, settlement_rows(mie)),
        "shelters_24_1.csv": writers.table(shelters.SHELTER_COLUMNS, indoor),
        "shelters_24_2.csv": writers.table(shelters.SITE_COLUMNS, outdoor),
        **carriers.carrier_files(layers),
        "field_tests_24.csv": writers.table(field_tests.COLUMNS, field_tests.make_field_tests(cells, gap, layers), "cp932"),
        **urgent_files(mie, cells, gap, outline, municipalities, net),
        BUILT_WITH: built_with().encode(),
    }
    totals = cells[["population", "households", "population_65plus"]].sum()
    return files, [
        f"boundaries: {len(municipalities)} parts, {municipalities['N03_007'].nunique()} municipalities",
        f"mesh: {len(cells):,} cells; " + ", ".join(f"{name} {total:,}" for name, total in totals.items()),
        f"places: {len(mie):,}; shelters: {len(indoor)}; evacuation sites: {len(outdoor)}",
        *(f"{carrier} {generation}: {carriers.layer_fact(layer)}" for (carrier, generation), layer in layers.items()),
    ]


def urgent_files(
    mie: pd.DataFrame, cells: pd.DataFrame, gap: np.ndarray, outline: BaseGeometry, municipalities: gpd.GeoDataFrame, net: gpd.GeoDataFrame
) -> dict[str, bytes]:
    """The files that make a place urgent. gap: bool[cells], some carrier leaves the cell out; net: the roads."""
    files = {
        "road_ledger_24.gpkg": writers.geopackage({"road_ledger": net}, writers.NOTE, "LineString"),
        "A33-26_24_fictitious.zip": writers.shapefile_zip(marked.make_landslides(cells, gap), "A33-26_24Polygon（架空）"),
        "own_places_24.csv": writers.table(places_of_use.OWN_COLUMNS, places_of_use.own_rows(mie, cells, gap, net), "cp932"),
    }
    tables = marked.make_designated(mie, municipalities)
    tables |= places_of_use.make_places_of_use(mie, cells, gap, outline)
    for name, table in tables.items():
        files[f"{name}_24_fictitious.geojson"] = writers.geojson(table, f"{name}_24（架空）", land.DECIMALS)
    codes = mie["code"].iloc[cells["place"]]
    mesh = writers.geojson(future.make_future(cells, codes), "1km_mesh_2024_24（架空）", land.DECIMALS)
    files["1km_mesh_2024_24_fictitious.zip"] = writers.zipped("1km_mesh_2024_24_fictitious.geojson", mesh)
    return files


def settlement_rows(mie: pd.DataFrame) -> list[list[str]]:
    """Rows of SETTLEMENT_COLUMNS: every place of the package, coordinates as it gives them."""
    return [
        ["三重県", row.code, "".join(places.CENSUS[row.code][:2]), row.town, row.roman, f"{row.lat:.6f}", f"{row.lon:.6f}"]
        for row in mie.itertuples()
    ]


def built_with() -> str:
    """The libraries that decide the bytes: another GEOS or GDAL may round or order differently."""
    lines = [f"{name} {version(name)}" for name in LIBRARIES]
    return "\n".join([*lines, f"GEOS {shapely.geos_version_string}"]) + "\n"


def main(folder: Path) -> None:
    """Build everything, then put every file in its place."""
    files, facts = build()
    for name, data in files.items():
        write_bytes(folder / name, data)
        print(f"{len(data):>9,}  {hashlib.sha256(data).hexdigest()[:16]}  {name}")
    print(f"{sum(map(len, files.values())):>9,}  in all")
    print("\n".join(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
