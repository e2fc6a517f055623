"""The schemas of the OGC, as MapProxy's installation carries them."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from tests.integration.services.mapproxy import mapproxy_python

#: Where documents say that their types are; none of it is asked for over the network.
_PUBLISHED = "http://schemas.opengis.net/"

#: What the schemas of INSPIRE take the attributes of XML itself from.
_XML_ATTRIBUTES = "http://www.w3.org/2001/xml.xsd"


def schemas() -> Path:
    """The folder with the schemas; raises ProgramMissing without MapProxy."""
    (found,) = mapproxy_python().parents[1].glob("lib/python*/site-packages/mapproxy/test/schemas")
    return found


def validate_by_schema(schema: str, document: bytes) -> None:
    """Fails with the list of mistakes in a document; ``schema`` is the path of its XSD below the folder."""
    etree.XMLSchema(etree.parse(schemas() / schema)).assertValid(etree.fromstring(document))


def validate_by_schemas(document: bytes, *schema: str) -> None:
    """The same for a document with parts in several namespaces; each of ``schema`` is the path of an XSD."""
    imports = "".join(
        f'<xs:import namespace="{etree.parse(schemas() / path).getroot().get("targetNamespace")}" '
        f'schemaLocation="{(schemas() / path).as_uri()}"/>'
        for path in schema
    )
    whole = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_LocalCopies())
    etree.XMLSchema(etree.fromstring(whole, parser)).assertValid(etree.fromstring(document))


def validate_by_own_type(document: bytes) -> None:
    """Fails with the first mistake in a document, by the DTD that it names itself and by what it adds to that."""
    # The document type of WMS 1.0.0 has parts that stand in entities.
    parser = etree.XMLParser(dtd_validation=True, load_dtd=True, no_network=True, resolve_entities=True)
    parser.resolvers.add(_LocalCopies())
    etree.fromstring(document, parser)


class _LocalCopies(etree.Resolver):
    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        if system_url.startswith("file:"):
            return None
        if system_url == _XML_ATTRIBUTES:
            return self.resolve_filename(str(schemas() / "xml.xsd"), context)
        assert system_url.startswith(_PUBLISHED), system_url
        return self.resolve_filename(str(schemas() / system_url.removeprefix(_PUBLISHED)), context)
