"""Tables and rasters that would give wrong numbers."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from geodata.safety.gdal import rasterio
from tests.hostile import SOUTH, WEST, case, raster, workbook, write


@case("refuse", "row-length", kind="facility")
def csv_extra_column_shifts(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,緯度,経度\nあ,34.6,136.4\nい,う,34.6,136.4\n")


@case("refuse", "row-length", kind="facility")
def csv_short_row(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,緯度,経度\nあ,34.6,136.4\nい,34.6\n")


@case("refuse", "encoding-unknown", kind="facility")
def csv_undecodable(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\nあ,い\n".encode() + b"\xff\xfe\xfd,x\n")


@case("refuse", "encoding-euc-jp", kind="facility")
def csv_euc_jp(folder: Path) -> Path:
    return write(folder / "a.csv", "施設名称,住所\n指定避難所,三重県津市広明町\n".encode("euc_jp"))


@case("refuse", "nul-byte", kind="facility")
def csv_nul(folder: Path) -> Path:
    return write(folder / "a.csv", b"a,b\n1,\x002\n")


@case("warn", "control-characters", kind="facility")
def csv_control_characters(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\nあ\x07い,う\u202eえ\n")


@case("warn", "long-cells", kind="facility")
def csv_long_cell(folder: Path) -> Path:
    return write(folder / "a.csv", f"名称,備考\nあ,{'い' * 20_000}\n")


@case("refuse", "csv-broken", kind="facility")
def csv_giant_cell(folder: Path) -> Path:
    return write(folder / "a.csv", f"名称,備考\nあ,{'い' * 200_000}\n")


@case("refuse", "csv-broken", kind="facility")
def csv_open_quote(folder: Path) -> Path:
    return write(folder / "a.csv", '名称,備考\n"あ,い\nう,え\n')


@case("refuse", "too-big", kind="facility")
def csv_many_columns(folder: Path) -> Path:
    return write(folder / "a.csv", ",".join(f"c{k}" for k in range(5000)) + "\n" + "," * 4998 + "1\n")


@case("refuse", "header-missing", kind="facility")
def csv_title_on_top(folder: Path) -> Path:
    return write(folder / "a.csv", "避難所一覧,,\n名称,緯度,経度\nあ,34.6,136.4\n")


@case("refuse", "table-empty", kind="facility")
def csv_header_only(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,緯度,経度\n")


@case("warn", "columns-repeated", kind="facility")
def csv_repeated_header(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考,備考\nあ,い,う\n")


@case("warn", "gaiji", kind="facility")
def csv_gaiji(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\n".encode("cp932") + b"\xf0\x40\x8f\xac,x\n")


@case("warn", "text-damaged", kind="facility")
def csv_lost_characters(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\n\ufffd\ufffd小学校,い\n")


@case("refuse", "sheet-ambiguous", kind="facility")
def xlsx_two_sheets(folder: Path) -> Path:
    return workbook(folder / "a.xlsx", {"津": [["名称", "x"], ["あ", 1]], "松阪": [["名称", "x"], ["い", 2]]})


@case("warn", "other-sheet", kind="facility")
def xlsx_hidden_sheet(folder: Path) -> Path:
    return workbook(folder / "a.xlsx", {"津": [["名称", "x"], ["あ", 1]], "裏": [["い", 2]]}, {"裏": "hidden"})


@case("refuse", "formula-uncalculated", kind="facility")
def xlsx_formula_without_result(folder: Path) -> Path:
    return workbook(folder / "a.xlsx", {"津": [["名称", "人数"], ["あ", "=1+1"]]})


@case("refuse", "too-big", kind="facility")
def xlsx_cell_at_the_end_of_the_world(folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1  # type: ignore[index]
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


@case("refuse", "format-unknown", kind="facility")
def old_xls(folder: Path) -> Path:
    return write(folder / "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)


@case("refuse", "xlsx-unsafe", kind="facility")
def xlsx_with_entities(folder: Path) -> Path:
    good = workbook(folder / "b.xlsx", {"津": [["名称", "x"], ["あ", 1]]})
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(folder / "a.xlsx", "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY a "b">]>' + data
            out.writestr(name, data)
    return folder / "a.xlsx"


@case("warn", "merged-cells", kind="facility")
def xlsx_merged_cells(folder: Path) -> Path:
    import openpyxl

    path = workbook(folder / "a.xlsx", {"津": [["名称", "x"], ["あ", 1], ["", 2]]})
    book = openpyxl.load_workbook(path)
    book["津"].merge_cells("A2:A3")
    book.save(path)
    return path


@case("warn", "cell-errors", kind="facility")
def xlsx_error_cells(folder: Path) -> Path:
    return workbook(folder / "a.xlsx", {"津": [["名称", "x"], ["あ", "#N/A"]]})


PEOPLE = np.array([[1.0, 2.0], [3.0, -9999.0]], "float32")


@case("refuse", "crs-missing", kind="population")
def raster_without_crs(folder: Path) -> Path:
    return raster(folder, np.ones((2, 2)), crs=None)


@case("warn", "nodata-undeclared", kind="population")
def raster_undeclared_9999(folder: Path) -> Path:
    return raster(folder, PEOPLE)


@case("warn", "nodata-undeclared", kind="population")
def raster_undeclared_huge_negative(folder: Path) -> Path:
    return raster(folder, np.array([[1.0, -3.4e38]], "float32"))


@case("warn", "nodata-undeclared", kind="population")
def raster_wrong_nodata(folder: Path) -> Path:
    return raster(folder, PEOPLE, nodata=-32768)


@case("warn", "nodata-undeclared", kind="population")
def raster_undeclared_65535(folder: Path) -> Path:
    return raster(folder, np.array([[1, 65535]], "uint16"))


@case("refuse", "raster-negative", kind="population")
def raster_negative_people(folder: Path) -> Path:
    return raster(folder, np.array([[1.0, -7.5], [-3.25, 2.0]], "float32"))


@case("refuse", "raster-bands", kind="population")
def raster_three_bands(folder: Path) -> Path:
    return raster(folder, np.ones((3, 2, 2), "float32"))


@case("refuse", "raster-full", kind="population")
def raster_byte_overflow(folder: Path) -> Path:
    return raster(folder, np.array([[255, 3]], "uint8"))


@case("warn", "raster-scaled", kind="population")
def raster_with_scale(folder: Path) -> Path:
    return raster(folder, np.array([[10, 20]], "int16"), scale=0.1)


@case("refuse", "raster-density", kind="population")
def raster_density_by_tag(folder: Path) -> Path:
    return raster(folder, np.ones((2, 2)), tags={"TIFFTAG_IMAGEDESCRIPTION": "Population density per km2"})


@case("refuse", "raster-density", kind="population")
def raster_density_by_name(folder: Path) -> Path:
    return raster(folder, np.ones((2, 2)), name="jpn_pd_2020_1km.tif")


@case("refuse", "raster-turned", kind="population")
def raster_rotated(folder: Path) -> Path:
    from affine import Affine

    return raster(folder, np.ones((2, 2)), transform=Affine(0.01, 0.002, WEST, 0.002, -0.01, SOUTH))


@case("refuse", "raster-no-place", kind="population")
def raster_without_place(folder: Path) -> Path:
    from affine import Affine

    return raster(folder, np.ones((2, 2)), transform=Affine.identity())


@case("refuse", "raster-empty", kind="population")
def raster_all_nodata(folder: Path) -> Path:
    return raster(folder, np.full((2, 2), -1.0), nodata=-1)


@case("warn", "companion-ignored", kind="population")
def raster_aux_changes_crs(folder: Path) -> Path:
    path = raster(folder, np.ones((2, 2)))
    write(path.with_name(path.name + ".aux.xml"), "<PAMDataset><SRS>EPSG:6672</SRS></PAMDataset>")
    return path


@case("refuse", "raster-broken", kind="population")
def raster_cut(folder: Path) -> Path:
    raw = raster(folder, np.arange(90000, dtype="float64").reshape(300, 300)).read_bytes()
    return write(folder / "b.tif", raw[: len(raw) // 2])


@case("refuse", "too-big", kind="population")
def raster_giant(folder: Path) -> Path:
    from affine import Affine

    with rasterio().open(
        folder / "a.tif",
        "w",
        driver="GTiff",
        width=200_000,
        height=200_000,
        count=1,
        dtype="uint8",
        crs="EPSG:6668",
        transform=Affine(1e-5, 0, 136, 0, -1e-5, 35),
        SPARSE_OK="TRUE",
        tiled=True,
        compress="deflate",
    ):
        pass
    return folder / "a.tif"


@case("refuse", "raster-picture", kind="population")
def raster_palette(folder: Path) -> Path:
    path = raster(folder, np.array([[1, 2]], "uint8"), photometric="palette")
    with rasterio().open(path, "r+") as out:
        out.write_colormap(1, {1: (255, 0, 0, 255), 2: (0, 255, 0, 255)})
    return path
