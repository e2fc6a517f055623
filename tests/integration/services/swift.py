"""OpenStack Swift with its S3 API, which checks signatures: four processes on one directory."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import find_swift

ACCESS_KEY = "test:tester"
SECRET_KEY = "testing"
REGION = "us-east-1"

_SWIFT = """\
[swift-hash]
swift_hash_path_prefix = test
swift_hash_path_suffix = test
[storage-policy:0]
name = gold
default = yes
"""

_DEFAULT = """\
[DEFAULT]
bind_ip = {host}
bind_port = {port}
workers = 0
user = root
swift_dir = {conf}
devices = {devices}
mount_check = false
fallocate_reserve = 0
"""

_STORAGE = """\
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

_PROXY = """\
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:cache]
use = egg:swift#memcache
"""

_PLAIN_FILTERS = ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "bulk", "copy", "slo", "dlo")


@contextmanager
def swift(directory: Path) -> Iterator[Server]:
    """The running proxy server; its address is that of the S3 service."""
    programs = find_swift()
    conf, devices = directory / "conf", directory / "devices"
    conf.mkdir()
    (devices / "d1").mkdir(parents=True)
    (conf / "swift.conf").write_text(_SWIFT)
    with ExitStack() as stack:
        for name in ("account", "container", "object"):
            port = free_port()
            _make_ring(programs, conf, name, port)
            _write_config(conf, devices, name, port, _STORAGE.format(name=name))
            stack.enter_context(_server(programs, conf, name, port))
        port = free_port()
        filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in _PLAIN_FILTERS)
        _write_config(conf, devices, "proxy", port, _PROXY + filters)
        yield stack.enter_context(_server(programs, conf, "proxy", port))


def _make_ring(programs: Path, conf: Path, name: str, port: int) -> None:
    """Where the things of a server lie: all on one device."""
    builder = f"{name}.builder"
    for arguments in (["create", "8", "1", "1"], ["add", f"r1z1-{HOST}:{port}/d1", "1"], ["rebalance"]):
        command = [*_program(programs, "swift-ring-builder"), builder, *arguments]
        subprocess.run(command, cwd=conf, check=True, capture_output=True)


def _write_config(conf: Path, devices: Path, name: str, port: int, body: str) -> None:
    head = _DEFAULT.format(host=HOST, port=port, conf=conf, devices=devices)
    (conf / f"{name}.conf").write_text(head + body)


def _server(programs: Path, conf: Path, name: str, port: int) -> Server:
    command = [*_program(programs, f"swift-{name}-server"), str(conf / f"{name}.conf"), "-v"]
    return Server(command, conf, port, ready_path="/healthcheck")


def _program(programs: Path, name: str) -> list[str]:
    """Run by the interpreter beside it: the first line of a program names the folder that it was installed into."""
    return [str(programs / "python"), str(programs / name)]
