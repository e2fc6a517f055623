"""Whether this process lives, and whether it should be given requests, for balancers and supervisors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tilekeep._version import __version__
from tilekeep.entrypoints.wsgi.response import NOSNIFF, NOT_STORABLE, Environ, Response, plain_text, status_line

#: What is wrong, or None.
Check = Callable[[], str | None]


class HealthPages:
    """Answers ``/health/live``, which looks at nothing, and ``/health/ready``, which has the checks made.

    Nothing of them asks a map server or a store beyond the network: while these fail, tiles are still answered.

    Args:
        checks: by name.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    def __call__(self, environ: Environ) -> Response:
        """A small JSON document with status 200, or 503 for a process that is not ready."""
        page = environ.get("PATH_INFO", "").rstrip("/").rpartition("/")[2]
        if page == "live":
            return _document(200, {"status": "live"})
        if page != "ready":
            return plain_text(404, "not found")
        found = {name: check() for name, check in self._checks.items()}
        problems = {name: problem for name, problem in found.items() if problem is not None}
        if problems:
            return _document(503, {"status": "not ready", "problems": sorted(problems)})
        return _document(200, {"status": "ready", "version": __version__})


def _document(status: int, content: Mapping[str, object]) -> Response:
    body = json.dumps(content).encode()
    length = ("Content-Length", str(len(body)))
    headers = [("Content-Type", "application/json"), length, NOSNIFF, *NOT_STORABLE]
    return Response(status_line(status), headers, body)
