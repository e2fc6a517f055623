"""Transforming documents about places by XSLT 1.0 stylesheets of the configuration."""

from __future__ import annotations

from lxml import etree, html

from tilekeep.adapters.documents.markup import html_tree, unusable, xml_tree
from tilekeep.domain.errors import ConfigurationError, UnusableInfo
from tilekeep.domain.feature_info import InfoDocument, InfoKind


class XsltTransformer:
    """An :class:`tilekeep.ports.info_documents.InfoTransformer` of one stylesheet, read and compiled once.

    What a stylesheet imports or includes is read with it, from files only.  While it runs it can read and write
    nothing: what it works on comes from other servers, and might name what to read.

    Args:
        path: the stylesheet.
        kind: what it makes, HTML or XML.

    :raises ConfigurationError: the file cannot be read, or is no stylesheet.
    """

    def __init__(self, path: str, kind: InfoKind) -> None:
        self._kind = kind
        parser = etree.XMLParser(no_network=True, resolve_entities="internal")
        try:
            self._transform = etree.XSLT(etree.parse(path, parser), access_control=etree.XSLTAccessControl.DENY_ALL)
        except (OSError, etree.XMLSyntaxError, etree.XSLTParseError) as error:
            raise ConfigurationError(f"the stylesheet {path!r} cannot be used: {error}") from error

    def __call__(self, document: InfoDocument) -> InfoDocument:
        """See :class:`tilekeep.ports.info_documents.InfoTransformer`; what is no HTML is read as XML."""
        try:
            tree = html_tree(document.text) if document.kind is InfoKind.HTML else xml_tree(document.text)
            result = self._transform(tree)
        except (etree.XSLTApplyError, UnusableInfo) as error:
            raise unusable(f"the stylesheet cannot be applied: {error}") from error
        root = result.getroot()
        if root is None:
            return InfoDocument(self._kind, str(result))
        if self._kind is InfoKind.HTML:
            return InfoDocument(self._kind, html.tostring(root, encoding="unicode"))
        return InfoDocument(self._kind, etree.tostring(result, encoding="unicode"))
