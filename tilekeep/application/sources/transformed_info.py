"""A source of feature info whose documents are transformed."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.feature_info import InfoDocument, InfoQuery
from tilekeep.ports.info_documents import InfoTransformer
from tilekeep.ports.info_source import InfoSource


class TransformedInfo:
    """Transforms each document of its source (``featureinfo_xslt``).

    Args:
        source: the source that is asked.
        transform: makes its documents into others.
    """

    def __init__(self, source: InfoSource, transform: InfoTransformer) -> None:
        self._source = source
        self._transform = transform

    def get(self, query: InfoQuery, deadline: Deadline) -> InfoDocument | None:
        """See :class:`tilekeep.ports.info_source.InfoSource`; UnusableInfo is one of its errors."""
        document = self._source.get(query, deadline)
        return None if document is None else self._transform(document)
