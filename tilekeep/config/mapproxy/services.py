"""``services``: the protocols that are spoken (spec/services.md, 3.1, 4.1, 5.1, 6-8)."""

from typing import Annotated

from pydantic import Field

from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.ogcapi_service import OgcApiService
from tilekeep.config.mapproxy.options import Opt, Options, Origin, Positive, Section
from tilekeep.config.mapproxy.service_metadata import ServiceMetadata
from tilekeep.config.mapproxy.wms_service import WmsService


class TmsService(Options):
    """``tms``: TMS 1.0.0, ``/tiles`` and TileJSON.

    :ivar use_grid_names: whether addresses name grids, not their SRS.
    :ivar origin: corner of tile 0/0 under /tiles.
    :ivar md: what documents say of the service.
    """

    use_grid_names: bool = False
    origin: Opt[Origin] = None
    md: Section[ServiceMetadata] | None = None


class FeatureInfoFormat(Options):
    """A format of feature info in WMTS; ``suffix`` ends paths, without it only parameters can ask for the format."""

    mimetype: str
    suffix: Opt[str] = None


class WmtsService(Options):
    """``wmts``: WMTS 1.0.0.

    :ivar kvp: whether requests with parameters are answered.
    :ivar restful: whether requests by path are answered.
    :ivar restful_template: path of tiles.
    :ivar restful_featureinfo_template: path of information about places.
    :ivar restful_fi_template: the same, as the documentation of MapProxy calls it.
    :ivar featureinfo_formats: formats of information about places.
    :ivar md: what documents say of the service.
    """

    kvp: Opt[bool] = None
    restful: Opt[bool] = None
    restful_template: Opt[str] = None
    restful_featureinfo_template: Opt[str] = None
    restful_fi_template: Opt[str] = None
    featureinfo_formats: Opt[tuple[FeatureInfoFormat, ...]] = None
    md: Section[ServiceMetadata] | None = None

    @property
    def speaks_kvp(self) -> bool:
        """Whether requests with parameters are answered; both kinds are where neither is spoken of."""
        return bool(self.kvp) or (self.kvp is None and self.restful is None)

    @property
    def speaks_rest(self) -> bool:
        """Whether requests by path are answered, likewise."""
        return bool(self.restful) or (self.kvp is None and self.restful is None)


class KmlService(Options):
    """``kml``: super-overlays for globe viewers.

    :ivar use_grid_names: whether addresses name grids, not their SRS.
    """

    use_grid_names: bool = False
    md: Annotated[Section[ServiceMetadata] | None, NoEffect("documents of KML show none of it")] = None


class Background(Options):
    """``background`` of the demo and of the globals: a map under the layer that is shown."""

    url: Opt[str] = None


class DemoPages(Options):
    """``demo.pages``: pages of plugins, each with its options, in the order of their links (own addition)."""


class DemoService(Options):
    """``demo``: pages that show the other services.

    :ivar pages: pages of plugins, by name (own addition).
    """

    background: Section[Background] | None = None
    pages: Section[DemoPages] = Field(default_factory=DemoPages.untouched)
    md: Annotated[Section[ServiceMetadata] | None, NoEffect("the demo page shows none of it")] = None


class AdminService(Options):
    """``admin``: pages and an API that show caches, servers and runs of seeding (own addition).

    :ivar token: what those have to know who change something; without it nothing can be changed. Best a variable.
    :ivar seed_config: file with the tasks of seeding that can be started.
    :ivar runs_dir: directory of what is known of runs; without it, tilekeep_runs in globals.cache.base_dir.
    :ivar progress_files: progress files of runs that are started elsewhere, which are shown too.
    :ivar workers: processes of a run that is started here.
    """

    token: Opt[str] = Field(default=None, repr=False)
    seed_config: Opt[str] = None
    runs_dir: Opt[str] = None
    progress_files: Opt[tuple[str, ...]] = None
    workers: Positive = 2


class Services(Options):
    """Everything under ``services``; a service is offered when its key is there, even if left empty."""

    demo: Section[DemoService | None] = None
    tms: Section[TmsService | None] = None
    wmts: Section[WmtsService | None] = None
    wms: Section[WmsService | None] = None
    admin: Section[AdminService | None] = None
    kml: Section[KmlService | None] = None
    ogcapi: Section[OgcApiService | None] = None
