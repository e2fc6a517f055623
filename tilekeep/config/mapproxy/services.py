"""``services``: the protocols that are spoken (spec/services.md, 3.1, 4.1, 5.1, 6-8)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from tilekeep.config.mapproxy.layers import Keywords
from tilekeep.config.mapproxy.markers import FEATURE_INFO, Later
from tilekeep.config.mapproxy.options import Opt, Options, Origin, Section


def _text_of_number(value: Any) -> Any:
    """Postcodes and telephone numbers need no quotes."""
    return str(value) if type(value) in {int, float} else value


FreeText = Annotated[str, BeforeValidator(_text_of_number)]


class ContactOptions(Options):
    """``md.contact``: whom to ask."""

    person: FreeText | None = None
    organization: FreeText | None = None
    position: FreeText | None = None
    address_type: FreeText | None = None
    address: FreeText | None = None
    city: FreeText | None = None
    state: FreeText | None = None
    postcode: FreeText | None = None
    country: FreeText | None = None
    phone: FreeText | None = None
    fax: FreeText | None = None
    email: FreeText | None = None


class ServiceMetadata(Options):
    """``md`` of a service."""

    title: Opt[str] = None
    abstract: Opt[str] = None
    online_resource: Opt[str] = None
    contact: Section[ContactOptions] | None = None
    fees: Opt[str] = None
    access_constraints: Opt[str] = None
    keyword_list: Opt[tuple[Keywords, ...]] = None


class TmsService(Options):
    """``tms``: TMS 1.0.0 and ``/tiles``."""

    use_grid_names: bool = False
    origin: Opt[Origin] = None
    md: Section[ServiceMetadata] | None = None


class FeatureInfoFormat(Options):
    """A format of feature info in WMTS."""

    mimetype: str
    suffix: Opt[str] = None


class WmtsService(Options):
    """``wmts``: WMTS 1.0.0."""

    kvp: Opt[bool] = None
    restful: Opt[bool] = None
    restful_template: Opt[str] = None
    restful_featureinfo_template: Annotated[Opt[str], FEATURE_INFO] = None
    restful_fi_template: Annotated[Opt[str], FEATURE_INFO] = None
    featureinfo_formats: Annotated[Opt[tuple[FeatureInfoFormat, ...]], Later(off=((),))] = None
    md: Section[ServiceMetadata] | None = None


class Background(Options):
    """``background`` of the demo and of the globals: a map under the layer that is shown."""

    url: Opt[str] = None


class DemoService(Options):
    """``demo``: pages that show the other services."""

    background: Section[Background] | None = None
    md: Section[ServiceMetadata] | None = None


class Services(Options):
    """Everything under ``services``; a service is offered when its key is there, even if left empty."""

    demo: Section[DemoService | None] = None
    tms: Section[TmsService | None] = None
    wmts: Section[WmtsService | None] = None
    wms: Annotated[Section[dict[str, Any] | None], Later()] = None
    kml: Annotated[Section[dict[str, Any] | None], Later()] = None
    ogcapi: Annotated[Section[dict[str, Any] | None], Later()] = None
