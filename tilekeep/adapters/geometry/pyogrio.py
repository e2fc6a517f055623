"""OGR data by pyogrio, whose wheels bring a GDAL for files and web services, but not for databases."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import pyogrio.errors
import pyogrio.raw

from tilekeep.adapters.geometry.connections import CONNECTION, public_name, without_secrets
from tilekeep.adapters.geometry.ogr_reader import CannotRead, is_sql

_log = logging.getLogger("tilekeep.config.coverage")

#: Drivers of databases, by the word that connections to them begin with.
_DATABASES = {
    "HANA": "HANA",
    "MONGODBV3": "MongoDBv3",
    "MSSQL": "MSSQLSpatial",
    "MYSQL": "MySQL",
    "OCI": "OCI",
    "ODBC": "ODBC",
    "PG": "PostgreSQL",
}


def read_with_pyogrio(datasource: str, where: str | None) -> list[bytes]:
    """See :data:`tilekeep.adapters.geometry.ogr_reader.Reader`."""
    choice: dict[str, Any] = {"sql": where} if is_sql(where) else {"where": where, "layer": 0}
    if where is None:
        choice["columns"] = []  # some drivers do not read what a condition asks for unless it is wanted too
    try:
        with warnings.catch_warnings(record=True) as doubts:
            warnings.simplefilter("always")
            _, _, binaries, _ = pyogrio.raw.read(datasource, force_2d=True, **choice)
    except pyogrio.errors.DataSourceError as error:
        raise CannotRead(str(error), no_driver=_is_unknown(datasource, str(error))) from None
    except (RuntimeError, ValueError, OSError) as error:
        raise CannotRead(str(error)) from None
    for doubt in doubts:
        _log.warning("%s: %s", public_name(datasource), without_secrets(str(doubt.message), datasource))
    return [] if binaries is None else [binary for binary in binaries if binary is not None]


def _is_unknown(datasource: str, reason: str) -> bool:
    """Whether it may be that only the driver is missing."""
    if "not recognized as being in a supported file format" in reason:
        return True
    found = CONNECTION.match(datasource)
    if found is None:
        return False
    kind = found[1].upper()
    known = {driver.upper() for driver in pyogrio.list_drivers()}
    return _DATABASES.get(kind, kind).upper() not in known
