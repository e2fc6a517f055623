"""Documents about places put together, each kind in its own way (spec/sources.md, 5; spec/services.md, 3.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tilekeep.domain.errors import UnusableInfo
from tilekeep.domain.feature_info import InfoDocument, InfoKind
from tilekeep.domain.merged_json import json_value, merged_json
from tilekeep.domain.source_failure import hidden, upstream_text


class MergedDocuments:
    """A :class:`tilekeep.ports.info_documents.InfoDocuments`; lxml is imported when markup is read first."""

    def check(self, document: InfoDocument) -> None:
        """See :meth:`tilekeep.ports.info_documents.InfoDocuments.check`.

        HTML has no form that could be broken, but may be too deep; text is taken as it is.
        """
        if not document.text.strip():
            return
        match document.kind:
            case InfoKind.XML:
                from tilekeep.adapters.documents.markup import xml_tree

                xml_tree(document.text)
            case InfoKind.HTML:
                from tilekeep.adapters.documents.markup import html_tree

                html_tree(document.text)
            case InfoKind.JSON:
                _check_json(document.text)
            case InfoKind.TEXT:
                pass

    def merged(self, documents: Sequence[InfoDocument]) -> InfoDocument:
        """See :meth:`tilekeep.ports.info_documents.InfoDocuments.merged`; blank documents do not count."""
        found = [document for document in documents if document.text.strip()] or documents[:1]
        if len(found) == 1:
            return found[0]
        kinds = {document.kind for document in found}
        kind = kinds.pop() if len(kinds) == 1 else InfoKind.TEXT
        return InfoDocument(kind, _MERGERS[kind]([document.text for document in found]))


def _check_json(text: str) -> None:
    try:
        json_value(text)
    except ValueError as error:
        reason = upstream_text(f"JSON that cannot be read: {error}")
        raise UnusableInfo(reason, client_message=hidden("Unusable feature info")) from error


def _text(texts: Sequence[str]) -> str:
    return "\n".join(texts)


def _xml(texts: Sequence[str]) -> str:
    """The first document, with what is in the roots of the others at the end of its root."""
    from lxml import etree

    from tilekeep.adapters.documents.markup import xml_tree

    whole, *others = map(xml_tree, texts)
    for other in others:
        whole.getroot().extend(list(other.getroot()))
    merged: str = etree.tostring(whole, encoding="unicode")
    return merged


def _html(texts: Sequence[str]) -> str:
    """The first document, with what is in the bodies of the others at the end of its body."""
    from lxml import html

    from tilekeep.adapters.documents.markup import html_tree

    whole, *others = (html_tree(text).getroot() for text in texts)
    for other in others:
        _append(whole.body, other.body)
    merged: str = html.tostring(whole, encoding="unicode")
    return merged


def _append(body: Any, other: Any) -> None:
    """Text before the first element belongs to what stands before it."""
    if other.text:
        if len(body):
            body[-1].tail = (body[-1].tail or "") + other.text
        else:
            body.text = (body.text or "") + other.text
    body.extend(list(other))


_MERGERS: Mapping[InfoKind, Callable[[Sequence[str]], str]] = {
    InfoKind.TEXT: _text,
    InfoKind.XML: _xml,
    InfoKind.HTML: _html,
    InfoKind.JSON: merged_json,
}
