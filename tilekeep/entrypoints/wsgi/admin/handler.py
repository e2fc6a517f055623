"""The page and the API below ``/admin`` (docs/admin-api.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tilekeep._version import __version__
from tilekeep.domain.errors import JobStoreError, LockTimeout, StoreError, TooManyRuns, UnknownRun
from tilekeep.entrypoints.wsgi.admin.access import Access, Refused
from tilekeep.entrypoints.wsgi.admin.api_request import json_body
from tilekeep.entrypoints.wsgi.authorise import authorise_page
from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.cross_origin import only_for_our_pages
from tilekeep.entrypoints.wsgi.demo.world import World
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.pages.content_policy import content_policy
from tilekeep.entrypoints.wsgi.pages.html_page import html_page
from tilekeep.entrypoints.wsgi.pages.static_files import StaticFiles
from tilekeep.entrypoints.wsgi.query_string import parameters
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Response, document, plain_text

_STATIC = "/admin/static/"
_API = "/admin/api/"


class Operation(NamedTuple):
    """Something that the API does; ``changes`` if it takes the token, and a POST."""

    answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    changes: bool = False


class AdminHandler:
    """Answers below ``/admin``.

    Args:
        operations: of the API, by the last part of the path.
        access: who may change something.
        templates: of the page.
        files: scripts and styles.
        world: the map below those of caches.
        has_demo: whether there are pages of layers to point to.
    """

    def __init__(
        self,
        *,
        operations: Mapping[str, Operation],
        access: Access,
        templates: DocumentTemplates,
        files: StaticFiles,
        world: World,
        has_demo: bool,
    ) -> None:
        self._operations = operations
        self._access = access
        self._templates = templates
        self._files = files
        self._world = world
        self._has_demo = has_demo

    def __call__(self, environ: Environ) -> Response:
        """The page, one of its files, or the answer of the API."""
        only_for_our_pages(environ)
        path = environ["PATH_INFO"]
        if path.startswith(_STATIC):
            return self._files(path.removeprefix(_STATIC), environ)
        authorise_page(environ, "admin")
        if path.startswith(_API):
            return self._api(path.removeprefix(_API), environ)
        if path == "/admin/world.json":
            return self._world(parameters(environ.get("QUERY_STRING", "")).get("srs", ""), environ)
        if path != "/admin/":
            return plain_text(301, "see /admin/", (("Location", f"{script_url(environ)}/admin/"),))
        body = self._templates.render(
            "admin/page.html", version=__version__, has_demo=self._has_demo, may_change=self._access.may_change
        )
        return html_page(environ, body, content_policy(embeddable=False))

    def _api(self, name: str, environ: Environ) -> Response:
        try:
            return _json(200, self._answer(name, environ))
        except Refused as refused:
            return _json(refused.status, {"error": refused.message})
        except UnknownRun as error:
            return _json(404, {"error": str(error)})
        except TooManyRuns as error:
            return _json(409, {"error": str(error)})
        except (StoreError, JobStoreError, LockTimeout) as error:
            return _json(503, {"error": str(error)})

    def _answer(self, name: str, environ: Environ) -> Mapping[str, Any]:
        operation = self._operations.get(name)
        if operation is None:
            raise Refused(404, f"there is no such operation; there are {', '.join(self._operations)}")
        if not operation.changes:
            return operation.answer(parameters(environ.get("QUERY_STRING", "")))
        if environ["REQUEST_METHOD"] != "POST":
            raise Refused(405, "this takes a POST")
        self._access.check(environ)
        return operation.answer(json_body(environ))


def _json(status: int, facts: Mapping[str, Any]) -> Response:
    extra = (*NOT_STORABLE, ("WWW-Authenticate", "Bearer")) if status == 401 else NOT_STORABLE  # noqa: PLR2004 - HTTP
    return document(status, "application/json", json.dumps(facts).encode(), extra)
