"""What the INSPIRE directive wants a view service to say of itself (spec/services.md, 3.13).

The words are those of the INSPIRE schemas (network services 3.0, view service).  Dates are in ISO 8601.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceLocator:
    """Where something is found, and in which media type."""

    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Dates:
    """When something came about; None for what is not known."""

    publication: str | None = None
    creation: str | None = None
    last_revision: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A specification or a vocabulary."""

    title: str
    dates: Dates
    uris: tuple[str, ...] = ()
    locators: tuple[ResourceLocator, ...] = ()


@dataclass(frozen=True, slots=True)
class Conformity:
    """How far a specification is met: ``conformant``, ``notConformant`` or ``notEvaluated``."""

    specification: Citation
    degree: str


@dataclass(frozen=True, slots=True)
class PointOfContact:
    """Who answers for the metadata."""

    organisation: str
    email: str


@dataclass(frozen=True, slots=True)
class InspireKeyword:
    """A keyword out of a vocabulary."""

    vocabulary: Citation
    value: str


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """Metadata that stand in the capabilities themselves."""

    locators: tuple[ResourceLocator, ...]
    temporal_reference: Dates
    conformities: tuple[Conformity, ...]
    contacts: tuple[PointOfContact, ...]
    date: str
    mandatory_keywords: tuple[str, ...]
    keywords: tuple[InspireKeyword, ...] = ()


@dataclass(frozen=True, slots=True)
class InspireMetadata:
    """The extended capabilities of a view service.

    :ivar language: of the service, as a code of three letters.
    :ivar metadata_url: where the metadata are found; it has to be there unless they are embedded.
    """

    language: str
    metadata_url: ResourceLocator | None = None
    embedded: EmbeddedMetadata | None = None
