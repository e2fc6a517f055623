"""What a provider says about an OGC API service (spec/services.md, 8.1)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ApiContact:
    """Whom to ask; what is not configured is empty."""

    name: str = ""
    email: str = ""
    address: str = ""
    city: str = ""
    stateorprovince: str = ""
    postalcode: str = ""
    country: str = ""
    phone: str = ""
    fax: str = ""
    url: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A licence or a provider, and the address of a page about it, or None."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ApiMetadata:
    """``md`` of the service; what is not configured is empty.

    :ivar url: address of a page about the service; ``terms_of_service`` of the terms of its use.
    """

    title: str = ""
    description: str = ""
    url: str = ""
    terms_of_service: str = ""
    keywords: tuple[str, ...] = ()
    contact: ApiContact = field(default_factory=ApiContact)
    licence: NamedLink | None = None
    provider: NamedLink | None = None
