"""Requests to one database of CouchDB."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceError, StoreError
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.source_failure import upstream_text
from tilekeep.ports.http_client import HttpClient

#: No answer about as many tiles as are asked for at a time is larger, unless something is wrong.
_MOST_BYTES = 1 << 28

#: Tiles are compressed already, and to compress their text costs more than it saves.
_HEADERS = (("Accept", "application/json"), ("Content-Type", "application/json"), ("Accept-Encoding", "identity"))
_OK, _CREATED, _ACCEPTED, _MISSING, _EXISTS = 200, 201, 202, 404, 412
_REFUSED = (401, 403)


class CouchdbDatabase:
    """A database that is made when something is stored in it; reading it before is no error."""

    def __init__(self, http: HttpClient, url: str) -> None:
        """Binds the database to its URL, which has no credentials; asks nothing.

        Args:
            http: sends requests, with credentials where the server wants some.
            url: of the database.
        """
        self._http = http
        self.url = url

    def document(self, name: str, deadline: Deadline) -> dict[str, Any] | None:
        """A document with the bytes of its attachments, or None.

        :raises StoreError: the server does not answer, or refuses.
        """
        path = f"/{quote(name, safe='')}?attachments=true"
        found: dict[str, Any] | None = self._asked("read tile", "GET", path, None, deadline)
        return found

    def rows(self, doing: str, names: Iterable[str], deadline: Deadline, **options: bool) -> list[dict[str, Any]]:
        """What is known of documents: rows of ``_all_docs``, without those that do not exist."""
        found = self._asked(doing, "POST", f"/_all_docs{_query(options)}", {"keys": list(names)}, deadline)
        return _living(found)

    def page(self, doing: str, options: Mapping[str, Any], deadline: Deadline) -> list[dict[str, Any]]:
        """Rows of ``_all_docs`` in the order of their ids."""
        return _living(self._asked(doing, "GET", f"/_all_docs{_query(options)}", None, deadline))

    def store(self, doing: str, documents: Iterable[Mapping[str, Any]], deadline: Deadline) -> list[str]:
        """Stores documents; the ids of those that are not stored, since somebody has changed them meanwhile.

        :raises StoreError: the server does not answer, or refuses a document.
        """
        body = {"docs": list(documents)}
        results = self._asked(doing, "POST", "/_bulk_docs", body, deadline)
        if results is None:
            self._create(doing, deadline)
            results = self._asked(doing, "POST", "/_bulk_docs", body, deadline)
        if results is None:
            raise self._error(doing, "it has no database of that name, though it has just been created")
        conflicts = []
        for result in results:
            if result.get("error") == "conflict":
                conflicts.append(result["id"])
            elif "error" in result:
                raise self._error(doing, f"it refuses {result.get('id')!r}: {result.get('reason')}")
        return conflicts

    def _create(self, doing: str, deadline: Deadline) -> None:
        answer = self._send(doing, "PUT", "", None, deadline)
        if answer.status not in (_CREATED, _ACCEPTED, _EXISTS):
            raise self._error(doing, self._refusal(answer.status, answer.body))

    def _asked(self, doing: str, method: str, path: str, body: Any, deadline: Deadline) -> Any:
        """The JSON that comes back; None where there is nothing under that name."""
        answer = self._send(doing, method, path, body, deadline)
        if answer.status == _MISSING:
            return None
        if answer.status not in (_OK, _CREATED, _ACCEPTED):
            raise self._error(doing, self._refusal(answer.status, answer.body))
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise self._error(doing, "what it answers is no JSON; is it CouchDB?") from error

    def _send(self, doing: str, method: str, path: str, body: Any, deadline: Deadline) -> Any:
        request = UpstreamRequest(
            method=method,
            url=f"{self.url}{path}",
            public_url=f"{self.url}{path}",
            headers=_HEADERS,
            body=None if body is None else json.dumps(body).encode(),
        )
        try:
            return self._http.send(request, deadline, max_bytes=_MOST_BYTES)
        except SourceError as error:
            raise self._error(doing, f"{error}; does it run, and is the url right?") from error

    def _refusal(self, status: int, body: bytes) -> str:
        if status in _REFUSED:
            return f"it does not permit that ({status}); put another user and password into the url"
        return f"it answers {status}: {upstream_text(body[:200].decode('utf-8', 'replace'))}"

    def _error(self, doing: str, why: str) -> StoreError:
        return StoreError(f"cannot {doing} in CouchDB {self.url}: {why}")


def _query(options: Mapping[str, Any]) -> str:
    return f"?{urlencode({name: json.dumps(value) for name, value in options.items()})}" if options else ""


def _living(answer: Any) -> list[dict[str, Any]]:
    """Rows of documents that exist and are not deleted."""
    rows = [] if answer is None else answer["rows"]
    return [row for row in rows if "error" not in row and not row["value"].get("deleted")]
