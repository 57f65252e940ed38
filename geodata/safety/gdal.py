"""GDAL behind a fence: only the drivers on our list, no network, no other files.

GDAL is used to read FlatGeobuf and GeoTIFF, and to write; everything else is read by our own readers. The
fence is made of environment variables that GDAL looks at once, when it is loaded: import this module before
pyogrio or rasterio.
"""

from __future__ import annotations

import os
from types import ModuleType

# what may stay: formats that we read or write, and memory
ALLOWED = frozenset({"GTiff", "COG", "MEM", "Memory", "FlatGeobuf", "GPKG", "GeoJSON", "ESRI Shapefile", "KML"})

# every other driver of the wheels of pyogrio 0.11-0.13 and rasterio 1.4-1.5; a test compares with what is loaded
BARRED_NAMES = """
AAIGrid ACE2 ADBC ADRG AIG AIVector AVCBin AVCE00 AVIF AirSAR AmigoCloud BAG BIGGIF BLX BMP BSB BT BYN CALS CEOS
COASP COSAR CPG CSV CSW CTG CTable2 Carto DAAS DERIVED DGN DIMAP DIPEx DOQ1 DOQ2 DTED DXF ECRGTOC EDIGEO EEDA
EEDAI EHdr EIR ELAS ENVI ERS ESAT ESRIC ESRIJSON Elasticsearch FAST FIT GDALG GFF GIF GML GNMDatabase GNMFile
GPSBabel GPX GRASSASCIIGrid GRIB GS7BG GSAG GSBG GSC GTFS GTI GTX GXF GenBin GeoJSONSeq GeoRSS HDF4 HDF4Image HDF5
HDF5Image HF2 HFA HTTP ILWIS IRIS ISCE ISG ISIS2 ISIS3 Idrisi JAXAPALSAR JDEM JML JP2OpenJPEG JPEG JPEGXL JSONFG
KMLSUPEROVERLAY KRO L1B LAN LCP LERC LIBERTIFF LIBKML LOSLAS LVBAG Leveller MAP MBTiles MFF MFF2 MRF MSGN MVT
MapML MiraMonRaster MiraMonVector NDF NGSGEOID NGW NITF NOAA_B NSIDCbin NTv2 NWT_GRC NWT_GRD OAPIF ODS
OGCAPI OGR_GMT OGR_PDS OGR_VRT OSM OZI OpenFileGDB PAux PCIDSK PCRaster PDF PDS PDS4 PGDUMP PLMOSAIC PLSCENES
PMTiles PNG PNM PRF PostgreSQL R RCM RIK RMF ROI_PAC RPFTOC RRASTER RS2 RST Rasterlite S102 S104 S111 S57 SAFE SAGA
SAR_CEOS SDTS SENTINEL2 SGI SIGDEM SNAP_TIFF SNODAS SQLite SRP SRTMHGT STACIT STACTA SXF Selafin TGA TIL TSX
Terragen TopoJSON USGSDEM VDV VFK VICAR VRT WAsP WCS WEBP WFS WMS WMTS XLSX XPM XYZ ZMap Zarr netCDF
"""
BARRED = (*BARRED_NAMES.split(), "MapInfo File")

FENCE = {
    "GDAL_SKIP": ",".join(BARRED),
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MAX_RETRY": "0",
    "PROJ_NETWORK": "OFF",
    # drivers of the other library's wheel are "unable to unload": not for our users' eyes
    "CPL_LOG": os.devnull,
}


def fence() -> None:
    """Set the variables. Harmless when done twice; without effect on a GDAL that is already loaded."""
    os.environ.update(FENCE)


def pyogrio() -> ModuleType:
    """pyogrio, loaded behind the fence."""
    import pyogrio as module

    return module  # type: ignore[no-any-return]


def rasterio() -> ModuleType:
    """rasterio, loaded behind the fence."""
    import rasterio as module

    return module  # type: ignore[no-any-return]


fence()
