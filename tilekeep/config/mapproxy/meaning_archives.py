"""The meaning of the options of archives as sources (own additions)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from tilekeep.config.mapproxy.meaning_http import EffectiveHttp, effective_http
from tilekeep.config.mapproxy.meaning_image import image_choice
from tilekeep.config.mapproxy.meaning_source import EffectiveSource, NamedSource
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.sources import MbtilesSource, PmtilesSource
from tilekeep.domain.opaque_format import opaque_format


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveMbtilesSource(EffectiveSource):
    """An MBTiles file.

    :ivar path: absolute.
    :ivar media_type: of its tiles where the cache wants such as nobody decodes; None for images.
    """

    kind: ClassVar[str] = "mbtiles"
    path: str
    media_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePmtilesSource(EffectiveSource):
    """A PMTiles archive: the file ``path``, absolute, or one on a web server.

    :ivar url: may hold credentials; None for a file.
    """

    kind: ClassVar[str] = "pmtiles"
    path: str
    url: str | None = field(default=None, repr=False)
    http: EffectiveHttp


def mbtiles_source(named: NamedSource, source: MbtilesSource) -> EffectiveMbtilesSource:
    """An MBTiles file."""
    opaque = opaque_format(named.request_format)
    return EffectiveMbtilesSource(
        name=named.name,
        path=from_base(named.base_dir, source.filename),
        media_type=None if opaque is None else opaque.media_type,
        image=image_choice(named.settings, None, None),
        limits=named.limits,
    )


def pmtiles_source(named: NamedSource, source: PmtilesSource) -> EffectivePmtilesSource:
    """A PMTiles archive."""
    return EffectivePmtilesSource(
        name=named.name,
        path=from_base(named.base_dir, source.filename or ""),
        url=source.url,
        http=effective_http(named.settings, source.http, named.base_dir),
        image=image_choice(named.settings, None, None),
        limits=named.limits,
    )
