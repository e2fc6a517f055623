"""The meaning of ``md`` of services and layers (spec/services.md, 2.5 and 3.12)."""

from __future__ import annotations

from typing import Any

from tilekeep.config.mapproxy.layers import LayerAttribution
from tilekeep.config.mapproxy.layers import LayerMetadata as LayerMetadataOptions
from tilekeep.config.mapproxy.service_metadata import ContactOptions
from tilekeep.config.mapproxy.service_metadata import ServiceMetadata as MetadataOptions
from tilekeep.domain.service_metadata import (
    NO_METADATA,
    Attribution,
    Contact,
    DocumentLink,
    Identifier,
    KeywordList,
    LayerMetadata,
    Logo,
    ServiceMetadata,
)


def service_metadata(
    options: MetadataOptions | None, below: MetadataOptions | None = None, *, untitled: str = ""
) -> ServiceMetadata:
    """``md`` of a service; what is not configured has the defaults of the documents (spec/services.md, 3.12).

    Args:
        options: those of the service.
        below: those of WMS, which count for other services where they say nothing (same document, 4.1 and 5.1).
        untitled: the title of a service without one.
    """
    given: dict[str, Any] = {}
    for section in (below, options):
        if section is not None:
            given |= {name: getattr(section, name) for name in section.model_fields_set}
    contact = given.get("contact")
    return ServiceMetadata(
        title=given.get("title") or untitled,
        abstract=given.get("abstract") or "",
        online_resource=given.get("online_resource"),
        fees=given.get("fees") or "none",
        access_constraints=given.get("access_constraints") or "none",
        contact=None if contact is None else _contact(contact),
        keyword_list=tuple(
            KeywordList(item.keywords or (), item.vocabulary) for item in given.get("keyword_list") or ()
        ),
    )


def _contact(options: ContactOptions) -> Contact:
    """A contact; what is not configured is empty."""
    given = {name: getattr(options, name) for name in options.model_fields_set}
    return Contact(**{name: value for name, value in given.items() if value is not None})


def layer_metadata(options: LayerMetadataOptions | None) -> LayerMetadata:
    """``md`` of a layer."""
    if options is None:
        return NO_METADATA
    return LayerMetadata(
        abstract=options.abstract or "",
        keyword_list=tuple(KeywordList(item.keywords or (), item.vocabulary) for item in options.keyword_list or ()),
        attribution=_attribution(options.attribution),
        identifiers=tuple(
            Identifier(item.url or "", item.name or "", item.value or "") for item in options.identifier or ()
        ),
        metadata=tuple(
            DocumentLink(item.url or "", item.format or "", item.type or "") for item in options.metadata or ()
        ),
        data=tuple(DocumentLink(item.url or "", item.format or "") for item in options.data or ()),
        feature_lists=tuple(DocumentLink(item.url or "", item.format or "") for item in options.feature_list or ()),
    )


def _attribution(options: LayerAttribution | None) -> Attribution | None:
    if options is None:
        return None
    logo = options.logo
    return Attribution(
        options.title or "",
        options.url,
        None if logo is None or not logo.url else Logo(logo.url, logo.width, logo.height, logo.format or ""),
    )
