"""``services.ogcapi`` (spec/services.md, 8.1)."""

from tilekeep.config.mapproxy.map_options import Attribution, OgcApiDefaults
from tilekeep.config.mapproxy.options import Opt, Options, Section
from tilekeep.config.mapproxy.service_metadata import FreeText


class Identification(Options):
    """What the service is.

    :ivar title: for people.
    :ivar description: for people.
    :ivar url: address of a page about it.
    :ivar terms_of_service: address of the terms of its use.
    :ivar keywords: a list of words, or lists of words by language or vocabulary.
    """

    title: Opt[str] = None
    description: Opt[str] = None
    url: Opt[str] = None
    terms_of_service: Opt[str] = None
    keywords: Opt[tuple[str, ...] | dict[str, tuple[str, ...]]] = None


class ApiContact(Options):
    """Whom to ask."""

    name: Opt[FreeText] = None
    email: Opt[FreeText] = None
    address: Opt[FreeText] = None
    city: Opt[FreeText] = None
    stateorprovince: Opt[FreeText] = None
    postalcode: Opt[FreeText] = None
    country: Opt[FreeText] = None
    phone: Opt[FreeText] = None
    fax: Opt[FreeText] = None
    url: Opt[FreeText] = None
    instructions: Opt[FreeText] = None


class Licence(Options):
    """On what terms the data may be used."""

    name: str
    url: Opt[str] = None


class Provider(Options):
    """Who runs the service."""

    name: Opt[str] = None
    url: Opt[str] = None


class OgcApiMetadata(Options):
    """``md`` of the OGC API."""

    identification: Section[Identification] | None = None
    contact: Section[ApiContact] | None = None
    license: Section[Licence] | None = None
    provider: Section[Provider] | None = None


class OgcApiService(OgcApiDefaults):
    """``ogcapi``: OGC API Maps and Tiles; what is not set has the defaults of ``globals.ogcapi``.

    :ivar enable_tiles: whether there are tiles.
    :ivar enable_maps: whether there are maps.
    :ivar attribution: text in all maps and tiles.
    :ivar md: what documents say of the service.
    :ivar default_dataset_layers: names of the layers that make up the whole dataset, bottom first.
    """

    enable_tiles: bool = True
    enable_maps: bool = True
    attribution: Section[Attribution] | None = None
    md: Section[OgcApiMetadata] | None = None
    default_dataset_layers: Opt[tuple[str, ...]] = None
