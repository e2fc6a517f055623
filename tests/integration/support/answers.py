"""Plain HTTP requests as a map client makes them: every status is an answer, nothing is cached or followed up."""

from __future__ import annotations

import http.client
import io
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from PIL import Image


class Answer(NamedTuple):
    """What came back; names of headers are in lower case, of repeated headers the last stands."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def cache_control(self) -> str:
        """The Cache-Control header, empty if there is none."""
        return self.headers.get("cache-control", "")

    def image(self) -> Image.Image:
        """The body as a decoded image."""
        image = Image.open(io.BytesIO(self.body))
        image.load()
        return image

    def pixels(self) -> Image.Image:
        """The body as RGBA pixels."""
        return self.image().convert("RGBA")


def ask(url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
    """The answer to one request on a connection of its own."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        connection.request(
            method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", headers=headers or {}
        )
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()
