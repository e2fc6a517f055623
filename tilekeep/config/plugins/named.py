"""Which plugins a configuration names, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from tilekeep.config.mapproxy.backends import Backend
from tilekeep.config.mapproxy.layers import LayerMetadata
from tilekeep.config.mapproxy.services import Services
from tilekeep.config.mapproxy.sources import Source
from tilekeep.config.plugins.kinds import (
    DemoPagePlugin,
    InterceptorPlugin,
    LayerMetadataPlugin,
    Plugin,
    ServicePlugin,
    SourcePlugin,
    StorePlugin,
)
from tilekeep.config.problems import OptionPath


class NamedPlugin(NamedTuple):
    """A plugin where a configuration names it.

    :ivar path: of the type or key that is its name; ``section`` is what cannot be without the plugin.
    """

    kind: type[Plugin]
    name: str
    path: OptionPath
    section: OptionPath


def named_plugins(data: Any) -> Iterator[NamedPlugin]:
    """Types, services and keys that Tilekeep itself does not have, in the order of the configuration.

    ``data`` is plain data that nobody has validated yet; what is no section is passed over.
    """
    sources, stores = _types(Source), _types(Backend)
    for name, source in _entries(data, "sources"):
        yield from _typed(SourcePlugin, source, ("sources", name), sources)
    for name, cache in _entries(data, "caches"):
        yield from _typed(StorePlugin, _section(cache).get("cache"), ("caches", name, "cache"), stores)
    yield from _keys(ServicePlugin, data, ("services",), Services.model_fields)
    yield from _keys(InterceptorPlugin, data, ("globals", "interceptors"), ())
    yield from _keys(DemoPagePlugin, data, ("services", "demo", "pages"), ())
    yield from _of_layers(_section(data).get("layers"), ("layers",))


def _of_layers(layers: Any, path: OptionPath) -> Iterator[NamedPlugin]:
    for index, layer in enumerate(layers if isinstance(layers, tuple) else ()):
        place = (*path, index)
        for key in _section(_section(layer).get("md")):
            if key not in LayerMetadata.model_fields:
                option = (*place, "md", key)
                yield NamedPlugin(LayerMetadataPlugin, key, option, option)
        yield from _of_layers(_section(layer).get("layers"), (*place, "layers"))


def _typed(kind: type[Plugin], options: Any, path: OptionPath, known: frozenset[str]) -> Iterator[NamedPlugin]:
    name = _section(options).get("type")
    if isinstance(name, str) and name not in known:
        yield NamedPlugin(kind, name, (*path, "type"), path)


def _keys(kind: type[Plugin], data: Any, path: OptionPath, known: Any) -> Iterator[NamedPlugin]:
    for step in path:
        data = _section(data).get(str(step))
    for key in _section(data):
        if key not in known:
            yield NamedPlugin(kind, key, (*path, key), (*path, key))


def _entries(data: Any, section: str) -> Iterator[tuple[str, Any]]:
    yield from _section(_section(data).get(section)).items()


def _section(value: Any) -> dict[str, Any]:
    """The entries of a mapping whose keys are text."""
    return {key: entry for key, entry in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}


def _types(union: Any) -> frozenset[str]:
    """The types that Tilekeep has itself."""
    members = get_args(get_args(union)[0])
    return frozenset(name for member in members for name in get_args(member.model_fields["type"].annotation))
