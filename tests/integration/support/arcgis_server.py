"""Map and image services that speak the dialogue of the ArcGIS REST API: export, identify, errors under status 200."""

from __future__ import annotations

import hashlib
import json

from PIL import Image

from tests.integration.support.drawing import PLAIN, encoded
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

#: Layers of the map service by number.
LAYERS = {"0": "land", "1": "roads"}

_FORMATS = {"png": "PNG", "png24": "PNG", "png32": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "gif": "GIF"}
_SRS = {"3857", "102100", "900913", "4326", "25832"}


def serve_arcgis(upstream: UpstreamServer, root: str = "/arcgis/rest/services") -> None:
    """A map service ``base`` and an image service ``ortho`` below ``root``."""
    upstream.on(f"{root}/base/MapServer/export", _exported)
    upstream.on(f"{root}/base/MapServer/identify", _identified)
    upstream.on(f"{root}/ortho/ImageServer/exportImage", _exported)


def _exported(request: Received) -> Reply:
    asked = request.parameters
    if problem := _problem(asked):
        return problem
    size = tuple(map(int, asked["size"].split(",")))
    box = ",".join(f"{float(number):.3f}" for number in asked["bbox"].split(","))
    shade = hashlib.md5(f"{box} {asked.get('layers')} {asked.get('dpi')} {asked.get('time')}".encode()).digest()
    transparent = asked.get("transparent", "false").lower() == "true"
    image = Image.new("RGBA" if transparent else "RGB", size, (*PLAIN, 0) if transparent else PLAIN)
    image.paste(tuple(shade[:3]), (0, 0, size[0] // 2, size[1]))
    image_format = _FORMATS[asked["format"]]
    body = encoded(image.convert("RGB") if image_format == "JPEG" else image, image_format)
    return Reply(body=body, headers={"Content-Type": f"image/{image_format.lower()}"})


def _identified(request: Received) -> Reply:
    asked = request.parameters
    if problem := _problem(asked | {"size": "1,1", "bboxsr": asked["sr"], "imagesr": asked["sr"], "format": "png"}):
        return problem
    assert asked["geometrytype"] == "esriGeometryPoint", asked
    if asked["f"] == "html":
        page = f"<html><body><p>{asked['geometry']}</p></body></html>"
        return Reply(body=page.encode(), headers={"Content-Type": "text/html;charset=utf-8"})
    found = {
        "layerId": 0,
        "layerName": "land",
        "attributes": {"asked": asked["geometry"], "within": asked["tolerance"]},
    }
    if asked["returngeometry"] == "true":
        found["geometry"] = {"x": 1.0, "y": 2.0}
    return Reply(body=json.dumps({"results": [found]}).encode(), headers={"Content-Type": "text/plain;charset=utf-8"})


def _problem(asked: dict[str, str]) -> Reply | None:
    """What such a server says to a request that it cannot obey."""
    if {asked["bboxsr"], asked["imagesr"]} - _SRS:
        return _error(400, "Invalid or missing input parameters.")
    if asked["format"] not in _FORMATS:
        return _error(400, "Output format not supported.")
    shown = asked.get("layers", "show:0").partition(":")[2].split(",")
    if set(shown) - set(LAYERS):
        return _error(500, "Error exporting map", "Layer not found on 10.1.2.3")
    return None


def _error(code: int, message: str, *details: str) -> Reply:
    body = json.dumps({"error": {"code": code, "message": message, "details": details}}).encode()
    return Reply(body=body, headers={"Content-Type": "application/json;charset=UTF-8"})
