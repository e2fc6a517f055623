"""Reading, merging and transforming what sources say about places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tilekeep.domain.feature_info import InfoDocument


class InfoDocuments(Protocol):
    """Puts documents together.  Trusts none of them.  Safe to call from any thread."""

    def check(self, document: InfoDocument) -> None:
        """Returns if the document can be read, and delivered.

        :raises UnusableInfo: it is malformed, too large, too deep, or declares entities.
        """
        ...

    def merged(self, documents: Sequence[InfoDocument]) -> InfoDocument:
        """One or more documents as one, which is text if their kinds differ (spec/sources.md, 5).

        A single one is passed on as it is.

        :raises UnusableInfo: as ``check``, for one of several.
        """
        ...


class InfoTransformer(Protocol):
    """Makes another document of one.  Safe to call from any thread."""

    def __call__(self, document: InfoDocument) -> InfoDocument:
        """The other document.

        :raises UnusableInfo: the document cannot be read, or the transformation fails on it.
        """
        ...
