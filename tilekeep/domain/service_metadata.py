"""What a provider says about its services: titles, terms and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask about a service (spec/services.md, 3.12); what is not configured is empty."""

    person: str = ""
    organization: str = ""
    position: str = ""
    address_type: str = "postal"
    address: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class KeywordList:
    """Keywords out of one vocabulary, or out of none."""

    keywords: tuple[str, ...]
    vocabulary: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceMetadata:
    """The ``md`` of a service (spec/services.md, 3.12).

    :ivar online_resource: address of the provider; None lets documents name the service's own address.
    """

    title: str = ""
    abstract: str = ""
    online_resource: str | None = None
    fees: str = "none"
    access_constraints: str = "none"
    contact: Contact | None = None
    keyword_list: tuple[KeywordList, ...] = ()


@dataclass(frozen=True, slots=True)
class Logo:
    """An image beside an attribution; size in pixels."""

    url: str
    width: int | None = None
    height: int | None = None
    format: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who made the data of a layer."""

    title: str = ""
    url: str | None = None
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name that an authority gave to a layer."""

    url: str
    authority: str
    value: str


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document about a layer: ``kind`` is the type of metadata, empty for other links."""

    url: str
    format: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class LayerMetadata:
    """The ``md`` of a layer (spec/services.md, 2.5)."""

    abstract: str = ""
    keyword_list: tuple[KeywordList, ...] = ()
    attribution: Attribution | None = None
    identifiers: tuple[Identifier, ...] = ()
    metadata: tuple[DocumentLink, ...] = ()
    data: tuple[DocumentLink, ...] = ()
    feature_lists: tuple[DocumentLink, ...] = ()


#: What is known of a layer of which nothing is said.
NO_METADATA = LayerMetadata()
