"""A map server that has something to say about every place, in whatever form, and repeats what it was asked."""

from __future__ import annotations

import html
import json
from collections.abc import Callable

from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

#: What depends on the version of WMS, and nothing else that a server understands.
_TOLD = ("layers", "query_layers", "srs", "crs", "bbox", "width", "height", "x", "y", "i", "j", "feature_count")

_FORMS = {
    "text/plain": "text",
    "text/html": "html",
    "text/xml": "xml",
    "application/vnd.ogc.gml": "xml",
    "application/json": "json",
}


def answer_questions(server: UpstreamServer) -> None:
    """Scripts a server: each path but ``/any`` has a form of its own."""
    server.on("/any", _of_any_form)
    server.on("/text", lambda request: Reply(body=_text(request), headers={"Content-Type": "text/plain"}))
    server.on("/html", lambda request: Reply(body=_html(request), headers={"Content-Type": "text/html"}))
    server.on("/xml", lambda request: Reply(body=_xml(request), headers={"Content-Type": "text/xml"}))
    server.on("/gml", lambda request: Reply(body=_xml(request), headers={"Content-Type": "application/vnd.ogc.gml"}))
    server.on("/json", lambda request: Reply(body=_json(request), headers={"Content-Type": "application/json"}))
    server.on("/untyped", lambda request: Reply(body=_xml(request)))
    server.on(
        "/charset", lambda request: Reply(body=_text(request), headers={"Content-Type": "text/plain; charset=utf-8"})
    )
    server.on("/broken", Reply(500))


def _of_any_form(request: Received) -> Reply:
    """In the form that the request wants, or as text."""
    wanted = request.parameters.get("info_format", "text/plain")
    make: Callable[[Received], bytes] = {"text": _text, "html": _html, "xml": _xml, "json": _json}[
        _FORMS.get(wanted, "text")
    ]
    return Reply(body=make(request), headers={"Content-Type": wanted})


def _asked(request: Received) -> dict[str, str]:
    return {name: request.parameters[name] for name in _TOLD if name in request.parameters}


def _text(request: Received) -> bytes:
    return "".join(f"{name} = {value}\n" for name, value in _asked(request).items()).encode() + "Straße\n".encode()


def _html(request: Received) -> bytes:
    rows = "".join(f"<tr><th>{name}</th><td>{html.escape(value)}</td></tr>" for name, value in _asked(request).items())
    head = '<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>Straße</title></head>'
    return f"<html>{head}<body><h1>Straße</h1><table>{rows}</table></body></html>".encode()


def _xml(request: Received) -> bytes:
    told = "".join(f"<told name={name!r}>{html.escape(value)}</told>" for name, value in _asked(request).items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<answers kind="Straße"><answer>{told}</answer></answers>'.encode()


def _json(request: Received) -> bytes:
    asked = _asked(request)
    return json.dumps({"type": "told", "features": [asked], "last": {"layers": asked.get("layers")}}).encode()
