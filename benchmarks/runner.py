"""Runs inside the environment of one of the two programs: answers commands on standard input, one JSON per line.

``{"load": CONFIG}`` makes the WSGI application, ``{"check": REQUEST}`` calls it once and describes the answer,
``{"time": [REQUEST, ...], "loops": N}`` calls it with each request N times and gives the seconds of one call.
``{"imports": [NAME, ...]}`` imports modules, ``{"memory": true}`` tells the memory in use and the modules imported.
A request is ``[path, query, headers]``.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def load(program: str, config: str) -> Application:
    """The application as a WSGI server would get it."""
    if program == "mapproxy":
        from mapproxy.wsgiapp import make_wsgi_app
    else:
        from tilekeep import make_wsgi_app
    application: Application = make_wsgi_app(config)
    return application


def environ(path: str, query: str, headers: dict[str, str]) -> dict[str, Any]:
    """What a server passes for a GET request."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8080",
        "HTTP_ACCEPT": "image/*",
        "HTTP_USER_AGENT": "benchmark",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **headers,
    }


def call(application: Application, given: dict[str, Any], start_response: Callable[..., Any]) -> bytes:
    """One request, from the environ to the last byte."""
    parts = application(given, start_response)
    try:
        return b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()


def check(application: Application, request: list[Any]) -> dict[str, Any]:
    """Status, headers (lower-case names), size and hash of an answer."""
    started: list[Any] = []
    body = call(application, environ(*request), lambda *arguments: started.append(arguments))
    status, headers = started[-1][:2]
    digest = hashlib.sha256(body).hexdigest()
    return {
        "status": status,
        "headers": {name.lower(): value for name, value in headers},
        "size": len(body),
        "sha256": digest,
    }


def measure(application: Application, requests: list[list[Any]], loops: int) -> float:
    """Seconds of one call, on average over all requests and loops."""

    def start_response(*_: Any) -> None: ...

    environs = [environ(*request) for request in requests]
    begin = time.perf_counter()
    for _ in range(loops):
        for given in environs:
            call(application, dict(given), start_response)
    return (time.perf_counter() - begin) / loops / len(environs)


def import_all(names: list[str]) -> None:
    """Imports modules, save those that only make sense inside another one."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def memory_kib() -> int:
    """Resident memory of this process."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def main() -> None:
    """Answers commands until the end of the input."""
    program = sys.argv[1]
    application: Application | None = None
    for line in sys.stdin:
        command = json.loads(line)
        answer: Any = None
        if "load" in command:
            application = load(program, command["load"])
        elif "check" in command:
            assert application is not None
            answer = check(application, command["check"])
        elif "time" in command:
            assert application is not None
            answer = measure(application, command["time"], command["loops"])
        elif "imports" in command:
            import_all(command["imports"])
        elif "memory" in command:
            answer = {"kib": memory_kib(), "modules": sorted(sys.modules)}
        print(json.dumps({"answer": answer}), flush=True)


if __name__ == "__main__":
    main()
