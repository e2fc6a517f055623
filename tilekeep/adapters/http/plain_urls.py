"""URLs that are sent as they are: the library looks at each character of a URL in turn, which these need not have."""

from __future__ import annotations

import re

#: Stand for themselves in paths and queries.
_PLAIN = "-A-Za-z0-9._~!$&'()*+,;=:@"
#: What is quoted, and quoted as the library does it: no letters, digits and the like, digits of numbers in upper case.
_QUOTED = "%(?:2[0-9A-CF]|3[A-F]|[57][BCD]|[89A-F][0-9A-F])"
_PLAIN_URL = re.compile(
    rf"""(?x)
    https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[1-9][0-9]{{1,3}}|:[1-5][0-9]{{4}})?
    (?:/(?!\.\.?(?:[/?]|$))[{_PLAIN}]*(?:{_QUOTED}[{_PLAIN}]*)*)+
    (?:\?[{_PLAIN}/?]+(?:{_QUOTED}[{_PLAIN}/?]*)*)?
    """
)


def is_plain(url: str) -> bool:
    """Whether there is nothing in ``url`` that would have to be quoted, resolved or refused before it is sent."""
    return _PLAIN_URL.fullmatch(url) is not None
