"""Spans of what is done for a request, for whoever collects them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

#: What is said of a span; names are those of OpenTelemetry's semantic conventions, or begin with ``tilekeep.``.
Facts = Mapping[str, str | int]


class Span(Protocol):
    """Something that is being done."""

    def note(self, facts: Facts) -> None:
        """Says more of it."""
        ...

    def fail(self, kind: str) -> None:
        """Says that it did not succeed, and what went wrong: the name of an error, or a status."""
        ...


class Traces(Protocol):
    """Takes spans.  Safe to call from any thread, and in forked children.

    A span begins and ends with its context, as a child of the one that is under way in the caller.  What is raised
    within comes through; the span has failed by the name of its class.
    """

    def request(self, name: str, headers: Mapping[str, str], facts: Facts) -> AbstractContextManager[Span]:
        """A request of a client; ``headers`` by lower-case name may say that it is part of a trace."""
        ...

    def span(self, name: str, facts: Facts) -> AbstractContextManager[Span]:
        """A step in this process."""
        ...

    def upstream(self, name: str, facts: Facts) -> AbstractContextManager[Span]:
        """A request to another server."""
        ...

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Those by which another server is told of the span that is under way; none where servers are not told."""
        ...
