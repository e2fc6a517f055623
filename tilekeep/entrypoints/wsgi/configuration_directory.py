"""A directory of configuration files, each of which is known by its name without ``.yaml``."""

from __future__ import annotations

import os

from tilekeep.domain.errors import ConfigurationError

_SUFFIX = ".yaml"


class ConfigurationDirectory:
    """Finds the configurations of a directory as it is now (spec/auth-plugins-decorate.md, 5.2).

    Args:
        path: the directory.

    :raises ConfigurationError: there is no such directory.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.path.abspath(path)
        if not os.path.isdir(self._path):
            raise ConfigurationError(f"{self._path!r} is not a directory; name the one with the configuration files")

    def names(self) -> list[str]:
        """The names of all configurations, sorted."""
        with os.scandir(self._path) as entries:
            files = [entry.name for entry in entries if entry.name.endswith(_SUFFIX) and entry.is_file()]
        return sorted(name.removesuffix(_SUFFIX) for name in files if name != _SUFFIX)

    def file(self, name: str) -> str | None:
        """The path of the configuration with this name; None if there is none.

        A name comes out of an address: what would be more than one part of a path names nothing.
        """
        if not name or os.sep in name:
            return None
        path = os.path.join(self._path, name + _SUFFIX)
        return path if os.path.isfile(path) else None
