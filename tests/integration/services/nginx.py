"""nginx: files served as they are, or a proxy in front of a WSGI server."""

from __future__ import annotations

import os
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import find_program

_CONFIG = """\
daemon off;
{user}
worker_processes 2;
pid nginx.pid;
events {{ worker_connections 512; }}
http {{
  access_log off;
  types {{ image/png png; image/jpeg jpeg; text/html html; text/css css; text/javascript js mjs; }}
  client_body_temp_path body_temp; proxy_temp_path proxy_temp; fastcgi_temp_path fastcgi_temp;
  uwsgi_temp_path uwsgi_temp; scgi_temp_path scgi_temp;
  keepalive_requests 1000000;
  {servers}
}}
"""

_SERVER = "server {{ listen {host}:{port}; {body} }}"

_PROXY = """
location {prefix}/ {{
  proxy_pass {upstream}/;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Script-Name {prefix};
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
}}
"""


def nginx_files(directory: Path, root: Path) -> Server:
    """An nginx that is not started yet and serves the files below ``root``."""
    return _nginx(directory, f"root {root};")


def nginx_proxy(directory: Path, upstream: str, prefix: str) -> Server:
    """An nginx that is not started yet and passes ``/prefix/...`` on to ``upstream/...`` as deployments do."""
    return _nginx(directory, _PROXY.format(upstream=upstream, prefix=prefix))


def nginx_servers(directory: Path, servers: str, port: int) -> Server:
    """An nginx that is not started yet, with whole servers as they are included in the section http."""
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(_CONFIG.format(user=user, servers=servers))
    command = [str(find_program("nginx")), "-p", f"{directory}/", "-c", "nginx.conf", "-e", "nginx-error.log"]
    return Server(command, directory, port)


def _nginx(directory: Path, body: str) -> Server:
    port = free_port()
    return nginx_servers(directory, _SERVER.format(host=HOST, port=port, body=body), port)
