"""An archive on a web server that answers requests for parts of it (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from tilekeep.adapters.storage.pmtiles.ranges import Part
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceError, StoreError
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.secrets import redacted
from tilekeep.domain.staleness import UNKNOWN_TIME
from tilekeep.ports.http_client import HttpAnswer, HttpClient

_PARTIAL, _MISSING, _BEYOND_THE_END = 206, (404, 410), 416
_OK = 200

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)


class HttpRanges:
    """One request for each part; the client keeps connections and knows time-outs."""

    def __init__(self, url: str, client: HttpClient) -> None:
        """``url`` is without credentials, which are the client's."""
        self.place = redacted(url)
        self._url = url
        self._client = client

    def version(self) -> object:
        """See :class:`~tilekeep.adapters.storage.pmtiles.ranges.ByteRanges`: each answer tells it."""
        return None

    def read(self, offset: int, length: int, deadline: Deadline) -> Part | None:
        """See :class:`~tilekeep.adapters.storage.pmtiles.ranges.ByteRanges`."""
        wanted = f"bytes={offset}-{offset + length - 1}"
        # A server that compressed what it sends would send parts of something else.
        headers = (("Range", wanted), ("Accept-Encoding", "identity"))
        try:
            request = UpstreamRequest("GET", self._url, headers)
            answer = self._client.send(request, deadline, max_bytes=length)
        except SourceError as error:
            raise StoreError(f"cannot read {self.place}: {error}") from error
        if answer.status in _MISSING:
            return None
        if answer.status == _BEYOND_THE_END:
            return Part(b"", _version(answer.headers), UNKNOWN_TIME)
        self._require_part(answer, offset, length)
        return Part(answer.body, _version(answer.headers), _stored_at(answer.headers))

    def _require_part(self, answer: HttpAnswer, offset: int, length: int) -> None:
        if answer.status == _OK:
            message = "its server sends the whole archive instead of a part; put it on one that knows range requests"
            raise StoreError(f"cannot read {self.place}: {message}")
        if answer.status != _PARTIAL:
            raise StoreError(f"cannot read {self.place}: HTTP status {answer.status}")
        found = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        if found is None or int(found[1]) != offset or len(answer.body) > length:
            raise StoreError(f"cannot read {self.place}: its server sends another part than it was asked for")
        if len(answer.body) != int(found[2]) - offset + 1:
            raise StoreError(f"cannot read {self.place}: its server sends less than it says")


def _version(headers: Mapping[str, str]) -> object:
    """What changes when the archive is replaced."""
    _, _, size = headers.get("content-range", "").rpartition("/")
    return headers.get("etag"), headers.get("last-modified"), size


def _stored_at(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers["last-modified"]).timestamp()
    except (KeyError, ValueError):
        return UNKNOWN_TIME
