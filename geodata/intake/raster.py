"""GeoTIFF rasters of people (or heights) to arrays whose unknown cells are NaN, in whatever way they said so."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.crs import Declared, crs_name, decide_crs, is_tokyo, parse_crs, position, transformer
from geodata.errors import DataError, Text
from geodata.intake.nodata import Quantity, RasterBand, RawRaster, numbers, refusal
from geodata.safety import ceilings

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.report import IntakeReport


def read_raw(path: str, band: int | None, max_pixels: int) -> RawRaster:
    """The band as it stands in the private copy at `path`. Runs in the reading process."""
    from geodata.safety import gdal as safety_gdal

    gdal = safety_gdal.rasterio()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no geotransform: told below
        try:
            with gdal.open(path, driver="GTiff") as source:
                return _band(source, band, max_pixels)
        except DataError:
            raise
        # CPLE_*: what GDAL says of damaged tags is not always turned into a RasterioError
        except (gdal.errors.RasterioError, gdal._err.CPLE_BaseError, ValueError, LookupError) as error:
            raise _broken() from error


def _band(source: Any, band: int | None, max_pixels: int) -> RawRaster:
    names = [name or "" for name in source.descriptions]
    ceilings.check_count("画素数", "pixels", source.width * source.height, max_pixels)
    if (source.count > 1 and band is None) or not 1 <= (band or 1) <= source.count:
        raise _several_bands(source.count, names)
    number = band or 1
    k = number - 1
    if source.dtypes[k].startswith("complex"):
        raise refusal(
            "raster-complex",
            "複素数のラスタです。",
            "a raster of complex numbers",
            "人口の実数値で書き出してください。",
            "export real numbers",
        )
    words = [*source.tags().values(), *source.tags(number).values(), str(source.units[k]), names[k]]
    return RawRaster(
        values=source.read(number),
        valid=source.read_masks(number) > 0,
        transform=tuple(source.transform)[:6],
        wkt=source.crs.to_wkt() if source.crs else "",
        bands=source.count,
        nodata=source.nodatavals[k],
        scale=source.scales[k],
        offset=source.offsets[k],
        words=" ".join(words),
        picture=source.colorinterp[k].name in {"palette", "red", "green", "blue"},
    )


def checked(
    raw: RawRaster, name: str, report: IntakeReport, *, crs: str | None, quantity: Quantity, near: position.Box | None
) -> RasterBand:
    """The band with its unknown cells found, in the CRS decided; refuses what cannot be told."""
    if raw.picture:
        raise refusal(
            "raster-picture",
            "数値ではなく色の画像（カラーテーブル・RGB）です。",
            "a picture in colours, not numbers",
            "人口の数値が入った GeoTIFF を使ってください。",
            "use a GeoTIFF that holds the numbers",
        )
    west, north, dx, dy, flip = _frame(raw)
    source = decide_crs(Declared("declared", raw.wkt) if raw.wkt else Declared("absent"), crs, report)
    if is_tokyo(source):
        raise refusal(
            "crs-tokyo-raster",
            "旧日本測地系のラスタです。マスの位置が約450m ずれたままになるため使えません。",
            "a raster on the old Tokyo datum: its cells would stay 450 m off",
            "GISソフトで JGD2011（EPSG:6668）に投影変換（再配列）してください。",
            "warp it to JGD2011 (EPSG:6668) with GIS software",
        )
    rows, cols = raw.values.shape
    box = (west, north - rows * dy, west + cols * dx, north)
    _check_place(box, source, near, report)
    values = numbers(raw, name, report, quantity)
    if flip:
        values = values[::-1]
    known = int(np.isfinite(values).sum())
    if not known:
        raise refusal(
            "raster-empty",
            "値のあるマスが1つもありません。",
            "not one cell has a value",
            "元のファイルと nodata の設定を確かめてください。",
            "check the source and its nodata value",
        )
    report.records_in_file = int(values.size)
    report.accepted = known
    report.excluded["nodata"] = int(values.size) - known
    report.facts |= {
        "rows": rows,
        "columns": cols,
        "crs": crs_name(source),
        "bounds": [round(float(v), 9) for v in box],
        "cell_size": [dx, dy],
        "known_cells": known,
        "dtype": str(raw.values.dtype),
    }
    if quantity != "heights":  # the sum of heights means nothing
        report.facts["sum"] = float(np.nansum(values))
    return RasterBand(values, west, north, dx, dy, crs_name(source) if source.to_epsg(min_confidence=100) else source.to_wkt())


def _check_place(box: position.Box, source: Any, near: position.Box | None, report: IntakeReport) -> None:
    position.check_numbers(np.array([box]), source, box)
    degrees = transformer(source, parse_crs("EPSG:4326")).transform_bounds(*box)
    if source.is_projected:
        position.check_area_of_use(source, degrees)
    if near is not None:
        position.check_near(np.array([degrees]), near, ["raster"], report)


def _frame(raw: RawRaster) -> tuple[float, float, float, float, bool]:
    """(west, north, dx, dy, south-up) of a raster that is not turned."""
    dx, row_turn, west, column_turn, dy, top = raw.transform
    if (dx, row_turn, west, column_turn, dy, top) == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0):
        raise refusal(
            "raster-no-place",
            "位置の情報（左上の座標とマスの大きさ）がありません。",
            "no geotransform: nobody knows where it lies",
            "GISソフトで位置合わせをした GeoTIFF を書き出してください。",
            "georeference it with GIS software",
        )
    if row_turn or column_turn:
        raise refusal(
            "raster-turned",
            "回転したラスタです（行・列が東西・南北に沿っていません）。",
            "the raster is rotated: its rows do not run east-west",
            "GISソフトで投影変換（ワープ）して、北を上にしたラスタを書き出してください。",
            "warp it to a north-up raster with GIS software",
        )
    if not (np.isfinite([dx, dy, west, top]).all() and dx > 0 and dy):
        raise refusal(
            "raster-no-place",
            f"マスの大きさが正しくありません（{dx}, {dy}）。",
            f"impossible cell size ({dx}, {dy})",
            "GISソフトで書き出し直してください。",
            "export it again with GIS software",
        )
    north = top if dy < 0 else top + dy * raw.values.shape[0]
    return west, north, dx, abs(dy), dy > 0


def _several_bands(count: int, names: list[str]) -> DataError:
    listed = "、".join(f"{number}: {name or '名前なし'}" for number, name in enumerate(names[:20], 1))
    return DataError(
        "raster-bands",
        Text(
            f"バンドが {count} つあり、どれが人口か分かりません（{listed}）。",
            f"{count} bands: which one holds the people? ({', '.join(names[:20])})",
        ),
        Text(
            "人口のバンドだけを書き出したファイルにしてください（QGIS の「変換」でバンドを選びます）。",
            "export the band that holds the people (QGIS Translate)",
        ),
    )


def _broken() -> DataError:
    return refusal(
        "raster-broken",
        "GeoTIFF が壊れているか、途中で切れています。",
        "the GeoTIFF is damaged or cut short",
        "もう一度コピーまたはダウンロードしてください。",
        "copy or download it again",
    )


def tell_companions(file: Path, report: IntakeReport) -> None:
    """An .aux.xml beside a raster is not read; one that would move the raster is warned of."""
    beside = file.with_name(file.name + ".aux.xml")
    if not beside.is_file():
        return
    with beside.open("rb") as stream:
        head = stream.read(1 << 20)
    moves = any(word in head for word in (b"<SRS", b"<GeoTransform", b"<GCPList"))
    text = Text(
        f"横にある {beside.name} は使わず、GeoTIFF 自身の記載に従いました。"
        + ("座標系や位置が GISソフトでの表示と違うことがあります。" if moves else ""),
        f"{beside.name} beside it was not used" + (": GIS software may show the raster elsewhere" if moves else ""),
    )
    report.note("warn" if moves else "info", "companion-ignored", text)
