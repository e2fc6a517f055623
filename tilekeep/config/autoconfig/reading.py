"""Reading what configurations are made of: capabilities, GeoPackages, files of overwrites and bases."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tilekeep.config.autoconfig.generated import Generated, Wishes, for_geopackage, for_wms, for_wmts
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.settings_file import load_settings, read_file
from tilekeep.config.loading.yaml_nodes import YamlProblem, parse
from tilekeep.config.server_documents import ServerDocuments, container_without_configuration
from tilekeep.config.wms_documents import read_wms_capabilities, wms_capabilities_url
from tilekeep.domain.errors import ConfigurationError, ProjectionError, StoreError
from tilekeep.domain.secrets import split_credentials
from tilekeep.ports.projection import Projection

_LOG = logging.getLogger("tilekeep.config")

_BUILT_IN = "GLOBAL_"


def is_url(place: str) -> bool:
    """Whether it is an address and no file."""
    return place.startswith(("http://", "https://"))


def from_wms(place: str, wishes: Wishes) -> Generated:
    """For the capabilities of a WMS, at an address or in a file.

    :raises SourceError: the server does not give them; UnusableInfo, of these, for what are none.
    :raises StoreError: the file cannot be read.
    """
    if is_url(place):
        documents = ServerDocuments(place)
        return _of_wms(documents.body(wms_capabilities_url(documents.url, None)), documents.projection, wishes)
    return _of_wms(_file(place), container_without_configuration().adapters.projection(), wishes)


def from_any_service(place: str, wishes: Wishes) -> Generated:
    """For the capabilities of a WMS or WMTS; raises as :func:`from_wms`.

    :raises ConfigurationError: those of a WMTS are in a file, which does not say where the server has them.
    """
    if not _is_of_wmts(place):
        return from_wms(place, wishes)
    if not is_url(place):
        raise ConfigurationError(f"{place}: give the address at which the WMTS has its capabilities; sources need it")
    from tilekeep.adapters.documents.wmts_capabilities import wmts_offer

    documents = ServerDocuments(place)
    offer = wmts_offer(documents.body(documents.url))
    return for_wmts(offer, place, wishes, documents.projection.srs)


def from_geopackage(path: str, wishes: Wishes) -> Generated:
    """For the tables of tiles in a GeoPackage.

    :raises StoreError: it cannot be read.
    """
    from tilekeep.adapters.storage.sqlite.geopackage_contents import tile_tables

    return for_geopackage(path, tile_tables(path), wishes)


def grids_of_base(path: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The grids that a configuration defines, by the codes of their reference systems.

    :raises ConfigurationError: it cannot be obeyed.
    """
    container = checked_container(load_settings(path, variables=environment))
    grids = container.use_cases.grids()
    keys = [key for key in container.settings.grids if not key.startswith(_BUILT_IN)]
    return {grids.grid(key).srs.code: key for key in keys}


def overwrites_in(path: str) -> dict[str, Any]:
    """The options in a file; its variables are left for whoever reads the configuration.

    :raises ConfigurationError: it is no YAML with options.
    """
    try:
        found = parse(_file(path), path).root
    except YamlProblem as problem:
        raise ConfigurationError(f"{path}:{problem.line}:{problem.column}: {problem.message}") from problem
    data = {} if found is None else _with_lists(plain_data(found, Expansion({})))
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path}: expected options, each as 'name: ...'")
    return data


def _of_wms(body: bytes, projection: Projection, wishes: Wishes) -> Generated:
    unknown: set[str] = set()

    def is_known(code: str) -> bool:
        try:
            projection.srs(code)
        except ProjectionError as error:
            if code not in unknown:
                _LOG.warning("the reference system %s is left out: %s", code, error)
            unknown.add(code)
            return False
        return True

    return for_wms(read_wms_capabilities(body, projection), wishes, is_known)


def _is_of_wmts(place: str) -> bool:
    """By the address, which for a WMTS is that of the document; a file is looked into."""
    if not is_url(place):
        return b"http://www.opengis.net/wmts/" in _file(place)[:4096]
    parts = urlsplit(split_credentials(place)[0])
    service = {name.lower(): value for name, value in parse_qsl(parts.query)}.get("service", "")
    return service.upper() == "WMTS" or parts.path.lower().endswith(".xml")


def _file(path: str) -> bytes:
    try:
        return read_file(path)
    except OSError as error:
        raise StoreError(f"cannot read {path!r}: {error.strerror or error}") from error


def _with_lists(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _with_lists(value) for key, value in data.items()}
    return [_with_lists(item) for item in data] if isinstance(data, tuple) else data
