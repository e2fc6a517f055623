"""Rendering the templates of documents and pages; what configuration and requests contribute is always escaped."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

#: Characters that XML 1.0 does not know, not even escaped.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: What configurations had to write instead of markup, as the reference escapes nothing (spec/services.md, 3.12).
_ESCAPED_ALREADY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")


class DocumentTemplates:
    """The templates of this package, loaded when the first document is asked for."""

    def __init__(self) -> None:
        self._environment: Environment | None = None

    def render(self, name: str, **values: Any) -> bytes:
        """The template ``name`` filled with ``values``, in UTF-8."""
        if self._environment is None:
            self._environment = _environment()
        return self._environment.get_template(name).render(values).encode("utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tilekeep.entrypoints.wsgi"),
        autoescape=True,
        finalize=_plain,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["js"] = js_literal
    return environment


def js_literal(value: Any) -> str:
    """``value`` as people write it in a script; it is still to be escaped for the page that shows it."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def xml_text(text: str) -> str:
    """``text`` escaped for an XML element or attribute."""
    return html.escape(_NOT_IN_XML.sub("", text)).replace("&#x27;", "&#39;")


def _plain(value: Any) -> Any:
    """Text as it is meant, before it is escaped; None is empty."""
    if value is None:
        return ""
    if type(value) is not str:
        return value
    return _ESCAPED_ALREADY.sub(lambda entity: html.unescape(entity[0]), _NOT_IN_XML.sub("", value))
