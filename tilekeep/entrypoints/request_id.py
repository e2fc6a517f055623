"""The name of a request, by which what is logged of it is found together, here and at proxies before this server."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

#: The header in which proxies tell the name, and answers tell it back.
HEADER = "X-Request-ID"

_GOOD = re.compile(r"[A-Za-z0-9._:-]{1,64}")

_current: ContextVar[str | None] = ContextVar("tilekeep_request_id", default=None)


def begin(given: str) -> str:
    """The name of the request that this thread answers from now on: the ``given`` one, or a new one if that is none."""
    name = given if _GOOD.fullmatch(given) else secrets.token_hex(8)
    _current.set(name)
    return name


def end() -> None:
    """This thread answers no request any more."""
    _current.set(None)


def current() -> str | None:
    """The name of the request that is being answered, or None."""
    return _current.get()
