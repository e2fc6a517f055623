"""What distributions with plugins import: the kinds of plugins, what their parts are made with, and bases of options.

A plugin is an entry point that leads to an object of one of these kinds; ``docs/how-to/plugins.md`` shows all of them.
Ports and values of the domain are imported from ``tilekeep.ports`` and ``tilekeep.domain``.
"""

from __future__ import annotations

from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.mapproxy.backends import PluginBackend as StoreOptions
from tilekeep.config.mapproxy.options import Options, Section
from tilekeep.config.mapproxy.sources import PluginSource as SourceOptions
from tilekeep.config.plugins.contexts import ImageServer, LayerFacts, ServiceContext, SourceContext, StoreContext
from tilekeep.config.plugins.kinds import (
    DemoPage,
    DemoPagePlugin,
    InterceptorPlugin,
    LayerMetadataPlugin,
    NoOptions,
    ServicePlugin,
    SourcePlugin,
    StorePlugin,
)
from tilekeep.config.plugins.layers import layer_facts

__all__ = [
    "DemoPage",
    "DemoPagePlugin",
    "ImageServer",
    "InterceptorPlugin",
    "LayerFacts",
    "LayerMetadataPlugin",
    "NoOptions",
    "Options",
    "Section",
    "ServiceContext",
    "ServicePlugin",
    "SourceContext",
    "SourceOptions",
    "SourcePlugin",
    "StoreContext",
    "StoreOptions",
    "StorePlugin",
    "layer_facts",
    "load_settings",
]
