"""Passwords and keys of map servers show up nowhere: not in logs, answers, headers, explanations or reports."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.support.answers import Answer, ask
from tests.integration.support.bad_images import BAD_ANSWERS
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import Received, Reply, Script, UpstreamServer

USER, PASSWORD, KEY, PARAMETER, HEADER = "surveyor7", "pa55w0rd", "k3yofmaps", "t0kenofmaps", "h34derofmaps"
SECRETS = [USER, PASSWORD, KEY, PARAMETER, HEADER, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()]


def _echo(media_type: str) -> Script:
    """An answer that repeats all it was told, as error pages like to."""

    def reply(request: Received) -> Reply:
        told = f"<ServiceException>{request.target} {dict(request.headers)}</ServiceException>"
        return Reply(body=told.encode(), headers={"Content-Type": media_type})

    return reply


def _error(status: int) -> Script:
    return lambda request: Reply(status, body=f"{request.target} {dict(request.headers)}".encode())


_CHALLENGE = {"WWW-Authenticate": f'Basic realm="maps of {USER}"'}
_ELSEWHERE = {"Location": f"http://{USER}:{PASSWORD}@{HOST}:1/?key={KEY}"}
_IN_CIRCLES = {"Location": f"/circles?key={KEY}"}

FAILURES: dict[str, Script] = {
    "internal_error": _error(500),
    "not_found": _error(404),
    "unauthorised": Reply(401, headers=_CHALLENGE),
    "xml": _echo("application/vnd.ogc.se_xml"),
    "xml_called_png": _echo("image/png"),
    "html": _echo("text/html"),
    "text": _echo("text/plain"),
    "elsewhere": Reply(302, headers=_ELSEWHERE),
    "circles": Reply(302, headers=_IN_CIRCLES),
    "reset": Reply(no_answer="reset"),
    "closed": Reply(no_answer=True),
    "cut": Reply(body=b"x" * 1000, send_only=10, headers={"Content-Type": "image/png"}),
    "too_long": Reply(body=b"x", content_length=10**12, headers={"Content-Type": "image/png"}),
    "silent": Reply(delay_seconds=2),
    "cut_image": lambda request: BAD_ANSWERS["cut PNG"]((256, 256)),
    "wrong_size": lambda request: BAD_ANSWERS["one pixel less"]((256, 256)),
}
# Addresses at which nobody answers, or not as expected.
UNREACHABLE = {"refused": f"http://{USER}:{PASSWORD}@{HOST}:1", "no_host": f"http://{USER}:{PASSWORD}@no..host"}
LAYERS = ["good", *FAILURES, *UNREACHABLE, "no_tls"]
KINDS = ["wms", "tile"]


def _config(upstream: UpstreamServer) -> str:
    """Every layer once by WMS and once by tiles, told to show clients the reasons of failures."""
    lines = ["services: {tms: , wmts: , demo: }"]
    lines.append(f"globals: {{http: {{hide_error_details: false, client_timeout: 0.3, headers: {{X-Key: {HEADER}}}}}}}")
    lines.append("layers:")
    lines += [f"  - {{name: {kind}_{name}, title: '', sources: [{kind}_{name}]}}" for name in LAYERS for kind in KINDS]
    lines.append("caches:")
    for name in LAYERS:
        alone = "grids: [GLOBAL_WEBMERCATOR], meta_size: [1, 1], meta_buffer: 0"
        lines += [f"  {kind}_{name}: {{{alone}, sources: [{kind}_{name}]}}" for kind in KINDS]
    lines.append("sources:")
    for name in LAYERS:
        server = _address(upstream, name)
        wms = f'url: "{server}/{name}?key={KEY}", layers: all, access_token: {PARAMETER}'
        lines.append(f"  wms_{name}: {{type: wms, req: {{{wms}}}}}")
        url = f'url: "{server}/{name}?z=%(z)s&width=256&height=256&bbox=%(bbox)s&format=image/png&key=${{MAP_KEY}}"'
        lines.append(f"  tile_{name}: {{type: tile, grid: GLOBAL_WEBMERCATOR, {url}}}")
    return "\n".join(lines)


def _address(upstream: UpstreamServer, name: str) -> str:
    if name in UNREACHABLE:
        return UNREACHABLE[name]
    return f"{'https' if name == 'no_tls' else 'http'}://{USER}:{PASSWORD}@{upstream.host}"


class Service(NamedTuple):
    """A server, and the upstream it has credentials for."""

    server: Server
    upstream: UpstreamServer


@pytest.fixture(scope="module", params=["text", "json"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("credentials")
    port = free_port()
    command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "serve", "mapproxy.yaml"]
    options = ["--bind", f"{HOST}:{port}", "--workers", "1", "--log-format", request.param]
    with UpstreamServer() as upstream:
        for name, script in FAILURES.items():
            upstream.on(f"/{name}", script)
        upstream.on("/good", draw_wms)
        (directory / "mapproxy.yaml").write_text(_config(upstream))
        with Server([*command, *options], directory, port, environ={"MAP_KEY": KEY}) as server:
            yield Service(server, upstream)


def _shown(answer: Answer) -> str:
    return f"{answer.status} {dict(answer.headers)} {answer.body.decode('latin-1')}"


def _found_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("layer", [f"{kind}_{name}" for name in [*FAILURES, *UNREACHABLE, "no_tls"] for kind in KINDS])
def test_a_failure_is_reported_without_credentials(service: Service, layer: str) -> None:
    server = service.server
    asked_before = len(server.log)

    answers = [
        ask(f"{server.url}/tms/1.0.0/{layer}/EPSG3857/3/1/1.png"),
        ask(f"{server.url}/tiles/{layer}/EPSG3857/5/1/1.png"),
        ask(f"{server.url}/wmts/{layer}/GLOBAL_WEBMERCATOR/6/1/1.png"),
    ]

    assert [answer.status for answer in answers] == [500, 500, 500]
    assert _found_in("".join(map(_shown, answers))) == []
    assert len(server.log) > asked_before
    assert _found_in(server.log) == []


def test_the_credentials_were_sent_where_they_belong(service: Service) -> None:
    tiles = [ask(f"{service.server.url}/tiles/{kind}_good/EPSG3857/5/1/1.png") for kind in KINDS]
    ask(f"{service.server.url}/tiles/wms_unauthorised/EPSG3857/7/1/1.png")

    assert [tile.status for tile in tiles] == [200, 200]
    assert {request.parameters["key"] for request in service.upstream.requests_to("/good")} == {KEY}
    assert {request.headers["x-key"] for request in service.upstream.requests_to("/good")} == {HEADER}
    sent = [request.headers.get("authorization", "") for request in service.upstream.requests_to("/unauthorised")]
    assert f"Basic {SECRETS[-1]}" in sent
    assert "/good" in service.server.log
    assert _found_in("".join(map(_shown, tiles)) + service.server.log) == []


@pytest.mark.parametrize(
    "path", ["/", "/demo/", "/tms/1.0.0", "/wmts/1.0.0/WMTSCapabilities.xml", "/tms/1.0.0/wms_good/EPSG3857"]
)
def test_documents_and_pages_hold_no_credentials(service: Service, path: str) -> None:
    answer = ask(service.server.url + path)

    assert answer.status == 200
    assert _found_in(_shown(answer)) == []


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("layer", ["wms_good", "tile_good", "wms_refused", "tile_no_tls"])
def test_explanations_hold_no_credentials(service: Service, layer: str, form: list[str]) -> None:
    url = f"/tiles/{layer}/EPSG3857/9/1/1.png"

    done = tilekeep_command("explain", url, *form, directory=service.server.directory, environ={"MAP_KEY": KEY})

    assert done.returncode == 0
    assert f"/{layer.partition('_')[2]}?" in done.stdout
    assert "key=***" in done.stdout
    assert _found_in(done.stdout + done.stderr) == []


_SOUND = f"http://{USER}:{PASSWORD}@{HOST}/wms?key={KEY}"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f'{{type: wms, req: {{url: "{_SOUND}", layers: a}}, unknown: "{_SOUND}"}}', id="unknown option"),
        pytest.param(f'{{type: wms, req: {{url: ["{_SOUND}"], layers: a}}}}', id="list instead of a URL"),
        pytest.param(f'{{type: wms, req: "{_SOUND}"}}', id="URL instead of a section"),
        pytest.param(f'{{type: wms, req: {{url: "{_SOUND}"}}, coverage: "{_SOUND}"}}', id="URL as coverage"),
        pytest.param(f'{{type: wms, req: {{url: "{_SOUND[2:]}", layers: a}}}}', id="unknown scheme"),
        pytest.param(f'{{type: wms, req: {{layers: a}}, url: "{_SOUND}"}}', id="misplaced URL"),
        pytest.param(f'{{type: "{_SOUND}", req: {{url: x}}}}', id="URL as type"),
        pytest.param(f'{{type: tile, url: "{_SOUND}", grid: "{_SOUND}"}}', id="URL as grid"),
        pytest.param(f'{{type: tile, url: "{_SOUND}&x=%(nothing)s"}}', id="unknown placeholder"),
        pytest.param(f'{{type: wms, req: {{url: "{_SOUND}", layers: a}}, http: "{_SOUND}"}}', id="URL as HTTP options"),
        pytest.param(f'{{type: wms, req: {{url: "{_SOUND}\n  : [', id="no YAML"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_reports_on_a_configuration_hold_no_credentials(tmp_path: Path, source: str, form: list[str]) -> None:
    services = "services: {tms: }\nlayers: [{name: a, title: a, sources: [a]}]\n"
    caches = "caches: {a: {grids: [GLOBAL_WEBMERCATOR], sources: [a]}}\n"
    (tmp_path / "mapproxy.yaml").write_text(f"{services}{caches}sources:\n  a: {source}\n")

    done = tilekeep_command("check", "mapproxy.yaml", *form, directory=tmp_path)

    assert "mapproxy.yaml" in done.stdout
    assert _found_in(done.stdout + done.stderr) == []
