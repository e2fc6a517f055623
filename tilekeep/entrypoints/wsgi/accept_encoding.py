"""Which coding of a body a client prefers (RFC 9110, 12.5.3)."""

from __future__ import annotations

import functools

#: Longer headers are no list of codings; browsers need some 30 characters.
_LONGEST = 256


def prefers_gzip(accept_encoding: str) -> bool:
    """Whether a body should be sent compressed to whoever sent ``Accept-Encoding``; empty stands for no header.

    Only who names gzip, or everything, gets it, and only unless the plain body is preferred.
    """
    return len(accept_encoding) <= _LONGEST and _prefers_gzip(accept_encoding)


@functools.lru_cache(maxsize=64)
def _prefers_gzip(accept_encoding: str) -> bool:
    from werkzeug.datastructures import Accept
    from werkzeug.http import parse_accept_header

    accepted = parse_accept_header(accept_encoding, Accept)
    plain = dict(accepted).get("identity", 0.0)
    return accepted.quality("gzip") > 0.0 and accepted.quality("gzip") >= plain
