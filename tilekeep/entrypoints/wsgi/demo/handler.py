"""The pages below ``/demo`` (spec/services.md, 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from tilekeep._version import __version__
from tilekeep.domain.errors import RequestError, UnknownLayer
from tilekeep.domain.srs import WEB_MERCATOR_CODES
from tilekeep.entrypoints.wsgi.authorise import authorise_page
from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.demo.documents import DOCUMENT_PARAMETERS, ServiceDocuments
from tilekeep.entrypoints.wsgi.demo.layer_map import LayerMap, ShownService, Wanted
from tilekeep.entrypoints.wsgi.demo.links import LinkedService
from tilekeep.entrypoints.wsgi.demo.overview import overview_rows
from tilekeep.entrypoints.wsgi.demo.snippets import snippet_facts
from tilekeep.entrypoints.wsgi.demo.world import World
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.errors import report
from tilekeep.entrypoints.wsgi.kept_documents import DocumentName, KeptDocuments
from tilekeep.entrypoints.wsgi.legible import check_legible
from tilekeep.entrypoints.wsgi.options import DemoOptions
from tilekeep.entrypoints.wsgi.pages.content_policy import content_policy
from tilekeep.entrypoints.wsgi.pages.html_page import HTML, html_page, with_policy
from tilekeep.entrypoints.wsgi.pages.static_files import StaticFiles
from tilekeep.entrypoints.wsgi.plugins.assembly import PluginPage
from tilekeep.entrypoints.wsgi.query_string import parameters
from tilekeep.entrypoints.wsgi.response import Environ, Response, plain_text

_STATIC = "/demo/static/"
_PAGE = "/demo/"

#: The parameter that names a page of a plugin.
_PLUGIN_PAGE = "page"

#: Longest value of a parameter that leads anywhere; no layer, SRS or format has a longer name.
_LONGEST_VALUE = 1000


class DemoHandler:
    """Answers below ``/demo``.

    Args:
        services: those that have pages.
        linked: those that the overview leads to.
        service_documents: gets documents of services.
        templates: those of the pages.
        documents: keeps the overview.
        files: scripts and styles.
        world: the map below layers.
        options: of the demo.
        pages: those of plugins, by name.
    """

    def __init__(
        self,
        *,
        services: Sequence[ShownService],
        linked: Sequence[LinkedService],
        service_documents: ServiceDocuments,
        templates: DocumentTemplates,
        documents: KeptDocuments,
        files: StaticFiles,
        world: World,
        options: DemoOptions,
        pages: Mapping[str, PluginPage],
    ) -> None:
        self._services = services
        self._linked = linked
        self._by_parameter = {service.parameter: service for service in services}
        self._service_documents = service_documents
        self._templates = templates
        self._documents = documents
        self._files = files
        self._options = options
        self._world = world
        self._pages = pages

    def __call__(self, environ: Environ) -> Response:
        """The page, one of its files, or the way to a page."""
        path = environ["PATH_INFO"]
        if path.startswith(_STATIC):
            return self._files(path.removeprefix(_STATIC), environ)
        authorise_page(environ, "demo")
        given = parameters(environ.get("QUERY_STRING", ""))
        if path == "/demo/world.json":
            return self._world(given.get("srs", ""), environ)
        known = (*self._by_parameter, *DOCUMENT_PARAMETERS, *([_PLUGIN_PAGE] if self._pages else ()))
        wanted = next((name for name in known if name in given), None)
        try:
            check_legible(given)
        except RequestError as error:
            return self._message(error, environ)
        if path != _PAGE:
            return _moved(environ, {} if wanted is None else given)
        return self._overview(environ) if wanted is None else self._page(wanted, given, environ)

    def _page(self, wanted: str, given: Mapping[str, str], environ: Environ) -> Response:
        if wanted in self._by_parameter:
            return self._layer(self._by_parameter[wanted], Wanted(given[wanted], given), environ)
        if wanted == _PLUGIN_PAGE:
            return self._plugin_page(given[wanted], environ)
        return self._document(wanted, given, environ)

    def _overview(self, environ: Environ) -> Response:
        """It names no address of the service, so that one is kept for all."""
        name = DocumentName(("demo", "overview"), "")
        response = self._documents(environ, name, HTML, self._written_overview)
        return with_policy(response, content_policy())

    def _written_overview(self) -> bytes:
        rows = overview_rows(self._services, self._linked)
        return self._render("overview", services=[*self._services, *self._linked], rows=rows)

    def _layer(self, service: ShownService, wanted: Wanted, environ: Environ) -> Response:
        try:
            if len(wanted.layer) > _LONGEST_VALUE:
                raise UnknownLayer("unknown layer", locator=service.parameter)
            shown = service.layer_map(wanted, script_url(environ))
        except RequestError as error:
            return self._message(error, environ)
        background = self._options.background_url if shown.srs in WEB_MERCATOR_CODES else None
        body = self._render(
            "layer",
            map=shown,
            data=self._data(shown, background),
            services=[one for one in self._services if self._shows(one, wanted.layer)],
            snippets=snippet_facts(shown)._asdict(),
        )
        return html_page(environ, body, content_policy(images_from=background))

    def _data(self, shown: LayerMap, background: str | None) -> Mapping[str, Any]:
        world = f"world.json?{urlencode({'srs': shown.srs})}"
        return {**shown.data, "title": shown.title, "world": world, "background": background}

    def _shows(self, service: ShownService, layer: str) -> bool:
        try:
            service.layer_map(Wanted(layer, {}), "")
        except RequestError:
            return False
        return True

    def _document(self, parameter: str, given: Mapping[str, str], environ: Environ) -> Response:
        found = self._service_documents(parameter, given, environ)
        body = self._render("document", document=found)
        return html_page(environ, body, content_policy(), status=found.status)

    def _plugin_page(self, name: str, environ: Environ) -> Response:
        """A page that the code of a plugin writes, in our frame and under our policy."""
        from markupsafe import Markup

        page = self._pages.get(name)
        if page is None:
            return self._message(UnknownLayer("unknown page", locator=_PLUGIN_PAGE), environ)
        written = Markup(page.write(environ))  # noqa: S704 - plugins write HTML, and escape what is not their own
        body = self._render("plugin_page", title=page.title, written=written)
        return html_page(environ, body, content_policy())

    def _message(self, error: RequestError, environ: Environ) -> Response:
        found = report(error)
        status = 404 if isinstance(error, UnknownLayer) else found.answer.ows_status
        return html_page(environ, self._render("message", message=found.message), content_policy(), status=status)

    def _render(self, page: str, **values: Any) -> bytes:
        return self._templates.render(
            f"demo/{page}.html",
            version=__version__,
            has_admin=self._options.has_admin,
            pages=[(f"?{urlencode({_PLUGIN_PAGE: name})}", added.title) for name, added in self._pages.items()],
            **values,
        )


def _moved(environ: Environ, given: Mapping[str, str]) -> Response:
    """To the page, at the one address from which what it needs can be reached by relative addresses."""
    query = "&".join(
        urlencode({key: value}) if value else urlencode({key: ""}).rstrip("=") for key, value in given.items()
    )
    if len(query) > 4 * _LONGEST_VALUE:
        query = ""
    address = f"{script_url(environ)}{_PAGE}{f'?{query}' if query else ''}"
    return plain_text(301, "see /demo/", (("Location", address),))
