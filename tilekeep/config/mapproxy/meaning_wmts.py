"""The meaning of options of WMTS sources (own addition)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, effective_http
from tilekeep.config.mapproxy.meaning_image import image_choice
from tilekeep.config.mapproxy.meaning_on_error import stand_ins_of
from tilekeep.config.mapproxy.meaning_source import EffectiveSource, NamedSource, as_media_type, with_transparency
from tilekeep.config.mapproxy.sources import WmtsSource
from tilekeep.domain.stand_in import NO_STAND_INS, StandIns


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveWmtsSource(EffectiveSource):
    """A WMTS.

    :ivar url: of the capabilities; may hold credentials.
    :ivar own_format: media type of its tiles, or None for that of the cache.
    :ivar request_format: media type that the cache wants.
    :ivar dimensions: names and values.
    """

    kind: ClassVar[str] = "wmts"
    url: str = field(repr=False)
    layer: str
    matrix_set: str | None
    style: str | None
    own_format: str | None
    request_format: str
    dimensions: tuple[tuple[str, str], ...]
    http: EffectiveHttp
    stand_ins: StandIns = NO_STAND_INS


def wmts_source(named: NamedSource, source: WmtsSource) -> EffectiveWmtsSource:
    """A source of tiles; only caches have such."""
    assert named.request_format is not None, "checked when the configuration was loaded"
    return EffectiveWmtsSource(
        name=named.name,
        url=source.url,
        layer=source.layer,
        matrix_set=source.matrix_set,
        style=source.style,
        own_format=None if source.format is None else as_media_type(source.format),
        request_format=as_media_type(named.request_format),
        dimensions=tuple((source.dimensions or {}).items()),
        image=image_choice(named.settings, with_transparency(source.image, source.transparent), None),
        http=effective_http(named.settings, source.http, named.base_dir),
        limits=named.limits,
        stand_ins=stand_ins_of(source.on_error),
        mirrors=source.mirrors or (),
    )
