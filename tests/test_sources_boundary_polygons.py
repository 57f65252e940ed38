"""Boundaries by any two columns."""

import geopandas as gpd
import pytest
import shapely

from geodata.errors import DataError
from geodata.sources import boundary_polygons


def write(path, ids):
    boxes = [shapely.box(i, 0, i + 1, 1) for i in range(len(ids))]
    gpd.GeoDataFrame({"code": ids, "label": [f"区{i}" for i in range(len(ids))]}, geometry=boxes, crs=4326).to_file(path)
    return path


def test_areas_of_one_id_are_one_and_areas_without_are_counted(tmp_path):
    file = write(tmp_path / "areas.geojson", ["B1", "B2", None, "B1"])
    table, (report,) = boundary_polygons.read([file], id_field="code", name_field="label")
    assert table.index.tolist() == ["B1", "B2"]
    assert shapely.get_num_geometries(table.geometry["B1"]) == 2
    assert (report.records_in_file, report.accepted, report.excluded) == (4, 3, {"area-without-id": 1})


def test_a_wrong_column_is_named(tmp_path):
    with pytest.raises(DataError, match="id_field"):
        boundary_polygons.read([write(tmp_path / "a.geojson", ["B1"])], id_field="kode", name_field="label")
