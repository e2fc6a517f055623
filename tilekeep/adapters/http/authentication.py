"""Answers to a 401: Basic and Digest authentication, asked for once and then sent along."""

from __future__ import annotations

import re
from base64 import b64encode

from requests.auth import HTTPDigestAuth
from requests.utils import parse_dict_header

from tilekeep.domain.secrets import Credentials

_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*(?:,|$))")


def challenges(header: str) -> dict[str, str]:
    """The parameters of each scheme of a ``WWW-Authenticate`` header, by lower-case scheme (RFC 9110, 11.6.1)."""
    found = list(_SCHEME.finditer(header))
    ends = [*(match.start() for match in found[1:]), len(header)]
    return {match[1].lower(): header[match.end() : end].strip() for match, end in zip(found, ends, strict=False)}


class Authenticator:
    """Credentials of one client.  Safe to share: each thread answers challenges of its own."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._digest = _Digest(credentials.user, credentials.password)
        self._basic_wanted = False

    def header(self, method: str, url: str) -> str | None:
        """``Authorization`` for a request before it is challenged, if an earlier one was."""
        if self._digest.was_challenged():
            return self._digest.answer(method, url)
        return self._basic() if self._basic_wanted else None

    def answer(self, challenge: str, method: str, url: str) -> str | None:
        """``Authorization`` in answer to ``WWW-Authenticate``, Digest before Basic; None for other schemes."""
        offered = challenges(challenge)
        if "digest" in offered and (header := self._digest.answer_to(offered["digest"], method, url)):
            return header
        if "basic" in offered:
            self._basic_wanted = True
            return self._basic()
        return None

    def _basic(self) -> str:
        text = f"{self._credentials.user}:{self._credentials.password}"
        return f"Basic {b64encode(text.encode()).decode('ascii')}"


class _Digest(HTTPDigestAuth):
    """The digest computation of the library, without its way of sending requests."""

    def was_challenged(self) -> bool:
        self.init_per_thread_state()
        return bool(self._thread_local.last_nonce)  # type: ignore[attr-defined]

    def answer_to(self, parameters: str, method: str, url: str) -> str | None:
        self.init_per_thread_state()
        challenge = parse_dict_header(parameters)  # type: ignore[no-untyped-call]
        if not {"realm", "nonce"} <= challenge.keys():
            return None
        self._thread_local.chal = challenge  # type: ignore[attr-defined]
        return self.answer(method, url)

    def answer(self, method: str, url: str) -> str | None:
        header: str | None = self.build_digest_header(method, url)  # type: ignore[no-untyped-call]
        return header
