"""A map server on localhost that answers as scripted, badly too, and counts what reaches it.

::

    with UpstreamServer() as upstream:
        upstream.on("/wms", Reply(body=png, headers={"Content-Type": "image/png"}))
        upstream.on("/slow", Reply(body=png, delay_seconds=0.5), Reply(status=503))   # one after the other
        upstream.on("/echo", lambda request: Reply(body=request.target.encode()))
        ... upstream.url + "/wms" ...
        assert len(upstream.requests_to("/wms")) == 1
        assert upstream.connections == 1

The last reply of a path is repeated.  Paths without a script get 404.  It speaks HTTP/1.1 with keep-alive.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, urlsplit

_REASONS = {200: "OK", 204: "No Content", 302: "Found", 304: "Not Modified", 401: "Unauthorized", 404: "Not Found"}


@dataclass(frozen=True)
class Reply:
    """One scripted answer.

    :ivar delay_seconds: silence before the status line.
    :ivar trickle: (bytes, seconds): the body in pieces with a pause after each.
    :ivar trickle_headers_seconds: a pause after each byte of status line and headers.
    :ivar send_only: bytes of the body after which the connection is closed.
    :ivar content_length: the header instead of the true length; None leaves it out and closes at the end.
    :ivar chunked: the body in chunks instead of with a length.
    :ivar close: closes the connection after the answer, with (True) or without (``"silently"``) saying so.
    :ivar no_answer: closes the connection instead of answering, or resets it (``"reset"``).
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    trickle: tuple[int, float] | None = None
    trickle_headers_seconds: float = 0.0
    send_only: int | None = None
    content_length: int | str | None = "true"
    chunked: bool = False
    close: bool | str = False
    no_answer: bool | str = False


def image_reply(body: bytes, media_type: str = "image/png", **options: object) -> Reply:
    """A good answer with an image in it."""
    return Reply(body=body, headers={"Content-Type": media_type}, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Received:
    """A request as it arrived; ``connection`` numbers the connections from 1, header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def parameters(self) -> dict[str, str]:
        """Query parameters, names in lower case."""
        return {name.lower(): value for name, value in parse_qsl(urlsplit(self.target).query, keep_blank_values=True)}


Script = Reply | Callable[[Received], Reply]


class UpstreamServer:
    """Listens on ``127.0.0.1`` on a free port while inside ``with``; ``certificate`` is a (cert, key) pair for TLS."""

    def __init__(self, certificate: tuple[str, str] | None = None) -> None:
        self._context: ssl.SSLContext | None = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*certificate)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._scripts: dict[str, list[Script]] = {}
        self._others: Script = Reply(404)
        self._received: list[Received] = []
        self._connections = 0
        self._open: set[socket.socket] = set()
        self._under_way = 0
        self.most_under_way = 0
        self.sent_in_full = 0
        self.bytes_sent = 0
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops listening and closes all connections, as a server that is killed; may be called twice."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.close_connections()
        self._thread.join(5)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def host(self) -> str:
        """``127.0.0.1:port``."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """``http://127.0.0.1:port`` without a slash at the end."""
        return f"{'https' if self._context else 'http'}://{self.host}"

    def on(self, path: str, *scripts: Script) -> None:
        """Answers requests to ``path`` with ``scripts``, one after the other, the last one for ever."""
        with self._lock:
            self._scripts[path] = list(scripts)

    def on_other_paths(self, script: Script) -> None:
        """Answers requests to paths without a script of their own."""
        with self._lock:
            self._others = script

    @property
    def requests(self) -> list[Received]:
        """All requests so far, in the order of their arrival."""
        with self._lock:
            return list(self._received)

    def requests_to(self, path: str) -> list[Received]:
        return [request for request in self.requests if request.path == path]

    @property
    def connections(self) -> int:
        """Connections accepted so far."""
        with self._lock:
            return self._connections

    def forget(self) -> None:
        """Starts counting anew; scripts and open connections stay."""
        with self._lock:
            self._received.clear()
            self._connections = 0
            self.most_under_way = 0
            self.bytes_sent = 0

    def close_connections(self, *, reset: bool = False) -> None:
        """Closes all open connections, idle or not, and waits for it; with ``reset`` by a TCP reset."""
        with self._lock:
            victims = list(self._open)
        for connection in victims:
            with contextlib.suppress(OSError):
                if reset:
                    # No farewell: the serving thread wakes up, and its closing of the socket becomes a reset.
                    _reset_on_close(connection)
                    connection.shutdown(socket.SHUT_RD)
                else:
                    connection.shutdown(socket.SHUT_RDWR)
        self._wait_until_closed(victims)

    def _wait_until_closed(self, victims: list[socket.socket]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._open.isdisjoint(victims), timeout=1)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with self._lock:
                self._connections += 1
                number = self._connections
                self._open.add(connection)
            try:
                with connection, connection.makefile("rb") as stream:
                    while (request := _parse(stream, number)) is not None and self._answer(connection, request):
                        pass
            finally:
                with self._changed:
                    self._open.discard(connection)
                    self._changed.notify_all()

    def _answer(self, connection: socket.socket, request: Received) -> bool:
        """Whether the connection stays open."""
        with self._lock:
            self._received.append(request)
            self._under_way += 1
            self.most_under_way = max(self.most_under_way, self._under_way)
            scripts = self._scripts.get(request.path, [self._others])
            script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        try:
            reply = script if isinstance(script, Reply) else script(request)
            self._stopping.wait(reply.delay_seconds)
            if reply.no_answer == "reset":
                _reset_on_close(connection)
            if reply.no_answer:
                return False
            for piece, pause in _pieces(reply):
                connection.sendall(piece)
                with self._lock:
                    self.bytes_sent += len(piece)
                if pause:
                    self._stopping.wait(pause)
            with self._lock:
                self.sent_in_full += 1
            return not reply.close and reply.send_only is None and (reply.chunked or reply.content_length is not None)
        finally:
            with self._lock:
                self._under_way -= 1


def _reset_on_close(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _parse(stream: object, connection: int) -> Received | None:
    start = stream.readline().decode("latin-1").split()  # type: ignore[attr-defined]
    if len(start) != 3:
        return None
    headers = {}
    while line := stream.readline().decode("latin-1").strip():  # type: ignore[attr-defined]
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))  # type: ignore[attr-defined]
    return Received(start[0], start[1], headers, body, connection)


def _pieces(reply: Reply) -> Iterator[tuple[bytes, float]]:
    """What goes over the wire, each piece with the pause after it."""
    head = _head(reply)
    if reply.trickle_headers_seconds:
        yield from ((head[i : i + 1], reply.trickle_headers_seconds) for i in range(len(head)))
    else:
        yield head, 0.0
    if reply.status in (204, 304):
        return
    body = reply.body[: reply.send_only]
    size, pause = reply.trickle or (max(1, len(body)), 0.0)
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        yield (b"%x\r\n%b\r\n" % (len(piece), piece) if reply.chunked else piece), pause
    if reply.chunked and reply.send_only is None:
        yield b"0\r\n\r\n", 0.0


def _head(reply: Reply) -> bytes:
    headers = dict(reply.headers)
    if reply.chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif reply.content_length is not None and reply.status not in (204, 304):
        length = len(reply.body) if reply.content_length == "true" else reply.content_length
        headers["Content-Length"] = str(length)
    if reply.close is True or (reply.content_length is None and not reply.chunked):
        headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Scripted')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
