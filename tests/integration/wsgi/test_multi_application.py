"""A directory of configurations behind one address, each read when it is first asked for."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from wsgiref.validate import validator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from tilekeep import make_multi_app
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.wsgi.configuration_directory import ConfigurationDirectory
from tilekeep.multiapp import app_factory

_CONFIG = """
services: {{tms: }}
{globals}layers: [{{name: {layer}, title: A layer, sources: [cache]}}]
caches: {{cache: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], disable_storage: true}}}}
sources: {{world: {{type: world}}}}
"""


def write(directory: Path, name: str, *, layer: str = "layer", trusted: str = "") -> Path:
    """A configuration; each one is younger than those before."""
    path = directory / f"{name}.yaml"
    before = path.stat().st_mtime_ns if path.exists() else 0
    of_all = f"globals: {{http: {{trusted_proxies: {trusted}}}}}\n" if trusted else ""
    path.write_text(_CONFIG.format(layer=layer, globals=of_all))
    os.utime(path, ns=(before + 10**9, before + 10**9))
    return path


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    below = tmp_path / "below"
    below.mkdir()
    write(below, "one")
    write(below, "two", layer="other")
    write(tmp_path, "outside")
    return below


@pytest.fixture
def client(directory: Path) -> Client:
    return Client(validator(make_multi_app(directory, allow_listing=True)))


def test_a_configuration_is_read_with_the_first_request_and_no_sooner(
    directory: Path, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "tilekeep.multiapp"):
        client.get("/", buffered=True)
        client.get("/one/", buffered=True)
        client.get("/one/tms/1.0.0", buffered=True)

    assert caplog.messages == [f"an instance is loaded from {str(directory / 'one.yaml')!r}"]


def test_so_many_are_kept(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(make_multi_app(directory, max_instances=1))

    with caplog.at_level(logging.INFO, "tilekeep.multiapp"):
        for name in ("one", "one", "two", "one"):
            assert client.get(f"/{name}/").status_code == 200

    assert [Path(message.split("'")[1]).stem for message in caplog.messages] == ["one", "two", "one"]


def test_nothing_is_listed_by_default(directory: Path) -> None:
    page = Client(make_multi_app(directory)).get("/").text

    assert "Welcome" in page
    assert "one" not in page


def test_what_cannot_be_asked_for_is_not_listed(directory: Path, client: Client) -> None:
    write(directory, "upper").rename(directory / "upper.YAML")

    assert "upper" not in client.get("/", buffered=True).text
    assert client.get("/upper/", buffered=True).status_code == 404


@pytest.mark.parametrize("name", ["käse", "a&b", "100%", "<i>", 'quo"ted', ".hidden", "a.b", "_"])
def test_whatever_a_file_is_called_its_link_leads_to_it(directory: Path, client: Client, name: str) -> None:
    for path in directory.iterdir():
        path.unlink()
    write(directory, name)

    link = client.get("/", buffered=True).text.partition('<a href="http://localhost')[2].partition('"')[0]

    assert client.get(link, buffered=True).status_code == 200


def test_a_name_of_no_unicode_is_reached_too(directory: Path, client: Client) -> None:
    write(directory, "bytes").rename(os.fsdecode(os.fsencode(directory) + b"/\xe4.yaml"))

    assert '/%E4/">' in client.get("/", buffered=True).text
    assert client.get("/", environ_overrides={"PATH_INFO": "/\xe4/"}, buffered=True).status_code == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.one_of(st.text(), st.sampled_from(["../outside", "/etc/hosts", "..", ".", "\0", "a" * 300, "one/../two"]))
)
def test_a_name_is_a_file_of_the_directory_or_nothing(directory: Path, name: str) -> None:
    found = ConfigurationDirectory(directory).file(name)

    assert found == (str(directory / f"{name}.yaml") if name in {"one", "two"} else None)


def test_a_changed_configuration_is_used_from_the_next_request_on(directory: Path, client: Client) -> None:
    before = client.get("/one/tms/1.0.0/changed/EPSG3857", buffered=True).status_code

    write(directory, "one", layer="changed")

    assert before == 404
    assert client.get("/one/tms/1.0.0/changed/EPSG3857", buffered=True).status_code == 200


def test_a_broken_change_leaves_the_instance_as_it_was(
    directory: Path, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/one/", buffered=True)
    write(directory, "one", layer="[")

    with caplog.at_level(logging.ERROR):
        statuses = [client.get("/one/tms/1.0.0/layer/EPSG3857", buffered=True).status_code for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(caplog.records) == 1


def test_an_instance_that_was_never_good_is_reported_once_and_harms_no_other(
    directory: Path, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    write(directory, "bad", layer="[")

    with caplog.at_level(logging.ERROR):
        answers = [client.get("/bad/", buffered=True) for _ in range(3)]

    assert [(answer.status_code, answer.mimetype) for answer in answers] == [(500, "text/plain")] * 3
    assert "no-store" in answers[0].headers["Cache-Control"]
    assert str(directory) not in answers[0].text
    assert len(caplog.records) == 1
    assert client.get("/one/", buffered=True).status_code == 200


def test_a_repaired_instance_is_served(directory: Path, client: Client) -> None:
    write(directory, "bad", layer="[")
    client.get("/bad/", buffered=True)

    write(directory, "bad")

    assert client.get("/bad/tms/1.0.0/layer/EPSG3857", buffered=True).status_code == 200


def test_an_instance_whose_file_is_gone_is_gone_until_it_is_back(directory: Path, client: Client) -> None:
    client.get("/one/", buffered=True)

    (directory / "one.yaml").unlink()
    gone = client.get("/one/", buffered=True).status_code
    write(directory, "one", layer="back")

    assert gone == 404
    assert client.get("/one/tms/1.0.0/back/EPSG3857", buffered=True).status_code == 200


def test_the_server_has_a_health_and_so_has_each_instance(directory: Path, client: Client) -> None:
    write(directory, "bad", layer="[")

    paths = ["/health/live", "/health/ready", "/one/health/ready", "/bad/health/ready", "/health/other"]

    assert [client.get(path, buffered=True).status_code for path in paths] == [200, 200, 200, 500, 404]


def test_a_configuration_may_be_called_health(directory: Path, client: Client) -> None:
    write(directory, "health")

    assert client.get("/health/tms/1.0.0/layer/EPSG3857", buffered=True).status_code == 200


def test_head_gets_no_body(client: Client) -> None:
    page, unknown = client.head("/", buffered=True), client.head("/unknown/", buffered=True)

    assert (page.status_code, page.data) == (200, b"")
    assert (unknown.status_code, unknown.data) == (404, b"")


class TestTrustedProxies:
    """Whose headers count may be said for all instances, and in the configuration of each."""

    @pytest.mark.parametrize(
        ("for_all", "for_one", "expected"),
        [
            pytest.param(None, "[127.0.0.1]", "http://localhost/maps/one/tms/", id="an instance trusts the proxy"),
            pytest.param(None, "[192.0.2.1]", "http://localhost/one/tms/", id="an instance does not"),
            pytest.param(["127.0.0.1"], "", "http://localhost/maps/one/tms/", id="all trust it"),
            pytest.param(["192.0.2.1"], "", "http://localhost/one/tms/", id="none trusts it"),
        ],
    )
    def test_documents_of_instances(
        self, directory: Path, for_all: list[str] | None, for_one: str, expected: str
    ) -> None:
        write(directory, "one", trusted=for_one)
        client = Client(make_multi_app(directory, trusted_proxies=for_all))

        answer = client.get(
            "/one/tms/1.0.0", headers={"X-Script-Name": "/maps"}, environ_overrides={"REMOTE_ADDR": "127.0.0.1"}
        )

        assert f'href="{expected}' in answer.text

    @pytest.mark.parametrize(("trusted", "link"), [(["127.0.0.1"], "/maps/one/"), (["192.0.2.1"], "/one/")])
    def test_the_page_at_the_root(self, directory: Path, trusted: list[str], link: str) -> None:
        client = Client(make_multi_app(directory, allow_listing=True, trusted_proxies=trusted))

        page = client.get("/", headers={"X-Script-Name": "/maps"}, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})

        assert f'href="http://localhost{link}"' in page.text


@pytest.mark.parametrize(
    ("spelled", "lists"), [("true", True), ("ON", True), ("1", True), ("false", False), ("", False)]
)
def test_paste_deploy_spells_truth_in_words(directory: Path, spelled: str, lists: bool) -> None:
    application = app_factory({}, str(directory), allow_listing=spelled, something="else")

    assert ("/one/" in Client(application).get("/").text) == lists


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a directory"):
        make_multi_app(tmp_path / "missing")
