"""The plugins that configurations may name: entry points that lead to sound objects of the kinds of plugins."""

from __future__ import annotations

import re
from typing import Any, TypeVar, get_args

from tilekeep.config.mapproxy.options import Options
from tilekeep.config.plugins.discovery import Discovery
from tilekeep.config.plugins.kinds import LayerMetadataPlugin, SourcePlugin, StorePlugin

Kind = TypeVar("Kind")

#: Names are keys of the configuration, and some of them parts of paths.
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class InstalledPlugins(Discovery):
    """The plugins of this environment, checked when they are loaded."""

    def plugin(self, kind: type[Kind], name: str) -> Kind:
        """The plugin of a kind.

        :raises PluginFailure: it cannot be used, or there is none.
        """
        group = kind.group  # type: ignore[attr-defined]
        loaded = self.load(group, name)
        if not isinstance(loaded, kind):
            wanted = f"tilekeep.plugins.{kind.__name__}"
            raise self.failure(group, name, f"its entry point leads to {_shown(loaded)}, not to a {wanted}")
        doubt = _doubt(name, loaded)
        if doubt:
            raise self.failure(group, name, doubt)
        return loaded


def _doubt(name: str, plugin: Any) -> str | None:
    """Why a plugin that could be loaded cannot be used."""
    if not _NAME.fullmatch(name) or hasattr(Options, name):
        return "its name is no word of small letters, digits and '_', or has a meaning of its own"
    if isinstance(plugin, LayerMetadataPlugin):
        return None
    options: Any = plugin.options
    if not (isinstance(options, type) and issubclass(options, plugin.base)):
        return f"its options are {_shown(options)}, no subclass of {plugin.base.__name__}"
    if not callable(plugin.make):
        return f"its 'make' is {_shown(plugin.make)}, which cannot be called"
    if isinstance(plugin, SourcePlugin | StorePlugin):
        field = plugin.options.model_fields.get("type")
        if field is None or get_args(field.annotation) != (name,):
            return f'{options.__name__} lacks the option type: Literal["{name}"]'
    return None


def _shown(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"an object of type {type(value).__name__}"


#: Of this process; what is installed later is seen by the next one.
INSTALLED = InstalledPlugins()
