"""What a browser may load into our pages, and what may run there (Content Security Policy, level 3)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tilekeep.entrypoints.wsgi.response import Header

#: No script and no style stands in a page itself, so that markup that got into one would do nothing.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src {images}; "
    "font-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)

_OWN_IMAGES = "'self' data: blob:"

#: A host, of which a part may stand for several: ``{a-c}.tiles.example``.
_HOST = re.compile(r"(?P<several>\{[^{}/]+\}\.)?(?P<host>[A-Za-z0-9.-]+(?::[0-9]{1,5})?)")


def content_policy(*, images_from: str | None = None, embeddable: bool = True) -> Header:
    """The header for a page.

    Args:
        images_from: address of a map, with variables, whose server may send images besides our own.
        embeddable: whether other sites may show the page inside theirs.
    """
    source = "" if images_from is None else image_source(images_from)
    images = f"{_OWN_IMAGES} {source}".rstrip()
    return (
        "Content-Security-Policy",
        _POLICY.format(images=images, ancestors="*" if embeddable else "'none'"),
    )


def image_source(address: str) -> str:
    """The server at ``address`` as policies spell it; empty for our own and for what is no web address."""
    parts = urlsplit(address.strip())
    match = _HOST.fullmatch(parts.netloc)
    if parts.scheme not in {"http", "https", ""} or match is None:
        return ""
    host = f"*.{match['host']}" if match["several"] else match["host"]
    return f"{parts.scheme}://{host}" if parts.scheme else host
