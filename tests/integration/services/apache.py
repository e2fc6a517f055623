"""Apache with a configuration of our own, for whoever starts it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import ProgramMissing, find_apache_module, find_program

_WWW_DATA = 33

_PREAMBLE = """\
ServerRoot "{directory}"
ServerName {host}
Listen {host}:{port}
PidFile "{directory}/httpd.pid"
DefaultRuntimeDir "{directory}"
Mutex file:{directory} default
ErrorLog "{directory}/error.log"
CustomLog "{directory}/access.log" "%>s %m %U%q"
LoadModule mpm_event_module "{mpm}"
StartServers 2
MinSpareThreads 25
MaxSpareThreads 50
ServerLimit 2
ThreadsPerChild 25
MaxRequestWorkers 50
MaxKeepAliveRequests 0
LoadModule authz_core_module "{authz_core}"
{modules}
<Directory "{directory}">
  Require all granted
</Directory>
{body}
"""


def apache(directory: Path, body: str, modules: Sequence[str] = (), *, ready_path: str = "/") -> Server:
    """An Apache (event MPM, two processes of 25 threads) that is not started yet.

    Args:
        directory: Holds configuration, logs (``error.log``, ``access.log``) and run-time files; ``{directory}`` and
            ``{port}`` in the body stand for it and for the port.
        body: Configuration after the preamble.
        modules: Names as in ``mod_NAME.so``.
        ready_path: What to ask for until there is an answer.

    Raises:
        ProgramMissing: Apache or one of the modules is not installed, or root cannot run it as somebody else.
    """
    port = free_port()
    loads = [f'LoadModule {name}_module "{find_apache_module(name)}"' for name in modules]
    config = _PREAMBLE.format(
        directory=directory,
        host=HOST,
        port=port,
        mpm=find_apache_module("mpm_event"),
        authz_core=find_apache_module("authz_core"),
        modules="\n".join(loads),
        body=body.replace("{directory}", str(directory)).replace("{port}", str(port)),
    )
    config_file = directory / "httpd.conf"
    config_file.write_text(config)
    command = [*not_as_root(), str(find_program("apache2")), "-f", str(config_file), "-d", str(directory)]
    server = Server([*command, "-DFOREGROUND"], directory, port, ready_path=ready_path)
    server.log_file = directory / "error.log"
    return server


@cache
def not_as_root() -> tuple[str, ...]:
    """What to put before a command that refuses to serve as root; nothing for other users.

    In a user namespace the program believes to be www-data while its file access stays root's, so neither the
    interpreter's folder nor the temporary ones need other permissions.  Where namespaces are forbidden, the
    capability to read and write all files does the same.
    """
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", f"--map-user={_WWW_DATA}", f"--map-group={_WWW_DATA}")
    user = (f"--reuid={_WWW_DATA}", f"--regid={_WWW_DATA}", "--clear-groups")
    capability = ("setpriv", *user, "--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    for wrapper in (namespace, capability):
        with contextlib.suppress(OSError):
            if subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode == 0:
                return wrapper
    raise ProgramMissing("apache2", "root may neither make user namespaces nor pass on capabilities here")
