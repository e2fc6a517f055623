"""One document as it is kept: compressed if that is worth it, with the tags that tell its versions apart."""

from __future__ import annotations

import gzip
import hashlib
from typing import NamedTuple

from tilekeep.entrypoints.wsgi.accept_encoding import prefers_gzip
from tilekeep.entrypoints.wsgi.caching import is_not_modified
from tilekeep.entrypoints.wsgi.response import NOSNIFF, VARY_WITH_ENCODING, Environ, Header, Response

#: Smaller documents fit into one packet of the network as they are.
_SMALLEST_COMPRESSED_BYTES = 1024

#: Capabilities of 3,000 layers take a third of the time of level 9 and are 1 % larger than with it.
_LEVEL = 6

#: Everybody may keep a document, but has to ask whether it still holds: nothing says when the configuration changes.
_REVALIDATED: Header = ("Cache-Control", "no-cache")


class KeptDocument(NamedTuple):
    """A document; of its two forms only one is kept, as the other is quickly made of it.

    :ivar body: compressed by gzip if ``is_compressed``.
    :ivar etag: strong tag of the plain form, ``compressed_etag`` that of the compressed one; both are made from the
        bytes and so the same in every process.
    """

    media_type: str
    body: bytes
    is_compressed: bool
    etag: str
    compressed_etag: str

    @classmethod
    def of(cls, media_type: str, plain: bytes) -> KeptDocument:
        """The document with the bytes ``plain``."""
        if len(plain) < _SMALLEST_COMPRESSED_BYTES:
            return cls(media_type, plain, False, _tag(plain), "")
        compressed = gzip.compress(plain, _LEVEL, mtime=0)
        return cls(media_type, compressed, True, _tag(plain), _tag(compressed))

    def response(self, environ: Environ) -> Response:
        """The form that the client prefers, or 304 if it has that already."""
        sends_compressed = self.is_compressed and prefers_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        etag = self.compressed_etag if sends_compressed else self.etag
        headers = [("ETag", etag), _REVALIDATED, VARY_WITH_ENCODING]
        if is_not_modified(etag, None, environ.get("HTTP_IF_NONE_MATCH"), None):
            return Response("304 Not Modified", headers, b"")
        body = self.body
        if sends_compressed:
            headers.append(("Content-Encoding", "gzip"))
        elif self.is_compressed:
            body = gzip.decompress(body)
        headers += (("Content-Type", self.media_type), ("Content-Length", str(len(body))), NOSNIFF)
        return Response("200 OK", headers, body)


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
