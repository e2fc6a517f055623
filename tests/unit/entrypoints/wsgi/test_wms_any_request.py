"""Whatever stands in the parameters of WMS, the answer is in order."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from tests.fakes.catalogue import GEODETIC_NW, WEBMERCATOR, FakeLayers
from tests.fakes.layer_tree import FakeMaps
from tests.fakes.legends import FakeLegendSource, legend
from tests.fakes.text_imaging import image
from tests.fakes.wsgi import WsgiClient, client
from tests.unit.entrypoints.wsgi.wms_requests import get_map
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.geometry import BBox

GET_MAP = {
    "1.0.0": {"srs": "EPSG:4326", "crs": None},
    "1.1.1": {"srs": "EPSG:4326", "crs": None},
    "1.3.0": {"crs": "EPSG:4326", "srs": None},
}
NAMES = [
    "version", "wmtver", "request", "layers", "styles", "srs", "crs", "bbox", "width", "height", "format",
    "transparent", "bgcolor", "exceptions", "tiled", "time", "elevation", "dim_x",
]  # fmt: skip

number = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(["", " ", "nan", "inf", "-inf", "1e400", "-0", "0x1", "1_0", "\u0661", "9" * 400, "1e-320"]),
)
text = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    number,
    st.lists(number, min_size=3, max_size=5).map(",".join),
    st.sampled_from(
        ["GetMap", "GetCapabilities", "1.0.0", "1.1.0", "1.1.1", "1.3.0", "osm", "osm,time", "image/png",
         "image/jpeg", "PNG", "EPSG:3857",
         "true", "0x000000", "INIMAGE", "BLANK", "]]>", "\x00", "%", "&", "a=b", "<!--", "../../etc/passwd",
         "\ufffe\uffff"]
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def web() -> WsgiClient:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC_NW)
    maps = FakeMaps()
    drawn = legend("osm", FakeLegendSource(image(30, 20)))
    maps.add(maps.layer("osm", legends=(drawn,)), maps.layer("time", dimensions=(Dimension("time", ("1",), "1"),)))
    return client(layers, **maps.parts())


def assert_in_order(web: WsgiClient, path: str) -> None:
    """The application is in debug mode: an internal error would be raised."""
    answer = web.get(path)

    event(f"status {answer.status_code} {answer.content_type}")
    assert answer.status_code in {200, 400, 404}
    if "xml" in answer.content_type:
        root = ET.fromstring(answer.data)
        if answer.status_code != 200:
            assert root.tag.rpartition("}")[2] in {"ServiceExceptionReport", "WMTException"}
            assert "".join(root.itertext()).strip()


@pytest.mark.parametrize("version", GET_MAP)
@pytest.mark.parametrize("name", NAMES)
@given(value=text, exceptions=st.sampled_from([None, "INIMAGE", "BLANK", "XML"]))
@example(value="", exceptions=None)
def test_any_text_in_any_parameter(
    web: WsgiClient, version: str, name: str, value: str, exceptions: str | None
) -> None:
    assert_in_order(web, get_map(version, **{**GET_MAP[version], "exceptions": exceptions, name: value}))


@pytest.mark.parametrize("version", GET_MAP)
@pytest.mark.parametrize("name", ["version", "layer", "format", "scale", "sld_version", "styles", "width"])
@given(value=text, exceptions=st.sampled_from([None, "INIMAGE", "BLANK", "XML"]))
def test_any_text_in_any_parameter_of_a_legend(
    web: WsgiClient, version: str, name: str, value: str, exceptions: str | None
) -> None:
    usual = {"request": "GetLegendGraphic", "layer": "osm", "format": "image/png", "exceptions": exceptions}

    assert_in_order(web, get_map(version, **{**usual, name: value}))


@given(st.dictionaries(st.sampled_from(NAMES), text))
def test_any_text_in_all_parameters(web: WsgiClient, values: dict[str, str]) -> None:
    assert_in_order(web, "/service?" + urlencode({"service": "WMS", **values}))


@given(
    box=st.lists(st.floats(-1e16, 1e16), min_size=4, max_size=4),
    size=st.tuples(st.integers(1, 10**7), st.integers(1, 10**7)),
    tiled=st.booleans(),
    srs=st.sampled_from(["EPSG:4326", "EPSG:3857", "EPSG:25832"]),
)
@example(box=[0.0, 0.0, 1e-300, 1e-300], size=(1, 1), tiled=True, srs="EPSG:3857")
@example(box=[-1e15, -1e15, 1e15, 1e15], size=(256, 256), tiled=True, srs="EPSG:3857")
def test_any_numbers(web: WsgiClient, box: list[float], size: tuple[int, int], tiled: bool, srs: str) -> None:
    bbox = ",".join(map(repr, box))
    width, height = map(str, size)

    assert_in_order(web, get_map(bbox=bbox, width=width, height=height, srs=srs, tiled=str(tiled)))


def ordered(limit: float) -> st.SearchStrategy[tuple[float, float]]:
    """Two numbers, the second greater by at least a thousandth."""
    return st.tuples(st.floats(-limit, limit - 1), st.floats(0.001, 1)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(x=ordered(180), y=ordered(90))
def test_a_box_is_the_same_in_both_versions_once_its_axes_are_in_order(
    x: tuple[float, float], y: tuple[float, float]
) -> None:
    maps = FakeMaps()
    maps.add(maps.layer("osm"))
    service = client(FakeLayers(), **maps.parts())
    box: Callable[..., str] = lambda *numbers: ",".join(map(repr, numbers))  # noqa: E731 - shorter beside its use

    service.get(get_map("1.1.1", srs="EPSG:4326", bbox=box(x[0], y[0], x[1], y[1])))
    service.get(get_map("1.3.0", crs="EPSG:4326", bbox=box(y[0], x[0], y[1], x[1])))

    assert [query.bbox for query in maps.sources["osm"].queries] == [BBox(x[0], y[0], x[1], y[1])] * 2
