"""Documents as the text that is sent, with the bytes of a tile in them where they bring some."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

#: Members of documents; the attachment is MapProxy's (spec/caches.md, 3.6).
ATTACHMENTS, TILE = "_attachments", "tile"


def encoded(document: Mapping[str, Any]) -> bytes:
    """A document that says of its attachments what it was read with, or has none."""
    return json.dumps(document).encode()


def encoded_with_tile(members: Mapping[str, Any], content_type: str, body: bytes) -> bytes:
    """A document of some ``members`` with the attachment of a tile.

    Base64 has nothing in it that JSON would write otherwise, so that most of the text need not be looked at.
    """
    head = json.dumps({**members, ATTACHMENTS: {TILE: {"content_type": content_type, "data": ""}}}).encode()
    end = b'"}}}'
    return b"".join((head.removesuffix(end), b64encode(body), end))


def batch(documents: Iterable[bytes]) -> bytes:
    """What ``_bulk_docs`` is sent: documents that are text already."""
    return b'{"docs": [%b]}' % b", ".join(documents)
