"""FlatGeobuf, read by GDAL (behind the fence of geodata.safety.gdal) in the reading process."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.crs import Declared
from geodata.errors import DataError, Text
from geodata.formats.raw import LayerEntry, RawLayer, Remark, column, frame_of
from geodata.formats.wkb import shapes_of_wkb
from geodata.safety import ceilings, child_process

WORD = Text("地物", "feature")
REMEDY = Text(
    "GISソフトで開いて GeoPackage として書き出すか、元のファイルを入手し直してください。",
    "export it as GeoPackage with GIS software, or get the file again",
)


@dataclass(frozen=True)
class Fields:
    """What GDAL gave: WKB per feature (None = null), columns, the CRS as WKT, features by the header."""

    wkb: npt.NDArray[np.object_]
    columns: dict[str, npt.NDArray[Any]]
    crs: str
    name: str
    declared: int


def layers(copy: Path) -> list[LayerEntry]:
    """The file's only layer, already read."""
    fields = child_process.run(read_fields, str(copy), ceilings.limits().features, size_bytes=copy.stat().st_size)
    layer = _layer(fields)
    return [LayerEntry("", layer.records, lambda: layer)]


def read_fields(copy: str, most: int) -> Fields:
    """Everything in the private copy. Runs in the reading process."""
    from geodata.safety import gdal as safety_gdal

    gdal = safety_gdal.pyogrio()
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            info = gdal.read_info(copy)
            ceilings.check_count("地物数", "features", int(info["features"]), most)
            meta, _, wkb, data = gdal.raw.read(copy)
    except DataError:
        raise
    except (RuntimeError, Warning, ValueError, LookupError, TypeError) as error:  # all seen on damaged files
        raise broken() from error
    if any(issubclass(warning.category, RuntimeWarning) for warning in told):
        raise broken()  # GDAL only warns of shapes that it had to bend or give up
    columns = {str(name): values for name, values in zip(meta["fields"], data, strict=True)}
    return Fields(
        wkb if wkb is not None else np.empty(0, object), columns, str(meta["crs"] or ""), str(info["layer_name"]), int(info["features"])
    )


def _layer(fields: Fields) -> RawLayer:
    shapes = shapes_of_wkb(fields.wkb, WORD, REMEDY)
    count = len(shapes)
    remarks: list[Remark] = []
    if fields.declared >= 0 and fields.declared != count:
        raise DataError(
            "fgb-truncated",
            Text(
                f"{fields.declared:,} 件のはずが {count:,} 件しか読めません（途中で切れています）。",
                f"{count:,} of {fields.declared:,} features can be read: the file is cut short",
            ),
            REMEDY,
        )
    columns = {name: _values(values) for name, values in fields.columns.items()}
    crs = Declared("declared", fields.crs) if fields.crs else Declared("absent")
    return RawLayer("", shapes, frame_of(columns, count), crs, count, np.arange(1, count + 1), WORD, remarks)


def _values(values: npt.NDArray[Any]) -> Any:
    if values.dtype.kind in "iuf":
        return values
    if values.dtype.kind == "M":
        return column(["" if np.isnat(value) else str(value) for value in values])
    return column([value.item() if isinstance(value, np.generic) else value for value in values])


def broken() -> DataError:
    """The refusal for a file that GDAL cannot read through."""
    return DataError(
        "fgb-broken", Text("FlatGeobuf が壊れていて最後まで読めません。", "the FlatGeobuf is damaged and cannot be read to its end"), REMEDY
    )
