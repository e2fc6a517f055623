"""The parts that plugins make for an application, of their options."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication

from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.globals import Interceptors
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.services import DemoPages, Services
from tilekeep.config.plugins.contexts import ServiceContext
from tilekeep.config.plugins.discovery import PluginFailure
from tilekeep.config.plugins.kinds import DemoPage, DemoPagePlugin, InterceptorPlugin, ServicePlugin
from tilekeep.config.plugins.layers import layer_facts
from tilekeep.domain.errors import TilekeepError

#: First parts of paths that services of Tilekeep have besides their own names.
_TAKEN = frozenset({"health", "ows", "service", "tilejson", "tiles"})


class PluginPage(NamedTuple):
    """A page of the demo."""

    title: str
    write: DemoPage


class PluginParts(NamedTuple):
    """What plugins bring to an application.

    :ivar services: by the first part of their paths.
    :ivar interceptors: the outermost first.
    :ivar pages: of the demo, by name.
    """

    services: dict[str, WSGIApplication]
    interceptors: tuple[Callable[[WSGIApplication], WSGIApplication], ...]
    pages: dict[str, PluginPage]


def plugin_parts(container: TilekeepContainer, taken: Collection[str]) -> PluginParts:
    """The parts for a configuration; ``taken`` are further first parts of paths that no service may have.

    :raises PluginFailure: a plugin cannot make its part.
    """
    make = _Making(container)
    settings = container.settings
    services = {name: made for name, _, made in make(ServicePlugin, settings.services, Services, ("services",))}
    for name in services:
        if name in _TAKEN or name in taken:
            raise PluginFailure(
                f"a service cannot be called {name!r}, as other paths begin so; rename the entry point",
                option=("services", name),
            )
    interceptors = make(InterceptorPlugin, settings.globals.interceptors, Interceptors, ("globals", "interceptors"))
    demo = settings.services.demo
    pages = () if demo is None else make(DemoPagePlugin, demo.pages, DemoPages, ("services", "demo", "pages"))
    return PluginParts(
        services,
        tuple(made for _, _, made in interceptors),
        {name: PluginPage(plugin.title, made) for name, plugin, made in pages},
    )


class _Making:
    """Has the plugins of a section make their parts."""

    def __init__(self, container: TilekeepContainer) -> None:
        self._container = container
        self._plugins = container.adapters.plugins()

    def __call__(
        self, kind: Any, section: Options, own: type[Options], path: tuple[str, ...]
    ) -> Iterator[tuple[str, Any, Any]]:
        """Names, plugins and what they make, in the order of the configuration; ``own`` options are none of theirs."""
        for name in type(section).model_fields:
            options = getattr(section, name)
            if name in own.model_fields or options is None:
                continue
            plugin = self._plugins.plugin(kind, name)
            try:
                yield name, plugin, plugin.make(options, self._context(name))
            except TilekeepError:
                raise
            except Exception as error:  # whatever the code of others does
                reason = f"making it raised {type(error).__name__}: {error}"
                failure = self._plugins.failure(kind.group, name, reason)
                raise PluginFailure(failure.message, option=(*path, name)) from error

    def _context(self, name: str) -> ServiceContext:
        container = self._container
        return ServiceContext(
            name=name,
            base_dir=container.base_dir,
            layers=layer_facts(container.settings),
            catalogue=container.use_cases.catalogue(),
            projection=container.adapters.projection(),
            clock=container.adapters.clock(),
        )
