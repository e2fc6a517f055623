"""Spatial reference systems out of their codes."""

from __future__ import annotations

from tilekeep.config.problems import OptionPath
from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection


def configured_srs(projection: Projection, code: str, option: OptionPath) -> Srs:
    """The SRS of ``code``; ``option`` is its place in the configuration, for errors."""
    try:
        return projection.srs(code)
    except ProjectionError as error:
        raise ConfigurationError(f"{code} is not known to PROJ; use a code such as EPSG:3857", option=option) from error
