"""Which of the formats of a tile a client gets: by ``Accept`` (RFC 9110, 12.5.1)."""

from __future__ import annotations

import functools

#: Longer headers are no list of formats; browsers need some 150 characters.
_LONGEST = 1024


@functools.lru_cache(maxsize=256)
def accepted_format(own: str, others: tuple[str, ...], accept: str) -> str:
    """The media type among ``own`` and ``others``; the address has the ending of ``own``.

    Another one is for clients that name it and like it no less than ``own``; ``image/*`` says nothing of what a client
    can read.  Of those that it likes equally the first of ``others`` counts.  Who accepts none of them gets ``own``.
    """
    from werkzeug.datastructures import MIMEAccept
    from werkzeug.http import parse_accept_header

    if not accept or len(accept) > _LONGEST:
        return own
    accepted = parse_accept_header(accept, MIMEAccept)
    liked = {kind.partition(";")[0].strip().lower(): quality for kind, quality in accepted}
    named = [media_type for media_type in others if liked.get(media_type, 0.0) > 0.0]
    best = max(named, key=lambda media_type: liked[media_type], default=own)
    return best if best != own and liked[best] >= accepted.quality(own) else own
