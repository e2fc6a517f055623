"""The whole configuration (spec/config-globals-grids.md, 5)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.globals import GlobalSettings
from tilekeep.config.mapproxy.grids import Grid
from tilekeep.config.mapproxy.layers import Layer, layers_option
from tilekeep.config.mapproxy.options import Options, Section
from tilekeep.config.mapproxy.services import Services
from tilekeep.config.mapproxy.sources import Source


class Settings(Options):
    """Frozen settings; ``base`` and ``environments`` have been merged in.

    :ivar globals: defaults for everything else.
    :ivar grids: how the plane is cut into levels and tiles.
    :ivar sources: where maps come from.
    :ivar caches: what is stored, where, and from which sources.
    :ivar layers: what services offer.
    :ivar services: the protocols that are spoken.
    :ivar parts: a home for YAML anchors, otherwise ignored.
    """

    globals: Section[GlobalSettings] = Field(default_factory=GlobalSettings.untouched)
    grids: Section[dict[str, Section[Grid]]] = Field(default_factory=dict)
    sources: Section[dict[str, Section[Source]]] = Field(default_factory=dict)
    caches: Section[dict[str, Section[Cache]]] = Field(default_factory=dict)
    layers: Annotated[tuple[Layer, ...], BeforeValidator(layers_option)] = ()
    services: Section[Services] = Field(default_factory=Services.untouched)
    parts: Any = None
