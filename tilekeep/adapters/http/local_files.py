"""``file://`` URLs, which sources may have instead of a server (spec/config-globals-grids.md, 9)."""

from __future__ import annotations

import errno
import mimetypes
import os
import stat
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tilekeep.adapters.http.body import BodyTooLarge
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

FILE_SCHEME = "file://"


def read_local_file(request: UpstreamRequest, max_bytes: int) -> HttpAnswer:
    """The file as a server would send it: type by its name, 304 while its time is that of ``If-Modified-Since``.

    :raises OSError: no such file, or not readable.
    :raises ValueError: the URL names another host.
    :raises BodyTooLarge: the file has more than ``max_bytes``.
    """
    path = _path(request.url)
    with open(path, "rb", opener=_without_waiting) as file:
        modified = formatdate(os.fstat(file.fileno()).st_mtime, usegmt=True)
        if dict(request.headers).get("If-Modified-Since") == modified:
            return HttpAnswer(304, {"last-modified": modified}, b"")
        body = file.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise BodyTooLarge(f"more than the {max_bytes} bytes allowed")
    media_type, _ = mimetypes.guess_type(path.name)
    headers = {"last-modified": modified} | ({"content-type": media_type} if media_type else {})
    return HttpAnswer(200, headers, body)


def _without_waiting(path: str, flags: int) -> int:
    """Pipes and devices, which may keep a reader waiting, are no files."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "Not a regular file")
    return descriptor


def _path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise ValueError(f"file URLs have three slashes and an absolute path; {parts.netloc!r} is no host here")
    return Path(url2pathname(parts.path))
