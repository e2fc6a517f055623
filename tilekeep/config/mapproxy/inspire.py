"""``inspire_md`` of the WMS: metadata that the INSPIRE directive asks for (spec/services.md, 3.13)."""

import datetime as dt
from typing import Annotated, Literal

from tilekeep.config.mapproxy.options import ByType, Opt, Options

Date = str | dt.date


class ResourceLocator(Options):
    """Where something is found."""

    url: str
    media_type: str


class Languages(Options):
    """The language of the metadata, as a code of three letters."""

    default: str


class Dates(Options):
    """When something came about."""

    date_of_publication: Opt[Date] = None
    date_of_creation: Opt[Date] = None
    date_of_last_revision: Opt[Date] = None


class Conformity(Dates):
    """How far a specification is met."""

    title: Opt[str] = None
    uris: Opt[tuple[str, ...]] = None
    resource_locators: tuple[ResourceLocator, ...]
    degree: str


class MetadataContact(Options):
    """Who answers for the metadata."""

    organisation_name: Opt[str] = None
    email: Opt[str] = None


class InspireKeyword(Dates):
    """A keyword, and the vocabulary it is from."""

    title: str
    uris: Opt[tuple[str, ...]] = None
    resource_locators: Opt[tuple[ResourceLocator, ...]] = None
    keyword_value: str


class LinkedMetadata(Options):
    """Metadata that lie elsewhere."""

    type: Literal["linked"]
    metadata_url: ResourceLocator
    languages: Languages


class EmbeddedMetadata(Options):
    """Metadata that stand in the capabilities themselves."""

    type: Literal["embedded"]
    resource_locators: tuple[ResourceLocator, ...]
    temporal_reference: Dates
    conformities: tuple[Conformity, ...]
    metadata_points_of_contact: tuple[MetadataContact, ...]
    mandatory_keywords: tuple[str, ...]
    keywords: Opt[tuple[InspireKeyword, ...]] = None
    metadata_date: Date
    metadata_url: Opt[ResourceLocator] = None
    languages: Languages


InspireMetadata = Annotated[LinkedMetadata | EmbeddedMetadata, ByType]
