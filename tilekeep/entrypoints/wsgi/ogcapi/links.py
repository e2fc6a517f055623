"""Links between the documents of the service (RFC 8288)."""

from __future__ import annotations

from typing import Any, NamedTuple

from tilekeep.entrypoints.wsgi.base_url import path_quoted
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import HTML_TYPE, JSON_TYPE

_OGC = "http://www.opengis.net/def/rel/ogc/1.0/"


def ogc_relation(name: str) -> str:
    """The name of a relation that the OGC has registered."""
    return f"{_OGC}{name}"


class Links(NamedTuple):
    """Makes links for one document.

    :ivar base: the address of the service, without a slash at the end.
    :ivar is_html: whether the document is the page; the JSON document is the alternate then.
    """

    base: str
    is_html: bool

    def href(self, *parts: str, f: str | None = None) -> str:
        """The address of a path below the service, in the form ``f``."""
        path = "".join(f"/{path_quoted(part)}" for part in parts)
        return f"{self.base}{path}" if f is None else f"{self.base}{path}?f={f}"

    def own(self, title: str, *parts: str) -> list[dict[str, Any]]:
        """The two forms of the document itself."""
        relations = ("alternate", "self") if self.is_html else ("self", "alternate")
        return self._forms(relations, title, parts)

    def both(self, relation: str, title: str, *parts: str) -> list[dict[str, Any]]:
        """The two forms of another document."""
        return self._forms((relation, relation), title, parts)

    def _forms(self, relations: tuple[str, str], title: str, parts: tuple[str, ...]) -> list[dict[str, Any]]:
        as_json, as_html = relations
        return [
            link(as_json, JSON_TYPE, f"{title} (as JSON)", self.href(*parts, f="json")),
            link(as_html, HTML_TYPE, f"{title} (as HTML)", self.href(*parts, f="html")),
        ]


def link(relation: str, media_type: str, title: str, href: str) -> dict[str, Any]:
    """One link."""
    return {"rel": relation, "type": media_type, "title": title, "href": href}
