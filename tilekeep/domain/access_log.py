"""What the log of a web server says of requests: lines in the common or the combined format, or bare addresses."""

from __future__ import annotations

import re

#: The request and what came of it; what stands before and behind them differs from server to server.
_REQUEST = re.compile(r'"(?:GET|HEAD) (?P<target>[^" \\]+)(?: HTTP/[\d.]{1,5})?" (?P<status>\d{3})(?!\d)')
_ADDRESS = re.compile(r"(?:https?:/)?/\S*")

_CLIENT_ERRORS = range(400, 500)


def asked_address(line: str) -> str | None:
    """The address that was asked for, with its query string, perhaps with scheme and host.

    None where the client asked in vain, for other methods than GET and HEAD, and for lines that are none of a log.
    """
    found = _REQUEST.search(line)
    if found is not None:
        return None if int(found["status"]) in _CLIENT_ERRORS else found["target"]
    bare = line.strip()
    return bare if _ADDRESS.fullmatch(bare) else None
