"""Of what lies outside a permitted area nothing is ever shown, whatever the area, the service and the SRS.

Where each pixel lies is worked out here anew, point by point in the SRS of the limit.
"""

from __future__ import annotations

import io
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from werkzeug.test import Client, TestResponse

import tilekeep
from tests.integration.authorisation.hooked_application import hooked
from tests.integration.authorisation.stored_tiles import CONFIG, write_tiles

HALF = 20037508.342789244
GROUND = (1, 254, 3)

#: How far colours are apart at most when a palette is made of a part of an image.
OTHER_PALETTE = 10

#: Where maps are asked for, in degrees and in units of the other SRS; every SRS can show all of it.
CENTRES = {
    "EPSG:4326": ((-5.0, 25.0), (38.0, 62.0), 8.0),
    "EPSG:3857": ((-5e5, 25e5), (45e5, 85e5), 9e5),
    "EPSG:25832": ((2e5, 8e5), (48e5, 65e5), 6e5),
}


#: As far as each SRS goes.
WORLDS = {
    "EPSG:4326": (-180, -89, 180, 89),
    "EPSG:3857": (-HALF, -HALF, HALF, HALF),
    "EPSG:25832": (-1e6, 4e6, 2e6, 8e6),
}


class Limit(NamedTuple):
    """An area as a hook gives it, and as the test knows it."""

    srs: str
    shape: Any
    given: Any


class Asked(NamedTuple):
    """A request, and the box that its answer shows."""

    path: str
    srs: str
    box: tuple[float, float, float, float]
    is_map: bool = False
    ground: tuple[int, int, int] | None = None


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("tiles")
    write_tiles(folder)
    (folder / "mapproxy.yaml").write_text(CONFIG)
    return Client(hooked(tilekeep.make_wsgi_app(str(folder / "mapproxy.yaml")), tilekeep.ImageResult))


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Polygons of any form in three SRS, in every form in which they can be given."""
    srs = draw(st.sampled_from(list(CENTRES)))
    (west, east), (south, north), reach = CENTRES[srs]
    reach *= 1 if srs == "EPSG:25832" else draw(st.sampled_from([1, 6]))  # a zone ends soon, other areas may be wide
    x, y = draw(st.floats(west, east)), draw(st.floats(south, north))
    radii = draw(st.lists(st.floats(0.05, 1.0), min_size=3, max_size=9))
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False) + draw(st.floats(0, 1))
    corners = [(x + reach * r * np.cos(a), y + reach * r * np.sin(a)) for r, a in zip(radii, angles, strict=True)]
    shape = shapely.Polygon(corners).buffer(0).intersection(shapely.box(*WORLDS[srs]))
    form = draw(st.sampled_from(["box", "text", "geometry", "ring", "lines"]))
    match form:
        case "box":
            shape = shapely.box(*shape.bounds)
            return Limit(srs, shape, list(shape.bounds))
        case "ring":
            shape = shape.difference(shapely.affinity.scale(shape, 0.5, 0.5, origin=(x, y)))
        case "lines":
            shape = shape.union(shapely.affinity.translate(shape, reach / 2, reach / 3))
    given_as = "geometry" if form in {"geometry", "ring"} else "text"
    return Limit(srs, shape, {"as": given_as, "wkt": [shapely.to_wkt(shape, rounding_precision=-1)], "edge": 1e9})


@st.composite
def tiles(draw: st.DrawFn) -> Asked:
    z = draw(st.integers(1, 4))
    x, y = draw(st.integers(2**z * 15 // 32, 2**z * 19 // 32)), draw(st.integers(2**z * 9 // 16, 2**z * 12 // 16))
    side = 2 * HALF / 2**z
    box = (-HALF + x * side, -HALF + y * side, -HALF + (x + 1) * side, -HALF + (y + 1) * side)
    flipped = 2**z - 1 - y
    kvp = {"service": "WMTS", "request": "GetTile", "version": "1.0.0", "layer": "base", "style": "", "tilematrix": z}
    kvp |= {"format": "image/png", "tilematrixset": "GLOBAL_WEBMERCATOR", "tilecol": x, "tilerow": flipped}
    path = draw(
        st.sampled_from(
            [
                f"/tms/1.0.0/base/EPSG3857/{z - 1}/{x}/{y}.png",
                f"/tiles/base/EPSG3857/{z}/{x}/{y}.png?origin=sw",
                f"/wmts/base/GLOBAL_WEBMERCATOR/{z}/{x}/{flipped}.png",
                f"/service?{urlencode(kvp)}",
            ]
        )
    )
    return Asked(path, "EPSG:3857", box)


@st.composite
def maps(draw: st.DrawFn) -> Asked:
    """By WMS in three SRS, and by WMS-C."""
    transparent = draw(st.booleans())
    wanted: dict[str, Any] = {"service": "WMS", "version": "1.1.1", "request": "GetMap", "styles": "", "layers": "left"}
    wanted |= {"format": "image/png", "transparent": str(transparent).lower(), "bgcolor": "0x01FE03"}
    if draw(st.booleans()):
        box = draw(tiles()).box
        wanted |= {"width": 256, "height": 256, "tiled": "true", "layers": "base"}
        srs = "EPSG:3857"
    else:
        srs = draw(st.sampled_from(list(CENTRES)))
        (west, east), (south, north), reach = CENTRES[srs]
        x, y = draw(st.floats(west, east)), draw(st.floats(south, north))
        across, up = reach * draw(st.floats(0.02, 1.0)), reach * draw(st.floats(0.02, 1.0))
        box = (x - across, y - up, x + across, y + up)
        wanted |= {"width": draw(st.integers(20, 150)), "height": draw(st.integers(20, 150))}
    wanted |= {"srs": srs, "bbox": ",".join(map(repr, box))}
    return Asked(f"/service?{urlencode(wanted)}", srs, box, True, None if transparent else GROUND)


def permit(feature: str, of_layer: Limit | None, of_answer: Limit | None) -> str:
    def given_as(limit: Limit | None) -> dict[str, Any]:
        return {} if limit is None else {"limited_to": {"srs": limit.srs, "geometry": limit.given}}

    layers = {name: {feature: True, **given_as(of_layer)} for name in ("base", "left")}
    return json.dumps({"authorized": "partial", "layers": layers, **given_as(of_answer)})


def covered(asked: Asked, size: tuple[int, int], limit: Limit, *, shrunk: float = 0.0) -> npt.NDArray[np.bool_]:
    """The pixels whose middle lies in a limit that is ``shrunk`` by so many sides of a pixel."""
    (left, bottom, right, top), (width, height) = asked.box, size
    xs = left + (np.arange(width) + 0.5) * (right - left) / width
    ys = top - (np.arange(height) + 0.5) * (top - bottom) / height
    way = pyproj.Transformer.from_crs(asked.srs, limit.srs, always_xy=True)
    across, down = way.transform(*np.meshgrid(xs, ys))
    shape = limit.shape
    if shrunk:
        edges = way.transform_bounds(*asked.box)
        side = max((edges[2] - edges[0]) / width, (edges[3] - edges[1]) / height)
        shape = shape.buffer(-shrunk * side)
    shapely.prepare(shape)
    has_image = np.isfinite(across) & np.isfinite(down)
    return has_image & shapely.contains_xy(shape, np.where(has_image, across, 0), np.where(has_image, down, 0))


def pixels_of(answer: TestResponse) -> npt.NDArray[np.uint8]:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))


def shown(answer: TestResponse, ground: tuple[int, int, int] | None) -> npt.NDArray[np.bool_]:
    """Which pixels show anything."""
    pixels = pixels_of(answer)
    if ground is None:
        return pixels[..., 3] > 0
    assert (pixels[..., 3] == 255).all()
    return (pixels[..., :3] != ground).any(axis=2)


def colors_of_hidden(answer: TestResponse) -> set[tuple[int, ...]]:
    """What is written under a transparent band, where programs without one would see it."""
    pixels = pixels_of(answer)
    return {tuple(color) for color in np.unique(pixels[pixels[..., 3] == 0][:, :3], axis=0).tolist()}


class TestPixels:
    """Each on its own."""

    @given(asked=tiles() | maps(), limit=limits(), of_layer=st.booleans())
    def test_none_is_shown_that_lies_outside_and_well_inside_all_are_as_ever(
        self, web: Client, asked: Asked, limit: Limit, of_layer: bool
    ) -> None:
        feature = "map" if asked.is_map else "tile"
        permission = permit(feature, limit if of_layer else None, None if of_layer else limit)

        answer = web.get(asked.path, headers={"X-Permit": permission})

        seen = shown(answer, asked.ground)
        size = (seen.shape[1], seen.shape[0])
        assert not (seen & ~covered(asked, size, limit)).any()
        assert colors_of_hidden(answer) <= {(255, 255, 255), GROUND, (0, 0, 0)}
        well_inside = covered(asked, size, limit, shrunk=3)
        apart = np.abs(pixels_of(answer).astype(int) - pixels_of(web.get(asked.path)))
        assert (apart[well_inside] <= OTHER_PALETTE).all()

    @given(asked=tiles() | maps(), of_layer=limits(), of_answer=limits())
    def test_two_limits_hold_both_for_maps_and_that_of_the_layer_for_tiles(
        self, web: Client, asked: Asked, of_layer: Limit, of_answer: Limit
    ) -> None:
        answer = web.get(
            asked.path, headers={"X-Permit": permit("map" if asked.is_map else "tile", of_layer, of_answer)}
        )

        seen = shown(answer, asked.ground)
        size = (seen.shape[1], seen.shape[0])
        assert not (seen & ~covered(asked, size, of_layer)).any()
        if asked.is_map:
            assert not (seen & ~covered(asked, size, of_answer)).any()


class TestHeaders:
    """What caches make of an answer."""

    @given(asked=tiles() | maps(), limit=limits())
    def test_nothing_is_for_shared_caches_and_what_is_cut_is_for_none(
        self, web: Client, asked: Asked, limit: Limit
    ) -> None:
        whole = web.get(asked.path)
        condition = {
            "If-None-Match": whole.headers.get("ETag", "*"),
            "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
        }

        answer = web.get(asked.path, headers={"X-Permit": permit("map" if asked.is_map else "tile", limit, None)})
        again = web.get(
            asked.path, headers={**condition, "X-Permit": permit("map" if asked.is_map else "tile", limit, None)}
        )

        assert answer.headers["Cache-Control"] in {"no-cache, no-store", "private, max-age=259200"}
        if answer.data != whole.data:
            assert answer.headers["Cache-Control"] == "no-cache, no-store"
            assert "ETag" not in answer.headers
            assert (again.status_code, again.data) == (200, answer.data)
