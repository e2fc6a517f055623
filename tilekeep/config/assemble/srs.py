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
        raise ConfigurationError(unknown_srs(code), option=option) from error


def unknown_srs(code: str) -> str:
    """What is said of a code that means nothing."""
    return f"{code} is not known to PROJ; use a code such as EPSG:3857"
