"""From the bytes of an answer to text, whatever says how it is encoded (RFC 9110, 8.3; RFC 7303, 3; HTML, 13.2.3)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from tilekeep.domain.feature_info import InfoKind

#: Encodings of text alone: the standard library knows others, some of which cost time or run on what they read.
_ENCODING = re.compile(
    r"utf-?(?:8|16|32)(?:[-_]?(?:le|be))?|(?:us-)?ascii|(?:iso[-_]?8859|latin|windows|cp)[-_]?[0-9]{1,5}"
    r"|koi8[-_][ru]|gb(?:2312|k|18030)|big5(?:-hkscs)?|euc[-_](?:jp|kr|cn)|shift[-_]?jis|tis-620",
    re.IGNORECASE,
)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*+<\?xml\s[^>]*+>\s*+")
_XML_ENCODING = re.compile(rb"^\s*+<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.:-]+)")
_HTML_ENCODING = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)

#: Where an encoding is looked for in a document: browsers look no further.
_BEGINNING = 1024

#: Byte order marks; those of UTF-32 begin as those of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def info_text(body: bytes, content_type: str | None, kind: InfoKind) -> str:
    """The text of ``body``; XML without its declaration.

    What fits is the first of: the byte order mark, the ``charset`` of the content type, what the document says of
    itself, UTF-8; and for bytes that fit none of these, Latin-1.
    """
    text = _decoded(body, content_type, kind)
    declaration = _XML_DECLARATION.match(text) if kind is InfoKind.XML else None
    return text if declaration is None else text[declaration.end() :]


def _decoded(body: bytes, content_type: str | None, kind: InfoKind) -> str:
    for encoding in _encodings(body, content_type, kind):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("latin-1")


def _encodings(body: bytes, content_type: str | None, kind: InfoKind) -> Iterator[str]:
    """Those that may fit, the likeliest first."""
    yield from (encoding for mark, encoding in _MARKS if body.startswith(mark))
    stated = _CHARSET.search(content_type or "")
    if stated and _ENCODING.fullmatch(stated[1]):
        yield stated[1]
    pattern = {InfoKind.XML: _XML_ENCODING, InfoKind.HTML: _HTML_ENCODING}.get(kind)
    found = pattern.search(body[:_BEGINNING]) if pattern is not None else None
    if found and _ENCODING.fullmatch(name := found[1].decode("ascii", "replace")):
        yield name
    yield "utf-8"
