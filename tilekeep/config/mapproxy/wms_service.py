"""``services.wms`` (spec/services.md, 3.1)."""

from typing import Annotated, Literal

from pydantic import Field

from tilekeep.config.mapproxy.inspire import InspireMetadata
from tilekeep.config.mapproxy.map_options import Attribution, WmsDefaults
from tilekeep.config.mapproxy.options import BBoxOption, Opt, Options, Section
from tilekeep.config.mapproxy.service_metadata import ServiceMetadata

WmsVersion = Literal["1.0.0", "1.1.0", "1.1.1", "1.3.0"]

#: Versions that are answered, ascending.
OFFERED_VERSIONS: tuple[WmsVersion, ...] = ("1.0.0", "1.1.0", "1.1.1", "1.3.0")

#: Those that know legends.
VERSIONS_WITH_LEGENDS: tuple[WmsVersion, ...] = ("1.1.1", "1.3.0")


class SrsBox(Options):
    """The extent that is offered in an SRS, in its units; maps end there."""

    srs: str
    bbox: BBoxOption


class WmsService(WmsDefaults):
    """``wms``: WMS 1.0.0 to 1.3.0; what is not set has the defaults of ``globals.wms``.

    :ivar bbox_srs: codes in which documents state boxes, or codes with boxes that limit maps.
    :ivar attribution: text in every map.
    :ivar featureinfo_types: formats that are offered for information about places.
    :ivar featureinfo_xslt: files that transform information about places.
    :ivar md: what documents say of the service.
    :ivar inspire_md: what the INSPIRE directive wants to be said.
    :ivar versions: of WMS that are answered.
    """

    bbox_srs: Opt[tuple[str | SrsBox, ...]] = None
    attribution: Section[Attribution] | None = None
    featureinfo_types: Opt[tuple[Literal["text", "html", "xml", "json"], ...]] = None
    featureinfo_xslt: Section[dict[Literal["html", "xml"], str]] | None = None
    md: Section[ServiceMetadata] | None = None
    inspire_md: Opt[InspireMetadata] = None
    versions: Opt[Annotated[tuple[WmsVersion, ...], Field(min_length=1)]] = None
