"""An application that wraps a tile server and gives it hooks, as deployments do; it runs with MapProxy and Tilekeep.

What the hooks answer comes with each request, and what they were asked goes back with its response::

    X-Permit: {"authorized": "partial", "layers": {...}}     the answer of mapproxy.authorize
    X-Draw: red | grey | unkept                              what mapproxy.decorate_img does with images
    X-Asked: [["wms.map", ["osm"], ["EPSG:4326", [...]]]]    service, layers and extent of every question

In X-Permit ``{"as": "text", "wkt": ["POLYGON..."], "edge": 0.2}`` becomes well-known text with edges no longer than
that, and with ``"as": "geometry"`` a geometry of Shapely.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import shapely
from PIL import ImageDraw


def hooked(app: Callable[..., Iterable[bytes]], image_result: Any) -> Callable[..., Iterable[bytes]]:
    """``app`` with hooks; ``image_result`` is its class of images."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked: list[Any] = []

        def authorize(service: str, layers: Any = (), environ: Any = None, **more: Any) -> Any:
            asked.append([service, list(layers), more.get("query_extent", "not said")])
            return json.loads(permit, object_hook=_with_geometries)

        def decorate(image: Any, service: str, layers: Any, environ: Any, query_extent: Any, **_: Any) -> Any:
            asked.append([f"draw {service}", list(layers), query_extent])
            return _drawn(image, draw, image_result)

        permit, draw = environ.pop("HTTP_X_PERMIT", None), environ.pop("HTTP_X_DRAW", None)
        if permit is not None:
            environ["mapproxy.authorize"] = authorize
        if draw is not None:
            environ["mapproxy.decorate_img"] = decorate

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, ("X-Asked", json.dumps(asked))], *error)

        return app(environ, start)

    return application


def _with_geometries(found: dict[str, Any]) -> Any:
    if "wkt" not in found:
        return found
    parts = [shapely.segmentize(shapely.from_wkt(wkt), found["edge"]) for wkt in found["wkt"]]
    if found["as"] == "text":
        return "\n\n".join(part.wkt for part in parts)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _drawn(image: Any, how: str, image_result: Any) -> Any:
    """As published examples do it, with the options in the second place."""
    picture = image.as_image()
    if how == "grey":
        return image_result(picture.convert("L").convert("RGB"), image.image_opts)
    if how == "unkept":
        return image_result(picture, size=image.size, image_opts=image.image_opts, cacheable=False)
    picture = picture.convert("RGBA")
    ImageDraw.Draw(picture).rectangle((20, 30, 60, 50), fill=(255, 0, 0, 255))
    return image_result(picture, image.image_opts)
