"""Files of geometry, one module a format, each giving the same plain record (`raw.RawLayer`).

geojson.layers(path)            # the layers of a file, each to be read as a RawLayer
shapefile.companion(path, ".dbf")
raw.RawLayer                    # geometries, table, CRS as the file names it, remarks
"""

from __future__ import annotations

from geodata.formats import flatgeobuf, geojson, geopackage, kml, parquet, raw, shapefile, xml_text

__all__ = ["flatgeobuf", "geojson", "geopackage", "kml", "parquet", "raw", "shapefile", "xml_text"]
