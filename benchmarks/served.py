"""Cached tiles over HTTP: both programs on the same servers, beside a trivial application and two servers in C."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import samples
from benchmarks.programs import PROGRAMS, ProgramFailed, python_of
from benchmarks.table import Row, number
from tests.integration.services.apache import apache
from tests.integration.services.mapcache import mapcache
from tests.integration.services.nginx import nginx_files
from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import find_program
from tests.integration.services.tilekeep import tilekeep

_ROUNDS = 5
_SECONDS = 2
_CLIENTS = 16
_WORKERS = 2
_THREADS = 8
_TILE = f"/tms/1.0.0/world/EPSG3857/{samples.LEVEL - 1}/10/10.png"

# What is served, and in whose environment; "trivial" answers every request with the same bytes.
_APPLICATIONS = {
    "mapproxy": "from mapproxy.wsgiapp import make_wsgi_app\napplication = make_wsgi_app({config!r})\n",
    "tilekeep": "from tilekeep import make_wsgi_app\napplication = make_wsgi_app({config!r})\n",
    "trivial": """\
with open({tile!r}, "rb") as file:
    body = file.read()

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "image/png"), ("Content-Length", str(len(body)))])
    return [body]
""",
}


@dataclass
class _Measured:
    """A server, the name it must give itself, where the tile is, and the requests per second so far."""

    server: Server
    header: str
    path: str
    rates: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def url(self) -> str:
        return self.server.url + self.path


def measure(directory: Path) -> Iterator[Row]:
    """A row for each WSGI server; all servers run during the whole measurement and are asked in turn."""
    wrk = str(find_program("wrk"))
    with ExitStack() as stack:
        every = dict(_servers(directory))
        for one in every.values():
            stack.enter_context(one.server)
            _verify(one)
        for one in every.values():
            requests_per_second(wrk, one.url, 1)
        for _ in range(_ROUNDS):
            for one in every.values():
                rate, errors = requests_per_second(wrk, one.url, _SECONDS)
                one.rates.append(rate)
                one.errors += errors
        for one in every.values():
            _verify(one)
    yield from _rows(every)


def _rows(every: Mapping[str, _Measured]) -> Iterator[Row]:
    rates = {name: median(one.rates) for name, one in every.items()}
    in_c = f"MapCache on Apache {number(rates['mapcache'])}, nginx with files {number(rates['nginx'])}"
    for server, where in _WSGI_SERVERS.items():
        trivial = rates[f"trivial on {server}"]
        share = round(100 * rates[f"tilekeep on {server}"] / trivial)
        notes = [f"trivial application {number(trivial)}: Tilekeep reaches {share} % of it"]
        notes += [in_c] if server == "granian" else []
        beside = [name for name in every if name.endswith(server) or (server == "granian" and " on " not in name)]
        notes += [f"{every[name].errors} errors: {name}" for name in beside if every[name].errors]
        measured = {program: every[f"{program} on {server}"].rates for program in PROGRAMS}
        work = f"cached 12 kB tile over HTTP, {where}"
        yield Row(work, "req/s", measured, note="; ".join(notes), less_is_better=False)


_WSGI_SERVERS = {
    "granian": f"granian, {_WORKERS} processes",
    "gunicorn": f"gunicorn gthread {_WORKERS}x{_THREADS}",
    "mod_wsgi": "Apache with mod_wsgi embedded, 2 processes",
}


def _servers(directory: Path) -> Iterator[tuple[str, _Measured]]:
    config = samples.cached_map(directory)
    for name, text in _APPLICATIONS.items():
        tile = next((directory / "cache_data").rglob("*.png"))
        (directory / f"{name}_app.py").write_text(text.format(config=str(config), tile=str(tile)))
        if name != "tilekeep":
            yield f"{name} on granian", _Measured(_on_granian(directory, name), "granian", _TILE)
        yield f"{name} on gunicorn", _Measured(_gunicorn(directory, name), "gunicorn", _TILE)
        yield f"{name} on mod_wsgi", _Measured(_mod_wsgi(directory, name), "Apache", _TILE)
    served = tilekeep(directory, config.read_text(), workers=_WORKERS, threads=_THREADS)
    yield "tilekeep on granian", _Measured(served, "granian", _TILE)
    yield "mapcache", _Measured(_mapcache(directory), "Apache", _MAPCACHE_TILE)
    root = directory / "cache_data/world_EPSG3857"
    path = f"/{samples.LEVEL:02}/000/000/010/000/000/010.png"
    yield "nginx", _Measured(nginx_files(_subdirectory(directory, "nginx"), root), "nginx", path)


def granian(directory: Path, name: str, config: Path) -> Server:
    """One of the programs on granian, with the settings that ``tilekeep serve`` uses."""
    (directory / f"{name}_app.py").write_text(_APPLICATIONS[name].format(config=str(config)))
    return _on_granian(directory, name)


def _on_granian(directory: Path, name: str) -> Server:
    port = free_port()
    options = ["--workers", str(_WORKERS), "--blocking-threads", str(_THREADS), "--no-ws", "--no-access-log"]
    where = ["--interface", "wsgi", "--host", HOST, "--port", str(port)]
    return Server([_python(name), "-m", "granian", *where, *options, f"{name}_app:application"], directory, port)


def _gunicorn(directory: Path, name: str) -> Server:
    port = free_port()
    options = ["--workers", str(_WORKERS), "--worker-class", "gthread", "--threads", str(_THREADS)]
    command = [_python(name), "-m", "gunicorn", "--bind", f"{HOST}:{port}", *options, f"{name}_app:application"]
    return Server(command, directory, port)


def _mod_wsgi(directory: Path, name: str) -> Server:
    location = [str(Path(sys.executable).with_name("mod_wsgi-express")), "module-location"]
    module = subprocess.run(location, capture_output=True, text=True, check=True).stdout.strip()
    body = f"""
LoadModule wsgi_module "{module}"
WSGIPythonHome "{Path(_python(name)).parent.parent}"
WSGIScriptAlias / "{directory}/{name}_app.py" application-group=%{{GLOBAL}}
<Directory "{directory}">
  Require all granted
</Directory>
"""
    return apache(_subdirectory(directory, f"{name}-apache"), body)


_MAPCACHE_TILE = f"/mapcache/wmts/1.0.0/world/default/GoogleMapsCompatible/{samples.LEVEL}/10/10.png"


def _mapcache(directory: Path) -> Server:
    own = _subdirectory(directory, "mapcache")
    shutil.copytree(directory / "cache_data/world_EPSG3857", own / "cache/world/GoogleMapsCompatible")
    return mapcache(own, "world", "http://127.0.0.1:9/", "world")


def _subdirectory(directory: Path, name: str) -> Path:
    (directory / name).mkdir()
    return directory / name


def _python(name: str) -> str:
    return python_of("mapproxy" if name == "mapproxy" else "tilekeep")


def _verify(one: _Measured) -> None:
    """Another server on the same port would answer happily; so would one that says it is sorry."""
    with urllib.request.urlopen(one.url, timeout=10) as answer:
        header, body = answer.headers.get("Server", ""), answer.read()
    if body != samples.tile() or one.header not in header:
        raise ProgramFailed(f"{one.url} answers with {len(body)} bytes, Server: {header}\n{one.server.log[-2000:]}")


def requests_per_second(
    wrk: str, url: str, seconds: int, *, clients: int = _CLIENTS, script: Path | None = None
) -> tuple[float, int]:
    """Requests per second and the number of failed ones; a ``script`` says what is asked for."""
    options = ["-s", str(script)] if script is not None else []
    command = [wrk, "-t1", f"-c{clients}", f"-d{seconds}s", *options, "--timeout", "60s", url]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", report)[0])
    refused = re.findall(r"Non-2xx or 3xx responses: (\d+)", report)
    broken = re.findall(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", report)
    return rate, sum(map(int, refused)) + sum(int(count) for counts in broken for count in counts)
