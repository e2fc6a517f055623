"""The WSGI application over fake layers, and a client that checks PEP 3333 with every request."""

from __future__ import annotations

from typing import Any
from wsgiref.validate import validator

from werkzeug.test import Client, TestResponse

from tests.fakes.catalogue import FakeLayers
from tests.fakes.info_source import feature_info_of
from tests.fakes.projection import FakeProjection
from tests.fakes.text_imaging import TextImaging
from tests.fakes.text_pictures import TextPictures
from tilekeep.adapters.geometry.given_areas import GivenAreas
from tilekeep.adapters.storage.file_slice import read_slice
from tilekeep.application.retouch_tile import RetouchTile
from tilekeep.application.single_flight import SingleFlight
from tilekeep.domain.image import ImageLimits
from tilekeep.entrypoints.wsgi.application import TilekeepApplication
from tilekeep.entrypoints.wsgi.demo.world import WorldParts
from tilekeep.entrypoints.wsgi.kept_document import KeptDocument
from tilekeep.entrypoints.wsgi.options import TmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.services import ServiceParts

MAX_AGE_SECONDS = 72 * 3600


def application(layers: FakeLayers, **options: Any) -> TilekeepApplication:
    """An application with TMS and WMTS; ``options`` replace parts of services, or options of the constructor."""
    defaults: dict[str, Any] = {
        "tms": TmsOptions(),
        "wmts": WmtsOptions(),
        "kml": None,
        "maps": None,
        "ogcapi": None,
        "demo": None,
        "admin": None,
        "world": WorldParts(lambda srs: f'"{srs.code}"'.encode(), FakeProjection().srs),
        "get_info": feature_info_of({}),
        "max_age_seconds": MAX_AGE_SECONDS,
        "access_control_allow_origin": "*",
        "trusted_proxies": None,
        "areas": GivenAreas(FakeProjection()),
        "pictures": TextPictures(),
        "retouch": RetouchTile(TextImaging(), ImageLimits(10_000, 1_000_000)),
        "read_slice": read_slice,
        "request_seconds": 60.0,
        "debug": True,
    }
    given = {**defaults, **options}
    services = ServiceParts(**{name: given.pop(name) for name in ServiceParts._fields})
    flights: SingleFlight[KeptDocument] = SingleFlight(layers.clock)
    return TilekeepApplication(
        catalogue=layers.catalogue(), clock=layers.clock, document_flights=flights, services=services, **given
    )


class WsgiClient:
    """Sends requests to an application as a server would."""

    def __init__(self, app: TilekeepApplication) -> None:
        self.app = app
        self._client = Client(validator(app))

    def get(self, path: str, *, method: str = "GET", environ: Any = None, **headers: str) -> TestResponse:
        """``path`` with its query string; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.open(path, method=method, headers=given, environ_overrides=environ, buffered=True)


def client(layers: FakeLayers, **options: Any) -> WsgiClient:
    """A client of :func:`application`."""
    return WsgiClient(application(layers, **options))
