"""From a configuration file to legends: servers, files beside the configuration, and what is kept of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlencode

import pytest
from PIL import Image
from werkzeug.test import Client, TestResponse

from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tilekeep import make_wsgi_app

CONFIG = """
    services: {wms: {image_formats: [image/png, image/jpeg, image/gif]}, wmts: }
    globals: {cache: {base_dir: kept}}
    layers:
      - {name: drawn, title: Drawn, sources: [drawn]}
      - {name: styled, title: Styled, sources: [styled]}
      - {name: lying, title: Lying, sources: [lying]}
      - {name: own, title: Own, sources: [drawn], legendurl: 'file://own.png'}
      - {name: only, title: Only a legend, legendurl: 'URL/lying.png'}
      - {name: missing, title: Missing, sources: [drawn], legendurl: 'file://missing.png'}
      - {name: failing, title: Failing, sources: [failing]}
      - {name: plain, title: Plain, sources: [plain]}
      - {name: group, title: Group, layers: [{name: child, title: Child, sources: [lying, drawn]}]}
    caches:
      drawn: {grids: [GLOBAL_WEBMERCATOR], sources: [drawn]}
      styled: {grids: [GLOBAL_WEBMERCATOR], sources: [styled]}
      lying: {grids: [GLOBAL_WEBMERCATOR], sources: [lying]}
      failing: {grids: [GLOBAL_WEBMERCATOR], sources: [failing]}
      plain: {grids: [GLOBAL_WEBMERCATOR], sources: [plain]}
    sources:
      drawn:
        type: wms
        req: {url: 'URL/wms', layers: 'a,b', transparent: true}
        wms_opts: {legendgraphic: true}
        http: {headers: {X-Key: secret}}
      styled: {type: wms, req: {url: 'URL/wms', layers: 'a,b', styles: 'x,y'}, wms_opts: {legendgraphic: true}}
      lying: {type: wms, req: {url: 'URL/wms', layers: c}, wms_opts: {legendurl: 'URL/lying.png'}}
      failing: {type: wms, req: {url: 'URL/gone', layers: c}, wms_opts: {legendgraphic: true, version: 1.3.0}}
      plain: {type: wms, req: {url: 'URL/wms', layers: c}}
"""

RED, GREEN, BLUE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)
COLORS = {"a": RED, "b": GREEN}


def picture(size: tuple[int, int], color: tuple[int, ...], image_format: str = "PNG") -> bytes:
    body = io.BytesIO()
    Image.new("RGBA", size, color).save(body, image_format)
    return body.getvalue()


def legend_graphic(request: Received) -> Reply:
    """A block of the colour of the layer, as wide as the scale says."""
    given = request.parameters
    if given["format"] == "application/json":
        document = {"Legend": [{"layerName": given["layer"]}]}
        return Reply(body=json.dumps(document).encode(), headers={"Content-Type": "application/json"})
    width = int(float(given["scale"])) if "scale" in given else 40
    return image_reply(picture((width, 10), COLORS[given["layer"]]))


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", legend_graphic)
        server.on("/lying.png", image_reply(picture((20, 5), BLUE)))
        server.on("/gone", Reply(body=b"<ServiceException/>", headers={"Content-Type": "text/xml"}))
        yield server


@pytest.fixture
def web(upstream: UpstreamServer, tmp_path: Path) -> Client:
    (tmp_path / "own.png").write_bytes(picture((7, 8), BLUE))
    path = tmp_path / "mapproxy.yaml"
    path.write_text(dedent(CONFIG).replace("URL", upstream.url))
    return Client(make_wsgi_app(str(path)))


def legend(web: Client, layer: str, **more: str) -> TestResponse:
    given = {
        "service": "WMS", "request": "GetLegendGraphic", "version": "1.1.1", "layer": layer, "format": "image/png",
        "sld_version": "1.1.0",
    }  # fmt: skip
    return web.get("/service?" + urlencode(given | more))


def pixels(answer: TestResponse) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.data)).convert("RGBA")


def kept(directory: Path) -> set[str]:
    folder = directory / "kept" / "legends"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


class TestPictures:
    def test_layers_of_a_source_stand_upon_each_other(self, web: Client) -> None:
        image = pixels(legend(web, "drawn"))

        assert (image.size, image.getpixel((0, 5)), image.getpixel((0, 15))) == ((40, 20), GREEN, RED)

    def test_sources_of_a_layer_do_too(self, web: Client) -> None:
        image = pixels(legend(web, "group"))

        assert image.size == (40, 25)
        assert [image.getpixel((0, y)) for y in (5, 15, 22)] == [GREEN, RED, BLUE]
        assert image.getpixel((30, 22)) == (255, 255, 255, 0)

    @pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/gif"])
    def test_they_come_in_every_format_that_maps_have(self, web: Client, media_type: str) -> None:
        answer = legend(web, "drawn", format=media_type)

        assert answer.content_type == media_type
        with Image.open(io.BytesIO(answer.data)) as image:
            assert (image.format, image.size) == (media_type.removeprefix("image/").upper(), (40, 20))

    def test_they_are_fetched_once_with_the_options_of_the_source(self, web: Client, upstream: UpstreamServer) -> None:
        for _ in range(3):
            legend(web, "drawn")

        asked = upstream.requests_to("/wms")
        assert [request.parameters["layer"] for request in asked] == ["a", "b"]
        assert {request.headers["x-key"] for request in asked} == {"secret"}
        assert {request.parameters["transparent"] for request in asked} == {"True"}

    def test_a_file_beside_the_configuration(self, web: Client) -> None:
        assert pixels(legend(web, "own")).size == (7, 8)

    def test_a_layer_may_have_nothing_but_a_legend(self, web: Client) -> None:
        assert pixels(legend(web, "only")).size == (20, 5)

    @pytest.mark.parametrize("layer", ["missing", "failing"])
    def test_one_that_cannot_be_had_is_an_exception(self, web: Client, layer: str, tmp_path: Path) -> None:
        answer = legend(web, layer)

        assert (answer.status_code, answer.headers["Cache-Control"]) == (500, "no-cache, no-store")
        assert kept(tmp_path) == set()

    def test_descriptions_are_fetched_every_time(self, web: Client, upstream: UpstreamServer) -> None:
        for _ in range(2):
            answer = legend(web, "drawn", format="application/json")

        assert json.loads(answer.data) == {"Legend": [{"layerName": "a"}, {"layerName": "b"}]}
        assert len(upstream.requests_to("/wms")) == 4


class TestNamesOfFiles:
    """They are those of MapProxy (spec/sources.md, 6)."""

    def test_address_layers_and_scale_make_the_name(
        self, web: Client, upstream: UpstreamServer, tmp_path: Path
    ) -> None:
        legend(web, "drawn")
        legend(web, "drawn", scale="60")

        url = f"{upstream.url}/wms"
        names = {md5(f"{url}a{url}b{scale}".encode()).hexdigest() + ".png" for scale in ("None", "60.0")}
        assert kept(tmp_path) == names

    def test_a_legend_at_an_address_has_one_for_every_scale(
        self, web: Client, upstream: UpstreamServer, tmp_path: Path
    ) -> None:
        legend(web, "lying", scale="60")
        legend(web, "only")

        assert kept(tmp_path) == {md5(f"{upstream.url}/lying.pngNone".encode()).hexdigest() + ".png"}
        assert len(upstream.requests_to("/lying.png")) == 1

    def test_parameters_tell_legends_apart(self, web: Client, upstream: UpstreamServer, tmp_path: Path) -> None:
        legend(web, "drawn")
        legend(web, "styled")

        assert len(kept(tmp_path)) == 2
        assert [request.parameters["styles"] for request in upstream.requests_to("/wms")] == ["", "", "x,y", "x,y"]

    def test_what_mapproxy_has_kept_is_used(self, web: Client, upstream: UpstreamServer, tmp_path: Path) -> None:
        url = f"{upstream.url}/wms"
        folder = tmp_path / "kept" / "legends"
        folder.mkdir(parents=True)
        (folder / f"{md5(f'{url}a{url}bNone'.encode()).hexdigest()}.png").write_bytes(picture((3, 4), BLUE))

        assert pixels(legend(web, "drawn")).size == (3, 4)
        assert upstream.requests_to("/wms") == []


def test_a_style_in_a_file_is_sent_with_the_request(upstream: UpstreamServer, tmp_path: Path) -> None:
    (tmp_path / "style.sld").write_text("<StyledLayerDescriptor/>")
    path = tmp_path / "mapproxy.yaml"
    path.write_text(dedent(CONFIG).replace("styles: 'x,y'", "sld: 'file://style.sld'").replace("URL", upstream.url))

    legend(Client(make_wsgi_app(str(path))), "styled")

    asked = upstream.requests_to("/wms")
    assert [request.parameters["sld_body"] for request in asked] == ["<StyledLayerDescriptor/>"] * 2
    assert all("sld" not in request.parameters for request in asked)


class TestStart:
    def test_nobody_is_asked_before_a_client_wants_something(self, web: Client, upstream: UpstreamServer) -> None:
        assert (web, upstream.requests) == (web, [])

    def test_documents_know_sizes(self, web: Client) -> None:
        text = web.get("/service?service=WMS&version=1.3.0&request=GetCapabilities").text

        assert text.count('<LegendURL width="40" height="20">') == 2
        assert '<LegendURL width="40" height="25">' in text
        assert '<LegendURL width="7" height="8">' in text
        assert text.count('<LegendURL width="20" height="5">') == 2
        assert text.count("<LegendURL>") == 2

    def test_layers_with_legends_of_their_own_have_them_in_wmts(self, web: Client) -> None:
        text = web.get("/service?service=WMTS&version=1.0.0&request=GetCapabilities").text

        address = "http://localhost/service?service=WMS&amp;request=GetLegendGraphic&amp;version=1.3.0"
        assert f'xlink:href="{address}&amp;format=image%2Fpng&amp;layer=own"' in text
        assert text.count("LegendURL") == 2  # that of "missing" too
