"""``file://`` URLs: files answered as a server would."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceContentError, SourceUnreachable
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer


def send(url: str, *headers: tuple[str, str]) -> HttpAnswer:
    client = RequestsHttpClient(HttpOptions(), SystemClock())
    return client.send(UpstreamRequest("GET", url, headers), NO_DEADLINE, max_bytes=1000)


def test_files_are_answered_like_servers(tmp_path: Path) -> None:
    (tmp_path / "a b.png").write_bytes(b"map")
    url = f"file://{tmp_path}/a%20b.png"

    answer = send(url)
    again = send(url, ("If-Modified-Since", answer.headers["last-modified"]))

    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "image/png", b"map")
    assert again.status == 304


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("file:///no/such/file", "No such file", id="a missing file"),
        pytest.param("file://host/etc/hosts", "three slashes", id="a host"),
    ],
)
def test_other_files_are_unreachable(url: str, message: str) -> None:
    with pytest.raises(SourceUnreachable, match=message):
        send(url)


def test_what_would_keep_a_reader_waiting_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for name in ("pipe", "."):
        with pytest.raises(SourceUnreachable, match=r"regular file|directory"):
            send(f"file://{tmp_path}/{name}")


def test_large_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(bytes(1001))

    with pytest.raises(SourceContentError):
        send(f"file://{tmp_path}/large.png")
