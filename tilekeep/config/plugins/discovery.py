"""Finding what distributions bring by their entry points, and loading one thing at a time when it is wanted.

So a broken plugin takes no other down, and one that nobody names costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from tilekeep.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

log = logging.getLogger("tilekeep.plugins")


class PluginFailure(ConfigurationError):
    """A plugin that cannot be used; the message names it, its distribution and the remedy."""


def _of_this_environment(group: str) -> Iterable[EntryPoint]:
    # it brings the parser of messages along, and most starts name no plugin
    from importlib.metadata import entry_points

    return entry_points(group=group)


class Discovery:
    """The entry points of all distributions of this environment, as they were when a group was first asked for.

    Args:
        points: the entry points of a group.
    """

    def __init__(self, points: Callable[[str], Iterable[EntryPoint]] = _of_this_environment) -> None:
        self._points = cache(lambda group: tuple(points(group)))
        self._loaded: dict[tuple[str, str], Any] = {}

    def names(self, group: str) -> list[str]:
        """Names of the entry points of a group, in their order; nothing is loaded."""
        return sorted({point.name for point in self._points(group)})

    def provider(self, group: str, name: str) -> str:
        """The distributions that an entry point comes from, for people; nothing is loaded."""
        found = {_distribution(point) for point in self._points(group) if point.name == name}
        return " and ".join(sorted(found)) or "no distribution"

    def load(self, group: str, name: str) -> Any:
        """What an entry point leads to.

        :raises PluginFailure: it cannot be loaded, or there is not exactly one.
        """
        if (group, name) not in self._loaded:
            self._loaded[group, name] = self._load(group, name)
        return self._loaded[group, name]

    def failure(self, group: str, name: str, reason: str) -> PluginFailure:
        """What is said of a plugin that cannot be used."""
        return PluginFailure(
            f"the plugin {name!r} ({group}) of {self.provider(group, name)} cannot be used: {reason}; "
            "upgrade or reinstall that distribution, or do without the plugin"
        )

    def _load(self, group: str, name: str) -> Any:
        points = [point for point in self._points(group) if point.name == name]
        if len({_distribution(point) for point in points}) > 1:
            raise self.failure(group, name, "more than one distribution brings it, uninstall all but one")
        if not points:
            raise self.failure(group, name, "it is not installed")
        try:
            loaded = points[0].load()
        except Exception as error:  # whatever the code of others does when it is imported
            log.debug("loading the plugin %r", name, exc_info=True)
            raise self.failure(group, name, f"{type(error).__name__}: {error}") from error
        log.info("the plugin %r (%s) has been loaded from %s", name, group, _distribution(points[0]))
        return loaded


def _distribution(point: EntryPoint) -> str:
    found = point.dist
    return "an unknown distribution" if found is None else f"{found.name} {found.version}"
