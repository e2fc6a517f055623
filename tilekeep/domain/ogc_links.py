"""Links in documents of OGC APIs (OGC 19-072, 8.3), as values that nobody vouches for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

#: Where relations of OGC have their names.
OGC_RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0/"

_SCHEMES = frozenset({"http", "https"})


def href_of(links: Any, relation: str, media_type: str) -> str | None:
    """The first link of this relation and type, else the first one without a type (spec/sources.md, 8.5)."""
    names = {relation, f"[ogc-rel:{relation.removeprefix(OGC_RELATIONS)}]"}
    without_type: str | None = None
    for link in links if isinstance(links, list) else ():
        if not isinstance(link, dict) or link.get("rel") not in names or not isinstance(link.get("href"), str):
            continue
        if link.get("type") == media_type:
            return str(link["href"])
        if "type" not in link and without_type is None:
            without_type = str(link["href"])
    return without_type


def absolute(base: str, href: str) -> str:
    """Where a link of the document at ``base`` leads.

    :raises ValueError: to nothing that can be asked by HTTP: servers do not name files of this machine.
    """
    url = urljoin(base, href)
    parts = urlsplit(url)
    if parts.scheme.lower() not in _SCHEMES or not parts.hostname:
        raise ValueError(f"the link {href[:200]!r} leads to no http or https address")
    return url
