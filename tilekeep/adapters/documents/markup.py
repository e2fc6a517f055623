"""Reading XML and HTML that nobody vouches for: no entities, no network, and limits on size, elements and depth."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html

from tilekeep.domain.errors import UnusableInfo
from tilekeep.domain.source_failure import hidden, upstream_text

#: No document about a few features comes near these.
MOST_CHARACTERS = 8 * 2**20
MOST_TAGS = 200_000
MOST_ATTRIBUTES_OF_A_TAG = 2000
DEEPEST = 200

#: Characters that trees cannot hold; browsers pass them over.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_tree(text: str) -> Any:
    """The tree of an XML document without declaration.

    :raises UnusableInfo: it is not well-formed, breaks a limit, or has entities of its own.
    """
    _refuse_large(text)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        tree = etree.ElementTree(etree.fromstring(text.encode("utf-8", "replace"), parser))
    except etree.XMLSyntaxError as error:
        raise unusable(f"XML that cannot be read: {error}") from error
    _refuse_entities(tree)
    _refuse_deep(tree)
    return tree


def html_tree(text: str) -> Any:
    """The tree of an HTML document, whose root has a body; what is missing or unclosed is made up.

    :raises UnusableInfo: it breaks a limit.
    """
    _refuse_large(text)
    _refuse_wide(text)
    text = _NOT_IN_XML.sub("", text)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = html.document_fromstring("<html><body></body></html>")
    if root.find("body") is None:
        root.append(html.Element("body"))
    tree = etree.ElementTree(root)
    _refuse_deep(tree)
    return tree


def unusable(reason: str) -> UnusableInfo:
    """The error for a document; ``reason`` may quote it, and is for the log alone."""
    return UnusableInfo(upstream_text(reason), client_message=hidden("Unusable feature info"))


def _refuse_large(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise unusable(f"a document of {len(text)} characters, at most {MOST_CHARACTERS} are read")
    if text.count("<") > MOST_TAGS:
        raise unusable(f"a document with more than {MOST_TAGS} tags")


def _refuse_wide(text: str) -> None:
    """The parser of HTML compares each attribute of a tag with all before it."""
    for part in text.split("<"):
        if _most_attributes(part[: part.rfind(">") + 1] or part) <= MOST_ATTRIBUTES_OF_A_TAG:
            continue
        raise unusable(f"a tag with more than {MOST_ATTRIBUTES_OF_A_TAG} attributes")


def _most_attributes(tag: str) -> int:
    """As many as there can be in it, however it is written: they need no values and hardly anything between them."""
    return max(tag.count("="), tag.count("/"), len(tag.split(None, MOST_ATTRIBUTES_OF_A_TAG + 2)))


def _refuse_entities(tree: Any) -> None:
    """Entities can stand for files, addresses and any amount of text; documents about places need none."""
    declared = tree.docinfo.internalDTD
    names = [] if declared is None else [entity.name for entity in declared.iterentities()]
    names += [entity.name for entity in tree.iter(etree.Entity)]
    if names:
        shown = ", ".join(str(name) for name in names[:5])
        raise unusable(f"an XML document with entities of its own ({shown}), which are not resolved")


def _refuse_deep(tree: Any) -> None:
    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise unusable(f"a document with elements more than {DEEPEST} deep within each other")
