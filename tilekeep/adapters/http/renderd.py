"""A renderer that is told what to make by HTTP (spec/caches.md, 16)."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceContentError, SourceError
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.source_failure import failure_texts, upstream_text
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpClient

_LOG = logging.getLogger("tilekeep.source.renderd")

_FAILURE = "Error from renderd"

_MOST_BYTES = 1 << 20

#: Whoever waits for a tile goes first.
_PRIORITIES = {Purpose.SERVE: 100, Purpose.REFRESH: 10, Purpose.SEED: 10}


class RenderdClient:
    """A :class:`~tilekeep.ports.renderer.Renderer` that posts a task and waits until it is done.

    Args:
        http: sends requests.
        url: where tasks are posted, without credentials.
        timeout_seconds: longest wait for an answer.
        hide_error_details: whether clients are not told what the renderer says.
    """

    def __init__(
        self, http: HttpClient, clock: Clock, *, url: str, timeout_seconds: float, hide_error_details: bool
    ) -> None:
        self._http = http
        self._clock = clock
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._hide_error_details = hide_error_details

    def render(self, cache: str, grid: str, coords: Sequence[TileCoord], purpose: Purpose, deadline: Deadline) -> None:
        """See :meth:`tilekeep.ports.renderer.Renderer.render`."""
        request = self._request(f"{cache}_{grid}", coords, purpose)
        patience = deadline.sooner(self._clock.monotonic() + self._timeout_seconds)
        try:
            answer = self._http.send(request, patience, max_bytes=_MOST_BYTES)
            self._judge(answer.body, request)
        except SourceError as error:
            _LOG.warning("%s", error)
            raise

    def _request(self, identifier: str, coords: Sequence[TileCoord], purpose: Purpose) -> UpstreamRequest:
        tiles = [[coord.x, coord.y, coord.z] for coord in coords]
        task = {
            "command": "tile",
            "id": hashlib.sha1(repr((identifier, tiles)).encode(), usedforsecurity=False).hexdigest(),
            "tiles": tiles,
            "cache_identifier": identifier,
            "priority": _PRIORITIES[purpose],
        }
        headers = (("Content-Type", "application/json"),)
        return UpstreamRequest("POST", self._url, headers, json.dumps(task).encode())

    def _judge(self, body: bytes, request: UpstreamRequest) -> None:
        """Raises unless the renderer says that all is well, whatever its HTTP status."""
        said = _said(body)
        message = upstream_text(str(said.get("error_message", "it does not say why")))
        match said.get("status"):
            case "ok":
                return
            case "lock":
                raise LockTimeout(f"{_FAILURE} {request.public_url}: {message}")
            case "error":
                raise self._failure(request, message)
        raise self._failure(request, "the answer is no object with a status of ok, error or lock")

    def _failure(self, request: UpstreamRequest, reason: str) -> SourceContentError:
        texts = failure_texts(_FAILURE, request.public_url, reason, hide_details=self._hide_error_details)
        return SourceContentError(texts.log, client_message=texts.client)


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
