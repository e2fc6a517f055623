"""Requests to one database of CouchDB."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from tilekeep.adapters.storage.couchdb.documents import Text, batch
from tilekeep.adapters.storage.couchdb.server import CouchdbServer
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.transfers import Answer, Message, NoAnswer
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.source_failure import upstream_text

_OK, _CREATED, _ACCEPTED, _MISSING, _EXISTS = 200, 201, 202, 404, 412
_REFUSED = (401, 403)
_ELSEWHERE = (301, 302, 303, 307, 308)

_STRANGE = "it answers in another way than CouchDB; does the url lead to something else?"

Kind = TypeVar("Kind", dict[str, Any], list[dict[str, Any]])


class CouchdbDatabase:
    """A database that is made when something is stored in it; reading it before is no error."""

    def __init__(self, exchanges: Exchanges, server: CouchdbServer, name: str) -> None:
        """Binds the database to its server; asks nothing.

        Args:
            exchanges: with that server.
            server: where it is.
            name: of the database (checked before).
        """
        self._exchanges = exchanges
        self._address = server.address()
        self._path = f"{server.path()}/{name}"
        self._headers = server.headers()
        self._timeout_seconds = server.timeout_seconds
        self.url = f"{server.url}/{name}"

    def document(self, name: str, deadline: Deadline) -> dict[str, Any] | None:
        """A document with the bytes of its attachments, or None.

        :raises StoreError: the server does not answer, or refuses.
        """
        path = f"/{quote(name, safe='')}?attachments=true"
        return self._asked("read tile", "GET", path, b"", deadline, dict)

    def rows(self, doing: str, names: Iterable[str], deadline: Deadline, **options: bool) -> list[dict[str, Any]]:
        """What is known of documents: rows of ``_all_docs``, without those that do not exist."""
        body = json.dumps({"keys": list(names)}).encode()
        return self._rows(doing, "POST", f"/_all_docs{_query(options)}", body, deadline)

    def page(self, doing: str, options: Mapping[str, Any], deadline: Deadline) -> list[dict[str, Any]]:
        """Rows of ``_all_docs`` in the order of their ids."""
        return self._rows(doing, "GET", f"/_all_docs{_query(options)}", b"", deadline)

    def store(self, doing: str, documents: Iterable[Text], deadline: Deadline) -> list[str]:
        """Stores some documents; the ids of those that are not stored, since somebody has changed them meanwhile.

        :raises StoreError: the server does not answer, or refuses a document.
        """
        body = batch(documents)
        results = self._asked(doing, "POST", "/_bulk_docs", body, deadline, list)
        if results is None:
            self._create(doing, deadline)
            results = self._asked(doing, "POST", "/_bulk_docs", body, deadline, list)
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
        answer = self._send(doing, "PUT", "", b"", deadline)
        if answer.status not in (_CREATED, _ACCEPTED, _EXISTS):
            raise self._error(doing, _refusal(answer))

    def _rows(self, doing: str, method: str, path: str, body: bytes, deadline: Deadline) -> list[dict[str, Any]]:
        """Rows of documents that exist and are not deleted."""
        answer = self._asked(doing, method, path, body, deadline, dict)
        rows = [] if answer is None else answer.get("rows")
        if not isinstance(rows, list):
            raise self._error(doing, _STRANGE)
        return [row for row in rows if "error" not in row and not row["value"].get("deleted")]

    def _asked(
        self, doing: str, method: str, path: str, body: bytes, deadline: Deadline, kind: type[Kind]
    ) -> Kind | None:
        """The JSON that comes back; None where there is nothing under that name."""
        answer = self._send(doing, method, path, body, deadline)
        if answer.status == _MISSING:
            return None
        if answer.status not in (_OK, _CREATED, _ACCEPTED):
            raise self._error(doing, _refusal(answer))
        try:
            found = json.loads(answer.body)
        except ValueError as error:
            raise self._error(doing, "what it answers is no JSON; is it CouchDB?") from error
        if not isinstance(found, kind):
            raise self._error(doing, _STRANGE)
        return found

    def _send(self, doing: str, method: str, path: str, body: bytes, deadline: Deadline) -> Answer:
        message = Message(method, self._path + path, self._headers, body, self._timeout_seconds)
        try:
            return self._exchanges.ask(self._address, lambda: message, deadline)
        except NoAnswer as error:
            raise self._error(doing, f"{error}; does it run, and is the url right?") from error

    def _error(self, doing: str, why: str) -> StoreError:
        return StoreError(f"cannot {doing} in CouchDB {self.url}: {why}")


def _refusal(answer: Answer) -> str:
    if answer.status in _REFUSED:
        return f"it does not permit that ({answer.status}); put another user and password into the url"
    if answer.status in _ELSEWHERE:
        return f"it sends on to {upstream_text(answer.headers.get('Location', 'nowhere')[:200])}; put that into the url"
    return f"it answers {answer.status}: {upstream_text(answer.body[:200].decode('utf-8', 'replace'))}"


def _query(options: Mapping[str, Any]) -> str:
    return f"?{urlencode({name: json.dumps(value) for name, value in options.items()})}" if options else ""
