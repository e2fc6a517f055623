"""What plugins are: one class for each kind of part, whose objects entry points lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from wsgiref.types import WSGIApplication, WSGIEnvironment

from tilekeep.config.mapproxy.backends import PluginBackend
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.sources import PluginSource
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.tile_store import TileStore

if TYPE_CHECKING:
    from tilekeep.config.plugins.contexts import ServiceContext, SourceContext, StoreContext

#: A demo page: the HTML of the body of the page for a request.
DemoPage = Callable[[WSGIEnvironment], str]


class NoOptions(Options):
    """A section in which nothing can be said."""


@dataclass(frozen=True, slots=True)
class SourcePlugin:
    """A type of sources; the name of its entry point is the ``type``.

    :ivar options: its options, with ``type: Literal["..."]`` of that name.
    :ivar make: makes a source; what it makes is limited, checked, merged and stored like any other.
    """

    group: ClassVar[str] = "tilekeep.sources"
    base: ClassVar[type[Options]] = PluginSource

    options: type[PluginSource]
    make: Callable[[Any, SourceContext], MapSource]


@dataclass(frozen=True, slots=True)
class StorePlugin:
    """A type of stores; the name of its entry point is the ``type`` in the ``cache`` of a cache.

    :ivar options: its options, with ``type: Literal["..."]`` of that name.
    :ivar make: makes the store of one cache in one grid.
    """

    group: ClassVar[str] = "tilekeep.stores"
    base: ClassVar[type[Options]] = PluginBackend

    options: type[PluginBackend]
    make: Callable[[Any, StoreContext], TileStore]


@dataclass(frozen=True, slots=True)
class ServicePlugin:
    """A service; the name of its entry point is its key under ``services`` and the first part of its paths.

    :ivar make: makes a WSGI application that answers ``GET``, ``HEAD`` and ``POST``; ``SCRIPT_NAME`` is that of
        Tilekeep, so that ``PATH_INFO`` begins with ``/name``.
    """

    group: ClassVar[str] = "tilekeep.services"
    base: ClassVar[type[Options]] = Options

    make: Callable[[Any, ServiceContext], WSGIApplication]
    options: type[Options] = NoOptions


@dataclass(frozen=True, slots=True)
class InterceptorPlugin:
    """WSGI middleware around all services; the name of its entry point is its key under ``globals.interceptors``.

    :ivar make: makes what puts an application around another one.
    """

    group: ClassVar[str] = "tilekeep.interceptors"
    base: ClassVar[type[Options]] = Options

    make: Callable[[Any, ServiceContext], Callable[[WSGIApplication], WSGIApplication]]
    options: type[Options] = NoOptions


@dataclass(frozen=True, slots=True)
class DemoPagePlugin:
    """A page of the demo; the name of its entry point is its key under ``services.demo.pages``.

    :ivar title: of the page and of the link to it.
    :ivar make: makes what writes the HTML of its body; it escapes what is not its own.
    """

    group: ClassVar[str] = "tilekeep.demo_pages"
    base: ClassVar[type[Options]] = Options

    title: str
    make: Callable[[Any, ServiceContext], DemoPage]
    options: type[Options] = NoOptions


@dataclass(frozen=True, slots=True)
class LayerMetadataPlugin:
    """A key under ``md`` of layers, named as the entry point, for services and pages of plugins.

    :ivar value: the type of its value: a section (a subclass of ``Options``), ``str``, ``tuple[Section, ...]``.
    """

    group: ClassVar[str] = "tilekeep.layer_metadata"

    value: Any


Plugin = SourcePlugin | StorePlugin | ServicePlugin | InterceptorPlugin | DemoPagePlugin | LayerMetadataPlugin

KINDS: tuple[type[Plugin], ...] = (
    SourcePlugin,
    StorePlugin,
    ServicePlugin,
    InterceptorPlugin,
    DemoPagePlugin,
    LayerMetadataPlugin,
)
