"""Bad answers to requests for images, by name, and what is to be true of every failure."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from werkzeug.test import TestResponse

from tests.integration.support.bad_images import image_bomb
from tests.integration.support.drawing import plain
from tests.integration.support.upstream_server import Received, Reply

LARGEST_BYTES = 200_000

HIDDEN = "(see logs for URL and reason)."
USELESS = "The source did not answer with a usable image."


class Bad(NamedTuple):
    """A bad answer to a request for an image of a size.

    :ivar log: what the log says of it, of a WMS and of a tile server.
    :ivar client: the same for clients.
    """

    reply: Callable[[tuple[int, int], Received], Reply]
    log: tuple[str, str]
    client: tuple[str, str]


def _both(reply: Callable[[tuple[int, int], Received], Reply], log: str, client: str) -> Bad:
    return Bad(reply, (log, log), (client, client))


def _status(status: int, **headers: str) -> Bad:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _both(lambda *_: Reply(status, b"inner.example says no", named), f'": {status}', f"HTTP Error {HIDDEN}")


def _content(media_type: str, body: bytes, log: str) -> Bad:
    """Another kind of content than images, which says so."""
    return Bad(
        lambda *_: Reply(body=body, headers={"Content-Type": media_type}),
        (f"no image returned from source WMS: {{url}}, response was: '{log}", f"is '{media_type}'"),
        (f"no image returned from source WMS {HIDDEN}", f"response is not an image {HIDDEN}"),
    )


def _image(body: Callable[[tuple[int, int]], bytes], log: str, client: str = USELESS) -> Bad:
    """What is called a PNG."""
    return _both(lambda size, _: Reply(body=body(size), headers={"Content-Type": "image/png"}), log, client)


def _reply(log: str, client: str, **options: object) -> Bad:
    """A good image, sent in a bad way."""
    return _both(
        lambda size, _: Reply(body=plain(size), headers={"Content-Type": "image/png"}, **options),  # type: ignore[arg-type]
        log,
        client,
    )


NO_RESPONSE = f"No response from URL {HIDDEN}"
UNUSABLE = f"Unusable answer from URL {HIDDEN}"

BAD = {
    "204": _both(lambda *_: Reply(204), '": 204', 'HTTP Error "204 No Content"'),
    "304 to nobody's question": _status(304),
    "400": _status(400),
    "401": _status(401, WWW_Authenticate="Negotiate"),
    "403": _status(403),
    "404": _status(404),
    "500": _status(500),
    "502": _status(502),
    "503": _status(503),
    "a redirect in circles": _both(
        lambda _, request: Reply(302, headers={"Location": request.target}), '": 302', f"HTTP Error {HIDDEN}"
    ),
    "a redirect to a file": _status(302, Location="file:///etc/passwd"),
    "HTML": _content("text/html", b"<html>Sign in at inner.example</html>", "<html>Sign in at inner.example</html>'"),
    "an exception in XML": _content(
        "application/vnd.ogc.se_xml", b"<E>\nno data\x1b[31m</E>", r"<E>\nno data\x1b[31m</E>'"
    ),
    "JSON with a secret": _content("application/json", b'{"token": "hunter2"}', '{"token": "***"}'),
    "bytes": _content("application/octet-stream", b"\x00" * 200, r"\x00"),
    "HTML called PNG": _image(lambda _: b"<html>Sign in</html>", "upstream image refused"),
    "nothing": _image(lambda _: b"", "Empty answer from URL", f"Empty answer from URL {HIDDEN}"),
    "half an image": _image(lambda size: plain(size)[:-40], "upstream image refused"),
    "an image bomb": _image(lambda _: image_bomb(5000, 5000), "upstream image refused"),
    "a wrong size": _image(lambda size: plain((size[0] - 1, size[1])), "pixels instead of"),
    "another wrong size": _image(lambda size: encoded_jpeg((size[0], size[1] + 1)), "pixels instead of"),
    "a body without end": _image(lambda _: bytes(5 * LARGEST_BYTES), "Unusable answer from URL", UNUSABLE),
    "a chunked body without end": _both(
        lambda *_: Reply(
            body=bytes(5 * LARGEST_BYTES), headers={"Content-Type": "image/png"}, chunked=True, trickle=(65536, 0.0)
        ),
        "Unusable answer from URL",
        UNUSABLE,
    ),
    "a compressed body without end": _both(
        lambda *_: Reply(
            body=gzip.compress(bytes(20 * LARGEST_BYTES)),
            headers={"Content-Type": "image/png", "Content-Encoding": "gzip"},
        ),
        "Unusable answer from URL",
        UNUSABLE,
    ),
    "an encoding nobody asked for": _both(
        lambda size, _: Reply(body=plain(size), headers={"Content-Type": "image/png", "Content-Encoding": "br"}),
        "Unusable answer from URL",
        UNUSABLE,
    ),
    "a body cut off": _reply("No response from URL", NO_RESPONSE, send_only=100),
    "a connection closed": _reply("No response from URL", NO_RESPONSE, no_answer=True),
    "a connection reset": _reply("No response from URL", NO_RESPONSE, no_answer="reset"),
    "silence": _reply("timed out", NO_RESPONSE, delay_seconds=3.0),
    "dripping headers": _reply("timed out", NO_RESPONSE, trickle_headers_seconds=0.1),
    "a dripping body": _reply("timed out", NO_RESPONSE, trickle=(1, 0.1)),
}


#: What comes too late for the impatient one.
SLOW = {"silence", "dripping headers", "a dripping body"}


def encoded_jpeg(size: tuple[int, int]) -> bytes:
    return plain(size, "JPEG")


def is_told(answer: TestResponse, text: str) -> None:
    """The failure in the form of the protocol, for nobody to keep, and nothing that is nobody's business."""
    body = answer.get_data(as_text=True)
    assert text in body.replace("&quot;", '"'), body
    assert answer.status_code == 500
    assert "no-store" in answer.headers["Cache-Control"]
    for secret in ("hunter2", "127.0.0.1", "inner.example", "://"):
        assert secret not in body.replace("http://www.opengis.net", "").replace("http://schemas.opengis.net", "")


def log_of(caplog: pytest.LogCaptureFixture) -> str:
    """What the operator reads: single lines without control characters, and no traceback."""
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("tilekeep")]
    assert not any("\n" in message or "\x1b" in message for message in messages)
    assert not any(record.exc_info for record in caplog.records)
    return "\n".join(messages)


def stored_tiles(folder: Path) -> list[str]:
    """The names of all tiles in the caches of a configuration in ``folder``."""
    return [path.name for path in (folder / "cache_data").rglob("*.png")]
