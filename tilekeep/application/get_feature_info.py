"""Get feature info: ask every source about a place, put together what they say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceError, UnusableInfo
from tilekeep.domain.feature_info import InfoDocument, InfoKind, InfoQuery
from tilekeep.ports.info_documents import InfoDocuments, InfoTransformer
from tilekeep.ports.info_source import InfoSource
from tilekeep.ports.parallel import ParallelRunner

log = logging.getLogger("tilekeep.featureinfo")

#: Sources of one request that are asked at a time.
_AT_A_TIME = 4


class InfoAnswer(NamedTuple):
    """What there is to say about a place.

    :ivar document: all of it, or None for nothing.
    :ivar complete: whether every source was heard; if not, nobody should keep the answer.
    """

    document: InfoDocument | None
    complete: bool = True


class _Heard(NamedTuple):
    """What asking one source came to."""

    document: InfoDocument | None
    error: SourceError | None = None


class GetFeatureInfo:
    """Asks sources about places.

    Args:
        source: finds a source by its name.
        documents: checks and merges what they say.
        parallel: asks several of them side by side.
        raise_source_errors: whether one failing source fails the request (``on_source_errors: raise``); else what
            the others say is the answer.
    """

    def __init__(
        self,
        source: Callable[[str], InfoSource],
        documents: InfoDocuments,
        parallel: ParallelRunner,
        *,
        raise_source_errors: bool = False,
    ) -> None:
        self._source = source
        self._documents = documents
        self._parallel = parallel
        self._raise_source_errors = raise_source_errors

    def __call__(
        self, names: Sequence[str], query: InfoQuery, deadline: Deadline, transform: InfoTransformer | None = None
    ) -> InfoAnswer:
        """What the sources called ``names`` say, each asked once.

        ``transform`` is applied to the whole, if that is markup and all of one kind.

        :raises SourceError: all sources failed, or one of them and errors are to be raised.
        """
        asked = list(dict.fromkeys(names))
        heard = self._parallel.map(lambda name: self._heard(name, query, deadline), asked, _AT_A_TIME)
        errors = [one.error for one in heard if one.error is not None]
        if errors and len(errors) == len(asked):
            raise errors[0]
        documents = [one.document for one in heard if one.document is not None]
        document = self._together(documents, transform) if documents else None
        return InfoAnswer(document, complete=not errors)

    def _heard(self, name: str, query: InfoQuery, deadline: Deadline) -> _Heard:
        """What cannot be used is as good as nothing; the log says what was wrong with it."""
        try:
            document = self._source(name).get(query, deadline)
            if document is not None:
                self._documents.check(document)
        except UnusableInfo as error:
            log.warning("feature info of the source %s is left out: %s", name, error)
            if self._raise_source_errors:
                raise
            return _Heard(None)
        except SourceError as error:
            if self._raise_source_errors:
                raise
            return _Heard(None, error)
        return _Heard(document)

    def _together(self, documents: Sequence[InfoDocument], transform: InfoTransformer | None) -> InfoDocument | None:
        merged = self._documents.merged(documents)
        kinds = {document.kind for document in documents}
        if transform is None or not kinds <= {InfoKind.XML, InfoKind.HTML} or len(kinds) > 1:
            return merged
        try:
            return transform(merged)
        except UnusableInfo as error:
            log.warning("feature info cannot be transformed: %s", error)
            if self._raise_source_errors:
                raise
            return None
