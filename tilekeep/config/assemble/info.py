"""Sources of feature info out of their options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tilekeep.adapters.http.client_options import ClientOptions
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.application.sources.limited_info import LimitedInfo
from tilekeep.application.sources.reprojected_info import ReprojectedInfo
from tilekeep.application.sources.transformed_info import TransformedInfo
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.styles import with_style
from tilekeep.config.assemble.upstreams import http_options, upstream_at
from tilekeep.config.mapproxy.meaning_http import EffectiveHttp
from tilekeep.config.mapproxy.meaning_info import (
    EffectiveInfoSource,
    Stylesheet,
    effective_info_source,
    service_stylesheets,
    stylesheets,
)
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import Problem
from tilekeep.config.problems import error as problem_of
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.secrets import Credentials, split_credentials
from tilekeep.domain.srs import Srs
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.info_documents import InfoDocuments, InfoTransformer
from tilekeep.ports.info_source import InfoSource
from tilekeep.ports.parallel import ParallelRunner
from tilekeep.ports.projection import Projection

if TYPE_CHECKING:
    from tilekeep.config.mapproxy.meaning_arcgis import EffectiveArcgisInfo

#: Largest document about a place, in bytes.
_MOST_BYTES = 8 * 2**20


class InfoParts(NamedTuple):
    """What sources of feature info are made with.

    :ivar make: makes a source by its kind (``wms``, ``arcgis``) from keyword arguments.
    :ivar make_exchange: makes what asks one server, from keyword arguments.
    :ivar make_transformer: makes a transformation of a stylesheet's path and the kind that it makes.
    """

    make: Callable[..., InfoSource]
    make_exchange: Callable[..., UpstreamExchange]
    make_transformer: Callable[[str, InfoKind], InfoTransformer]
    http_client: Callable[[ClientOptions], HttpClient]
    documents: InfoDocuments
    parallel: ParallelRunner
    projection: Projection
    grids: GridAssembly
    coverages: CoverageAssembly


def xslt_transformer(path: str, kind: InfoKind) -> InfoTransformer:
    """The transformation of a stylesheet; lxml is imported when there is one.

    :raises ConfigurationError: the file cannot be read, or is no stylesheet.
    """
    from tilekeep.adapters.documents.xslt import XsltTransformer

    return XsltTransformer(path, kind)


class InfoAssembly:
    """Makes each source once, on its first use, and compiles each stylesheet once.

    Args:
        settings: the whole configuration.
        base_dir: absolute directory of the configuration.
        parts: what sources are made with.
    """

    def __init__(self, settings: Settings, base_dir: str, parts: InfoParts) -> None:
        self._settings = settings
        self._base_dir = base_dir
        self._parts = parts
        self.source: OncePerKey[str, InfoSource] = OncePerKey(self._source)
        self._transformer: OncePerKey[Stylesheet, InfoTransformer] = OncePerKey(self._compiled)

    def get_feature_info(self, *, raise_source_errors: bool) -> GetFeatureInfo:
        """The use case over all sources."""
        parts = self._parts
        return GetFeatureInfo(self.source, parts.documents, parts.parallel, raise_source_errors=raise_source_errors)

    def transformers(self) -> Mapping[InfoKind, InfoTransformer]:
        """What transforms the answers of WMS, by the kind that clients want."""
        found = service_stylesheets(self._settings, self._base_dir)
        return {kind: self._transformer(stylesheet) for kind, stylesheet in found.items()}

    def problems(self) -> Iterator[Problem]:
        """An error for each stylesheet that cannot be used."""
        for stylesheet in stylesheets(self._settings, self._base_dir):
            try:
                self._transformer(stylesheet)
            except ConfigurationError as error:
                yield problem_of(stylesheet.option, error.message)

    def _compiled(self, stylesheet: Stylesheet) -> InfoTransformer:
        return self._parts.make_transformer(stylesheet.path, stylesheet.kind)

    def _source(self, name: str) -> InfoSource:
        """Transformed documents of the server, asked in an SRS that it has, about places in its coverage."""
        options = effective_info_source(self._settings, name, self._base_dir)
        source = self._of_server(options)
        if not isinstance(options, EffectiveInfoSource):
            return source
        if options.stylesheet is not None:
            source = TransformedInfo(source, self._transformer(options.stylesheet))
        region = self._parts.coverages.regions(options.coverage)
        return source if region is None else LimitedInfo(source, region)

    def _of_server(self, options: EffectiveInfoSource | EffectiveArcgisInfo) -> InfoSource:
        option = ("sources", SourceName.parse(options.name).name, "supported_srs")
        grids = self._parts.grids
        supported_srs = grids.srs_list(options.supported_srs, option)
        source = (
            self._wms(options, supported_srs)
            if isinstance(options, EffectiveInfoSource)
            else self._arcgis(options, supported_srs)
        )
        if not supported_srs:
            return source
        return ReprojectedInfo(
            source, self._parts.projection, supported_srs=supported_srs, preferred_srs=grids.preferred_srs()
        )

    def _wms(self, options: EffectiveInfoSource, supported_srs: tuple[Srs, ...]) -> InfoSource:
        url, credentials = split_credentials(options.url)
        parameters = dict(with_style(options.parameters, options.style_file))
        return self._parts.make(
            "wms",
            exchange=self._exchange(options.url, credentials, options.http),
            request=WmsRequestTemplate.from_options(url, parameters, version=options.version),
            supported_srs=supported_srs,
        )

    def _arcgis(self, options: EffectiveArcgisInfo, supported_srs: tuple[Srs, ...]) -> InfoSource:
        from tilekeep.domain.arcgis_request import ArcgisRequestTemplate

        url, credentials = split_credentials(options.url)
        return self._parts.make(
            "arcgis",
            exchange=self._exchange(options.url, credentials, options.http),
            request=ArcgisRequestTemplate.from_options(url, dict(options.parameters)),
            supported_srs=supported_srs,
            tolerance_px=options.tolerance_px,
            geometries=options.geometries,
        )

    def _exchange(self, url: str, credentials: Credentials | None, http: EffectiveHttp) -> UpstreamExchange:
        return self._parts.make_exchange(
            http=self._parts.http_client(http_options(http, credentials)),
            upstream=upstream_at(url, http),
            max_bytes=min(_MOST_BYTES, http.limits.max_bytes),
            timeout_seconds=http.client_timeout_seconds,
            hide_error_details=http.hide_error_details,
        )
