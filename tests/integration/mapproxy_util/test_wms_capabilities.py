"""``tilekeep util wms-capabilities`` beside ``mapproxy-util wms-capabilities``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.services.mapserver import MapServer
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tests.integration.support.wms_documents import CAPABILITIES_111, CAPABILITIES_130

_DOCUMENTS = {"1.1.1": CAPABILITIES_111, "1.3.0": CAPABILITIES_130}


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", _capabilities)
        server.on("/no-map", Reply(body=CAPABILITIES_111.replace(b"GetMap>", b"Map>")))
        server.on("/html", Reply(body=b"<html><body>Sign in</body></html>"))
        server.on("/cut", Reply(body=CAPABILITIES_111[:500]))
        server.on("/entities", Reply(body=b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'))
        yield server


def _capabilities(request: Received) -> Reply:
    asked = request.parameters
    assert (asked["service"], asked["request"]) == ("WMS", "GetCapabilities")
    return Reply(body=_DOCUMENTS[asked["version"]], headers={"Content-Type": "text/xml"})


def lines_of(output: str) -> list[object]:
    """The lines; lists of reference systems, which have no order, are sorted, and boxes may be tuples."""
    return [_comparable(line) for line in output.splitlines()]


def _comparable(line: str) -> object:
    key, _, value = line.strip().partition(": ")
    if key == "srs":
        return sorted(ast.literal_eval(value))
    return line.replace("(", "[").replace(")", "]") if key == "bbox_srs" else line


@pytest.mark.parametrize("version", list(_DOCUMENTS))
def test_it_prints_what_mapproxy_util_prints(version: str, upstream: UpstreamServer, tmp_path: Path) -> None:
    arguments = ("wms-capabilities", f"{upstream.url}/wms?map=x&VERSION=7", "--version", version)

    ours = tilekeep_command("util", *arguments, directory=tmp_path)

    theirs = mapproxy_util(*arguments, directory=tmp_path)
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr) == (0, "")
    assert lines_of(ours.stdout) == lines_of(theirs.stdout)
    assert len(lines_of(ours.stdout)) > 10
    own, other = upstream.requests_to("/wms")
    assert own.parameters == other.parameters
    assert list(tmp_path.iterdir()) == []


def test_it_reads_what_a_real_server_says(mapserver: MapServer, tmp_path: Path) -> None:
    arguments = ("wms-capabilities", "--host", mapserver.fcgi_url)

    ours = tilekeep_command("util", *arguments, directory=tmp_path)

    theirs = mapproxy_util(*arguments, directory=tmp_path)
    assert (ours.returncode, ours.stderr) == (0, "")
    assert lines_of(ours.stdout) == lines_of(theirs.stdout)
    assert "  - name: " in ours.stdout


def test_user_and_password_in_the_address_are_told_to_the_server_alone(
    upstream: UpstreamServer, tmp_path: Path
) -> None:
    upstream.on("/secret", Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="maps"'}), Reply(status=404))
    url = f"{upstream.url.replace('://', '://me:hunter2@')}/secret"

    done = tilekeep_command("util", "wms-capabilities", url, directory=tmp_path)

    request = upstream.requests_to("/secret")[-1]
    assert request.headers["authorization"].startswith("Basic ")
    assert done.returncode == 1
    assert "404" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("/html", "Sign in", id="another document"),
        pytest.param("/cut", "could|cannot be read", id="cut document"),
        pytest.param("/no-map", "GetMap", id="no address of maps"),
        pytest.param("/nosuch", "404", id="no document"),
    ],
)
def test_what_is_no_capabilities_ends_with_the_code_of_mapproxy_util(
    path: str, said: str, upstream: UpstreamServer, tmp_path: Path
) -> None:
    ours = tilekeep_command("util", "wms-capabilities", upstream.url + path, directory=tmp_path)

    theirs = mapproxy_util("wms-capabilities", upstream.url + path, directory=tmp_path)
    assert ours.returncode == theirs.returncode == 1
    assert any(part in ours.stderr for part in said.split("|"))
    assert ours.stdout == ""


def test_entities_are_not_resolved(upstream: UpstreamServer, tmp_path: Path) -> None:
    done = tilekeep_command("util", "wms-capabilities", f"{upstream.url}/entities", directory=tmp_path)

    assert done.returncode == 1
    assert "entities of its own" in done.stderr
    assert "root:" not in done.stderr


def test_without_address_there_is_help_with_exit_code_2(tmp_path: Path) -> None:
    done = tilekeep_command("util", "wms-capabilities", directory=tmp_path)

    assert done.returncode == mapproxy_util("wms-capabilities", directory=tmp_path).returncode == 2
    assert "Usage:" in done.stdout
