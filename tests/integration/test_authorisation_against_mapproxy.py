"""What a hook permits, limits and draws comes out as with MapProxy 7.0.0, which gets the same hooks.

Both programs have the same stored tiles.  Where they differ on purpose, the register of deviations says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
import shapely
from PIL import Image, ImageChops, ImageFilter, ImageOps

import tilekeep
from tests.integration.authorisation.hooked_application import hooked
from tests.integration.authorisation.mapproxy_with_hooks import mapproxy_with_hooks
from tests.integration.authorisation.stored_tiles import CONFIG, write_tiles
from tests.integration.support.answers import Answer, ask
from tests.integration.support.served_application import served

EUROPE = "POLYGON((-10 38, 25 38, 35 62, 10 50, -8 60, -10 38), (2 44, 8 43, 6 48, 2 44))"
AFRICA = "POLYGON((-15 20, 12 37, 45 10, 20 -33, -15 20))"
ZONE = "POLYGON((300000 5300000, 700000 5250000, 800000 6100000, 400000 6000000, 300000 5300000))"
QUADRANT = "MULTIPOLYGON(((0 0, 5000000 0, 5000000 5000000, 0 5000000, 0 0)))"


def given(form: str, *wkt: str, edge: float = 0.2) -> dict[str, Any]:
    """A geometry with corners so close that it does not matter that the reference has straight edges in every SRS."""
    return {"as": form, "wkt": wkt, "edge": edge}


#: Every form of a limit (spec/auth-plugins-decorate.md, 2.6).
LIMITS: dict[str, Any] = {
    "box in degrees": {"srs": "EPSG:4326", "geometry": [-10, 30, 30, 60]},
    "box in mercator": {"srs": "EPSG:3857", "geometry": [-1e6, 3e6, 4e6, 8e6]},
    "text": {"srs": "EPSG:4326", "geometry": given("text", EUROPE)},
    "text of several lines": {"srs": "EPSG:4326", "geometry": given("text", EUROPE, AFRICA)},
    "text of a multipolygon": {"srs": "EPSG:900913", "geometry": given("text", QUADRANT, edge=1e5)},
    "text in UTM": {"srs": "EPSG:25832", "geometry": given("text", ZONE, edge=1e4)},
    "geometry": {"srs": "EPSG:4326", "geometry": given("geometry", EUROPE)},
    "geometry of parts": {"srs": "EPSG:4326", "geometry": given("geometry", EUROPE, AFRICA)},
    "everywhere": {"srs": "EPSG:4326", "geometry": [-180, -89, 180, 89]},
    "elsewhere": {"srs": "EPSG:4326", "geometry": [-150, -60, -140, -50]},
}

TILES = {
    "TMS": "/tms/1.0.0/{layer}/EPSG3857/{below}/{x}/{y}.{format}",
    "tiles": "/tiles/{layer}/EPSG3857/{z}/{x}/{y}.{format}?origin=sw",
    "WMTS REST": "/wmts/{layer}/GLOBAL_WEBMERCATOR/{z}/{x}/{flipped}.{format}",
    "WMTS KVP": "/service?service=WMTS&request=GetTile&version=1.0.0&layer={layer}&style=&format=image/{format}"
    "&tilematrixset=GLOBAL_WEBMERCATOR&tilematrix={z}&tilecol={x}&tilerow={flipped}",
}

#: Across the limits, within most of them, and outside (level, column, row from the south).
PLACES = [(1, 1, 1), (2, 2, 2), (3, 4, 5), (4, 8, 10), (4, 0, 0)]

MERCATOR_BOX = (-1.5e6, 3.5e6, 4.5e6, 8.5e6)
MAPS = {
    "mercator": {"srs": "EPSG:3857", "bbox": "-1500000,3500000,4500000,8500000", "width": 300, "height": 250},
    "degrees": {"srs": "EPSG:4326", "bbox": "-15,30,40,65", "width": 275, "height": 175},
    "UTM": {"srs": "EPSG:25832", "bbox": "100000,5000000,900000,6200000", "width": 200, "height": 300},
    "limited SRS": {"srs": "EPSG:31467", "bbox": "3000000,5000000,3800000,5800000", "width": 200, "height": 200},
}


#: How far colours are apart at most where the reference makes a palette of an image that we leave as it is.
NEW_PALETTE = 10


class Pair(NamedTuple):
    """Both programs."""

    reference: str
    ours: str

    def ask(self, path: str, permit: Any = None, draw: str | None = None) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep."""
        headers = {} if permit is None else {"X-Permit": json.dumps(permit)}
        headers |= {} if draw is None else {"X-Draw": draw}
        theirs, ours = (ask(url + path, headers) for url in self)
        return theirs, ours


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folders = [tmp_path_factory.mktemp(name) for name in ("reference", "ours")]
    for folder in folders:
        write_tiles(folder)
        (folder / "mapproxy.yaml").write_text(CONFIG)
    with ExitStack() as stack:
        reference = stack.enter_context(mapproxy_with_hooks(folders[0], CONFIG))
        app = tilekeep.make_wsgi_app(str(folders[1] / "mapproxy.yaml"))
        ours = stack.enter_context(served(hooked(app, tilekeep.ImageResult)))
        yield Pair(reference.url, ours.url)


def tile(service: str, place: tuple[int, int, int], layer: str = "base", extension: str = "png") -> str:
    z, x, y = place
    numbers = {"z": z, "below": z - 1, "x": x, "y": y, "flipped": 2**z - 1 - y}
    return TILES[service].format(layer=layer, format=extension, **numbers)


def get_map(place: str, layers: str = "base", **changed: Any) -> str:
    usual = {"service": "WMS", "version": "1.1.1", "request": "GetMap", "styles": "", "format": "image/png"}
    return f"/service?{urlencode({**usual, 'layers': layers, 'transparent': 'true'} | MAPS[place] | changed)}"


def partial(layers: dict[str, Any], limit: Any = None) -> dict[str, Any]:
    return {"authorized": "partial", "layers": layers, **({} if limit is None else {"limited_to": limit})}


def asked(answer: Answer) -> Any:
    """What the hooks were asked; boxes to a millimetre."""
    return json.loads(answer.headers["x-asked"], parse_float=lambda text: round(float(text), 3))


def differs_beyond_borders(theirs: Answer, ours: Answer, *, beyond: int = 0) -> bool:
    """Whether pixels differ that are no border: there the reference keeps what areas touch, we go by the centres."""
    images = [answer.pixels() for answer in (theirs, ours)]
    grounds = [Image.new("RGBA", image.size, (255, 255, 255, 0)) for image in images]
    for ground, image in zip(grounds, images, strict=True):
        ground.paste(image, mask=image.getchannel("A").point(lambda alpha: 255 if alpha else 0))
    bands = [band.point(lambda by: 255 if by > beyond else 0) for band in ImageChops.difference(*grounds).split()]
    apart = ImageChops.lighter(ImageChops.lighter(*bands[:2]), ImageChops.lighter(*bands[2:]))
    return ImageOps.crop(apart.filter(ImageFilter.MinFilter(3)), 1).getbbox() is not None


def is_private(answer: Answer) -> bool:
    """Whether no shared cache may keep it."""
    return "no-store" in answer.cache_control or answer.cache_control.startswith("private")


class TestTiles:
    """Of every service."""

    @pytest.mark.parametrize("place", PLACES, ids=str)
    @pytest.mark.parametrize("limit", LIMITS)
    @pytest.mark.parametrize("service", TILES)
    def test_they_are_cut_along_the_same_border(
        self, pair: Pair, service: str, limit: str, place: tuple[int, int, int]
    ) -> None:
        theirs, ours = pair.ask(tile(service, place), partial({"base": {"tile": True}}, LIMITS[limit]))

        assert (theirs.status, ours.status) == (200, 200)
        assert theirs.media_type == ours.media_type == "image/png"
        assert asked(theirs) == asked(ours)
        assert not differs_beyond_borders(theirs, ours, beyond=NEW_PALETTE)
        assert is_private(ours)

    @pytest.mark.parametrize(("place", "media_type"), [((4, 8, 10), "image/png"), ((4, 9, 9), "image/jpeg")])
    def test_cut_ones_are_png_whatever_is_stored(
        self, pair: Pair, place: tuple[int, int, int], media_type: str
    ) -> None:
        limit = {"srs": "EPSG:4326", "geometry": [10, 20, 60, 50]}
        path = tile("tiles", place, "photo", "jpeg")

        theirs, ours = pair.ask(path, partial({"photo": {"tile": True, "limited_to": limit}}))

        assert theirs.media_type == ours.media_type == media_type
        assert not differs_beyond_borders(theirs, ours, beyond=NEW_PALETTE)

    @pytest.mark.parametrize("layer_limit", ["box in degrees", "elsewhere"])
    def test_the_limit_of_the_layer_replaces_that_of_the_answer(self, pair: Pair, layer_limit: str) -> None:
        permit = partial({"base": {"tile": True, "limited_to": LIMITS[layer_limit]}}, LIMITS["box in mercator"])

        theirs, ours = pair.ask(tile("tiles", (2, 2, 2)), permit)

        assert not differs_beyond_borders(theirs, ours)

    @pytest.mark.parametrize("service", TILES)
    @pytest.mark.parametrize(
        "permit",
        [
            pytest.param({"authorized": "full", "limited_to": LIMITS["elsewhere"]}, id="full"),
            pytest.param({"authorized": "none"}, id="none"),
            pytest.param({"authorized": "unauthenticated"}, id="unauthenticated"),
            pytest.param({"authorized": "whatever"}, id="unknown word"),
            pytest.param(partial({}), id="nothing permitted"),
            pytest.param(partial({"base": {"tile": 1}}), id="merely true"),
            pytest.param(partial({"base": {"map": True}}), id="maps only"),
            pytest.param(partial({"base": {"tile": True}}), id="permitted"),
        ],
    )
    def test_they_are_permitted_and_refused_alike(self, pair: Pair, service: str, permit: Any) -> None:
        theirs, ours = pair.ask(tile(service, (2, 2, 2)), permit)

        assert (theirs.status, asked(theirs)) == (ours.status, asked(ours))
        if ours.status == 200:
            assert theirs.body == ours.body
        else:
            assert (theirs.media_type, theirs.body) == (ours.media_type, ours.body)

    @pytest.mark.parametrize("service", TILES)
    def test_they_are_drawn_on_alike(self, pair: Pair, service: str) -> None:
        theirs, ours = pair.ask(tile(service, (2, 2, 2)), draw="red")

        assert asked(theirs) == asked(ours)
        assert not differs_beyond_borders(theirs, ours)
        assert ours.pixels().getpixel((30, 40)) == (255, 0, 0, 255)

    def test_they_are_drawn_on_before_they_are_cut(self, pair: Pair) -> None:
        permit = partial({"base": {"tile": True}}, {"srs": "EPSG:3857", "geometry": [4e5, 0, 1e7, 1e7]})

        theirs, ours = pair.ask(tile("tiles", (2, 2, 2)), permit, "red")

        assert asked(theirs) == asked(ours)
        assert not differs_beyond_borders(theirs, ours, beyond=NEW_PALETTE)
        assert [answer.pixels().getpixel((x, 40)) for answer in (theirs, ours) for x in (5, 30)] == [
            (255, 255, 255, 0),
            (255, 0, 0, 255),
        ] * 2

    def test_empty_ones_are_not_drawn_on(self, pair: Pair) -> None:
        permit = partial({"base": {"tile": True}}, LIMITS["elsewhere"])

        theirs, ours = pair.ask(tile("tiles", (2, 2, 2)), permit, "red")

        assert [question[0] for question in asked(theirs)] == [question[0] for question in asked(ours)] == ["tms"]


class TestMaps:
    """By WMS."""

    @pytest.mark.parametrize("transparent", ["true", "false"])
    @pytest.mark.parametrize("limit", LIMITS)
    @pytest.mark.parametrize("place", MAPS)
    @pytest.mark.parametrize("of_layer", [True, False], ids=["of the layer", "of the map"])
    def test_they_are_cut_along_the_same_border(
        self, pair: Pair, place: str, limit: str, of_layer: bool, transparent: str
    ) -> None:
        where = LIMITS[limit]
        permit = (
            partial({"base": {"map": True, "limited_to": where}})
            if of_layer
            else partial({"base": {"map": True}}, where)
        )
        path = get_map(place, transparent=transparent, bgcolor="0xFF8800")

        theirs, ours = pair.ask(path, permit)

        assert (theirs.status, ours.status, theirs.media_type) == (200, 200, ours.media_type)
        assert asked(theirs) == asked(ours)
        if place != "limited SRS" or transparent == "true":  # beyond such a limit the reference has other grounds
            assert not differs_beyond_borders(theirs, ours)
        assert is_private(ours)

    @pytest.mark.parametrize(
        ("layers", "permit"),
        [
            pytest.param("group", partial({"left": {"map": True}}), id="half of a group"),
            pytest.param("group", partial({"left": {"map": True}, "right": {"map": 1}}), id="merely true"),
            pytest.param("group", partial({"group": {"map": True}}), id="the name of a group"),
            pytest.param("group,right", partial({"left": {"map": True}}), id="group and a layer of it"),
            pytest.param("base,right", partial({"base": {"map": True}}), id="one of two"),
            pytest.param("base", {"authorized": "none"}, id="none"),
            pytest.param("group", {"authorized": "unauthenticated"}, id="unauthenticated"),
            pytest.param("group", {"authorized": "full"}, id="full"),
            pytest.param(
                "left,right",
                partial({"left": {"map": True, "limited_to": LIMITS["text"]}, "right": {"map": True}}),
                id="one of two limited",
            ),
            pytest.param(
                "left,right",
                partial(
                    {"left": {"map": True, "limited_to": LIMITS["text"]}, "right": {"map": True}}, LIMITS["text in UTM"]
                ),
                id="and both together",
            ),
        ],
    )
    def test_layers_are_permitted_left_out_and_refused_alike(self, pair: Pair, layers: str, permit: Any) -> None:
        theirs, ours = pair.ask(get_map("mercator", layers), permit)

        assert (theirs.status, asked(theirs)) == (ours.status, asked(ours))
        if ours.status == 200:
            assert not differs_beyond_borders(theirs, ours)
        else:
            assert (theirs.media_type, theirs.body) == (ours.media_type, ours.body)

    def test_a_jpeg_shows_the_ground_outside(self, pair: Pair) -> None:
        path = get_map("mercator", format="image/jpeg", transparent="false", bgcolor="0x0000FF")

        theirs, ours = pair.ask(path, partial({"base": {"map": True}}, LIMITS["box in degrees"]))

        assert not differs_beyond_borders(theirs, ours, beyond=120)
        assert ours.pixels().getpixel((2, 2)) == theirs.pixels().getpixel((2, 2))

    @pytest.mark.parametrize("limit", LIMITS)
    def test_tiles_by_wms_are_cut_along_the_same_border(self, pair: Pair, limit: str) -> None:
        half = 20037508.342789244
        box = f"0,0,{half / 2},{half / 2}"
        path = get_map("mercator", bbox=box, width=256, height=256, tiled="true")

        theirs, ours = pair.ask(path, partial({"base": {"map": True}}, LIMITS[limit]))

        assert (theirs.status, ours.status) == (200, 200)
        assert asked(theirs) == asked(ours)
        assert not differs_beyond_borders(theirs, ours, beyond=NEW_PALETTE)
        assert is_private(ours)

    @pytest.mark.parametrize("draw", ["red", "grey", "unkept"])
    @pytest.mark.parametrize("layers", ["base", "group"])
    @pytest.mark.parametrize("place", ["mercator", "limited SRS"])
    def test_they_are_drawn_on_alike(self, pair: Pair, place: str, layers: str, draw: str) -> None:
        theirs, ours = pair.ask(get_map(place, layers), draw=draw)

        assert asked(theirs) == asked(ours)
        assert not differs_beyond_borders(theirs, ours)
        assert ("no-store" in theirs.cache_control) == ("no-store" in ours.cache_control) == (draw == "unkept")

    def test_they_are_drawn_on_after_they_have_been_cut(self, pair: Pair) -> None:
        permit = partial({"base": {"map": True}}, LIMITS["elsewhere"])

        theirs, ours = pair.ask(get_map("mercator"), permit, "red")

        assert asked(theirs) == asked(ours)
        assert ours.pixels().getpixel((30, 40)) == theirs.pixels().getpixel((30, 40)) == (255, 0, 0, 255)


PERMITS = {
    "full": {"authorized": "full"},
    "none": {"authorized": "none"},
    "unauthenticated": {"authorized": "unauthenticated"},
    "all": partial(
        {name: {"map": True, "tile": True} for name in ("base", "photo", "group", "left", "right", "inner")}
    ),
    "merely true": partial({"base": {"map": 1, "tile": 1}}),
    "children of a hidden group": partial({"left": {"map": True}, "inner": {"map": True}}),
    "a group without children": partial({"group": {"map": True}, "base": {"map": True}}),
    "limited": partial({"base": {"map": True, "limited_to": LIMITS["box in degrees"]}, "photo": {"map": True}}),
    "limited as a whole": partial({"base": {"map": True}, "photo": {"map": True}}, LIMITS["text"]),
    "limited twice": partial({"base": {"map": True, "limited_to": LIMITS["geometry"]}}, LIMITS["box in degrees"]),
}


class TestDocuments:
    """Capabilities of all services."""

    @pytest.mark.parametrize("permit", PERMITS)
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_those_of_wms_list_the_same_layers(self, pair: Pair, version: str, permit: str) -> None:
        path = f"/service?service=WMS&request=GetCapabilities&version={version}"

        theirs, ours = pair.ask(path, PERMITS[permit])

        assert (theirs.status, asked(theirs)) == (ours.status, asked(ours))
        if ours.status == 200:
            expected, found = _layers(theirs.body), _layers(ours.body)
            assert expected.keys() == found.keys()
            for name, box in expected.items():
                assert box == pytest.approx(found[name], abs=1e-5), name
            assert is_private(ours)

    @pytest.mark.parametrize("permit", ["full", "none", "unauthenticated", "all", "merely true"])
    @pytest.mark.parametrize(
        "path",
        ["/wmts/1.0.0/WMTSCapabilities.xml", "/service?service=WMTS&request=GetCapabilities", "/tms/1.0.0"],
    )
    def test_those_of_tile_services_list_the_same_layers(self, pair: Pair, path: str, permit: str) -> None:
        theirs, ours = pair.ask(path, PERMITS[permit])

        assert (theirs.status, asked(theirs)) == (ours.status, asked(ours))
        if ours.status == 200:
            expected, found = (sorted(_titles(answer.body)) for answer in (theirs, ours))
            assert expected == found
            assert is_private(ours)

    @pytest.mark.parametrize("permit", ["full", "none", "unauthenticated", "all"])
    def test_the_document_of_a_layer_of_tms(self, pair: Pair, permit: str) -> None:
        theirs, ours = pair.ask("/tms/1.0.0/base/EPSG3857", PERMITS[permit])

        assert (theirs.status, asked(theirs)) == (ours.status, asked(ours))


class TestDeviations:
    """Where both differ on purpose."""

    def test_none_refuses_a_map_of_a_group_too(self, pair: Pair) -> None:
        theirs, ours = pair.ask(get_map("mercator", "group"), {"authorized": "none"})

        assert (theirs.status, theirs.pixels().getchannel("A").getextrema()) == (200, (0, 0))
        assert (ours.status, ours.body) == (403, b"forbidden")

    def test_cut_tiles_are_not_offered_to_shared_caches_under_the_tag_of_the_whole_one(self, pair: Pair) -> None:
        path = tile("tiles", (2, 2, 2))
        permit = partial({"base": {"tile": True}}, LIMITS["box in degrees"])
        _, our_whole = pair.ask(path)

        theirs, ours = pair.ask(path, permit)

        assert theirs.cache_control.startswith("public")
        assert (ours.cache_control, "etag" in ours.headers, "last-modified" in ours.headers) == (
            "no-cache, no-store",
            False,
            False,
        )
        again = ask(pair.ours + path, {"X-Permit": json.dumps(permit), "If-None-Match": our_whole.headers["etag"]})
        assert (again.status, again.body) == (200, ours.body)

    def test_a_limit_that_means_nothing_is_403(self, pair: Pair) -> None:
        permit = partial({"base": {"tile": True, "map": True, "limited_to": {"srs": "EPSG:4326", "geometry": "?"}}})

        for path in (tile("tiles", (2, 2, 2)), get_map("mercator")):
            theirs, ours = pair.ask(path, permit)
            assert (theirs.status, ours.status) == (500, 403)

    def test_polygons_may_overlap(self, pair: Pair) -> None:
        text = f"{shapely.box(0, 40, 20, 60).wkt}\n{shapely.box(10, 45, 30, 65).wkt}"

        theirs, ours = pair.ask(
            get_map("degrees"), partial({"base": {"map": True}}, {"srs": "EPSG:4326", "geometry": text})
        )

        assert (theirs.status, ours.status) == (500, 200)
        assert ours.pixels().getchannel("A").getextrema() == (0, 255)

    def test_long_edges_have_the_bends_of_the_srs(self, pair: Pair) -> None:
        """In the middle of the southern edge, the arc of which lies north of its ends."""
        limit = {"srs": "EPSG:25832", "geometry": [-1000000, 5800000, 2000000, 7000000]}
        path = get_map("degrees", bbox="-10,50,30,60", width=400, height=100)

        theirs, ours = pair.ask(path, partial({"base": {"map": True}}, limit))

        lowest = [max(y for y in range(100) if answer.pixels().getpixel((190, y))[3]) for answer in (theirs, ours)]
        assert lowest[1] < lowest[0] - 5

    def test_an_empty_limit_is_none_for_their_tiles(self, pair: Pair) -> None:
        theirs, ours = pair.ask(tile("tiles", (2, 2, 2)), partial({"base": {"tile": True, "limited_to": {}}}))

        assert (theirs.status, ours.status) == (200, 403)


def _layers(document: bytes) -> dict[str | None, tuple[float, ...]]:
    """Boxes in degrees by the names of layers; None for those without one, of which the last counts."""
    found = {}
    for element in ET.fromstring(document).iter():
        if _tag(element) != "Layer":
            continue
        children = {_tag(child): child for child in element}
        name = children["Name"].text if "Name" in children else None
        if "LatLonBoundingBox" in children:
            sides = [children["LatLonBoundingBox"].attrib[side] for side in ("minx", "miny", "maxx", "maxy")]
        else:
            box = {_tag(child): child.text or "" for child in children["EX_GeographicBoundingBox"]}
            sides = [
                box[side]
                for side in ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
            ]
        found[name] = tuple(map(float, sides))
    return found


def _titles(document: bytes) -> list[str]:
    root = ET.fromstring(document)
    titles = [element.attrib["title"] for element in root.iter() if _tag(element) == "TileMap"]
    layers = [element for element in root.iter() if _tag(element) == "Layer"]
    return titles + [child.text or "" for layer in layers for child in layer if _tag(child) == "Title"]


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
