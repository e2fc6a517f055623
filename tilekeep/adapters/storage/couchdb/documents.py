"""Documents as the text that is sent, with the bytes of a tile in them where they bring some."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

#: Members of documents; the attachment is MapProxy's (spec/caches.md, 3.6).
ATTACHMENTS, TILE = "_attachments", "tile"

#: The text of a document, in parts, so that it is put together once for all.
Text = tuple[bytes, ...]

_SEPARATOR = b", "


def encoded(document: Mapping[str, Any]) -> Text:
    """A document that says of its attachments what it was read with, or has none."""
    return (json.dumps(document).encode(), _SEPARATOR)


class TileDocuments:
    """Documents with a tile as attachment.

    Base64 has nothing in it that JSON would write otherwise, so that most of the text need not be looked at.
    """

    def __init__(self, content_type: str) -> None:
        """Takes what attachments say of their content."""
        attachment = json.dumps({"content_type": content_type})[:-1]
        self._before = f', "{ATTACHMENTS}": {{"{TILE}": {attachment}, "data": "'.encode()

    def encoded(self, members: Mapping[str, Any], body: bytes) -> Text:
        """A document of ``members``, of which there is one at least, and of a tile."""
        head = json.dumps(members)
        return (head[:-1].encode(), self._before, b64encode(body), b'"}}}', _SEPARATOR)


def batch(documents: Iterable[Text]) -> bytes:
    """What ``_bulk_docs`` is sent."""
    *parts, _ = chain.from_iterable(documents)
    return b"".join((b'{"docs": [', *parts, b"]}"))
