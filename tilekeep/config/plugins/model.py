"""The option model with the options of plugins in it, so that they are validated and described like others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Union, cast, get_args

from pydantic import Field, create_model

from tilekeep.config.mapproxy.backends import Backend
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.globals import GlobalSettings, Interceptors
from tilekeep.config.mapproxy.layers import Layer, LayerMetadata
from tilekeep.config.mapproxy.options import ByType, Opt, Options, Section
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.services import DemoPages, DemoService, Services
from tilekeep.config.mapproxy.sources import Source
from tilekeep.config.plain_edits import without
from tilekeep.config.plugins.discovery import PluginFailure
from tilekeep.config.plugins.installed import InstalledPlugins
from tilekeep.config.plugins.kinds import (
    KINDS,
    DemoPagePlugin,
    InterceptorPlugin,
    LayerMetadataPlugin,
    Plugin,
    ServicePlugin,
    SourcePlugin,
    StorePlugin,
)
from tilekeep.config.plugins.named import NamedPlugin, named_plugins
from tilekeep.config.problems import OptionPath, Place, Problem, error

#: Plugins by their kinds and names, in the order in which the configuration names them.
Plugins = Mapping[type[Plugin], Mapping[str, Any]]

#: Models that are kept; each set of plugins that configurations of a process name has one.
_MOST_MODELS = 32

#: Made of types that are known at run time only, which type checkers cannot follow.
_Opt: Any = Opt
_Section: Any = Section
_dict: Any = dict
_tuple: Any = tuple


@dataclass(slots=True)
class FittingModel:
    """The model of a configuration.

    :ivar data: what is left of the configuration to be validated.
    :ivar problems: plugins that cannot be used.
    :ivar refused: what has been taken out because of them.
    """

    data: dict[str, Any]
    model: type[Settings] = Settings
    problems: list[Problem] = field(default_factory=list)
    refused: set[OptionPath] = field(default_factory=set)


def fitting_model(data: dict[str, Any], installed: InstalledPlugins) -> FittingModel:
    """The model for the plugins that ``data`` names; names that nothing installed has are left for the validation."""
    result = FittingModel(data)
    usable: dict[tuple[type[Plugin], str], None] = {}
    for named in named_plugins(data):
        if named.name not in installed.names(named.kind.group):
            continue
        try:
            installed.plugin(named.kind, named.name)
        except PluginFailure as failure:
            _refuse(result, named, failure)
        else:
            usable[named.kind, named.name] = None
    if usable:
        result.model = _model_with_named(installed, tuple(usable))
    return result


@lru_cache(maxsize=_MOST_MODELS)
def _model_with_named(installed: InstalledPlugins, names: tuple[tuple[type[Plugin], str], ...]) -> type[Settings]:
    """Made once, as a model takes time and room, and a configuration is read again whenever it has changed."""
    plugins: dict[type[Plugin], dict[str, Any]] = {}
    for kind, name in names:
        plugins.setdefault(kind, {})[name] = installed.plugin(kind, name)
    return model_with(plugins)


def model_with_all(installed: InstalledPlugins) -> tuple[type[Settings], list[PluginFailure]]:
    """The model with all plugins that are installed, and those that cannot be used."""
    found: dict[type[Plugin], dict[str, Any]] = {}
    failures = []
    for kind in KINDS:
        for name in installed.names(kind.group):
            try:
                found.setdefault(kind, {})[name] = installed.plugin(kind, name)
            except PluginFailure as failure:
                failures.append(failure)
    return model_with(found), failures


def _refuse(result: FittingModel, named: NamedPlugin, failure: PluginFailure) -> None:
    place = Place.VALUE if named.path[-1] == "type" else Place.KEY
    result.problems.append(error(named.path, failure.message, place=place))
    result.data = without(result.data, named.section)
    result.refused.add(named.path)


def model_with(plugins: Plugins) -> type[Settings]:
    """The model of a whole file with the options of ``plugins``."""
    sources = _with_types(Source, plugins.get(SourcePlugin, {}).values())
    options: dict[str, Any] = {
        "globals": _default(_globals(plugins)),
        "sources": (_Section[_dict[str, _Section[sources]]], Field(default_factory=dict)),
        "caches": (_Section[_dict[str, _Section[_cache(plugins)]]], Field(default_factory=dict)),
        "services": _default(_services(plugins)),
    }
    if LayerMetadataPlugin in plugins:
        of_settings = Settings.model_fields["layers"]
        validator = of_settings.metadata[0]
        options["layers"] = (Annotated[_tuple[_layer(plugins), ...], validator], ())
    return _extended(Settings, **options)


def _with_types(union: Any, plugins: Iterable[Any]) -> Any:
    """A union of typed sections with those of plugins."""
    members = (*get_args(get_args(union)[0]), *(plugin.options for plugin in plugins))
    return Annotated[Union[members], ByType]  # noqa: UP007 - made of a tuple


def _cache(plugins: Plugins) -> type[Cache]:
    if StorePlugin not in plugins:
        return Cache
    return _extended(Cache, cache=(_Opt[_with_types(Backend, plugins[StorePlugin].values())], None))


def _services(plugins: Plugins) -> type[Services]:
    added = {name: _offered(plugin) for name, plugin in plugins.get(ServicePlugin, {}).items()}
    if DemoPagePlugin in plugins:
        pages = {name: _offered(plugin) for name, plugin in plugins[DemoPagePlugin].items()}
        demo = _extended(DemoService, pages=_default(_extended(DemoPages, **pages)))
        added["demo"] = (_Section[demo | None], None)
    return _extended(Services, **added) if added else Services


def _globals(plugins: Plugins) -> type[GlobalSettings]:
    if InterceptorPlugin not in plugins:
        return GlobalSettings
    added = {name: _offered(plugin) for name, plugin in plugins[InterceptorPlugin].items()}
    return _extended(GlobalSettings, interceptors=_default(_extended(Interceptors, **added)))


def _layer(plugins: Plugins) -> type[Layer]:
    added = {name: (_Opt[plugin.value], None) for name, plugin in plugins[LayerMetadataPlugin].items()}
    metadata = _extended(LayerMetadata, **added)
    return _extended(
        Layer,
        md=(_Section[metadata] | None, None),
        layers=(_Opt[_tuple["Layer", ...]], None),
    )


def _offered(plugin: Any) -> tuple[Any, Any]:
    """A section that may be left empty, and that is not there unless its key is."""
    return (_Section[plugin.options | None], None)


def _default(section: type[Options]) -> tuple[Any, Any]:
    """A section that is always there."""
    return (_Section[section], Field(default_factory=section.untouched))


def _extended(section: type[Any], **options: Any) -> type[Any]:
    """A section with further options, or others in the place of its own; what it says of the others stays true."""
    made = create_model(section.__name__, __base__=section, __module__=section.__module__, **options)
    return cast("type[Any]", made)
