"""GetLegendGraphic, and what capabilities documents say of legends (spec/services.md, 3.3, 3.11 and 3.12)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests.fakes.catalogue import FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.legends import FakeLegendSource, legend
from tests.fakes.text_imaging import image
from tests.fakes.wsgi import WsgiClient, client
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, service_exception
from tilekeep.application.legend import Legend
from tilekeep.domain.errors import SourceError

HREF = "{http://www.w3.org/1999/xlink}href"
NO_STORE = "no-cache, no-store"
VERSIONS = ["1.1.1", "1.3.0"]


def get_legend(version: str = "1.1.1", /, **changed: str | None) -> str:
    """A GetLegendGraphic request; ``changed`` replaces parameters, None leaves one out."""
    usual = {
        "service": "WMS",
        "request": "GetLegendGraphic",
        "version": version,
        "layer": "roads",
        "format": "image/png",
        "sld_version": "1.1.0",
    }
    given = usual | changed
    return f"/service?{urlencode({name: value for name, value in given.items() if value is not None})}"


def roads(*answers: Any) -> tuple[Legend, FakeLegendSource]:
    part = FakeLegendSource(*answers or (image(30, 20, "roads"),))
    return legend("roads", part), part


@pytest.fixture
def maps() -> FakeMaps:
    """A layer with a legend, one with two, one without, and groups of them."""
    maps = FakeMaps()
    shared, _ = roads()
    towns = legend("towns", FakeLegendSource(image(10, 5, "towns")))
    maps.add(
        maps.layer("roads", legends=(shared,)),
        maps.layer("both", legends=(shared, towns)),
        maps.layer("bare"),
        maps.group("group", maps.layer("a", legends=(shared,)), maps.layer("b", legends=(towns,)), maps.layer("c")),
        maps.group("twice", maps.layer("d", legends=(shared,)), maps.layer("e", legends=(shared,))),
        maps.group("bare_group", maps.layer("f")),
        maps.layer("drawing", children=[maps.layer("g", legends=(shared,))]),
        maps.layer("hidden", legends=(shared,), is_named=False),
        maps.layer("broken", legends=(legend("x", FakeLegendSource(SourceError("reason", client_message="Gone."))),)),
        maps.layer(
            "gappy",
            legends=(shared, legend("x", FakeLegendSource(SourceError("reason", client_message="Gone.")))),
        ),
    )
    return maps


@pytest.fixture
def web(maps: FakeMaps) -> WsgiClient:
    return client(FakeLayers(), **maps.parts())


class TestPictures:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_legend_of_a_layer(self, web: WsgiClient, version: str) -> None:
        answer = web.get(get_legend(version))

        assert (answer.status_code, answer.content_type) == (200, "image/png")
        assert answer.data == b"image 30x20 roads"
        assert {"Cache-Control", "ETag", "Vary"}.isdisjoint(answer.headers.keys())

    def test_that_of_its_topmost_source_stands_at_the_top(self, web: WsgiClient) -> None:
        assert web.get(get_legend(layer="both")).data == b"image 30x25 towns@0,0+roads@0,5"

    def test_a_group_shows_those_of_its_layers(self, web: WsgiClient) -> None:
        assert web.get(get_legend(layer="group")).data == b"image 30x25 towns@0,0+roads@0,5"

    def test_each_of_them_once(self, web: WsgiClient) -> None:
        assert web.get(get_legend(layer="twice")).data == b"image 30x20 roads"

    def test_the_format_is_that_of_the_request(self, web: WsgiClient, maps: FakeMaps) -> None:
        answer = web.get(get_legend(format="image/jpeg"))

        assert answer.content_type == "image/jpeg"
        last = maps.legends.imaging.encodings[-1]
        assert (last.format, last.transparent) == ("image/jpeg", False)

    @pytest.mark.parametrize(
        ("text", "scale"), [("1000", 1000.0), ("0.5", 0.5), (" 1e3 ", 1000.0), ("", None), (None, None)]
    )
    def test_the_scale_is_passed_on(self, text: str | None, scale: float | None) -> None:
        maps = FakeMaps()
        whole, part = roads()
        maps.add(maps.layer("roads", legends=(whole,)))

        client(FakeLayers(), **maps.parts()).get(get_legend(scale=text))

        assert part.scales == [scale]

    def test_styles_are_not_checked(self, web: WsgiClient) -> None:
        assert web.get(get_legend(styles="nothing", style="nothing")).status_code == 200

    def test_one_with_gaps_may_not_be_kept(self, web: WsgiClient) -> None:
        answer = web.get(get_legend(layer="gappy"))

        assert (answer.data, answer.headers["Cache-Control"]) == (b"image 30x20 roads", NO_STORE)

    def test_if_no_source_gives_one_that_is_an_exception(self, web: WsgiClient) -> None:
        answer = web.get(get_legend(layer="broken"))

        assert (answer.status_code, answer.headers["Cache-Control"]) == (500, NO_STORE)
        assert service_exception(answer) == ("1.1.1", None, "Gone.")


class TestDocuments:
    def test_it_is_json(self) -> None:
        maps = FakeMaps()
        whole, part = roads({"layerName": "roads"})
        maps.add(maps.layer("roads", legends=(whole, legend("x", FakeLegendSource({"layerName": "towns"})))))

        answer = client(FakeLayers(), **maps.parts()).get(get_legend(format="application/json", scale="5"))

        assert (answer.status_code, answer.content_type) == (200, "application/json")
        assert json.loads(answer.data) == {"Legend": [{"layerName": "roads"}, {"layerName": "towns"}]}
        assert part.scales == [5.0]

    def test_a_picture_alone_has_none(self) -> None:
        maps = FakeMaps()
        maps.add(maps.layer("roads", legends=(legend("x", FakeLegendSource(b"image 30x20 roads")),)))

        answer = client(FakeLayers(), **maps.parts()).get(get_legend(format="application/json"))

        assert answer.status_code == 404
        assert service_exception(answer).message == "the legend is a picture alone"


class TestRefusals:
    @pytest.mark.parametrize("version", VERSIONS)
    @pytest.mark.parametrize("name", ["layer", "format"])
    def test_a_parameter_is_missing(self, web: WsgiClient, version: str, name: str) -> None:
        answer = web.get(get_legend(version, **{name: None}))

        assert answer.status_code == 400
        assert service_exception(answer) == (version, None, f"missing parameters ['{name}']")

    @pytest.mark.parametrize("strict", [True, False])
    def test_only_strict_services_want_the_version_of_the_style_standard(self, maps: FakeMaps, strict: bool) -> None:
        web = client(FakeLayers(), **maps.parts(wms_options(strict=strict)))

        answer = web.get(get_legend(sld_version=None))

        assert answer.status_code == (400 if strict else 200)
        if strict:
            assert service_exception(answer).message == "missing parameters ['sld_version']"

    def test_another_version_of_the_style_standard(self, web: WsgiClient) -> None:
        answer = web.get(get_legend("1.3.0", sld_version="1.0.0"))

        assert service_exception(answer).message == "invalid sld_version 1.0.0"
        assert 'locator="sld_version"' in answer.text

    @pytest.mark.parametrize("text", ["x", "nan", "inf", "0", "-5", "1_000"])
    def test_a_scale_that_is_none(self, web: WsgiClient, text: str) -> None:
        answer = web.get(get_legend(scale=text))

        assert answer.status_code == 400
        assert service_exception(answer).message == f"invalid scale: '{text}' (a scale denominator above 0)"

    @pytest.mark.parametrize("text", ["", "image/webp", "text/html", "json", "PNG"])
    def test_a_format_that_is_not_offered(self, web: WsgiClient, text: str) -> None:
        answer = web.get(get_legend(format=text))

        assert answer.status_code == 400
        assert service_exception(answer) == ("1.1.1", "InvalidFormat", f"unsupported image format: {text}")

    def test_a_layer_that_does_not_exist(self, web: WsgiClient) -> None:
        answer = web.get(get_legend("1.3.0", layer="nothing"))

        assert answer.status_code == 400
        assert service_exception(answer) == ("1.3.0", "LayerNotDefined", "unknown layer: nothing")
        assert 'locator="layer"' in answer.text

    @pytest.mark.parametrize(
        "layer",
        [
            pytest.param("bare", id="a layer"),
            pytest.param("bare_group", id="a group"),
            pytest.param("drawing", id="a group that draws something else than its layers"),
        ],
    )
    @pytest.mark.parametrize("version", VERSIONS)
    def test_a_layer_without_legend(self, web: WsgiClient, version: str, layer: str) -> None:
        answer = web.get(get_legend(version, layer=layer))

        assert answer.status_code == 404
        assert service_exception(answer) == (version, None, f"layer {layer} has no legend graphic")

    @pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
    def test_old_versions_know_no_legends(self, web: WsgiClient, version: str) -> None:
        answer = web.get(get_legend(version, wmtver=version))

        assert answer.status_code == 400
        assert service_exception(answer) == (version, None, "unknown WMS request type 'GetLegendGraphic'")

    def test_exceptions_may_be_images(self, web: WsgiClient) -> None:
        answer = web.get(get_legend(layer="nothing", exceptions="INIMAGE"))

        assert (answer.status_code, answer.content_type) == (200, "image/png")


def layers_of(answer: bytes) -> dict[str, ET.Element]:
    root = ET.fromstring(answer.replace(b' xmlns="http://www.opengis.net/wms"', b""))
    return {layer.findtext("Name") or "": layer for layer in root.iter("Layer")}


def legend_url(layer: ET.Element) -> ET.Element | None:
    return layer.find("Style/LegendURL")


class TestCapabilities:
    @pytest.mark.parametrize("version", ["1.1.0", "1.1.1", "1.3.0"])
    def test_layers_with_a_legend_have_a_style_with_its_address(self, web: WsgiClient, version: str) -> None:
        answer = web.get(capabilities(version, path="/ows"), Host="maps.example")

        found = layers_of(answer.data)
        with_legend = {name for name, layer in found.items() if legend_url(layer) is not None}
        assert with_legend == {"roads", "both", "a", "b", "d", "e", "g", "broken", "gappy"}
        style = found["roads"].find("Style")
        assert style is not None
        assert (style.findtext("Name"), style.findtext("Title")) == ("default", "default")
        assert style.findtext("LegendURL/Format") == "image/png"
        online = style.find("LegendURL/OnlineResource")
        assert online is not None
        address = urlsplit(online.attrib[HREF])
        assert (address.netloc, address.path) == ("maps.example", "/ows")
        assert dict(parse_qsl(address.query, keep_blank_values=True)) == {
            "request": "GetLegendGraphic",
            "version": "1.1.1",
            "format": "image/png",
            "layer": "roads",
            "sld_version": "1.1.0",
            "service": "WMS",
            "styles": "",
        }

    @pytest.mark.parametrize("version", ["1.1.0", "1.1.1", "1.3.0"])
    def test_the_address_works(self, web: WsgiClient, version: str) -> None:
        style = legend_url(layers_of(web.get(capabilities(version)).data)["both"])
        assert style is not None
        online = style.find("OnlineResource")
        assert online is not None

        answer = web.get("/service?" + urlsplit(online.attrib[HREF]).query)

        assert answer.data == b"image 30x25 towns@0,0+roads@0,5"

    def test_1_0_0_has_it_as_the_address_of_the_style(self, web: WsgiClient) -> None:
        found = layers_of(web.get(capabilities("1.0.0")).data)

        address = found["roads"].findtext("Style/StyleURL") or ""
        assert address.startswith("http://localhost/service?format=image%2Fpng&layer=roads&")
        assert found["bare"].find("Style") is None

    def test_names_are_escaped_in_addresses(self) -> None:
        maps = FakeMaps()
        maps.add(maps.layer("a&b c", legends=(roads()[0],)))

        answer = client(FakeLayers(), **maps.parts()).get(capabilities("1.1.1"))

        assert b"&amp;layer=a%26b+c&amp;" in answer.data

    @pytest.mark.parametrize("version", ["1.1.0", "1.1.1", "1.3.0"])
    def test_sizes_are_those_of_the_pictures(self, web: WsgiClient, version: str) -> None:
        found = layers_of(web.get(capabilities(version)).data)

        sizes = {name: (legend_url(found[name]) or ET.Element("x")).attrib for name in ("roads", "both")}
        assert sizes == {"roads": {"width": "30", "height": "20"}, "both": {"width": "30", "height": "25"}}

    @pytest.mark.parametrize(
        ("version", "expected"),
        [
            ("1.1.0", {"width": "100", "height": "100"}),
            ("1.1.1", {"width": "100", "height": "100"}),
            ("1.3.0", {}),
        ],
    )
    def test_a_legend_that_cannot_be_had_breaks_nothing(
        self, web: WsgiClient, version: str, expected: dict[str, str]
    ) -> None:
        """1.1.0 and 1.1.1 have to name a size."""
        found = legend_url(layers_of(web.get(capabilities(version)).data)["broken"])

        assert found is not None
        assert found.attrib == expected

    def test_legends_are_not_fetched_for_every_document(self) -> None:
        maps = FakeMaps()
        whole, part = roads(SourceError("gone"))
        maps.add(maps.layer("roads", legends=(whole,)))
        web = client(FakeLayers(), **maps.parts())

        for version in ("1.0.0", "1.1.0", "1.1.1", "1.3.0"):
            web.get(capabilities(version))
            web.get(capabilities(version), Host="other.example")

        assert len(part.scales) == 1

    def test_documents_name_a_size_as_soon_as_it_is_known(self) -> None:
        maps = FakeMaps()
        whole, _ = roads(SourceError("gone"), image(30, 20))
        maps.add(maps.layer("roads", legends=(whole,)))
        web = client(FakeLayers(), **maps.parts())
        before = legend_url(layers_of(web.get(capabilities("1.3.0")).data)["roads"])

        web.get(get_legend())

        after = legend_url(layers_of(web.get(capabilities("1.3.0")).data)["roads"])
        assert before is not None
        assert after is not None
        assert (before.attrib, after.attrib) == ({}, {"width": "30", "height": "20"})

    @pytest.mark.parametrize(
        ("version", "operation"),
        [
            ("1.1.1", "GetLegendGraphic"),
            ("1.3.0", "{http://www.opengis.net/sld}GetLegendGraphic"),
        ],
    )
    def test_the_operation_is_listed_if_there_is_any_legend(
        self, web: WsgiClient, version: str, operation: str
    ) -> None:
        without = FakeMaps()
        without.add(without.layer("bare"))
        bare = client(FakeLayers(), **without.parts())

        def operations(service: WsgiClient) -> dict[str, list[str | None]]:
            root = ET.fromstring(
                service.get(capabilities(version)).data.replace(b' xmlns="http://www.opengis.net/wms"', b"")
            )
            return {
                found.tag: [format_.text for format_ in found.findall("Format")]
                for found in root.iterfind("Capability/Request/*")
            }

        assert operations(web)[operation] == ["image/png", "image/jpeg", "image/tiff"]
        assert operation not in operations(bare)

    @pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
    def test_old_versions_do_not_list_it(self, web: WsgiClient, version: str) -> None:
        root = ET.fromstring(web.get(capabilities(version)).data)

        assert {found.tag for found in root.iterfind("Capability/Request/*")}.isdisjoint({"GetLegendGraphic"})

    @pytest.mark.parametrize(
        ("offered", "asked_for"),
        [
            (("1.1.1", "1.3.0"), "version=1.1.1"),
            (("1.3.0",), "version=1.3.0"),
            (("1.1.0", "1.1.1"), "version=1.1.1"),
        ],
    )
    def test_the_address_asks_for_a_version_that_is_offered(
        self, maps: FakeMaps, offered: tuple[str, ...], asked_for: str
    ) -> None:
        web = client(FakeLayers(), **maps.parts(wms_options(versions=offered)))

        assert asked_for in web.get(capabilities()).text

    def test_without_such_a_version_there_are_no_legends(self) -> None:
        maps = FakeMaps()
        whole, part = roads()
        maps.add(maps.layer("roads", legends=(whole,)))
        web = client(FakeLayers(), **maps.parts(wms_options(versions=("1.0.0", "1.1.0"))))

        assert "Style" not in web.get(capabilities("1.1.0")).text
        assert part.scales == []


class TestAuthorisation:
    def test_less_than_full_permission_is_refused(self, web: WsgiClient) -> None:
        asked: list[list[str | None]] = []

        def hook(service: str, layers: list[str | None], **others: Any) -> dict[str, Any]:
            asked.append(layers)
            return {"authorized": "none"}

        answer = web.get(get_legend(layer="group"), environ={"mapproxy.authorize": hook})

        assert (answer.status_code, answer.text) == (403, "forbidden")
        assert asked == [["group", "a", "b"]]

    def test_a_group_shows_the_legends_of_permitted_layers(self, web: WsgiClient) -> None:
        def hook(service: str, layers: list[str | None], **others: Any) -> dict[str, Any]:
            assert (service, layers) == ("wms.capabilities", ["group", "a", "b"])
            return {"authorized": "partial", "layers": {"group": {"map": True}, "b": {"map": True}}}

        answer = web.get(get_legend(layer="group"), environ={"mapproxy.authorize": hook})

        assert (answer.status_code, answer.data) == (200, b"image 10x5 towns")
        assert answer.headers["Cache-Control"] == NO_STORE

    @pytest.mark.parametrize("flags", [{"map": True, "legendgraphic": False}, {"map": False}, {}])
    def test_a_layer_that_is_not_permitted_shows_none(self, web: WsgiClient, flags: dict[str, bool]) -> None:
        def hook(service: str, layers: list[str | None], **others: Any) -> dict[str, Any]:
            return {"authorized": "partial", "layers": {"roads": flags}}

        assert web.get(get_legend(), environ={"mapproxy.authorize": hook}).status_code == 403

    def test_what_was_permitted_may_not_be_kept(self, web: WsgiClient) -> None:
        def hook(service: str, layers: list[str | None], **others: Any) -> dict[str, Any]:
            return {"authorized": "full"}

        answer = web.get(get_legend(), environ={"mapproxy.authorize": hook})

        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, NO_STORE)
