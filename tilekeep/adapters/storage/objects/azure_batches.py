"""Many requests of Azure Storage in one: how they are written, and what the answers say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tilekeep.adapters.storage.services.transfers import Message

_BOUNDARY = "batch_tilekeep"
_NO_BODY = ("Content-Length", "0")
CONTENT_TYPE = f"multipart/mixed; boundary={_BOUNDARY}"

_STATUS = re.compile(rb"(?m)^HTTP/1\.1 (\d{3})")
_CODE = re.compile(rb"(?mi)^x-ms-error-code: *(\w+)")


def batch_body(requests: Sequence[Message]) -> bytes:
    """Requests without bodies, each signed by itself."""
    parts = []
    for number, request in enumerate(requests):
        headers = "".join(f"{name}: {value}\r\n" for name, value in (*request.headers.items(), _NO_BODY))
        parts.append(
            f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
            f"Content-ID: {number}\r\n\r\n{request.method} {request.target} HTTP/1.1\r\n{headers}\r\n"
        )
    return f"{''.join(parts)}--{_BOUNDARY}--\r\n".encode()


def batch_failures(body: bytes) -> list[tuple[int, str]]:
    """Status and code of those answers in a batch that are no success."""
    starts = [match.start() for match in _STATUS.finditer(body)]
    failures = []
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        part = body[start:end]
        status = int(_STATUS.match(part)[1])  # type: ignore[index]  # found there a moment ago
        code = _CODE.search(part)
        if status >= 300:  # noqa: PLR2004 - HTTP
            failures.append((status, code[1].decode() if code else ""))
    return failures
