"""What a CGI program writes, as an HTTP answer (RFC 3875, 6)."""

from __future__ import annotations

import re

from tilekeep.ports.http_client import HttpAnswer

_OK = 200
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"([1-5]\d\d)(?:\s|$)")

#: Headers end within so many bytes, or there are none.
_LONGEST_HEADERS = 65536


def cgi_answer(output: bytes) -> HttpAnswer:
    """Headers end at the first empty line, with either kind of line end; output without one is all body.

    The header ``Status`` is that of the answer; without it, or without a number in it, the answer is a success.
    """
    end = _END_OF_HEADERS.search(output[:_LONGEST_HEADERS])
    if end is None:
        return HttpAnswer(_OK, {}, output)
    headers = dict(_header(line) for line in output[: end.start()].splitlines())
    found = _STATUS.match(headers.pop("status", ""))
    return HttpAnswer(int(found[1]) if found else _OK, headers, output[end.end() :])


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.strip().lower(), value.strip()
