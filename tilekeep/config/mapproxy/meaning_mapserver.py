"""Who answers the requests of sources that speak the language of WMS: a server, or MapServer on this machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from tilekeep.config.mapproxy.globals import MapserverDefaults
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, EffectiveProgram, effective_http
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import MapserverSource, WmsLikeSource, WmsSource

#: What MapServer is called where nobody says.
DEFAULT_BINARY = "mapserv"

#: Without a network location, so that all sources of this kind share one limit (spec/sources.md, 10).
_SCHEME = "mapserver:///"


class WmsServer(NamedTuple):
    """Who is asked.

    :ivar url: may hold credentials.
    :ivar parameters: what is sent with every request, order and spelling kept.
    """

    url: str
    http: EffectiveHttp
    parameters: dict[str, Any]


def wms_server(settings: Settings, source: WmsLikeSource, base_dir: str) -> WmsServer:
    """The server of a source, which is checked."""
    parameters = {key: value for key, value in source.req.items() if key != "url"}
    if isinstance(source, WmsSource):
        return WmsServer(source.req["url"], effective_http(settings, source.http, base_dir), parameters)
    assert isinstance(source, MapserverSource)
    program = mapserver_program(settings, source, base_dir)
    # Every request is GET: there is nobody to send a body to.
    http = replace(effective_http(settings, None, base_dir), method="GET", headers=(), program=program)
    parameters["map"] = from_base(base_dir, source.req["map"])
    return WmsServer(_SCHEME + program.binary.lstrip("/"), http, parameters)


def mapserver_program(settings: Settings, source: MapserverSource, base_dir: str) -> EffectiveProgram:
    """The program of a source: its own options, each on its own, else those of the globals."""
    own, default = source.mapserver or MapserverDefaults(), settings.globals.mapserver or MapserverDefaults()
    binary, directory = own.binary or default.binary, own.working_dir or default.working_dir
    return EffectiveProgram(
        DEFAULT_BINARY if binary is None else from_base(base_dir, binary),
        None if directory is None else from_base(base_dir, directory),
    )
