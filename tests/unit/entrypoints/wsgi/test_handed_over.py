"""Which files nginx is told to send, and by which names."""

from __future__ import annotations

import pytest

from tilekeep.domain.tile import FileSlice
from tilekeep.entrypoints.wsgi.handed_over import HandedOver

HANDED_OVER = HandedOver("/stored/", "/var/cache/./tilekeep")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/var/cache/tilekeep/osm/1.png", "/stored/osm/1.png", id="below the directory"),
        pytest.param("/var/cache/tilekeep/a b/%/1.png", "/stored/a%20b/%25/1.png", id="quoted"),
        pytest.param(
            "/var/cache/tilekeep/a?b#c\n/1.png", "/stored/a%3Fb%23c%0A/1.png", id="what would end the address"
        ),
        pytest.param("/var/cache/tilekeep/k\udcff/1.png", "/stored/k%FF/1.png", id="bytes of no text"),
        pytest.param("/var/cache/other/1.png", None, id="elsewhere"),
        pytest.param("/var/cache/tilekeeper/1.png", None, id="a directory that begins alike"),
        pytest.param("/var/cache/tilekeep/../secret", None, id="a way out"),
        pytest.param("/var/cache/tilekeep", None, id="the directory itself"),
    ],
)
def test_names(path: str, expected: str | None) -> None:
    header = HANDED_OVER.header(FileSlice(path, 0, 10))

    assert header == (None if expected is None else ("X-Accel-Redirect", expected))


def test_a_part_of_a_file_is_not_handed_over() -> None:
    assert HANDED_OVER.header(FileSlice("/var/cache/tilekeep/archive", 5, 10)) is None
