"""Documents in both forms: JSON for programs, pages for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import DocumentName, KeptDocuments
from tilekeep.entrypoints.wsgi.ogcapi.links import Links
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import HTML_TYPE, JSON_TYPE
from tilekeep.entrypoints.wsgi.options import OgcApiOptions
from tilekeep.entrypoints.wsgi.response import Environ, Header, Response, vary_with

#: Pages show maps of this server and run its scripts alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS: tuple[Header, ...] = (("Content-Security-Policy", _POLICY), ("Referrer-Policy", "no-referrer"))


#: What pages call the fields of a contact, in their order.
_CONTACT = {
    "name": "Name",
    "email": "E-mail",
    "address": "Address",
    "postalcode": "Postal code",
    "city": "City",
    "stateorprovince": "State or province",
    "country": "Country",
    "phone": "Phone",
    "fax": "Fax",
    "url": "Web",
    "instructions": "Instructions",
}


def shared_by_pages(options: OgcApiOptions) -> Mapping[str, Any]:
    """What every page knows of the service."""
    contact = options.metadata.contact
    words = [(word, getattr(contact, name)) for name, word in _CONTACT.items() if getattr(contact, name)]
    return {"service": options.metadata, "contact": words, "has_tiles": options.has_tiles}


class Page(NamedTuple):
    """A document that can be written.

    :ivar kind: what tells it apart from others for the same address.
    :ivar template: of its page.
    :ivar content: gives what it says, with the links of its form.
    :ivar more: what the page knows besides.
    :ivar media_type: of the document for programs.
    :ivar headers: gives more headers, for the address of the service.
    """

    kind: Hashable
    template: str
    content: Callable[[Links], dict[str, Any]]
    more: Callable[[Links], Mapping[str, Any]] = lambda _: {}
    media_type: str = JSON_TYPE
    headers: Callable[[str], tuple[Header, ...]] = lambda _: ()


class Pages:
    """Answers with documents in the form that is wanted.

    Args:
        documents: keeps what has been written.
        templates: the templates of pages.
        shared: what all pages know.
    """

    def __init__(self, documents: KeptDocuments, templates: DocumentTemplates, shared: Mapping[str, Any]) -> None:
        self._documents = documents
        self._templates = templates
        self._shared = shared

    def __call__(self, environ: Environ, page: Page, base: str, *, as_html: bool, negotiated: bool) -> Response:
        """The document; ``base`` is the address of the service, ``negotiated`` says that ``Accept`` decided."""
        links = Links(base, as_html)
        name = DocumentName(("ogcapi", page.kind, as_html), base)
        if as_html:
            response = self._documents(environ, name, f"{HTML_TYPE}; charset=utf-8", lambda: self._html(page, links))
            response.headers.extend(PAGE_HEADERS)
        else:
            response = self._documents(environ, name, page.media_type, lambda: _json(page, links))
        response.headers.extend(page.headers(base))
        if negotiated:
            vary_with(response.headers, "Accept")
        return response

    def _html(self, page: Page, links: Links) -> bytes:
        content = page.content(links)
        return self._templates.render(
            f"ogcapi/{page.template}", base=links.base, document=content, **self._shared, **page.more(links)
        )


def _json(page: Page, links: Links) -> bytes:
    return json.dumps(page.content(links), indent=2, ensure_ascii=False).encode("utf-8", "replace")
