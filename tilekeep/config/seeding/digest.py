"""By which configurations are told apart: coordinator and workers have to mean the same by the name of a cache."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tilekeep._version import __version__
from tilekeep.config.mapproxy.backends import (
    BackendOptions,
    CompactBackend,
    FileBackend,
    GeopackageBackend,
    MbtilesBackend,
    SqliteBackend,
)
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.root import Settings

#: Those of the globals that say what tiles look like.
_GLOBALS = ("cache", "image", "grid", "srs")

#: Options that say where things lie on a machine, how it reaches servers, and who it is there: not what a tile shows.
_OF_THE_MACHINE = frozenset(
    {
        *("base_dir", "lock_dir", "tile_lock_dir", "ledger_dir", "cache_dir", "font_dir", "proj_data_dir"),
        *("directory_permissions", "file_permissions", "http", "mapserver", "username", "password", "profile_name"),
        *("connection_string", "unix_socket", "timeout", "ssl_certfile", "ssl_keyfile", "ssl_ca_certs"),
    }
)

#: Stores whose files may lie in other places on other machines; in those of objects a directory is a part of the key.
_OF_FILES = (FileBackend, CompactBackend, SqliteBackend, MbtilesBackend, GeopackageBackend)
_PLACES_OF_FILES = frozenset({"directory", "filename"})

_LENGTH = 16


def configuration_digest(settings: Settings) -> str:
    """Sixteen hexadecimal digits: caches, grids, sources, globals that shape tiles, and the version of Tilekeep.

    Two files with the same options have the same one, however they are written.  Files that are named (coverages,
    mapfiles) count by their names.
    """
    content = [
        __version__,
        _content(settings.caches),
        _content(settings.grids),
        _content(settings.sources),
        *(_content(getattr(settings.globals, name)) for name in _GLOBALS),
    ]
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _content(value: Any) -> Any:
    """What is said by options, without what is not said, or said in vain."""
    if isinstance(value, Options):
        return {
            name: _content(option)
            for name, field in type(value).model_fields.items()
            if not _is_of_the_machine(value, name)
            and (option := getattr(value, name)) != field.get_default(call_default_factory=True)
        }
    if isinstance(value, dict):
        return {str(key): _content(option) for key, option in value.items()}
    if isinstance(value, tuple | list):
        return [_content(option) for option in value]
    return value


def _is_of_the_machine(section: Options, name: str) -> bool:
    if isinstance(section, BackendOptions) and isinstance(section, _OF_FILES) and name in _PLACES_OF_FILES:
        return True
    return name in _OF_THE_MACHINE
