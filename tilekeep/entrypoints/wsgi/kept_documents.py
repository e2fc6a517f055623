"""Documents of services, written once per configuration and base address and then kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.application.single_flight import SingleFlight
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.entrypoints.wsgi.authorise import HOOK
from tilekeep.entrypoints.wsgi.kept_document import KeptDocument
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Response, document


class DocumentName(NamedTuple):
    """What tells documents apart: their kind with all that shapes it, and the address they are written for."""

    kind: Hashable
    base: str


class KeptShare(NamedTuple):
    """How much may be kept."""

    documents: int
    bytes: int


#: Documents that were asked for once.  The host of an address is client data: whoever makes up hosts fills this
#: share, and no more.
ASKED_ONCE = KeptShare(16, 8 * 1024 * 1024)

#: Documents that were asked for again.
ASKED_AGAIN = KeptShare(48, 24 * 1024 * 1024)


@dataclass(slots=True, eq=False)
class _Entry:
    """A document, when it was asked for last, and whether that was more than once."""

    document: KeptDocument
    last_asked: int
    again: bool = False


class KeptDocuments:
    """Answers with documents, each of which is written on the first request for it.

    A document moves from one share to the other when it is asked for a second time; where a share is full, those
    that nobody asked for longest make room.  There is no lock around what is kept, so that a fork cannot leave it
    locked: at worst a document that was just asked for is written once more.

    Args:
        flights: lets requests for the same document wait for the one that writes it.
        once: what may be kept of documents that were asked for once.
        again: what may be kept of the others.
    """

    def __init__(
        self, flights: SingleFlight[KeptDocument], *, once: KeptShare = ASKED_ONCE, again: KeptShare = ASKED_AGAIN
    ) -> None:
        self._flights = flights
        self._shares = {False: once, True: again}
        self._kept: dict[DocumentName, _Entry] = {}
        self._times = itertools.count()

    def __call__(self, environ: Environ, name: DocumentName, media_type: str, write: Callable[[], bytes]) -> Response:
        """The response with the document called ``name``, or 304; ``write`` gives its bytes.

        Where an authorisation hook has a say, the document is written for this request and kept by nobody.  Raises
        what ``write`` raises.
        """
        if HOOK in environ:
            return document(200, media_type, write(), NOT_STORABLE)
        return self._document(name, media_type, write).response(environ)

    def _document(self, name: DocumentName, media_type: str, write: Callable[[], bytes]) -> KeptDocument:
        entry = self._kept.get(name)
        if entry is None:
            return self._flights.run(name, lambda: self._written(name, media_type, write), NO_DEADLINE)
        entry.last_asked = next(self._times)
        if not entry.again:
            entry.again = True
            self._make_room(entry)
        return entry.document

    def _written(self, name: DocumentName, media_type: str, write: Callable[[], bytes]) -> KeptDocument:
        ready = self._kept.get(name)
        if ready is not None:
            return ready.document  # by a request that was done between our look and our turn
        made = KeptDocument.of(media_type, write())
        entry = self._kept[name] = _Entry(made, next(self._times))
        self._make_room(entry)
        return made

    def _make_room(self, newcomer: _Entry) -> None:
        """Drops the oldest of the share of ``newcomer``, which itself stays even if it is larger than that."""
        share = self._shares[newcomer.again]
        others = [(entry.last_asked, name, entry) for name, entry in list(self._kept.items())]
        others = [other for other in others if other[2].again is newcomer.again and other[2] is not newcomer]
        others.sort(key=lambda other: other[0], reverse=True)
        documents, size = 1, len(newcomer.document.body)
        for _, name, entry in others:
            documents += 1
            size += len(entry.document.body)
            if documents > share.documents or size > share.bytes:
                self._kept.pop(name, None)
