"""MapServer as upstream: Apache runs it by FastCGI and by CGI on a small world drawn for the tests."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.integration.services.apache import apache
from tests.integration.services.mapserver_data import write_world
from tests.integration.services.process import Server
from tests.integration.services.programs import find_program

_APACHE = """
ScriptSock "{directory}/cgid.sock"
SetEnv MAPSERVER_CONFIG_FILE "{directory}/mapserver.conf"
SetEnv MS_MAPFILE "{directory}/world.map"
ScriptAlias /cgi-bin/mapserv "{mapserv}"
FcgidIPCDir "{directory}/fcgid"
FcgidProcessTableFile "{directory}/fcgid.shm"
FcgidInitialEnv MAPSERVER_CONFIG_FILE "{directory}/mapserver.conf"
FcgidInitialEnv MS_MAPFILE "{directory}/world.map"
FcgidMaxProcessesPerClass 2
Alias /fcgi/mapserv "{mapserv}"
<Location /fcgi/mapserv>
  SetHandler fcgid-script
  Options +ExecCGI
</Location>
<Directory "{folder}">
  Options +ExecCGI
  Require all granted
</Directory>
"""


class LoggedRequest(NamedTuple):
    """A request as the map server's access log has it; names of parameters are in lower case."""

    status: int
    path: str
    params: dict[str, str]


class MapServer:
    """A running MapServer with the layers of :mod:`tests.integration.services.mapserver_data`.

    ``fcgi_url`` answers within milliseconds, ``cgi_url`` starts a process for each request.  Both know their map
    file, so requests need no ``map`` parameter.  Errors come as XML with status 200, as usual.
    """

    def __init__(self, directory: Path) -> None:
        mapserv = find_program("mapserv")
        write_world(directory)
        body = _APACHE.replace("{mapserv}", str(mapserv)).replace("{folder}", str(mapserv.parent))
        self._server = apache(directory, body, ("alias", "env", "cgid", "fcgid"), ready_path="/ready")
        self._access_log = directory / "access.log"
        self.fcgi_url = f"{self._server.url}/fcgi/mapserv"
        self.cgi_url = f"{self._server.url}/cgi-bin/mapserv"

    @property
    def server(self) -> Server:
        """The Apache process."""
        return self._server

    @property
    def running(self) -> bool:
        """Whether requests are answered."""
        return self._server.running

    def start(self) -> None:
        """Starts it, or starts it again under the same address."""
        self._server.start()

    def stop(self) -> None:
        """Takes it away at once: connections are refused from now on."""
        self._server.kill()

    def requests_logged(self) -> list[LoggedRequest]:
        """The requests for maps and capabilities since the start or the last :meth:`forget_requests`, oldest first."""
        return [request for request in map(_parse, self._settled_log().splitlines()) if "mapserv" in request.path]

    def forget_requests(self) -> None:
        """Empties the log."""
        self._settled_log()
        self._access_log.write_text("")

    def _settled_log(self) -> str:
        # Apache writes a line after it has sent the response, so the last ones may still be on their way.
        text = ""
        for _ in range(100):
            before, text = text, self._access_log.read_text() if self._access_log.exists() else ""
            if before == text:
                break
            time.sleep(0.05)
        return text


def _parse(line: str) -> LoggedRequest:
    status, _method, target = line.split(" ", 2)
    parts = urlsplit(target)
    params = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    return LoggedRequest(int(status), parts.path, params)
