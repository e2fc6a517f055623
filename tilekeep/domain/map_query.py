"""What a use case asks of a source, and what the source says in return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import Raster
from tilekeep.domain.keeping import Worth
from tilekeep.domain.secrets import redacted
from tilekeep.domain.srs import Srs
from tilekeep.domain.striped_raster import StripedRaster
from tilekeep.domain.tile import Dimensions, Validators
from tilekeep.domain.tile_state import TileState


class MapQuery(NamedTuple):
    """A map wanted from a source: ``bbox`` in units of ``srs`` (x/y order), ``size`` in pixels.

    ``media_type`` is the image format asked for; ``dimensions`` and ``variant`` are those of the tiles it is for
    (:class:`tilekeep.domain.tile.TileKey`).  ``validators`` make the request conditional: the source may
    then answer :class:`NotModified`.
    """

    bbox: BBox
    size: Size
    srs: Srs
    media_type: str
    dimensions: Dimensions = ()
    validators: Validators | None = None
    variant: str = ""

    @property
    def resolution(self) -> float:
        """SRS units per pixel, the smaller of both axes."""
        return min(self.bbox.width / self.size.width, self.bbox.height / self.size.height)


class Breaker(NamedTuple):
    """After ``failures`` in a row a server is left alone for ``seconds``, then asked once whether it has recovered."""

    failures: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server whose load is limited as a whole.

    :ivar name: what slot files and failures are keyed by; never shown, since it may hold credentials
        (spec/sources.md, 10: the network location exactly as configured).
    :ivar concurrent_requests: requests permitted at a time over all processes; 0 is unlimited.
    :ivar requests_per_second: requests permitted in any second over all processes; 0 is unlimited.
    :ivar breaker: when it is left alone after failures; None for never.
    """

    name: str = field(repr=False)
    concurrent_requests: int = 0
    requests_per_second: float = 0.0
    breaker: Breaker | None = None

    @property
    def public_name(self) -> str:
        """What stands behind the credentials of the name, if it has any."""
        return self.name.rpartition("@")[2] or "this machine"

    @property
    def is_unlimited(self) -> bool:
        """Whether any number of requests may be made, whatever comes of them."""
        return self.concurrent_requests <= 0 and self.requests_per_second <= 0 and self.breaker is None


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """A request to an upstream server, complete but for credentials, which the adapter adds."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def public_url(self) -> str:
        """The URL without secrets, for logs and explanations; made when it is wanted, as that takes its time."""
        return redacted(self.url)


class Fetched(NamedTuple):
    """Image bytes from upstream, not yet decoded; ``media_type`` as declared, ``validators`` as sent.

    ``fresh_for``, ``storable``, ``worth``, ``good_for`` and ``state`` as in :class:`Drawn`.
    """

    body: bytes
    media_type: str | None
    validators: Validators | None = None
    fresh_for: float | None = None
    storable: bool = True
    worth: Worth = Worth.MAP
    good_for: float | None = None
    state: TileState = TileState.MISS


class Drawn(NamedTuple):
    """A raster made in this process.

    :ivar fresh_for: seconds after which it should be asked for again, as parts of it are stale; None for no limit.
    :ivar may_be_kept: whether anybody may keep what it was made of.
    :ivar worth: what it is worth beside a stored tile: less where a part of it stands for what a source did not give.
    :ivar good_for: seconds for which it will be good, as far as that is known; no reason not to store it, unlike
        ``fresh_for``.
    :ivar state: where it came from: out of a cache, or from the source for this query.
    """

    raster: Raster
    fresh_for: float | None = None
    may_be_kept: bool = True
    worth: Worth = Worth.MAP
    good_for: float | None = None
    state: TileState = TileState.MISS

    @property
    def storable(self) -> bool:
        """Whether anybody may keep it; not if a part of it turned out to be missing when it was looked at."""
        return self.may_be_kept and not (isinstance(self.raster, StripedRaster) and not self.raster.complete)


class Blank(NamedTuple):
    """The source has nothing to say here: outside its coverage or resolution range (spec/sources.md, 1.2)."""


class NotModified(NamedTuple):
    """The map is the one whose validators were sent; upstream may have sent newer ``validators``."""

    validators: Validators | None = None


SourceAnswer = Fetched | Drawn | Blank | NotModified


class SourceTraits(NamedTuple):
    """What the planner and the maker need to know of a source.

    :ivar meta_tiles: whether it draws maps of any box and size; False for tiled sources.
    :ivar declared_format: subtype of the images it declares to send, or None when its bytes are never re-encoded
        (spec/config-globals-grids.md, 8.4).
    :ivar declared_mode: its configured band layout, or None.
    :ivar accepts_integer_multiples: whether an image that is an exact integer multiple of the size asked for is
        kept (tiles for displays with more pixels); other sizes are refused.
    """

    meta_tiles: bool
    declared_format: str | None = None
    declared_mode: str | None = None
    accepts_integer_multiples: bool = False
