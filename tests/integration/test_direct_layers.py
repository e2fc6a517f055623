"""Layers that ask a WMS for each map, over a server that answers as scripted, badly too."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from urllib.parse import parse_qsl

import pytest
from PIL import Image
from werkzeug.test import Client, TestResponse

from tests.integration.support.bad_images import BAD_ANSWERS
from tests.integration.support.drawing import PLAIN, draw_wms, plain
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tests.unit.entrypoints.wsgi.wms_requests import get_map, service_exception
from tilekeep.config.assemble.styles import configured_style_files
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.problems import ConfigurationProblems, path_text
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

Served = Callable[..., Client]

NEAR = {"srs": "EPSG:3857", "bbox": "1000000,6000000,1200000,6160000"}


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        server.on("/good", draw_wms)
        yield server


@pytest.fixture
def served(upstream: UpstreamServer, tmp_path: Path) -> Served:
    """Makes a client of an application; ``URL`` in the configuration stands for the address of the server."""

    def serve(text: str) -> Client:
        path = tmp_path / "mapproxy.yaml"
        path.write_text(dedent(text).replace("URL", upstream.url))
        return Client(make_wsgi_app(str(path)))

    return serve


def pixels(answer: TestResponse) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.data)).convert("RGBA")


class TestFailures:
    """Whatever a server does wrong, a map says so as ``on_source_errors`` has it, and nobody learns of the server."""

    CONFIG = """
        services: {wms: {on_source_errors: MODE}}
        globals: {image: {formats: {image/png: {colors: 0}}}}
        layers:
          - {name: bad, title: Bad, sources: [bad]}
          - {name: moved, title: In another SRS, sources: [moved]}
          - {name: seethrough, title: Without a colour, sources: [seethrough]}
          - {name: good, title: Good, sources: [good]}
        sources:
          bad: {type: wms, req: {url: "URL/wms?key=hunter2", layers: a}}
          moved: {type: wms, req: {url: "URL/wms?key=hunter2", layers: a}, supported_srs: ['EPSG:4326']}
          seethrough: {type: wms, req: {url: "URL/wms?key=hunter2", layers: a}, image: {transparent_color: '#000000'}}
          good: {type: wms, req: {url: "URL/good", layers: b, transparent: true}}
        """
    LAYERS = ("bad", "moved", "seethrough")

    def serve(self, served: Served, upstream: UpstreamServer, bad: str, mode: str) -> Client:
        def answer(request: Received) -> Reply:
            size = (int(request.parameters["width"]), int(request.parameters["height"]))
            return BAD_ANSWERS[bad](size)

        upstream.on("/wms", answer)
        return served(self.CONFIG.replace("MODE", mode))

    @pytest.mark.parametrize("bad", BAD_ANSWERS)
    def test_alone_it_is_an_exception(self, served: Served, upstream: UpstreamServer, bad: str) -> None:
        client = self.serve(served, upstream, bad, "notify")

        for layer in self.LAYERS:
            answer = client.get(get_map(layers=layer, **NEAR))

            assert service_exception(answer).message
            assert "no-store" in answer.headers["Cache-Control"]
            self.assert_says_nothing_of_the_server(answer, upstream)

    @pytest.mark.parametrize("bad", BAD_ANSWERS)
    def test_with_others_the_map_says_what_is_missing(self, served: Served, upstream: UpstreamServer, bad: str) -> None:
        client = self.serve(served, upstream, bad, "notify")
        whole = pixels(client.get(get_map(layers="good", **NEAR)))

        for layer in self.LAYERS:
            answer = client.get(get_map(layers=f"{layer},good", **NEAR))

            assert "no-store" in answer.headers["Cache-Control"]
            assert pixels(answer).tobytes() != whole.tobytes()
            assert pixels(answer).crop((0, 60, 100, 80)).tobytes() == whole.crop((0, 60, 100, 80)).tobytes()

    @pytest.mark.parametrize("bad", BAD_ANSWERS)
    def test_where_errors_are_raised_one_is_enough(self, served: Served, upstream: UpstreamServer, bad: str) -> None:
        client = self.serve(served, upstream, bad, "raise")

        for layer in self.LAYERS:
            answer = client.get(get_map(layers=f"good,{layer}", **NEAR))

            assert service_exception(answer).message
            self.assert_says_nothing_of_the_server(answer, upstream)

    def test_a_server_that_is_silent_is_given_up(self, served: Served, upstream: UpstreamServer) -> None:
        upstream.on("/wms", Reply(delay_seconds=60))
        config = self.CONFIG.replace("MODE", "notify").replace(
            "bad: {type: wms,", "bad: {http: {client_timeout: 0.2}, type: wms,"
        )

        answer = served(config).get(get_map(layers="bad", **NEAR))

        assert "(see logs for URL and reason)" in service_exception(answer).message
        self.assert_says_nothing_of_the_server(answer, upstream)

    @pytest.mark.parametrize("status", [204, 302, 401, 404, 500, 503])
    def test_other_statuses_are_failures(self, served: Served, upstream: UpstreamServer, status: int) -> None:
        upstream.on("/wms", Reply(status, headers={"Content-Type": "image/png"}, body=plain((100, 80))))

        answer = served(self.CONFIG.replace("MODE", "notify")).get(get_map(layers="bad", **NEAR))

        assert service_exception(answer).message
        self.assert_says_nothing_of_the_server(answer, upstream)

    def assert_says_nothing_of_the_server(self, answer: TestResponse, upstream: UpstreamServer) -> None:
        said = answer.data + repr(answer.headers).encode()
        for secret in ("hunter2", str(upstream.port), "127.0.0.1", "msDrawMap"):
            assert secret.encode() not in said


class TestRequests:
    """What the server is asked."""

    def test_a_style_in_a_file_is_sent_with_each_request(
        self, served: Served, upstream: UpstreamServer, tmp_path: Path
    ) -> None:
        upstream.on("/wms", image_reply(plain((100, 80))))
        (tmp_path / "style.sld").write_text("<sld>ö & ü</sld>")
        client = served("""
            services: {wms: }
            layers: [{name: osm, title: A, sources: [s]}]
            sources: {s: {type: wms, req: {url: "URL/wms", layers: a, sld: "file://style.sld"}}}
            """)

        client.get(get_map(**NEAR))

        (request,) = upstream.requests
        sent = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        assert (request.method, sent["sld_body"], "sld" in sent) == ("POST", "<sld>ö & ü</sld>", False)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            pytest.param(None, "cannot be read", id="missing"),
            pytest.param(b"\xff\xfe", "is no text in UTF-8", id="no text"),
            pytest.param(b"<a/>" * 300_000, "shorten it", id="too long"),
        ],
    )
    def test_a_style_that_cannot_be_sent_stops_the_start(
        self, served: Served, tmp_path: Path, content: bytes | None, said: str
    ) -> None:
        if content is not None:
            (tmp_path / "style.sld").write_bytes(content)

        with pytest.raises(ConfigurationProblems) as caught:
            served("""
                services: {wms: }
                layers: [{name: a, title: A, sources: [s]}]
                sources: {s: {type: wms, req: {url: "URL/wms", layers: a, sld: "file://style.sld"}}}
                """)

        (problem,) = caught.value.report.errors
        assert ("sources.s.req.sld", True) == (path_text(problem.path), said in problem.message)

    def test_styles_are_watched_for_changes(self, tmp_path: Path) -> None:
        path = tmp_path / "mapproxy.yaml"
        path.write_text("sources: {s: {type: wms, req: {url: 'http://x/', layers: a, sld: 'file://style.sld'}}}")
        settings = load_settings(str(path), variables={}).settings

        assert (str(tmp_path / "style.sld"),) == configured_style_files(settings, str(tmp_path))

    def test_a_cache_with_another_style_is_another_cache(self, upstream: UpstreamServer, tmp_path: Path) -> None:
        path, style = tmp_path / "mapproxy.yaml", tmp_path / "style.sld"
        path.write_text(
            f"""
services: {{tms: }}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: [s], disable_storage: true}}}}
sources: {{s: {{type: wms, req: {{url: "{upstream.url}/wms", layers: a, sld: "file://style.sld"}}}}}}
"""
        )
        upstream.on("/wms", lambda _: image_reply(plain((512, 512))))
        style.write_text("<first/>")
        client = Client(make_wsgi_app(str(path), reloader=True))
        client.get("/tms/1.0.0/a/EPSG3857/0/0/0.png")
        style.write_text("<the-second/>")

        client.get("/tms/1.0.0/a/EPSG3857/0/0/0.png")

        bodies = [dict(parse_qsl(request.body.decode()))["sld_body"] for request in upstream.requests]
        assert (bodies[0], bodies[-1]) == ("<first/>", "<the-second/>")

    def test_combined_requests_are_counted_too(self, served: Served, upstream: UpstreamServer) -> None:
        upstream.on("/wms", image_reply(plain((100, 80)), delay_seconds=0.05))
        client = served("""
            services: {wms: }
            layers: [{name: both, title: Both, sources: [a, b]}]
            sources:
              a: {type: wms, req: {url: "URL/wms", layers: a}, concurrent_requests: 1}
              b: {type: wms, req: {url: "URL/wms", layers: b}, concurrent_requests: 1}
            """)

        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda _: client.get(get_map(layers="both", **NEAR)).status_code, range(6)))

        assert [200] * 6 == answers
        assert ["a,b"] * 6 == [request.parameters["layers"] for request in upstream.requests]
        assert upstream.most_under_way == 1

    def test_layers_are_drawn_at_a_time_where_that_is_wanted(self, served: Served, upstream: UpstreamServer) -> None:
        upstream.on("/good", image_reply(plain((100, 80)), delay_seconds=0.2))
        upstream.on("/wms", image_reply(plain((100, 80)), delay_seconds=0.2))
        client = served("""
            services: {wms: {concurrent_layer_renderer: 2}}
            layers: [{name: both, title: Both, sources: [a, b]}]
            sources:
              a: {type: wms, req: {url: "URL/wms", layers: a}}
              b: {type: wms, req: {url: "URL/good", layers: b}}
            """)

        assert client.get(get_map(layers="both", **NEAR)).status_code == 200
        assert upstream.most_under_way == 2


def test_parameters_of_clients_are_sent_as_they_are_configured(served: Served, upstream: UpstreamServer) -> None:
    client = served("""
        services: {wms: }
        layers: [{name: osm, title: A, sources: [s]}]
        sources: {s: {type: wms, req: {url: "URL/wms", layers: a}, forward_req_params: [Time, dim_Run, TOKEN, other]}}
        """)

    client.get(get_map(**NEAR, time="2020", DIM_RUN="1", token="a&request=GetCapabilities", unlisted="x"))

    (request,) = upstream.requests
    assert "&Time=2020&dim_Run=1&TOKEN=a%26request%3DGetCapabilities&request=GetMap&" in request.target
    assert "unlisted" not in request.target
    assert "other" not in request.target


def test_a_client_replaces_no_parameter_of_the_protocol(served: Served, upstream: UpstreamServer) -> None:
    """Though somebody forwards those too."""
    client = served("""
        services: {wms: }
        layers: [{name: osm, title: A, sources: [s]}]
        sources: {s: {type: wms, req: {url: "URL/wms", layers: a}, forward_req_params: [request, service, version]}}
        """)

    client.get(get_map(**NEAR))

    (request,) = upstream.requests
    found = request.parameters
    assert (found["request"], found["service"], found["version"]) == ("GetMap", "WMS", "1.1.1")


def test_a_cache_that_is_passed_by_looks_the_same(served: Served, upstream: UpstreamServer) -> None:
    """As faint, and cut off at the same place, whether it is cached or not."""
    upstream.on("/wms", lambda request: image_reply(_of_size(request)))
    client = served("""
        services: {wms: }
        globals: {image: {formats: {image/png: {colors: 0}}}}
        layers:
          - {name: cached, title: Cached, sources: [cached]}
          - {name: direct, title: Direct, sources: [direct]}
        caches:
          cached: &cache
            grids: [GLOBAL_WEBMERCATOR]
            sources: [s]
            image: {opacity: 0.5, colors: 0, transparent: true}
            use_direct_from_res: 1
          direct: {<<: *cache, use_direct_from_res: 100000}
        sources:
          s:
            type: wms
            req: {url: "URL/wms", layers: a, transparent: true}
            coverage: {bbox: [1100000, 5000000, 2000000, 7000000], srs: 'EPSG:3857', clip: true}
        """)

    cached, direct = (pixels(client.get(get_map(layers=name, **NEAR))) for name in ("cached", "direct"))

    faded = tuple(round((level + 255) / 2) for level in PLAIN)
    for image in (cached, direct):
        assert image.getpixel((10, 40)) == (255, 255, 255, 255)
        assert image.getpixel((90, 40))[:3] == pytest.approx(faded, abs=2)  # type: ignore[index]
    assert "width" in upstream.requests[-1].parameters
    assert "100" == upstream.requests[-1].parameters["width"] or "50" == upstream.requests[-1].parameters["width"]


def test_a_box_without_image_in_any_srs_of_the_source_is_refused(served: Served, upstream: UpstreamServer) -> None:
    client = served("""
        services: {wms: {srs: ['EPSG:3857', 'EPSG:25832']}}
        layers: [{name: osm, title: A, sources: [s]}]
        sources: {s: {type: wms, req: {url: "URL/wms", layers: a}, supported_srs: ['EPSG:25832']}}
        """)

    answer = client.get(get_map(srs="EPSG:3857", bbox="11000000,-10000,11040000,10000"))

    assert answer.status_code == 400
    assert service_exception(answer).message.startswith("Could not transform BBOX: Invalid result.")
    assert upstream.requests == []


def test_a_box_that_is_nothing_in_the_srs_of_the_source_is_refused(served: Served, upstream: UpstreamServer) -> None:
    client = served("""
        services: {wms: {srs: ['CRS:84', 'EPSG:3857']}}
        layers: [{name: osm, title: A, sources: [s]}]
        sources:
          s:
            type: wms
            req: {url: "URL/wms", layers: a}
            supported_srs: ['EPSG:3857']
            wms_opts: {featureinfo: true}
        """)
    place = {"srs": "CRS:84", "bbox": "-360,-180,360,180"}

    drawn = client.get(get_map(**place))
    told = client.get(get_map(**place, request="GetFeatureInfo", query_layers="osm", x="1", y="1"))

    assert (drawn.status_code, told.status_code) in {(400, 200), (200, 200)}
    assert b"internal error" not in drawn.data + told.data


def test_a_style_in_a_file_is_sent_with_questions_about_places(
    served: Served, upstream: UpstreamServer, tmp_path: Path
) -> None:
    (tmp_path / "style.sld").write_text("<sld/>")
    client = served("""
        services: {wms: }
        layers: [{name: osm, title: A, sources: [s]}]
        sources:
          s: {type: wms, req: {url: "URL/wms", layers: a, sld: "file://style.sld"}, wms_opts: {featureinfo: true}}
        """)

    client.get(get_map(**NEAR, request="GetFeatureInfo", query_layers="osm", x="1", y="1"))

    [request] = upstream.requests
    assert (request.parameters["sld_body"], "sld" in request.parameters) == ("<sld/>", False)


@pytest.mark.parametrize("transparent", ["true", "false"])
def test_nothing_of_a_direct_layer_is_shown_outside_the_area_that_is_permitted(
    served: Served, upstream: UpstreamServer, transparent: str
) -> None:
    """Though its image could be passed on as it is, and its sources be asked for together."""
    upstream.on("/wms", lambda request: image_reply(_of_size(request)))
    client = served("""
        services: {wms: }
        layers: [{name: osm, title: A, sources: [a, b]}]
        sources:
          a: {type: wms, req: {url: "URL/wms", layers: a}}
          b: {type: wms, req: {url: "URL/wms", layers: b, transparent: true}}
        """)
    area = {"geometry": [1000000, 6000000, 1100000, 6160000], "srs": "EPSG:3857"}
    permitted = {"authorized": "partial", "layers": {"osm": {"map": True, "limited_to": area}}}
    hook = {"mapproxy.authorize": lambda *_, **__: permitted}

    answer = client.get(get_map(**NEAR, transparent=transparent), environ_overrides=hook)

    image = pixels(answer)
    assert image.getpixel((10, 40))[:3] == PLAIN  # type: ignore[index]
    assert image.getpixel((90, 40)) == ((255, 255, 255, 0) if transparent == "true" else (255, 255, 255, 255))
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_world_map_needs_no_cache(served: Served) -> None:
    client = served("""
        services: {wms: }
        layers: [{name: osm, title: A, sources: [w]}]
        sources: {w: {type: world}}
        """)

    assert len(pixels(client.get(get_map(bbox="-10,35,30,65"))).getcolors(1 << 20) or ()) > 20


def test_documents_state_the_area_of_direct_sources(served: Served) -> None:
    client = served("""
        services: {wms: {versions: [1.3.0]}}
        layers:
          - title: All
            name: all
            layers:
              - {name: limited, title: A, sources: [limited]}
              - {name: everywhere, title: B, sources: [everywhere]}
        sources:
          limited:
            type: wms
            req: {url: "URL/wms", layers: a}
            coverage: {bbox: [5, 44, 17, 54], srs: 'EPSG:4326'}
            min_res: 5000
            max_res: 10
          everywhere: {type: wms, req: {url: "URL/wms", layers: b}}
        """)

    text = client.get("/service?service=WMS&request=GetCapabilities&version=1.3.0").text

    limited = text[text.index("<Name>limited</Name>") : text.index("<Name>everywhere</Name>")]
    group = text[text.index("<Name>all</Name>") : text.index("<Name>limited</Name>")]
    for part in (limited, group):
        assert "<westBoundLongitude>5.0</westBoundLongitude>" in part.replace(
            "<westBoundLongitude>5<", "<westBoundLongitude>5.0<"
        )
    assert "<MaxScaleDenominator>" in limited
    assert "<MaxScaleDenominator>" not in group


def _of_size(request: Received) -> bytes:
    return plain((int(request.parameters["width"]), int(request.parameters["height"])))


def test_an_opaque_layer_hides_those_below_it_outside_its_permitted_area_too(
    served: Served, upstream: UpstreamServer
) -> None:
    upstream.on("/wms", lambda request: image_reply(_of_size(request)))
    client = served("""
        services: {wms: }
        layers:
          - {name: below, title: A, sources: [a]}
          - {name: above, title: B, sources: [b]}
        sources:
          a: {type: wms, req: {url: "URL/wms", layers: a}}
          b: {type: wms, req: {url: "URL/wms", layers: b, transparent: false}}
        """)
    area = {"geometry": [1000000, 6000000, 1100000, 6160000], "srs": "EPSG:3857"}
    permitted = {"below": {"map": True}, "above": {"map": True, "limited_to": area}}
    hook = {"mapproxy.authorize": lambda *_, **__: {"authorized": "partial", "layers": permitted}}

    image = pixels(client.get(get_map(**NEAR, layers="below,above"), environ_overrides=hook))

    assert image.getpixel((10, 40))[:3] == PLAIN  # type: ignore[index]
    assert image.getpixel((90, 40)) == (255, 255, 255, 255)
