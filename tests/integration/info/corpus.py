"""The requests that both programs are asked: layers, formats, versions, SRS, places, and the two forms of WMTS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

_NORTH_FIRST = frozenset({"EPSG:4326", "EPSG:31467"})

#: A map of Central Europe in each SRS, x/y order.
_MAPS = {
    "EPSG:4326": (4.0, 44.0, 12.0, 52.0),
    "CRS:84": (4.0, 44.0, 12.0, 52.0),
    "EPSG:3857": (500000.0, 5500000.0, 1300000.0, 6700000.0),
    "EPSG:900913": (500000.0, 5500000.0, 1300000.0, 6700000.0),
    "EPSG:25832": (300000.0, 5000000.0, 800000.0, 5700000.0),
    "EPSG:31467": (3300000.0, 5000000.0, 3800000.0, 5700000.0),
}

LAYERS = (
    "any", "text", "html", "xml", "gml", "json", "charset", "wms_1_0_0", "wms_1_1_0", "wms_1_3_0", "in_degrees",
    "in_utm", "in_one_srs", "two_sources", "two_caches", "of_two_kinds", "boxed", "fenced", "to_html", "to_xml",
    "to_both", "asked_elsewhere", "without_map", "nested", "tagged", "with_options", "southern", "group",
    "group_with_own", "any,xml", "text,json,html",
)  # fmt: skip
FORMATS = ("text/plain", "text/html", "text/xml", "application/vnd.ogc.gml", "application/json", None)
_PLACES = ((0, 0), (100, 80), (255, 199), (33, 150), (128.5, 7.25))


class Asked(NamedTuple):
    """One request: ``name`` is unique, ``path`` follows the address of a server."""

    name: str
    path: str


def get_feature_info(
    layers: str, info_format: str | None, *, version: str = "1.1.1", srs: str = "EPSG:3857",
    place: tuple[float, float] = (100, 80), **more: str,
) -> str:  # fmt: skip
    """The path of a question about a place on a map of 256 by 200 pixels."""
    x, y, srs_name = ("i", "j", "crs") if version == "1.3.0" else ("x", "y", "srs")
    box = _MAPS[srs]
    written = (box[1], box[0], box[3], box[2]) if version == "1.3.0" and srs in _NORTH_FIRST else box
    parameters = {
        "service": "WMS",
        "request": "GetFeatureInfo",
        "version": version,
        "layers": layers,
        "query_layers": layers,
        "styles": "",
        srs_name: srs,
        "bbox": ",".join(map(repr, written)),
        "width": "256",
        "height": "200",
        "format": "image/png",
        x: str(place[0]),
        y: str(place[1]),
        **({} if info_format is None else {"info_format": info_format}),
        **more,
    }
    return f"/service?{urlencode(parameters)}"


def questions() -> Iterator[Asked]:
    """By WMS."""
    for layers in LAYERS:
        for number, info_format in enumerate(FORMATS):
            version = ("1.1.1", "1.3.0")[number % 2]
            yield _asked(layers, info_format, version=version)
    for srs in _MAPS:
        for version in ("1.1.1", "1.3.0"):
            for layers in ("any", "in_degrees", "in_utm", "in_one_srs", "wms_1_3_0", "boxed", "fenced"):
                if (layers, srs) == ("in_degrees", "CRS:84"):
                    continue  # register: srs-of-feature-info
                for number, place in enumerate(_PLACES):
                    if (number + (version == "1.3.0")) % 2:
                        yield _asked(layers, "text/plain", version=version, srs=srs, place=place)
    for layers in ("any", "two_sources", "wms_1_0_0"):
        yield _asked(layers, "text/plain", feature_count="3")


def questions_without_usual_parameters() -> Iterator[Asked]:
    """Parameters that many clients forget, and names in capitals."""
    path = get_feature_info("any", "text/plain")
    for gone in ("&styles=", "&format=image%2Fpng"):
        yield Asked(f"without {gone}", path.replace(gone, ""))
    yield Asked("in capitals", path.replace("query_layers", "QUERY_LAYERS").replace("request", "REQUEST"))
    yield Asked("other image format", path.replace("image%2Fpng", "image%2Fjpeg"))
    yield Asked("as the old request was called", path.replace("GetFeatureInfo", "feature_info"))


def questions_about_tiles() -> Iterator[Asked]:
    """By WMTS, with parameters and by path."""
    suffixes = {
        "text/plain": "txt",
        "text/html": "html",
        "application/json": "geojson",
        "application/vnd.ogc.gml": "gml",
    }
    for layer in ("any", "two_sources", "to_html", "asked_elsewhere", "nested", "tagged", "boxed", "wms_1_3_0"):
        for media_type, suffix in suffixes.items():
            for (matrix, column, row), (i, j) in (((3, 4, 2), (10, 20)), ((5, 16, 11), (255, 0))):
                by_path = f"/wmts/{layer}/mercator/{matrix:02}/{column}/{row}/{i}/{j}.{suffix}"
                yield Asked(f"{layer} as {suffix} at {matrix} by path", by_path)
                parameters = {
                    "service": "WMTS", "request": "GetFeatureInfo", "version": "1.0.0", "layer": layer,
                    "style": "default", "tilematrixset": "mercator", "tilematrix": str(matrix), "tilecol": str(column),
                    "tilerow": str(row), "format": "image/png", "infoformat": media_type, "i": str(i), "j": str(j),
                }  # fmt: skip
                if matrix == 5:
                    parameters["feature_count"] = "2"
                yield Asked(f"{layer} as {suffix} at {matrix} with parameters", f"/service?{urlencode(parameters)}")


def _asked(layers: str, info_format: str | None, **options: object) -> Asked:
    shown = " ".join(f"{name} {value}" for name, value in options.items())
    return Asked(f"{layers} as {info_format} {shown}", get_feature_info(layers, info_format, **options))  # type: ignore[arg-type]
