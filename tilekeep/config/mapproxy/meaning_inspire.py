"""The meaning of ``inspire_md`` (spec/services.md, 3.13)."""

from __future__ import annotations

from collections.abc import Iterable

from tilekeep.config.mapproxy import inspire as options
from tilekeep.domain.inspire import (
    Citation,
    Conformity,
    Dates,
    EmbeddedMetadata,
    InspireKeyword,
    InspireMetadata,
    PointOfContact,
    ResourceLocator,
)


def inspire_metadata(given: options.InspireMetadata | None) -> InspireMetadata | None:
    """What documents say; None if nothing is configured."""
    if given is None:
        return None
    url = None if given.metadata_url is None else _locator(given.metadata_url)
    embedded = _embedded(given) if isinstance(given, options.EmbeddedMetadata) else None
    return InspireMetadata(given.languages.default, url, embedded)


def _embedded(given: options.EmbeddedMetadata) -> EmbeddedMetadata:
    return EmbeddedMetadata(
        locators=_locators(given.resource_locators),
        temporal_reference=_dates(given.temporal_reference),
        conformities=tuple(_conformity(item) for item in given.conformities),
        contacts=tuple(
            PointOfContact(item.organisation_name or "", item.email or "") for item in given.metadata_points_of_contact
        ),
        date=str(given.metadata_date),
        mandatory_keywords=given.mandatory_keywords,
        keywords=tuple(_keyword(item) for item in given.keywords or ()),
    )


def _conformity(given: options.Conformity) -> Conformity:
    specification = Citation(given.title or "", _dates(given), given.uris or (), _locators(given.resource_locators))
    return Conformity(specification, given.degree)


def _keyword(given: options.InspireKeyword) -> InspireKeyword:
    vocabulary = Citation(given.title, _dates(given), given.uris or (), _locators(given.resource_locators or ()))
    return InspireKeyword(vocabulary, given.keyword_value)


def _dates(given: options.Dates) -> Dates:
    return Dates(*map(_date, (given.date_of_publication, given.date_of_creation, given.date_of_last_revision)))


def _date(given: options.Date | None) -> str | None:
    return None if given is None else str(given)


def _locators(given: Iterable[options.ResourceLocator]) -> tuple[ResourceLocator, ...]:
    return tuple(map(_locator, given))


def _locator(given: options.ResourceLocator) -> ResourceLocator:
    return ResourceLocator(given.url, given.media_type)
