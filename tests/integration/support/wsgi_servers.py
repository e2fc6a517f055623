"""The servers that Tilekeep runs on, each with the files of ``examples/deploy``."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.integration.services.apache import apache
from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import ProgramMissing
from tests.integration.support.examples import example
from tests.integration.support.uwsgi import uwsgi_program

_MOD_WSGI = Path(os.environ.get("MOD_WSGI", Path(__file__).parents[3] / ".cache" / "mod_wsgi")) / "bin"


def _with_application(directory: Path) -> None:
    """Puts the script beside the configuration."""
    text = example("application.py", {"/etc/tilekeep": directory})
    (directory / "application.py").write_text(text)


def _by_tilekeep(directory: Path) -> Server:
    """``tilekeep serve``, that is granian, with the command line of the unit for systemd."""
    port = free_port()
    replaced = {
        "/opt/tilekeep/bin/tilekeep": _tilekeep(),
        "/etc/tilekeep": directory,
        "127.0.0.1:8080": f"{HOST}:{port}",
    }
    unit = example("systemd/tilekeep.service", replaced)
    command = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)[0]
    return Server(shlex.split(command), directory, port)


def _gunicorn(directory: Path, *, preload: bool) -> Server:
    _with_application(directory)
    port = free_port()
    text = example(
        "gunicorn.conf.py",
        {"/etc/tilekeep": directory, "127.0.0.1:8080": f"{HOST}:{port}", "workers = 4": "workers = 2"},
    )
    (directory / "gunicorn.conf.py").write_text(text if preload else text.replace("preload_app = True", ""))
    command = [sys.executable, "-m", "gunicorn", "--config", str(directory / "gunicorn.conf.py")]
    return Server([*command, "application:application"], directory, port)


def _uwsgi(directory: Path, *, threads: bool) -> Server:
    _with_application(directory)
    port = free_port()
    places = {
        "127.0.0.1:8080": f"{HOST}:{port}",
        "chdir = /etc/tilekeep": f"chdir = {directory}",
        "/opt/tilekeep": sys.prefix,
    }
    text = example("uwsgi.ini", places | {"processes = 4": "processes = 2"})
    (directory / "uwsgi.ini").write_text(text if threads else text.replace("threads = 8", ""))
    return Server([str(uwsgi_program()), "--ini", str(directory / "uwsgi.ini")], directory, port)


def _waitress(directory: Path) -> Server:
    _with_application(directory)
    port = free_port()
    listed = example("README.md", {"waitress-serve --listen=127.0.0.1:8080": f"-m waitress --listen={HOST}:{port}"})
    options = re.findall(r"`(-m waitress [^`]+)`", listed)[0]
    return Server([sys.executable, *shlex.split(options)], directory, port)


def _mod_wsgi(directory: Path, name: str, prefix: str) -> Server:
    _with_application(directory)
    body = example(f"apache/{name}.conf", {"/etc/tilekeep": directory, "/opt/tilekeep": sys.prefix})
    place = 'WSGISocketPrefix "{directory}/wsgi"'
    load = f'LoadModule wsgi_module "{_mod_wsgi_module()}"\n{place}\n'
    server = apache(directory, load + body, ready_path=f"{prefix}/")
    server.url += prefix
    return server


def _mod_wsgi_module() -> str:
    program = _MOD_WSGI / "mod_wsgi-express"
    if not program.exists():
        raise ProgramMissing("mod_wsgi", "make servers; it is compiled, which takes Debian's apache2-dev")
    return subprocess.run([str(program), "module-location"], capture_output=True, text=True, check=True).stdout.strip()


def _tilekeep() -> Path:
    return Path(sys.executable).with_name("tilekeep")


#: From the directory of a configuration to a server that is not started yet; its address includes a prefix.
WSGI_SERVERS: Mapping[str, Callable[[Path], Server]] = {
    "granian": _by_tilekeep,
    "gunicorn, preloaded": lambda directory: _gunicorn(directory, preload=True),
    "gunicorn": lambda directory: _gunicorn(directory, preload=False),
    "uWSGI": lambda directory: _uwsgi(directory, threads=True),
    "uWSGI without threads": lambda directory: _uwsgi(directory, threads=False),
    "waitress": _waitress,
    "mod_wsgi, daemon": lambda directory: _mod_wsgi(directory, "mod_wsgi_daemon", "/maps"),
    "mod_wsgi, embedded": lambda directory: _mod_wsgi(directory, "mod_wsgi_embedded", ""),
}
