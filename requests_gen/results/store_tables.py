"""One table of the findings as one Parquet file, and back to the same table: dtypes, NaN, names, shapes, CRS.

Tables with shapes are GeoParquet 1.0, so that QGIS opens them. Compression is light: a run writes all of
its areas, and nobody waits for a smaller file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import pyarrow as pa

INDEX = "__index__"
SHAPES = "geometry"
OBJECT, OBJECT_NONE = "object", "object with None"


def table_bytes(frame: pd.DataFrame, notice: dict[str, Any]) -> tuple[memoryview, dict[str, Any]]:
    """(a Parquet file of `frame`, what Parquet cannot say about it: plain data for JSON).

    frame: a plain index, one column or more of numbers, truth values, text or shapes, named by text (in one
    level or several).
    notice: what the file says about itself. Raises TypeError for a table that could not come back equal.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(frame.index, pd.MultiIndex) or not frame.shape[1]:
        raise TypeError("a table without columns, or an index of several levels, is not kept")
    shape = _shape_of(frame)
    arrays = [_array(values) for _, values in frame.items()]
    if shape["index"]["range"] is None:
        arrays.append(_array(frame.index.to_series()))
    metadata = {"kengai": json.dumps(notice, ensure_ascii=False)}
    if shape["geometry"] is not None:
        metadata["geo"] = _geo(shape["geometry"], frame)
    table = pa.Table.from_arrays(arrays, names=_labels(shape)).replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="lz4", use_dictionary=False, write_statistics=False)
    return memoryview(sink.getvalue()), shape


def _shape_of(frame: pd.DataFrame) -> dict[str, Any]:
    """Names, dtypes, index and CRS of `frame`."""
    index, columns = frame.index, frame.columns
    plain = isinstance(index, pd.RangeIndex)
    geometry = getattr(frame, "_geometry_column_name", None)
    return {
        "rows": len(frame),
        "columns": [list(name) if isinstance(name, tuple) else name for name in columns],
        "column_names": list(columns.names),
        "column_dtype": str(columns.dtype),
        "dtypes": [_dtype(values) for _, values in frame.items()],
        "index": {
            "name": index.name,
            "dtype": _dtype(index.to_series()),
            "range": [index.start, index.stop, index.step] if plain else None,
        },
        "geometry": geometry,
        "crs": None if geometry is None else _crs(frame),
    }


def _crs(frame: Any) -> str | None:
    """The CRS in words that give the same one again."""
    return None if frame.crs is None else str(frame.crs.to_string() if frame.crs.to_authority() else frame.crs.srs)


def _dtype(values: pd.Series) -> str:
    """The dtype in words; of text among plain objects also how a missing one is written."""
    if values.dtype != object:
        return str(values.dtype)
    unknown = values.isna().to_numpy()
    held = values.to_numpy()
    if not all(isinstance(value, str) for value in held[~unknown].tolist()):
        raise TypeError(f"column {values.name!r} holds more than text")
    return OBJECT_NONE if unknown.any() and held[np.argmax(unknown)] is None else OBJECT


def _labels(shape: dict[str, Any]) -> list[str]:
    """Names of the columns in the file, each once; the table's own names are kept in `shape`."""
    labels: list[str] = []
    for name in [*shape["columns"], *([INDEX] if shape["index"]["range"] is None else [])]:
        label = " / ".join(name) if isinstance(name, list) else str(name)
        while label in labels:
            label += "_"
        labels.append(label)
    return labels


def _array(values: pd.Series) -> pa.Array:
    import pyarrow as pa

    if str(values.dtype) == SHAPES:
        return pa.array(shapely.to_wkb(np.asarray(values.array)), pa.binary())
    if values.dtype.kind in "fiub" and isinstance(values.dtype, np.dtype):
        return pa.array(values.to_numpy(), from_pandas=False)  # NaN stays NaN, to the bit
    array = pa.array(values, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _geo(column: str, frame: Any) -> str:
    """The GeoParquet note. Without `crs` a reader would take longitude and latitude in WGS84."""
    crs = None if frame.crs is None else frame.crs.to_json_dict()
    about: dict[str, Any] = {"encoding": "WKB", "geometry_types": [], "crs": crs}
    return json.dumps({"version": "1.0.0", "primary_column": column, "columns": {column: about}})


def read_table(data: bytes, shape: dict[str, Any]) -> pd.DataFrame:
    """The table that `table_bytes` was given. Raises ValueError when `data` is not the file of `shape`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # without the pool of threads: several pages may read at once, and the machine has few cores
    table = pq.read_table(pa.BufferReader(data), use_threads=False)
    if table.num_rows != shape["rows"] or table.column_names != _labels(shape):
        raise ValueError("the file holds another table")
    columns = {number: _values(table.column(number), dtype, shape["crs"]) for number, dtype in enumerate(shape["dtypes"])}
    frame = pd.DataFrame(columns, index=range(shape["rows"]), copy=False)
    frame.index = _index(table, shape["index"])
    frame.columns = _column_names(shape)
    if shape["geometry"] is None:
        return frame
    import geopandas as gpd

    return gpd.GeoDataFrame(frame, geometry=shape["geometry"], crs=shape["crs"])


def _values(column: pa.ChunkedArray, dtype: str, crs: str | None) -> Any:
    if dtype == SHAPES:
        import geopandas as gpd

        return gpd.array.from_wkb(column.to_numpy(), crs=crs)
    if dtype in {OBJECT, OBJECT_NONE}:
        missing = None if dtype == OBJECT_NONE else np.nan
        return pd.Series([missing if v is None else v for v in column.to_pylist()], dtype=object)
    values = column.to_pandas()
    return values if str(values.dtype) == dtype else values.astype(dtype)


def _index(table: pa.Table, described: dict[str, Any]) -> pd.Index:
    if described["range"] is not None:
        return pd.RangeIndex(*described["range"], name=described["name"])
    values = _values(table.column(table.num_columns - 1), described["dtype"], None)
    return pd.Index(values).rename(described["name"])  # Index(…, name=None) would take the column's name


def _column_names(shape: dict[str, Any]) -> pd.Index:
    if len(shape["column_names"]) > 1:
        return pd.MultiIndex.from_tuples([tuple(name) for name in shape["columns"]], names=shape["column_names"])
    return pd.Index(shape["columns"], name=shape["column_names"][0], dtype=shape["column_dtype"])
