"""Reading the XML of services: no entities, no network, and names without their namespaces."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote


class Unreadable(Exception):
    """An answer that should be XML is none."""


def xml_root(body: bytes) -> Any:
    """The root element.

    :raises Unreadable: it is not well-formed.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"an answer that is no XML: {error}") from error


def xml_root_if_any(body: bytes) -> Any | None:
    """The root element, or None for an empty body and for what is no XML, such as the pages of proxies."""
    try:
        return xml_root(body) if body else None
    except Unreadable:
        return None


def children(element: Any, name: str) -> list[Any]:
    """The elements called ``name`` directly below."""
    return list(element.findall(f"{{*}}{name}"))


def text(element: Any, name: str) -> str:
    """The text of the element called ``name`` directly below, empty if there is none."""
    found = element.find(f"{{*}}{name}")
    return "" if found is None or found.text is None else found.text


def decoded(name: str, *, encoded: bool) -> str:
    """A name that may have come percent-encoded, because not all characters are allowed in XML."""
    return unquote(name) if encoded else name


def local_name(element: Any) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
