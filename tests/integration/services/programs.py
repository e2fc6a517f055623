"""Finding the programs of the system that integration tests and benchmarks start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

# Where Debian puts what is not for everybody's command line.
_MORE_FOLDERS = ("/usr/sbin", "/sbin", "/usr/lib/cgi-bin")

APACHE_MODULES = Path("/usr/lib/apache2/modules")

_PACKAGES = {
    "apache2": "apache2",
    "apxs": "apache2-dev",
    "chromium": "chromium",
    "gdal_translate": "gdal-bin",
    "gdalinfo": "gdal-bin",
    "gdalwarp": "gdal-bin",
    "mapcache_seed": "mapcache-tools",
    "mapserv": "cgi-mapserver",
    "mod_fcgid.so": "libapache2-mod-fcgid",
    "mod_mapcache.so": "libapache2-mod-mapcache",
    "nginx": "nginx-light",
    "node": "nodejs",
    "redis-cli": "redis-tools",
    "redis-server": "redis-server",
    "unshare": "util-linux",
    "varnishd": "varnish",
    "wrk": "wrk",
}


class ProgramMissing(Exception):
    """A program is not installed; the message names Debian's package for it."""

    def __init__(self, name: str, remedy: str | None = None) -> None:
        self.name = name
        package = _PACKAGES.get(name, name)
        super().__init__(f"{name} is not installed ({remedy or f'Debian package {package}'})")


@cache
def find_program(name: str) -> Path:
    """The path of a program, or :class:`ProgramMissing`."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_MORE_FOLDERS])
    found = shutil.which(name, path=path)
    if found is None:
        raise ProgramMissing(name)
    return Path(found)


def find_apache_module(name: str) -> Path:
    """The path of ``mod_NAME.so``, or :class:`ProgramMissing`."""
    path = APACHE_MODULES / f"mod_{name}.so"
    if not path.exists():
        raise ProgramMissing(path.name)
    return path


@cache
def find_gdal_bindings() -> Path:
    """The folder with GDAL's own Python bindings for this version of Python, or :class:`ProgramMissing`."""
    folder = Path("/usr/lib/python3/dist-packages")
    question = [sys.executable, "-c", "import osgeo.ogr"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    if subprocess.run(question, env=environment, check=False, capture_output=True).returncode != 0:
        raise ProgramMissing("osgeo", "Debian package python3-gdal, for the Python that Debian brings")
    return folder


def find_yaml_language_server() -> Path:
    """The folder of node modules with the language server, or :class:`ProgramMissing`."""
    modules = Path(__file__).parents[3] / ".cache" / "yaml-language-server" / "node_modules"
    if not (modules / "yaml-language-server").is_dir():
        raise ProgramMissing("yaml-language-server", "make editor")
    return modules


def find_test_server(name: str) -> Path:
    """The folder of a server of node's that ``make servers`` installs, or :class:`ProgramMissing`."""
    folder = Path(__file__).parents[3] / ".cache" / "servers" / "node_modules" / name
    if not folder.is_dir():
        raise ProgramMissing(name, "make servers")
    return folder


def find_swift() -> Path:
    """The folder with the programs of OpenStack Swift, or :class:`ProgramMissing`."""
    folder = Path(__file__).parents[3] / ".cache" / "swift" / "bin"
    if not (folder / "swift-proxy-server").exists():
        raise ProgramMissing("swift", "make servers")
    return folder
