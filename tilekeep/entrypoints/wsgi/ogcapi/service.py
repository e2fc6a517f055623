"""The handler of ``/ogcapi``: which document, map or tile a request is for (spec/services.md, 8.2 and 8.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tilekeep.domain.errors import InvalidParameter, InvalidRequest, TilekeepError
from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.errors import RENDERED, report
from tilekeep.entrypoints.wsgi.ogcapi.colors import background, is_transparent
from tilekeep.entrypoints.wsgi.ogcapi.errors import problem
from tilekeep.entrypoints.wsgi.ogcapi.frames import PARAMETERS as MAP_PARAMETERS
from tilekeep.entrypoints.wsgi.ogcapi.frames import Frames, of_wms
from tilekeep.entrypoints.wsgi.ogcapi.images import Images, WantedImage
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import ChosenForm, extensions, image_form, wants_html
from tilekeep.entrypoints.wsgi.ogcapi.offer import Offer
from tilekeep.entrypoints.wsgi.ogcapi.pages import Page, Pages
from tilekeep.entrypoints.wsgi.ogcapi.paths import OF_MAPS, OF_TILES, Address, Resource, address_of
from tilekeep.entrypoints.wsgi.ogcapi.tile_formats import TileFormats
from tilekeep.entrypoints.wsgi.ogcapi.tiles import PARAMETERS as TILE_PARAMETERS
from tilekeep.entrypoints.wsgi.ogcapi.tiles import SCALING, ApiTiles, WantedTile, wanted_tile
from tilekeep.entrypoints.wsgi.options import OgcApiOptions
from tilekeep.entrypoints.wsgi.pages.static_files import StaticFiles
from tilekeep.entrypoints.wsgi.query_string import parameters, utf8
from tilekeep.entrypoints.wsgi.request_facts import note_service
from tilekeep.entrypoints.wsgi.response import Environ, Response, plain_text, vary_with
from tilekeep.entrypoints.wsgi.tile_route import Located

_STATIC = "/ogcapi/static/"
_OF_DATASET = frozenset({"collections"})
_DOCUMENT_FORMS = frozenset({"json", "html"})

#: Gives the page of a path.
PageOf = Callable[[Address, Environ, Mapping[str, str]], Page]


@dataclass(frozen=True, slots=True)
class ApiParts:
    """What the handler is made of."""

    options: OgcApiOptions
    formats: TileFormats
    offer: Offer
    matrix_sets: MatrixSets
    frames: Frames
    images: Images
    tiles: ApiTiles
    pages: Pages
    page_of: PageOf
    templates: DocumentTemplates


class OgcApi:
    """Answers below ``/ogcapi``.

    Args:
        parts: what it is made of.
    """

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._files = StaticFiles()
        self._extensions = extensions(parts.formats.usual.forms)
        hidden = {*(() if parts.options.has_maps else OF_MAPS), *(() if parts.options.has_tiles else OF_TILES)}
        self._hidden: Collection[Resource] = frozenset(hidden)

    def __call__(self, environ: Environ) -> Response:
        """The document, map, tile, file or problem."""
        note_service(environ, "ogcapi")
        path = utf8(environ["PATH_INFO"])
        if path.startswith(_STATIC):
            return self._files(path.removeprefix(_STATIC), environ)
        address = address_of(path, self._extensions)
        if address is None or address.resource in self._hidden:
            return plain_text(404, "not found")
        given = parameters(environ.get("QUERY_STRING", ""))
        try:
            return self._answer(environ, address, given)
        except RENDERED as error:
            return self._problem(error, environ, given)

    def locate(self, path: str, query_string: str) -> Located:
        """The tile that an address means, found as in serving.

        :raises RequestError: none.
        """
        address, given = address_of(utf8(path), self._extensions), parameters(query_string)
        if address is None or address.resource is not Resource.TILE:
            raise InvalidRequest(f"no tile has the address {utf8(path)}")
        located = self._parts.tiles.located(self._tile(address, given, "")[0])
        if located is None:
            raise InvalidRequest(f"the tile {utf8(path)} lies in no cache; it is drawn for each request")
        return located

    def _answer(self, environ: Environ, address: Address, given: Mapping[str, str]) -> Response:
        if address.resource is Resource.MAP:
            return self._map(environ, address, given)
        if address.resource is Resource.TILE:
            tile, form = self._tile(address, given, environ.get("HTTP_ACCEPT", ""))
            return _negotiated(self._parts.tiles(environ, tile), form)
        return self._document(environ, address, given)

    def _document(self, environ: Environ, address: Address, given: Mapping[str, str]) -> Response:
        of_api = address.resource is Resource.API
        require_known(given, frozenset({"f", "ui"}) if of_api else frozenset({"f"}))
        forms = _DOCUMENT_FORMS | ({"tilejson"} if address.resource is Resource.TILESET else set())
        if given.get("f", "json") not in forms:
            raise InvalidParameter(f"invalid value for f: {given['f']} ({', '.join(sorted(forms))})", locator="f")
        as_html = wants_html(given, environ.get("HTTP_ACCEPT", ""))
        if of_api:
            _require_ui(given, as_html=as_html)
        page = self._parts.page_of(address, environ, given)
        base = _base(environ)
        return self._parts.pages(environ, page, base, as_html=as_html, negotiated="f" not in given)

    def _map(self, environ: Environ, address: Address, given: Mapping[str, str]) -> Response:
        if given.get("service", "").lower() == "wms":
            given = of_wms(given)
        require_known(given, MAP_PARAMETERS | (_OF_DATASET if address.collection is None else frozenset()))
        named = self._parts.offer.asked(address.collection, given)
        usual = self._parts.formats.usual
        form = image_form(usual.forms, address.extension, given, environ.get("HTTP_ACCEPT", ""))
        frame, srs = self._parts.frames.read(given, named.layers)
        transparent, color = is_transparent(given), background(given)
        encoding = usual.encodings[form.media_type]
        image = WantedImage(named.layers, named.names, frame, srs, form.media_type, encoding, color, transparent)
        shown = self._parts.images.permitted(environ, image)
        return _negotiated(self._parts.images.drawn(environ, image, shown), form)

    def _tile(self, address: Address, given: Mapping[str, str], accept: str) -> tuple[WantedTile, ChosenForm]:
        known = TILE_PARAMETERS | (SCALING if self._parts.options.has_maps else frozenset())
        require_known(given, known | (_OF_DATASET if address.collection is None else frozenset()))
        named = self._parts.offer.asked(address.collection, given)
        assert address.matrix_set is not None, "addresses of tiles have one"
        assert address.place is not None, "addresses of tiles have one"
        matrix_set = self._parts.matrix_sets.find(address.matrix_set)
        formats = self._parts.formats.of(named.layers, matrix_set)
        form = image_form(formats.forms, address.extension, given, accept)
        encoded = form.media_type, formats.encodings[form.media_type]
        return wanted_tile(named, matrix_set, address.place, encoded, given), form

    def _problem(self, error: TilekeepError, environ: Environ, given: Mapping[str, str]) -> Response:
        as_html = wants_html(given, environ.get("HTTP_ACCEPT", ""))
        return problem(report(error), self._parts.templates, base=_base(environ), as_html=as_html)


def require_known(given: Mapping[str, Any], known: Collection[str]) -> None:
    """Returns if there are no other parameters than the ``known`` ones.

    :raises InvalidRequest: there are.
    """
    for name in given:
        if name not in known:
            raise InvalidRequest(f"Unknown query parameter {name}", locator=name)


def _require_ui(given: Mapping[str, str], *, as_html: bool) -> None:
    """The pages of the reference are made by one of two programs; here they are the same."""
    if given.get("ui", "swagger") not in {"swagger", "redoc"}:
        raise InvalidParameter(f"invalid value for ui: {given['ui']} (swagger, redoc)", locator="ui")
    if "ui" in given and not as_html:
        raise InvalidParameter("ui is for the page alone: add f=html", locator="ui")


def _negotiated(response: Response, form: ChosenForm) -> Response:
    if form.negotiated:
        vary_with(response.headers, "Accept")
    return response


def _base(environ: Environ) -> str:
    return f"{script_url(environ)}/ogcapi"
