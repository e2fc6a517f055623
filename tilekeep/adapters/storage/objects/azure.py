"""A container of Azure Blob Storage: its requests and what its answers mean (spec/caches.md, 3.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from tilekeep.adapters.storage.objects.azure_account import AzureAccount
from tilekeep.adapters.storage.objects.azure_batches import CONTENT_TYPE, batch_body, batch_failures
from tilekeep.adapters.storage.objects.azure_signing import VERSION, signed
from tilekeep.adapters.storage.objects.failures import Refusal, store_error
from tilekeep.adapters.storage.objects.http_dates import http_date
from tilekeep.adapters.storage.objects.object_headers import ObjectHeaders
from tilekeep.adapters.storage.objects.service import ListedObject, Listing, Metadata, ObjectHead, StoredObject
from tilekeep.adapters.storage.objects.xml_documents import (
    Unreadable,
    children,
    decoded,
    local_name,
    text,
    xml_root,
    xml_root_if_any,
)
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.transfers import LONG_SILENCE_SECONDS, Answer, Message, NoAnswer
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.ports.clock import Clock

_HEADERS = ObjectHeaders("x-ms-meta-")
_VERSIONED = {"x-ms-version": VERSION}
_OK, _CREATED, _ACCEPTED, _MISSING, _REPLACED = 200, 201, 202, 404, 412
_NO_SUCH_BLOB = "BlobNotFound"


class AzureContainer:
    """An :class:`~tilekeep.adapters.storage.objects.service.ObjectService`.

    Args:
        account: whose container it is.
        container: its name.
        exchanges: sends requests.
        clock: the time that requests are signed with.
        content_type: of new objects, None to say none.
    """

    most_removed = 256

    def __init__(
        self, account: AzureAccount, container: str, exchanges: Exchanges, clock: Clock, *, content_type: str | None
    ) -> None:
        self._account = account
        self._container = container
        self._path = f"{account.path}{container}"
        self._exchanges = exchanges
        self._clock = clock
        self._new_headers = {"x-ms-blob-type": "BlockBlob"}
        if content_type is not None:
            self._new_headers["x-ms-blob-content-type"] = content_type

    def get(self, key: str, deadline: Deadline = NO_DEADLINE) -> StoredObject | None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        answer = self._ask("GET", key, deadline)
        return None if self._is_missing("read", key, answer) else _HEADERS.stored(answer)

    def head(self, key: str, deadline: Deadline = NO_DEADLINE) -> ObjectHead | None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        answer = self._ask("HEAD", key, deadline)
        return None if self._is_missing("read", key, answer) else _HEADERS.head(answer)

    def put(self, key: str, body: bytes, metadata: Metadata, deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        answer = self._ask("PUT", key, deadline, headers=self._new_headers | _HEADERS.of(metadata), body=body)
        if answer.status != _CREATED:
            raise self._error("store", key, answer)

    def rewrite(
        self, key: str, change: Callable[[ObjectHead], Metadata], deadline: Deadline = NO_DEADLINE
    ) -> ObjectHead | None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`: the metadata alone is sent."""
        found = self._ask("HEAD", key, deadline)
        if self._is_missing("renew", key, found):
            return None
        head = _HEADERS.head(found)
        if not head.size:
            return head
        metadata = change(head)
        headers = _HEADERS.of(metadata)
        if "etag" in found.headers:
            headers["if-match"] = found.headers["etag"]
        answer = self._ask("PUT", key, deadline, headers=headers, query={"comp": "metadata"})
        if answer.status == _REPLACED:
            return self.head(key, deadline)
        return None if self._is_missing("renew", key, answer) else head._replace(metadata=metadata)

    def remove(self, keys: Sequence[str], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        if len(keys) > 1:
            self._remove_together(keys, deadline)
            return
        for key in keys:
            answer = self._ask("DELETE", key, deadline)
            if answer.status != _ACCEPTED:
                self._is_missing("remove", key, answer)

    def pages(self, prefix: str, *, flat: bool, deadline: Deadline = NO_DEADLINE) -> Iterator[Listing]:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`: List Blobs."""
        query = {"restype": "container", "comp": "list", "prefix": prefix, "include": "metadata"}
        if not flat:
            query["delimiter"] = "/"
        while True:
            answer = self._ask("GET", "", deadline, query=query)
            if answer.status != _OK:
                raise self._error("list", prefix, answer)
            try:
                root = xml_root(answer.body)
            except Unreadable as error:
                raise store_error("list", self._what(prefix), str(error)) from error
            yield _listing(root)
            marker = text(root, "NextMarker")
            if not marker:
                return
            query["marker"] = marker

    def locate(self, key: str) -> str:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        return f"{self._account.address.url}{self._path}/{quote(key, safe='/~')}"

    def _remove_together(self, keys: Sequence[str], deadline: Deadline) -> None:
        """One request of many, each signed by itself."""

        def message() -> Message:
            now = self._clock.now()
            parts = [self._message("DELETE", key, {}, b"", {}) for key in keys]
            body = batch_body([signed(part, self._account, now) for part in parts])
            query = {"restype": "container", "comp": "batch"}
            headers = {**_VERSIONED, "content-type": CONTENT_TYPE}
            batch = self._message("POST", "", headers, body, query)._replace(silence_seconds=LONG_SILENCE_SECONDS)
            return signed(batch, self._account, now)

        answer = self._exchange(message, "remove", keys[0], deadline)
        if answer.status != _ACCEPTED:
            raise self._error("remove", keys[0], answer)
        for status, code in batch_failures(answer.body):
            if (status, code) != (_MISSING, _NO_SUCH_BLOB):
                raise store_error("remove", self._what(keys[0]), Refusal(status, code).reason())

    def _ask(
        self,
        method: str,
        key: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        plain = self._message(method, key, {**_VERSIONED, **(headers or {})}, body, query or {})
        return self._exchange(
            lambda: signed(plain, self._account, self._clock.now()), _DOING.get(method, "change"), key, deadline
        )

    def _exchange(self, message: Callable[[], Message], doing: str, key: str, deadline: Deadline) -> Answer:
        try:
            return self._exchanges.ask(self._account.address, message, deadline)
        except NoAnswer as failure:
            raise store_error(doing, self._what(key), str(failure)) from failure

    def _message(
        self, method: str, key: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Message:
        target = f"{self._path}/{quote(key, safe='/~')}" if key else self._path
        if query:
            target = f"{target}?{urlencode(query, quote_via=quote)}"
        return Message(method, target, headers, body)

    def _is_missing(self, doing: str, key: str, answer: Answer) -> bool:
        """Whether there is no such blob.

        :raises StoreError: the answer is no success for another reason.
        """
        if answer.status == _OK:
            return False
        if answer.status == _MISSING and answer.headers.get("x-ms-error-code", _NO_SUCH_BLOB) == _NO_SUCH_BLOB:
            return True
        raise self._error(doing, key, answer)

    def _error(self, doing: str, key: str, answer: Answer) -> StoreError:
        return store_error(doing, self._what(key), _refusal(answer).reason())

    def _what(self, key: str) -> str:
        container = f"the container {self._container!r} of {self._account.name!r}"
        return f"{key!r} in {container}" if key else container


_DOING = {"GET": "read", "HEAD": "read", "PUT": "store", "DELETE": "remove"}


def _listing(root: Any) -> Listing:
    blobs = [item for found in children(root, "Blobs") for item in found]
    objects = [_listed(item) for item in blobs if local_name(item) == "Blob"]
    return Listing(objects, [_name(item) for item in blobs if local_name(item) == "BlobPrefix"])


def _listed(blob: Any) -> ListedObject:
    (properties,) = children(blob, "Properties")
    metadata = {local_name(entry).lower(): entry.text or "" for found in children(blob, "Metadata") for entry in found}
    modified_at = http_date(text(properties, "Last-Modified"))
    return ListedObject(_name(blob), int(text(properties, "Content-Length") or 0), modified_at, metadata)


def _name(item: Any) -> str:
    """Names that XML cannot have come percent-encoded, and say so."""
    encoded = any(name.get("Encoded") == "true" for name in children(item, "Name"))
    return decoded(text(item, "Name"), encoded=encoded)


def _refusal(answer: Answer) -> Refusal:
    code = answer.headers.get("x-ms-error-code", "")
    root = xml_root_if_any(answer.body)
    if root is None:
        return Refusal(answer.status, code)
    return Refusal(answer.status, code or text(root, "Code"), text(root, "Message"))
