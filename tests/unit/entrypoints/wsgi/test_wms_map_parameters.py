"""The parameters of GetMap, one rule after the other (spec/services.md, 3.3 and 3.4)."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.layer_tree import FORMATS, FakeMaps, wms_options
from tests.fakes.wsgi import WsgiClient, client
from tests.unit.entrypoints.wsgi.wms_requests import get_map, service_exception
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import MapQuery


@pytest.fixture
def maps() -> FakeMaps:
    maps = FakeMaps()
    maps.add(maps.layer("osm"), maps.layer("roads"))
    return maps


@pytest.fixture
def web(maps: FakeMaps) -> WsgiClient:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR)
    return client(layers, **maps.parts())


def query(web: WsgiClient, maps: FakeMaps, path: str) -> MapQuery:
    """What the source is asked for."""
    answer = web.get(path)

    assert answer.status_code == 200, answer.text
    return maps.sources["osm"].queries[-1]


class TestRequired:
    @pytest.mark.parametrize("name", ["version", "layers", "styles", "srs", "crs", "bbox", "width", "height", "format"])
    def test_each_parameter_is(self, web: WsgiClient, name: str) -> None:
        version = "1.3.0" if name in {"version", "crs"} else "1.1.1"

        answer = web.get(get_map(version, **{name: None}))

        assert answer.status_code == 400
        assert service_exception(answer) == (version, None, f"missing parameters ['{name}']")

    def test_all_that_are_missing_are_named_at_once(self, web: WsgiClient) -> None:
        answer = web.get("/service?service=WMS&request=GetMap&version=1.3.0&styles=")

        message = "missing parameters ['layers', 'crs', 'bbox', 'width', 'height', 'format']"
        assert service_exception(answer) == ("1.3.0", None, message)

    def test_the_srs_has_another_name_in_1_3_0(self, web: WsgiClient) -> None:
        answer = web.get(get_map("1.3.0", crs=None, srs="EPSG:4326"))

        assert service_exception(answer).message == "missing parameters ['crs']"

    def test_the_old_name_of_the_version_does_not_stand_in_for_it(self, web: WsgiClient) -> None:
        answer = web.get(get_map("1.1.1", version=None, wmtver="1.1.1"))

        assert service_exception(answer) == ("1.1.1", None, "missing parameters ['version']")


class TestRequest:
    @pytest.mark.parametrize("name", ["GetMap", "getmap", "GETMAP", "map", "Map"])
    def test_names_of_get_map(self, web: WsgiClient, name: str) -> None:
        assert web.get(get_map(request=name)).content_type == "image/png"

    @pytest.mark.parametrize("name", ["GetCapabilities", "getcapabilities", "capabilities"])
    def test_names_of_get_capabilities(self, web: WsgiClient, name: str) -> None:
        assert web.get(get_map(request=name)).content_type == "application/vnd.ogc.wms_xml"

    @pytest.mark.parametrize("name", ["", "GetMaps", "GetTile", "<b>"])
    def test_other_names_are_unknown(self, web: WsgiClient, name: str) -> None:
        answer = web.get(get_map(request=name))

        assert answer.status_code == 400
        assert service_exception(answer) == ("1.1.1", None, f"unknown WMS request type '{name}'")

    @pytest.mark.parametrize("name", ["GetFeatureInfo", "feature_info", "GetLegendGraphic"])
    @pytest.mark.parametrize(("version", "code"), [("1.1.1", None), ("1.3.0", "OperationNotSupported")])
    def test_operations_of_later_versions_are_refused(
        self, web: WsgiClient, name: str, version: str, code: str | None
    ) -> None:
        answer = web.get(get_map(version, request=name))

        assert answer.status_code == 400
        assert service_exception(answer) == (
            version,
            code,
            f"request {name} is not supported by this version of Tilekeep",
        )

    def test_a_request_without_name(self, web: WsgiClient) -> None:
        answer = web.get(get_map(request=None))

        assert answer.status_code == 400
        assert service_exception(answer).message == "missing parameters ['request']"


class TestBbox:
    @pytest.mark.parametrize(
        ("version", "srs", "text", "expected"),
        [
            pytest.param("1.1.1", "EPSG:4326", "5,45,15,55", (5, 45, 15, 55), id="1.1.1 degrees: x before y"),
            pytest.param("1.1.1", "EPSG:3857", "5,45,15,55", (5, 45, 15, 55), id="1.1.1 metres"),
            pytest.param("1.3.0", "EPSG:4326", "45,5,55,15", (5, 45, 15, 55), id="1.3.0 degrees: latitude first"),
            pytest.param("1.3.0", "EPSG:3857", "5,45,15,55", (5, 45, 15, 55), id="1.3.0 metres: x before y"),
            pytest.param("1.1.1", "EPSG:4326", " 5 ,4.5e1,15.,+55", (5, 45, 15, 55), id="ways to write numbers"),
            pytest.param("1.1.1", "EPSG:4326", "-.5,-1E-3,0,.5", (-0.5, -0.001, 0, 0.5), id="small numbers"),
        ],
    )
    def test_the_box_is_read_in_the_axis_order_of_the_version(
        self, web: WsgiClient, maps: FakeMaps, version: str, srs: str, text: str, expected: tuple[float, ...]
    ) -> None:
        name = "crs" if version == "1.3.0" else "srs"

        assert query(web, maps, get_map(version, bbox=text, **{name: srs})).bbox == BBox(*expected)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="empty"),
            pytest.param("1", id="one number"),
            pytest.param("1,2,3", id="three numbers"),
            pytest.param("1,2,3,4,5", id="five numbers"),
            pytest.param("1,2,3,", id="a blank number"),
            pytest.param("a,b,c,d", id="words"),
            pytest.param("nan,1,2,3", id="NaN"),
            pytest.param("0,0,NaN,1", id="NaN in its other spelling"),
            pytest.param("-inf,0,1,1", id="infinite"),
            pytest.param("0,0,Infinity,1", id="infinite in words"),
            pytest.param("0,0,1e999,1", id="too large for a number"),
            pytest.param("0,0,1e300,1", id="too large for any SRS"),
            pytest.param("0,0,1,0x10", id="hexadecimal"),
            pytest.param("0,0,1,1_0", id="underscore of Python"),
            pytest.param("0,0,1,\u0661", id="digits of another script"),
            pytest.param("0,0,1," + "1" * 5000, id="endless digits"),
            pytest.param("1,0,1,1", id="no width"),
            pytest.param("0,1,1,1", id="no height"),
            pytest.param("2,0,1,1", id="minx above maxx"),
            pytest.param("0,2,1,1", id="miny above maxy"),
            pytest.param("0,0,1e-320,1", id="pixels of no width"),
            pytest.param("1,1,1.0000000000000002,2", id="pixels finer than floating-point numbers"),
        ],
    )
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_other_boxes_are_refused(self, web: WsgiClient, version: str, text: str) -> None:
        answer = web.get(get_map(version, bbox=text))

        assert answer.status_code == 400
        found = service_exception(answer)
        assert (found.version, found.code) == (version, None)
        assert found.message.startswith(f"invalid bbox {text[:380]}")

    def test_the_box_is_judged_in_the_order_in_which_it_is_written(self, web: WsgiClient) -> None:
        answer = web.get(get_map("1.3.0", crs="EPSG:4326", bbox="55,5,45,15"))

        assert service_exception(answer).message.startswith("invalid bbox 55,5,45,15")


class TestSize:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("256", 256, id="integer"),
            pytest.param("256.0", 256, id="with a point"),
            pytest.param("256.9", 256, id="fractions are cut off"),
            pytest.param("2.56e2", 256, id="with exponent"),
            pytest.param(" 256 ", 256, id="spaces"),
            pytest.param("1", 1, id="smallest"),
        ],
    )
    @pytest.mark.parametrize("name", ["width", "height"])
    def test_numbers_of_pixels(self, web: WsgiClient, maps: FakeMaps, name: str, text: str, expected: int) -> None:
        assert getattr(query(web, maps, get_map(**{name: text})).size, name) == expected

    @pytest.mark.parametrize("name", ["width", "height"])
    @pytest.mark.parametrize(
        "text", ["", "0", "0.9", "-1", "-256", "abc", "nan", "inf", "-inf", "1e999", "0x10", "1_0", "\u0661", "1,1"]
    )
    def test_what_is_no_number_of_pixels_is_refused(self, web: WsgiClient, name: str, text: str) -> None:
        answer = web.get(get_map(**{name: text}))

        assert answer.status_code == 400
        assert service_exception(answer).message == f"invalid {name}: {text!r} (a positive number of pixels)"

    def test_two_negative_sizes_are_none(self, web: WsgiClient) -> None:
        assert web.get(get_map(width="-10", height="-10")).status_code == 400

    @pytest.mark.parametrize(
        ("width", "height", "status"),
        [
            pytest.param("1000", "1000", 200, id="the limit"),
            pytest.param("1001", "1000", 400, id="above the limit"),
            pytest.param("65535", "15", 200, id="as long as any map"),
            pytest.param("65536", "1", 400, id="longer than any map"),
            pytest.param("1e9", "1e9", 400, id="huge"),
            pytest.param("1e300", "1", 400, id="more than any image has"),
        ],
    )
    def test_the_number_of_pixels_is_limited(self, web: WsgiClient, width: str, height: str, status: int) -> None:
        answer = web.get(get_map(width=width, height=height))

        assert answer.status_code == status
        if status == 400:
            assert service_exception(answer).message.startswith("image size too large: width ")

    @pytest.mark.parametrize(("width", "height", "named"), [("65501", "1", "width"), ("1", "65501", "height")])
    def test_formats_with_smaller_fields_have_limits_of_their_own(
        self, web: WsgiClient, width: str, height: str, named: str
    ) -> None:
        answer = web.get(get_map(width=width, height=height, format="image/jpeg"))

        assert answer.status_code == 400
        assert service_exception(answer).message == f"image size too large: {named} 65501 (at most 65500 in image/jpeg)"
        assert web.get(get_map(width=width, height=height)).status_code == 200


class TestStyles:
    @pytest.mark.parametrize("text", ["", ",", "default", "default,", "inspire_common:DEFAULT", ",,default,"])
    def test_the_default_style_has_several_names(self, web: WsgiClient, text: str) -> None:
        assert web.get(get_map(styles=text)).status_code == 200

    @pytest.mark.parametrize("text", ["other", "Default", "default,other", " "])
    def test_there_is_no_other_style(self, web: WsgiClient, text: str) -> None:
        answer = web.get(get_map(styles=text))

        assert answer.status_code == 400
        assert service_exception(answer) == ("1.1.1", "StyleNotDefined", f"unsupported styles: {text}")


class TestLayers:
    @pytest.mark.parametrize("text", ["", "osm,", "OSM", "osm,none", "none", " osm", "osm;roads"])
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_unknown_layers_are_refused(self, web: WsgiClient, version: str, text: str) -> None:
        answer = web.get(get_map(version, layers=text))

        assert answer.status_code == 400
        unknown = {"osm,": "", "osm,none": "none"}.get(text, text)
        assert service_exception(answer) == (version, "LayerNotDefined", f"unknown layer: {unknown}")

    def test_repeated_parameters_are_one_list(self, web: WsgiClient) -> None:
        assert web.get(get_map() + "&layers=roads").data == b"osm@0,0+roads@0,0"


class TestFormat:
    @pytest.mark.parametrize("text", FORMATS)
    def test_configured_formats(self, web: WsgiClient, text: str) -> None:
        assert web.get(get_map(format=text)).content_type == text

    @pytest.mark.parametrize("text", ["", "png", "image/PNG", "image/png; mode=8bit", "image/webp", "text/html"])
    def test_others_are_refused(self, web: WsgiClient, text: str) -> None:
        answer = web.get(get_map(format=text))

        assert answer.status_code == 400
        assert service_exception(answer) == ("1.1.1", "InvalidFormat", f"unsupported image format: {text}")

    def test_a_format_with_parameters_is_answered_as_it_is_called(self, maps: FakeMaps) -> None:
        eight_bit = "image/png; mode=8bit"
        options = wms_options(formats={eight_bit: ImageEncoding("image/png", colors=256)})

        answer = client(FakeLayers(), **maps.parts(options)).get(get_map(format=eight_bit))

        assert answer.headers["Content-Type"] == eight_bit
        assert maps.imaging.encodings[-1].colors == 256

    def test_a_format_that_depends_on_the_pixels_is_answered_as_what_came_out(self, maps: FakeMaps) -> None:
        options = wms_options(formats={"image/mixed": ImageEncoding("mixed")})

        answer = client(FakeLayers(), **maps.parts(options)).get(get_map(format="image/mixed"))

        assert answer.headers["Content-Type"] == "mixed"  # which TextImaging calls it


class TestSrs:
    @pytest.mark.parametrize("text", ["EPSG:4326", "epsg:4326", "Epsg:4326"])
    def test_codes_know_no_case(self, web: WsgiClient, maps: FakeMaps, text: str) -> None:
        assert query(web, maps, get_map(srs=text)).srs.code == "EPSG:4326"

    def test_an_alias_keeps_its_name(self, web: WsgiClient, maps: FakeMaps) -> None:
        assert query(web, maps, get_map(srs="EPSG:900913")).srs.code == "EPSG:900913"

    @pytest.mark.parametrize("text", ["", "4326", "EPSG:31467", "EPSG:4326,EPSG:4326", "EPSG:102100"])
    @pytest.mark.parametrize(
        ("version", "name", "code"), [("1.1.1", "srs", "InvalidSRS"), ("1.3.0", "crs", "InvalidCRS")]
    )
    def test_others_are_refused(self, web: WsgiClient, version: str, name: str, code: str, text: str) -> None:
        answer = web.get(get_map(version, **{name: text}))

        assert answer.status_code == 400
        assert service_exception(answer) == (version, code, f"unsupported {name}: {text}")


class TestColours:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param(None, None, id="white where nothing is said"),
            pytest.param("0xFF8000", (255, 128, 0), id="capitals"),
            pytest.param("0xff8000", (255, 128, 0), id="small letters"),
            pytest.param("0Xffffff", (255, 255, 255), id="capital X"),
            pytest.param("ff8000", (255, 128, 0), id="digits alone"),
            pytest.param("#ff8000", (255, 128, 0), id="as in style sheets"),
        ],
    )
    def test_the_background(
        self, web: WsgiClient, maps: FakeMaps, text: str | None, expected: tuple[int, int, int] | None
    ) -> None:
        web.get(get_map(bgcolor=text))

        assert maps.imaging.canvases[-1] == (Size(100, 80), False, expected)

    @pytest.mark.parametrize(
        "text", ["", "red", "fffff", "##ffffff", "0xfff", "0xfffffff", "0xgggggg", "0xffffff ", "0x"]
    )
    def test_what_is_no_colour_is_refused(self, web: WsgiClient, text: str) -> None:
        answer = web.get(get_map(bgcolor=text))

        assert answer.status_code == 400
        assert service_exception(answer).message == f"invalid bgcolor: {text!r} (0xRRGGBB)"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [(None, False), ("true", True), ("TRUE", True), ("True", True), ("false", False), ("", False), ("1", False)],
    )
    def test_only_true_is_transparent(self, web: WsgiClient, maps: FakeMaps, text: str | None, expected: bool) -> None:
        web.get(get_map(transparent=text))

        assert maps.imaging.canvases[-1].transparent is expected
        assert maps.imaging.encodings[-1].transparent is expected


@pytest.mark.parametrize(
    ("wrong", "first"),
    [
        pytest.param({"height": None, "bbox": "x", "styles": "x"}, "missing parameters", id="missing before bbox"),
        pytest.param({"bbox": "x", "styles": "x"}, "invalid bbox", id="bbox before styles"),
        pytest.param({"styles": "x", "width": "1e9"}, "unsupported styles", id="styles before size"),
        pytest.param({"width": "1e9", "layers": "x"}, "image size too large", id="size before layers"),
        pytest.param({"layers": "x", "format": "x"}, "unknown layer", id="layers before format"),
        pytest.param({"format": "x", "srs": "x"}, "unsupported image format", id="format before SRS"),
        pytest.param({"srs": "x", "bgcolor": "x"}, "unsupported srs", id="SRS before colour"),
    ],
)
def test_of_several_mistakes_the_first_in_the_order_of_the_reference_is_named(
    web: WsgiClient, wrong: dict[str, str | None], first: str
) -> None:
    assert service_exception(web.get(get_map(**wrong))).message.startswith(first)
