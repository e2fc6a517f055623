"""MapProxy inside an application that gives it hooks."""

from __future__ import annotations

from pathlib import Path

from tests.integration.services.mapproxy import mapproxy_python
from tests.integration.services.process import HOST, Server, free_port

_MODULE = """
import sys
sys.path.insert(0, {folder!r})
from hooked_application import hooked
from mapproxy.image import ImageResult
from mapproxy.wsgiapp import make_wsgi_app
application = hooked(make_wsgi_app({config!r}), ImageResult)
"""


def mapproxy_with_hooks(directory: Path, config: str) -> Server:
    """A server that is not started yet; its configuration is written into the directory."""
    config_file = directory / "mapproxy.yaml"
    config_file.write_text(config)
    (directory / "hooked.py").write_text(_MODULE.format(folder=str(Path(__file__).parent), config=str(config_file)))
    port = free_port()
    options = ["--worker-class", "gthread", "--threads", "4", "--chdir", str(directory)]
    command = [str(mapproxy_python()), "-m", "gunicorn", "--bind", f"{HOST}:{port}", *options, "hooked:application"]
    return Server(command, directory, port)
