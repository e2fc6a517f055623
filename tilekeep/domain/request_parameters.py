"""Parameters of requests to servers: order, spelling and encoding that they are used to (spec/sources.md, 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote


class RequestParameters:
    """Ordered parameters: names match in any case and keep the spelling first used."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs: dict[str, tuple[str, str]] = {}
        for name, value in pairs:
            self.set(name, value)

    def set(self, name: str, value: str) -> None:
        """Replaces the value where it stands, or adds it at the end."""
        spelling, _ = self._pairs.get(name.lower(), (name, ""))
        self._pairs[name.lower()] = (spelling, value)

    def respell(self, name: str, value: str) -> None:
        """As :meth:`set`, with the spelling of ``name``, which is in lower case."""
        self._pairs[name] = (name, value)

    def set_default(self, name: str, value: str) -> None:
        """Adds it at the end unless there is one."""
        self._pairs.setdefault(name.lower(), (name, value))

    def drop(self, *names: str) -> None:
        """Removes those of these names, which are in lower case."""
        for name in names:
            self._pairs.pop(name, None)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All of them in order."""
        return tuple(self._pairs.values())

    def query_string(self) -> str:
        """As a query: UTF-8, percent-encoded but for commas and unreserved characters."""
        return "&".join(f"{name}={quote(value.encode(), safe=',')}" for name, value in self._pairs.values())


def as_text(value: Any) -> str:
    """An option as a parameter: lists become comma lists, true becomes ``True``, nothing becomes empty."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ",".join(as_text(item) for item in value)
    return str(value)


def with_query(url: str, query_string: str) -> str:
    """A URL followed by a query, joined with whatever is missing between them."""
    if url.endswith("?"):
        return url + query_string
    return f"{url}{'&' if '?' in url else '?'}{query_string}"
