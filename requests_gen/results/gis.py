"""Findings for other programs: zones.gpkg (QGIS), zones.geojson (web maps), cells.parquet (analysis)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd
import shapely

from coverage.gaps import uncovered_column
from geodata.areas import degrees
from geodata.errors import Text
from requests_gen.files import plain
from requests_gen.results.columns import NOTE, integer_columns, ranking_columns, ranking_rows, records
from requests_gen.wording import Caption, captions

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Study

# How QGIS shows zones.gpkg on opening: fills told apart by hatching as well as colour, headings in words.

INK = "26,26,26,255"
RED, YELLOW, GREY, NONE = "255,75,0,150", "255,241,0,130", "132,145,158,110", "255,255,255,0"
HATCH_MM = "2.2"


def layer_styles(study: Study, caption: Caption) -> pd.DataFrame:
    """The table QGIS looks for in a GeoPackage: one default style for each layer."""
    styles = {"zones": _zones(study, caption), "cells": _cells(study, caption), "municipalities": _municipalities(caption)}
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": list(styles),
            "f_geometry_column": "geom",
            "styleName": list(styles),
            "styleQML": list(styles.values()),
            "styleSLD": "",
            "useAsDefault": np.ones(len(styles), bool),
            "description": caption.title,
            "owner": "",
            "ui": "",
            "update_time": np.full(len(styles), np.datetime64("1980-01-01T00:00:00", "ms")),
        }
    )


def _zones(study: Study, caption: Caption) -> str:
    lang = caption.lang
    rules = [
        (
            '"complete_population" > 0',
            Text("どの会社も届かない人がいる地区", "some people no carrier serves"),
            _fill(RED, "0.5", ("45", "135")),
        ),
        (
            '"complete_population" IS NULL',
            Text("不明（人口またはエリアが分からない）", "unknown (people or an area not known)"),
            _fill(GREY, "0.3", (), "dot"),
        ),
        ("ELSE", Text("一部の会社が届かない地区", "some carriers do not serve it"), _fill(YELLOW, "0.3", ("45",))),
    ]
    aliases = {column.key: column.heading.in_(lang) for column in ranking_columns(study)}
    return _qml([(f, label.in_(lang), symbol) for f, label, symbol in rules], aliases, label="rank")


def _cells(study: Study, caption: Caption) -> str:
    lang, field = caption.lang, f'"not_spot_{study.zones.generation}"'
    rules = [
        (f"{field} = 'complete'", Text("どの会社もエリア外", "no carrier"), _fill(RED, "0.1", ("45", "135"))),
        (f"{field} = 'partial'", Text("一部の会社がエリア外", "some carriers"), _fill(YELLOW, "0.1", ("45",))),
        (f"{field} = 'none'", Text("全社が半分以上届く", "all carriers, by half at least"), _fill(NONE, "0.1", ())),
        ("ELSE", Text("不明", "unknown"), _fill(GREY, "0.1", (), "dot")),
    ]
    return _qml([(f, label.in_(lang), symbol) for f, label, symbol in rules], {}, label="")


def _municipalities(caption: Caption) -> str:
    words = Text("市町村", "municipalities").in_(caption.lang)
    return _qml([("", words, _fill(NONE, "0.4", ()))], {"name": words}, label="name")


def _qml(rules: list[tuple[str, str, str]], aliases: dict[str, str], label: str) -> str:
    """A QGIS style: rule-based fills, one label, headings of fields."""
    listed = "".join(
        f"<rule key={quoteattr(f'r{number}')} symbol={quoteattr(str(number))} label={quoteattr(words)}"
        + (f" filter={quoteattr(when)}" if when else "")
        + "/>"
        for number, (when, words, _) in enumerate(rules)
    )
    symbols = "".join(
        f'<symbol type="fill" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">{layers}</symbol>'
        for number, (_, _, layers) in enumerate(rules)
    )
    named = "".join(
        f'<alias index="{number}" field={quoteattr(field)} name={quoteattr(heading)}/>'
        for number, (field, heading) in enumerate(aliases.items())
    )
    return (
        '<qgis version="3.28.0" styleCategories="Symbology|Labeling|Fields" labelsEnabled="'
        + ("1" if label else "0")
        + '">'
        + f'<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0"><rules key="all">{listed}</rules>'
        + f"<symbols>{symbols}</symbols></renderer-v2>"
        + (_label(label) if label else "")
        + f"<aliases>{named}</aliases></qgis>"
    )


def _fill(color: str, width: str, hatch_degrees: tuple[str, ...], line: str = "solid") -> str:
    """Layers of a fill symbol: colour and outline, then one hatching a direction."""
    fill = _layer("SimpleFill", {"color": color, "outline_color": INK, "outline_style": line, "outline_width": width, "style": "solid"})
    hatches = (
        _layer(
            "LinePatternFill",
            {"angle": angle, "distance": HATCH_MM, "distance_unit": "MM", "line_width": "0.2"},
            f'<symbol type="line" name="@hatch@{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
            + _layer("SimpleLine", {"line_color": INK, "line_width": "0.2", "line_style": "solid"})
            + "</symbol>",
        )
        for number, angle in enumerate(hatch_degrees)
    )
    return fill + "".join(hatches)


def _layer(kind: str, options: dict[str, str], inner: str = "") -> str:
    listed = "".join(f'<Option type="QString" name={quoteattr(key)} value={quoteattr(value)}/>' for key, value in options.items())
    return f'<layer class="{kind}" enabled="1" pass="0" locked="0"><Option type="Map">{listed}</Option>{inner}</layer>'


def _label(field: str) -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(field)} fontSize="9" fontSizeUnit="Point" textColor="{INK}" isExpression="0">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255"/>'
        '</text-style><placement placement="0" dist="1"/><rendering obstacle="0"/></settings></labeling>'
    )


GEOJSON_DECIMALS = 7
FIXED_DATE = "1980-01-01T00:00:00.000Z"
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
UTC = 100  # as GDAL writes a time zone


def flat_name(kind: str, carrier: str, generation: str) -> str:
    """The column of a (carrier, generation) in flat tables: <kind>_<generation>_<carrier>."""
    return f"{kind}_{generation}_{carrier}"


def flat_shares(shares: pd.DataFrame) -> pd.DataFrame:
    """The share matrix with plain column names. Index as `shares`."""
    names = [flat_name("share", str(carrier), str(generation)) for carrier, generation in shares.columns]
    return pd.DataFrame(shares.to_numpy(float), index=shares.index, columns=names)


def zones_geojson(result: Result, caption: Caption, rows: pd.DataFrame | None = None) -> bytes:
    """zones.geojson: RFC 7946, longitude and latitude with 7 decimals, in order of rank.

    Further members of the collection say the rules, the dates, the sources and whether areas are fictitious.
    rows: ranking_rows, where they are made already.
    """
    rows = ranking_rows(result, caption) if rows is None else rows
    shapes = shapely.to_geojson(_lonlat(result.zones.geometry.reindex(rows.index).to_numpy(object), result.grid.crs))
    whole = {
        "type": "FeatureCollection",
        "name": caption.title,
        "fictitious": result.study.about.fictitious,
        "notice": caption.notice,
        "rules": result.summary["rules"],
        "generation": caption.generation,
        "as_of": captions.dates_by_layer(result),
        "credits": caption.credits,
    }
    whole_numbers = integer_columns(result.study) & set(rows.columns)
    features = (
        f'{{"type":"Feature","id":{_json(row["zone_id"])},"properties":{_json(row)},"geometry":{shape}}}'
        for row, shape in zip(records(rows.reset_index(), whole_numbers), shapes, strict=True)
    )
    return f'{_json(plain(whole))[:-1]},"features":[{",".join(features)}]}}'.encode()


def _json(value: Any) -> str:
    return ENCODER.encode(value)


def _lonlat(shapes: np.ndarray, crs: str) -> np.ndarray:
    """Shapes in WGS84 degrees rounded to GEOJSON_DECIMALS, exterior rings counter-clockwise. object[n]."""

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(degrees(xy[:, 0], xy[:, 1], crs)), GEOJSON_DECIMALS)

    return np.asarray(shapely.orient_polygons(shapely.transform(shapes, moved)), dtype=object)


def write_cells_parquet(path: Path, result: Result, caption: Caption) -> None:
    """cells.parquet: every cell with its people, shares and gaps; no geometry (the mesh code is the place)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = pd.concat([result.cells, flat_shares(result.shares), result.gaps], axis=1)
    table = pa.Table.from_pandas(frame.reset_index(), preserve_index=False)
    # what pandas notes about itself would tie the bytes to its version
    metadata = {"kengai": json.dumps(_facts(result, caption), ensure_ascii=False, allow_nan=False)}
    pq.write_table(table.replace_schema_metadata(metadata), path, compression="zstd")


def _facts(result: Result, caption: Caption) -> dict[str, Any]:
    grid = result.grid
    return {
        "title": caption.title,
        "fictitious": result.study.about.fictitious,
        "notice": caption.notice,
        "rules": plain(result.summary["rules"]),
        "as_of": captions.dates_by_layer(result),
        "credits": caption.credits,
        "grid": {"west": grid.west, "south": grid.south, "dx": grid.dx, "dy": grid.dy, "nx": grid.nx, "ny": grid.ny, "crs": grid.crs},
    }


def write_zones_gpkg(path: Path, result: Result, caption: Caption, rows: pd.DataFrame | None = None) -> None:
    """zones.gpkg: layers zones, cells (those with a gap), municipalities, and the styles QGIS opens them with.

    rows: ranking_rows, where they are made already.
    """
    from pyogrio import get_gdal_config_option, set_gdal_config_options

    fields = (ranking_rows(result, caption) if rows is None else rows).reset_index()
    before = get_gdal_config_option("OGR_CURRENT_DATE")
    set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})  # else the file holds the time of writing
    try:
        _write_layer(path, "zones", fields, _zone_shapes(result), result, caption)
        cells, boxes = _gap_cells(result, caption)
        _write_layer(path, "cells", cells, boxes, result, caption)
        shapes = result.municipalities.geometry.to_numpy(object)
        _write_layer(path, "municipalities", _municipality_fields(result, caption), _multi(shapes), result, caption)
        _write_layer(path, "layer_styles", layer_styles(result.study, caption), None, result, caption)
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_layer(path: Path, name: str, fields: pd.DataFrame, shapes: np.ndarray | None, result: Result, caption: Caption) -> None:
    """One layer of the GeoPackage. shapes: object[n] in the grid's CRS, or None for a plain table."""
    from pyogrio.raw import write

    about = " ".join(part for part in (caption.notice, *caption.lines) if part)
    whole = integer_columns(result.study)
    values, empty = zip(*(_field(fields[column], column in whole) for column in fields.columns), strict=True)
    write(
        path,
        None if shapes is None else shapely.to_wkb(shapes),
        list(values),
        np.array(list(fields.columns), dtype=object),
        field_mask=list(empty),
        layer=name,
        driver="GPKG",
        append=path.exists(),
        encoding="UTF-8",
        geometry_type=None if shapes is None else "Polygon" if name == "cells" else "MultiPolygon",
        crs=None if shapes is None else result.grid.crs,
        gdal_tz_offsets={"update_time": np.full(len(fields), UTC)} if shapes is None else None,
        layer_options={"DESCRIPTION": about} if shapes is not None else {},
    )


def _field(values: pd.Series, whole: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """(values, where they are unknown) as GDAL takes them; whole numbers become integers."""
    if whole:
        empty = values.isna().to_numpy(bool)
        return values.fillna(0).to_numpy(np.int32), empty
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return np.asarray(values.to_numpy()), None  # NaN is written as null
    return np.asarray(values.astype(object).to_numpy()), None


def _multi(shapes: np.ndarray) -> np.ndarray:
    """Polygons as multipolygons of one, so that a layer holds one type. object[n]."""
    single = shapely.get_type_id(shapes) == 3
    out = shapes.copy()
    if single.any():
        out[single] = [shapely.multipolygons([shape]) for shape in shapes[single]]
    return out


def _zone_shapes(result: Result) -> np.ndarray:
    return _multi(result.zones.geometry.reindex(result.ranking.index).to_numpy(object))


def _gap_cells(result: Result, caption: Caption) -> tuple[pd.DataFrame, np.ndarray]:
    """(fields, squares) of the cells that belong to a zone."""
    inside = (result.cells["zone_id"] != "").to_numpy()
    cells, grid = result.cells[inside], result.grid
    kept = [f"not_spot_{generation}" for generation in result.study.generations]
    whole = [uncovered_column(generation) for generation in result.study.generations]
    people = ["population", "households", "population_65plus", "municipality_id", "zone_id"]
    fields = pd.concat([cells[people], result.gaps.loc[inside, kept + whole], flat_shares(result.shares[inside])], axis=1)
    fields = fields.assign(rule=caption.rule_key, as_of=caption.as_of_key, **{NOTE: caption.short_notice})
    i, j = cells["i"].to_numpy(), cells["j"].to_numpy()
    boxes = shapely.box(grid.west + i * grid.dx, grid.south + j * grid.dy, grid.west + (i + 1) * grid.dx, grid.south + (j + 1) * grid.dy)
    return fields.rename_axis("cell_id").reset_index(), np.asarray(boxes, dtype=object)


def _municipality_fields(result: Result, caption: Caption) -> pd.DataFrame:
    """Municipalities with people and coverage by the official rule; neighbours without figures."""
    rule = result.summary["rules"]["official"]
    rows = {}
    for code, counted in result.summary["municipalities"].items():
        row: dict[str, Any] = {"population": counted["population"]}
        for generation, by_rule in counted["generations"].items():
            for carrier, figures in by_rule[rule].items():
                row[f"population_coverage_{generation}_{carrier}"] = figures["population_coverage"]
        rows[code] = row
    figures = pd.DataFrame.from_dict(rows, orient="index").astype(float)
    table = pd.DataFrame({"name": result.municipalities["name"]}).join(figures)
    table = table.assign(rule=rule, as_of=caption.as_of_key, **{NOTE: caption.short_notice})
    return table.rename_axis("municipality_id").reset_index()
