"""A service of objects in a dictionary."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from tilekeep.adapters.storage.objects.service import ListedObject, Listing, Metadata, ObjectHead, StoredObject
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError


class FakeObjectService:
    """A :class:`tilekeep.adapters.storage.objects.service.ObjectService`; its clock moves with each upload.

    ``objects`` is what is stored; ``requests`` is what was asked, in order; ``failure``, when set, is raised by
    everything as a :class:`StoreError`.  ``tells_metadata`` says whether listings do.
    """

    most_removed = 3

    def __init__(
        self, objects: dict[str, StoredObject] | None = None, *, tells_metadata: bool = False, page_size: int = 7
    ) -> None:
        self.objects: dict[str, StoredObject] = {} if objects is None else objects
        self.failure: str | None = None
        self.requests: list[tuple[str, str]] = []
        self.clock = 1_790_000_000.0
        self._tells_metadata = tells_metadata
        self._page_size = page_size
        self._guard = threading.Lock()

    def get(self, key: str, deadline: Deadline = NO_DEADLINE) -> StoredObject | None:
        self._note("get", key)
        return self.objects.get(key)

    def head(self, key: str, deadline: Deadline = NO_DEADLINE) -> ObjectHead | None:
        self._note("head", key)
        found = self.objects.get(key)
        return None if found is None else found.head

    def put(self, key: str, body: bytes, metadata: Metadata, deadline: Deadline = NO_DEADLINE) -> None:
        self._note("put", key)
        assert all(value.isascii() and value.isprintable() for value in metadata.values())
        assert sum(len(name) + len(value) for name, value in metadata.items()) <= 2048
        with self._guard:
            self.clock += 1
            self.objects[key] = StoredObject(body, ObjectHead(len(body), self.clock, dict(metadata)))

    def rewrite(
        self, key: str, change: Callable[[ObjectHead], Metadata], deadline: Deadline = NO_DEADLINE
    ) -> ObjectHead | None:
        found = self.get(key)
        if found is None:
            return None
        self.put(key, found.body, change(found.head))
        return self.objects[key].head

    def remove(self, keys: Sequence[str], deadline: Deadline = NO_DEADLINE) -> None:
        assert len(keys) <= self.most_removed
        for key in keys:
            self._note("remove", key)
            self.objects.pop(key, None)

    def pages(self, prefix: str, *, flat: bool, deadline: Deadline = NO_DEADLINE) -> Iterator[Listing]:
        names = sorted({self._entry(key, prefix, flat=flat) for key in list(self.objects) if key.startswith(prefix)})
        for start in range(0, max(len(names), 1), self._page_size):
            self._note("list", prefix)
            page = names[start : start + self._page_size]
            yield Listing(
                [listed for key in page if (listed := self._listed(key)) is not None],
                [name for name in page if name not in self.objects],
            )

    def locate(self, key: str) -> str:
        return f"fake://bucket/{key}"

    def _entry(self, key: str, prefix: str, *, flat: bool) -> str:
        name, slash, _ = key[len(prefix) :].partition("/")
        return key if flat else f"{prefix}{name}{slash}"

    def _listed(self, key: str) -> ListedObject | None:
        found = self.objects.get(key)
        if found is None:
            return None
        return ListedObject(
            key, found.head.size, found.head.modified_at, found.head.metadata if self._tells_metadata else None
        )

    def _note(self, operation: str, key: str) -> None:
        if self.failure is not None:
            raise StoreError(self.failure)
        self.requests.append((operation, key))
