"""What HTTP headers tell of an object: the same in all services, but for how the names of metadata begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tilekeep.adapters.storage.objects.http_dates import http_date
from tilekeep.adapters.storage.objects.service import Metadata, ObjectHead, StoredObject
from tilekeep.adapters.storage.services.transfers import Answer


@dataclass(frozen=True, slots=True)
class ObjectHeaders:
    """The headers of one service; those with metadata have names that begin with ``prefix``, in lower case."""

    prefix: str

    def of(self, metadata: Metadata) -> dict[str, str]:
        """The headers of a request that gives an object its metadata."""
        return {self.prefix + name: value for name, value in metadata.items()}

    def head(self, answer: Answer) -> ObjectHead:
        """The object of an answer to HEAD."""
        length = answer.headers.get("content-length", "")
        return self._head(answer.headers, int(length) if length.isascii() and length.isdigit() else 0)

    def stored(self, answer: Answer) -> StoredObject:
        """The object of an answer to GET."""
        return StoredObject(answer.body, self._head(answer.headers, len(answer.body)))

    def _head(self, headers: Mapping[str, str], size: int) -> ObjectHead:
        metadata = {}
        for name, value in headers.items():
            lower = name.lower()
            if lower.startswith(self.prefix):
                metadata[lower[len(self.prefix) :]] = value
        return ObjectHead(size, http_date(headers.get("last-modified", "")), metadata)
