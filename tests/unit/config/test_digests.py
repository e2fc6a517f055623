"""Configurations that make the same tiles under the same names have the same digest, and only those."""

from __future__ import annotations

import re

import pytest

from tests.unit.config.configurations import MINIMAL, loaded
from tilekeep.config.seeding.brokers import seed_broker
from tilekeep.config.seeding.digest import configuration_digest
from tilekeep.domain.errors import ConfigurationError

STORED = MINIMAL.replace("    sources: [osm]\n", "    sources: [osm]\n    cache: {type: sqlite}\n")


def digest(text: str, **variables: str) -> str:
    return configuration_digest(loaded(text, variables=variables).settings)


def with_store(options: str) -> str:
    return STORED.replace("{type: sqlite}", f"{{type: sqlite, {options}}}")


def test_it_is_sixteen_hexadecimal_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", digest(MINIMAL))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("# one more comment\n" + STORED, id="comments"),
        pytest.param(
            STORED.replace("      url: ", "      layers: roads\n      url: ", 1).replace(
                "wms\n      layers: roads\n", "wms\n"
            ),
            id="order",
        ),
        pytest.param("globals: {cache: {meta_size: [4, 4]}}\n" + STORED, id="defaults that are said"),
        pytest.param(STORED.replace("title: OSM", "title: Roads"), id="layers"),
        pytest.param(STORED.replace("  tms:", "  wms:"), id="services"),
    ],
)
def test_what_does_not_concern_tiles_does_not_matter(other: str) -> None:
    assert digest(other) == digest(STORED)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("globals: {cache: {base_dir: /srv/tiles, lock_dir: /run/locks}}\n" + STORED, id="directories"),
        pytest.param(
            "globals: {http: {client_timeout: 5, headers: {Key: secret}}}\n" + STORED, id="how servers are asked"
        ),
        pytest.param("globals: {redis: {host: here}}\n" + STORED, id="where hosts meet"),
        pytest.param(with_store("directory: /srv/tiles"), id="the directory of a store"),
        pytest.param(with_store("tile_lock_dir: /run/locks"), id="the directory of locks"),
    ],
)
def test_where_things_lie_on_a_machine_does_not_matter(other: str) -> None:
    assert digest(other) == digest(STORED)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(STORED.replace("layers: roads", "layers: rivers"), id="what a source is asked for"),
        pytest.param(STORED.replace("maps.example.org", "maps.example.com"), id="which server"),
        pytest.param(STORED.replace("sqlite", "mbtiles"), id="the kind of store"),
        pytest.param("globals: {cache: {meta_size: [2, 2]}}\n" + STORED, id="what is made together"),
        pytest.param("globals: {image: {jpeg_quality: 50}}\n" + STORED, id="how tiles are encoded"),
        pytest.param(STORED.replace("GLOBAL_WEBMERCATOR", "GLOBAL_GEODETIC"), id="the grid"),
    ],
)
def test_what_tiles_show_matters(other: str) -> None:
    assert digest(other) != digest(STORED)


def test_keys_of_objects_are_no_directories_of_a_machine() -> None:
    stores = [STORED.replace("{type: sqlite}", f"{{type: s3, bucket_name: b, directory: {name}}}") for name in "xy"]

    assert digest(stores[0]) != digest(stores[1])


def test_values_of_variables_count_as_if_they_had_been_written() -> None:
    text = STORED.replace("layers: roads", "layers: ${WHAT}")

    assert digest(text, WHAT="roads") == digest(STORED)
    assert digest(text, WHAT="rivers") != digest(STORED)


def test_the_broker_of_a_configuration_tells_nobody_its_password() -> None:
    settings = loaded(MINIMAL).settings

    broker = seed_broker("redis://me:secret@host:1234/5", settings)

    assert (broker.server.host, broker.server.port, broker.server.db) == ("host", 1234, 5)
    assert (broker.server.username, broker.server.password) == ("me", "secret")
    assert broker.digest == configuration_digest(settings)
    assert "secret" not in repr(broker)


@pytest.mark.parametrize("url", ["", "host:6379", "amqp://me:secret@host", "redis://", "redis://:secret@host/x"])
def test_what_is_no_broker_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        seed_broker(url, loaded(MINIMAL).settings)

    assert "redis://user:password@host:port/db" in caught.value.message
    assert "secret" not in str(caught.value)
