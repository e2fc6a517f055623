"""Polygons in whatever GDAL reads: by pyogrio, or by GDAL's own bindings for what that has no driver for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import shapely

from tilekeep.adapters.geometry.bounded_files import LARGEST_FILE, head_of, too_large
from tilekeep.adapters.geometry.connections import CONNECTION, public_name, without_secrets
from tilekeep.adapters.geometry.ogr_reader import CannotRead, Reader
from tilekeep.adapters.geometry.polygon_parts import polygon_parts
from tilekeep.domain.errors import ConfigurationError

_log = logging.getLogger("tilekeep.config.coverage")

_AREAL = frozenset({"Polygon", "MultiPolygon"})
_BINDINGS = "GDAL's own Python bindings (python3-gdal in Debian, gdal on PyPI)"


def ogr_polygons(datasource: str, where: str | None, readers: tuple[Reader, ...] | None = None) -> list[Any]:
    """The polygons of a file (absolute path) or connection (``PG:...``), see spec/coverages.md, 3.4.

    Args:
        datasource: what GDAL opens.
        where: SQL that begins with ``select``, else a condition on the first layer; None takes all features of it.
        readers: are tried in turn; None for those that are installed.

    :raises ConfigurationError: none of them can read it; the message has no part of a connection in it.
    """
    _refuse_large_text(datasource)
    name = public_name(datasource)
    polygons: list[Any] = []
    for geometry in _geometries(datasource, where, installed_readers() if readers is None else readers):
        if geometry.geom_type in _AREAL:
            polygons += polygon_parts(geometry)
        else:
            _log.warning("passing over a %s in %s: only polygons count", geometry.geom_type, name)
    return polygons


def installed_readers() -> tuple[Reader, ...]:
    """What this environment reads OGR data with, best first."""
    return tuple(_installed())


def _installed() -> Iterator[Reader]:
    try:
        from tilekeep.adapters.geometry.pyogrio import read_with_pyogrio
    except ImportError:
        pass
    else:
        yield read_with_pyogrio
    try:
        from tilekeep.adapters.geometry.osgeo import read_with_osgeo
    except ImportError:
        pass
    else:
        yield read_with_osgeo


def _geometries(datasource: str, where: str | None, readers: tuple[Reader, ...]) -> list[Any]:
    binaries = _read(datasource, where, readers)
    try:
        return [shapely.from_wkb(binary) for binary in binaries]
    except shapely.errors.ShapelyError as error:
        message = f"{public_name(datasource)!r} has a geometry that is none: {error}"
        raise ConfigurationError(message) from error


def _read(datasource: str, where: str | None, readers: tuple[Reader, ...]) -> list[bytes]:
    if not readers:
        raise ConfigurationError(
            f"{public_name(datasource)!r} can only be read with GDAL; install tilekeep[ogr], or {_BINDINGS}"
        )
    for reader in readers:
        try:
            return reader(datasource, where)
        except CannotRead as error:  # its text may hold a password, and so may what caused it
            reason, no_driver = " ".join(without_secrets(str(error), datasource).split()), error.no_driver
            if not no_driver:
                break
    remedy = f"; if GDAL has a driver for it, install {_BINDINGS}" if no_driver and len(readers) == 1 else ""
    raise ConfigurationError(f"{public_name(datasource)!r} cannot be read: {reason}{remedy}")


def _refuse_large_text(datasource: str) -> None:
    """XML and JSON are read as a whole, whatever the driver."""
    if CONNECTION.match(datasource):
        return
    head = head_of(datasource)
    if head is not None and head.startswith((b"<", b"{", b"[")) and os.path.getsize(datasource) > LARGEST_FILE:
        raise too_large(datasource)
