"""Small worlds for tests of the outputs: real tables made by hand, sent through the real analysis functions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from coverage.gaps import ANY, gap_table
from coverage.ranking.scores import RankingSpec, rank
from coverage.rules import RULES, Threshold
from coverage.study.study import Study
from coverage.summary import summarise
from coverage.zones.tables import assign_ids, gap_cells, zone_of_cells, zone_points, zone_shapes, zone_table
from geodata import zone_ids
from geodata.errors import Text
from geodata.grid import Grid
from geodata.mesh import standard as mesh
from geodata.report import IntakeReport

if TYPE_CHECKING:
    from coverage.result import Result

WEST, SOUTH = 136.0, 34.0
CARRIERS = {"a": "甲通信", "b": "乙モバイル", "c": "丙テレコム"}
GENERATIONS = ("4G", "5G")
HOSTILE = (
    "<img src=x onerror=window.__ran=1>",
    "`${window.__ran=1}`",
    "</script><script>window.__ran=1</script>",
    "{{ 7*7 }} \u2028 & \"quotes' \\",
    '=HYPERLINK("x")',
)


def study(carriers: dict[str, str], fictitious: bool = True, name: str = "ためし県") -> Study:
    """A study that fits the worlds; its files exist only by name."""
    made = Study.model_validate(
        {
            "study": {"name": name, "prefecture": "24", "fiscal_year": 2026, "metric_crs": "EPSG:6674", "fictitious": fictitious},
            "population": {"files": ["tbl.txt"], "level": 250},
            "boundaries": {"files": ["n03.geojson"]},
            "settlements": {"files": ["towns.csv"]},
            "carriers": [{"key": key, "name": words} for key, words in carriers.items()],
            "layers": [
                {"files": [f"{key}_{g}.gpkg"], "carrier": key, "generation": g, "as_of": "2026-03-31"}
                for key in carriers
                for g in GENERATIONS
            ],
            "ranking": {"draws": 50},
        }
    )
    made._text = "# study\n"
    return made


def mesh_cells(nx: int, ny: int, municipalities: list[str], seed: int = 1) -> tuple[Grid, pd.DataFrame]:
    """A 250 m grid of nx × ny cells in vertical strips, one a municipality, with people in one cell of three."""
    width, height = mesh.cell_mas(250)
    dx, dy = width / 3_600_000, height / 3_600_000
    grid = mesh.mesh_grid(250, (WEST + dx / 2, SOUTH + dy / 2, WEST + (nx - 0.5) * dx, SOUTH + (ny - 0.5) * dy))
    random = np.random.default_rng(seed)
    j, i = (part.ravel() for part in np.indices((grid.ny, grid.nx)))
    people = np.where(random.random(len(i)) < 0.34, np.round(random.gamma(1.2, 18, len(i))), 0.0)
    codes = mesh.codes_at(250, i, j, grid).astype(str)
    owner = np.array(municipalities, dtype=object)[i * len(municipalities) // grid.nx]
    frame = pd.DataFrame(
        {
            "i": i,
            "j": j,
            "land_share": 1.0,
            "municipality_id": owner.astype(str),
            "population": people,
            "households": np.round(people / 2.3, 1),
            "population_65plus": np.round(people * 0.4, 1),
            "age_basis": "own",
        },
        index=pd.Index(codes, name="cell_id", dtype=str),
    )
    return grid, frame


def blobs(grid: Grid, cells: pd.DataFrame, seed: int) -> np.ndarray:
    """Shares that look like coverage: 1 around random masts, fading at the edge. float64[n] in 0..1."""
    random = np.random.default_rng(seed)
    i, j = cells["i"].to_numpy(), cells["j"].to_numpy()
    reach = max(grid.nx, grid.ny) / 6
    best = np.zeros(len(cells))
    for _ in range(14):
        x, y = random.uniform(0, grid.nx), random.uniform(0, grid.ny)
        radius = reach * random.uniform(0.5, 1.3)
        best = np.maximum(best, np.clip(radius - np.hypot(i - x, j - y) + 0.5, 0, 1))
    return np.round(best, 6)


def share_table(grid: Grid, cells: pd.DataFrame, carriers: list[str], unpublished: tuple[str, ...] = ()) -> pd.DataFrame:
    """One column a (carrier, generation), and "any". Carriers in `silent` published no 5G."""
    columns: dict[tuple[str, str], np.ndarray] = {}
    for g_number, generation in enumerate(GENERATIONS):
        for number, carrier in enumerate(carriers):
            share = blobs(grid, cells, seed=10 * g_number + number)
            columns[(carrier, generation)] = np.full(len(cells), np.nan) if generation == "5G" and carrier in unpublished else share
        published = [columns[(carrier, generation)] for carrier in carriers if not np.isnan(columns[(carrier, generation)]).all()]
        columns[(ANY, generation)] = np.max(published, axis=0)
    names = pd.MultiIndex.from_tuples(list(columns), names=["carrier", "generation"])
    return pd.DataFrame(np.column_stack(list(columns.values())), index=cells.index, columns=names)


def reports(study: Study) -> list[IntakeReport]:
    """One report of each verdict but refusal, with names that try to be markup."""
    clean = IntakeReport("tbl.txt", "population", "estat", "0" * 64, 1234, 10, 10)
    clean.facts |= {"rows": 10, "credit": "出典：政府統計の総合窓口(e-Stat)", "population_total": 1234.0}
    repaired = IntakeReport(f"{HOSTILE[0]}.gpkg", "coverage", "GPKG", "1" * 64, 99, 12, 10)
    repaired.facts |= {"crs": "EPSG:6668", "bounds": [136.0, 34.0, 136.5, 34.5], "credit": "甲通信提供"}
    repaired.note("warn", "repaired", Text("自己交差を3件直しました", "3 self-crossings repaired"), 3, ["5", "7", HOSTILE[2]])
    repaired.exclude("empty", Text("形のない行が2件あり、使いません", "2 rows without shape left out"), 2, ["1", "2"])
    repaired.note("info", "encoding", Text("文字コードは CP932 でした", "the encoding was CP932"))
    return [clean, repaired]


def world(
    nx: int = 24,
    ny: int = 30,
    carriers: dict[str, str] | None = None,
    fictitious: bool = True,
    unpublished: tuple[str, ...] = (),
    block: int = 6,
    names: tuple[str, ...] = HOSTILE,
    municipalities: int = 3,
) -> Result:
    """A whole Result. Zones are square settlements of `block` cells; the first names are `names`."""
    import geopandas as gpd

    from coverage.result import Result

    carriers = carriers or CARRIERS
    made, keys = study(carriers, fictitious), list(carriers)
    codes = [f"24{201 + number}" for number in range(municipalities)]
    grid, cells = mesh_cells(nx, ny, codes)
    shares = share_table(grid, cells, keys, unpublished)
    towns = gpd.GeoDataFrame(
        {"name": [f"{HOSTILE[0]}町" if n == 0 else f"第{n}町" for n in range(len(codes))]},
        geometry=_strips(grid, cells),
        index=pd.Index(codes, name="municipality_id"),
        crs=grid.crs,
    )
    weights = {rule: _weights(rule, shares) for rule in RULES}
    gaps = pd.concat([gap_table(cells, shares, weights["area"], keys, g, Threshold()) for g in made.generations], axis=1)
    shelters = _shelters(grid, cells)
    in_cell = pd.Series(1, index=cells.index[:: max(len(cells) // len(shelters), 1)][: len(shelters)])
    gap = gap_cells(cells, shares.xs("4G", axis=1, level="generation"), in_cell, keys, 0.1)
    place = (
        cells["municipality_id"]
        + "|"
        + (cells["j"] // block).astype(str).str.zfill(3)
        + "-"
        + (cells["i"] // block).astype(str).str.zfill(3)
    )
    spec = sorted(set(place[gap]))
    table = pd.DataFrame(
        {"municipality_id": [p[:5] for p in spec], "name": [names[n] if n < len(names) else f"大字 第{n}" for n in range(len(spec))]},
        index=pd.Index(spec, name="place_id"),
    )
    ids = assign_ids(table, pd.DataFrame(columns=zone_ids.COLUMNS, dtype=str), 2026)
    cells = cells.assign(zone_id=zone_of_cells(gap, place, cells["municipality_id"], ids))
    zones = zone_table(cells, gaps, ids, towns["name"], keys, made.generations, "4G", shares)
    points = zone_points(cells, grid)
    zones = zones.assign(
        shelters=in_cell.reindex(cells.index).fillna(0).groupby(cells["zone_id"]).sum().reindex(zones.index),
        x=points["x"],
        y=points["y"],
        nearest_coverage_km=1.5,
    )
    frame = gpd.GeoDataFrame(zones, geometry=zone_shapes(cells, grid).reindex(zones.index), crs=grid.crs)
    ranking = rank(zones, RankingSpec(made.ranking.weights, 1.0, draws=50, seed=1))
    land = pd.Series(1e5, index=cells.index)
    memberships = pd.DataFrame({"municipality_id": cells["municipality_id"], "in_study": True, "population": cells["population"]})
    counted = SimpleNamespace(
        frame=cells,
        memberships=memberships,
        source_population=float(cells["population"].sum()),
        outside_population=0.0,
        outside_split=0.0,
        outside=pd.DataFrame(columns=["cells", "people", "unknown"]),
        unread=pd.DataFrame(columns=["cells", "municipalities"]),
        beside=pd.DataFrame(columns=["municipality_id", "population"]),
    )
    layers = gpd.GeoDataFrame(
        [
            {"carrier": key, "generation": g, "kind": "own", "as_of": "2026-03-31", "source": f"{key}_{g}.gpkg"}
            for key in keys
            for g in GENERATIONS
            if not (g == "5G" and key in unpublished)
        ],
        geometry=[shapely.box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1)] * (len(keys) * 2 - len(unpublished)),
        crs=grid.crs,
    )
    found = reports(made)
    return Result(
        study=made,
        grid=grid,
        cells=cells,
        memberships=memberships,
        shares=shares,
        gaps=gaps,
        zones=frame,
        ranking=ranking,
        municipalities=towns,
        facilities=shelters,
        layers=layers,
        zone_ids=ids,
        summary=summarise(made, counted, land, weights, shares, gaps, ranking, frame),
        reports=found,
        provenance=_provenance(made, found),
    )


def _provenance(made: Study, found: list[IntakeReport]) -> dict[str, Any]:
    return {"kengai": "0", "fictitious": made.about.fictitious, "inputs": [report.path for report in found]}


def _weights(rule: str, shares: pd.DataFrame) -> pd.DataFrame:
    if rule == "area":
        return shares
    least = {"mic_half": 0.5, "any_touch": 1e-9, "centroid": 0.5}[rule]
    return (shares >= least).astype(float).where(shares.notna())


def _strips(grid: Grid, cells: pd.DataFrame) -> list[Any]:
    """The outline of each municipality's strip, in order of its code."""
    spans = cells.groupby("municipality_id")["i"].agg(["min", "max"]).sort_index()
    _, south, _, north = grid.bounds
    return [
        shapely.box(grid.west + low * grid.dx, south, grid.west + (high + 1) * grid.dx, north)
        for low, high in spans.itertuples(index=False, name=None)
    ]


def _shelters(grid: Grid, cells: pd.DataFrame, count: int = 12) -> Any:
    import geopandas as gpd

    chosen = cells.iloc[:: max(len(cells) // count, 1)][:count]
    x, y = grid.centres(chosen["i"].to_numpy(), chosen["j"].to_numpy())
    names = [HOSTILE[n % len(HOSTILE)] if n < 2 else f"第{n}小学校" for n in range(len(chosen))]
    return gpd.GeoDataFrame(
        {"name": names, "category": "shelter"},
        geometry=shapely.points(x, y),
        crs=grid.crs,
        index=pd.Index([f"f{n}" for n in range(len(chosen))], name="facility_id"),
    )
