"""Get a map: draw each source, lay them over each other, encode."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tilekeep.application.combined_maps import combined
from tilekeep.application.layer_tree import LaidSource
from tilekeep.application.refused_box import refused_box
from tilekeep.application.refused_image import with_request
from tilekeep.application.retouch_tile import Redraw
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import (
    LockTimeout,
    RefusedImage,
    SourceError,
    SourceRecentlyFailed,
    StoreError,
    TilekeepError,
)
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import AVIF, GIF, JPEG, PNG, WEBP, EncodedImage, ImageEncoding, Raster, sniffed_media_type
from tilekeep.domain.keeping import Keeping, shortest, together
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.map_cost import cost_of_layer
from tilekeep.domain.map_query import Drawn, Fetched, MapQuery
from tilekeep.domain.striped_raster import StripedRaster
from tilekeep.domain.sub_query import sub_query
from tilekeep.domain.tile_state import TileState
from tilekeep.ports.imaging import Canvas, Imaging, Placement
from tilekeep.ports.parallel import ParallelRunner

log = logging.getLogger("tilekeep.map")

#: How messages of failed sources look on a map (spec/services.md, 3.5).
_MESSAGE_SIZE = 12
_BLACK = (0, 0, 0, 255)

#: Formats in which the image of a source may be the answer.
_PASSED_ON = frozenset({PNG, JPEG, GIF, WEBP, AVIF})


class WantedMap(NamedTuple):
    """A map as a client wants it.

    :ivar query: box, size and SRS; its ``media_type`` is what sources are asked for.
    :ivar encoding: how the map is encoded.
    :ivar transparent: whether it is transparent where nothing is drawn, else ``background`` (8-bit RGB,
        None is white; with an alpha it is also seen where the map is transparent).
    :ivar within: the box, in the SRS of the query, outside of which nothing is drawn; None is everywhere.
    :ivar labels: text that is written on the finished map.
    :ivar redraw: what others make of that before it is encoded; None leaves it as it is.
    """

    query: MapQuery
    encoding: ImageEncoding
    transparent: bool = False
    background: tuple[int, ...] | None = None
    within: BBox | None = None
    labels: tuple[Label, ...] = ()
    redraw: Redraw | None = None

    @property
    def canvas(self) -> Canvas:
        """The empty map."""
        return Canvas(self.query.size, self.transparent, self.background)

    def may_be(self, body: bytes) -> bool:
        """Whether an image that shows the map may be the answer as it is, as in the reference (spec/services.md, 3.6).

        TIFF says where its map lies, which others do not know; text, modes and what others make of it take encoding.
        """
        same_format = self.encoding.format in _PASSED_ON and self.encoding.format == sniffed_media_type(body[:12])
        return same_format and self.encoding.mode is None and not self.labels and self.redraw is None


class MapAnswer(NamedTuple):
    """A map for a client.

    ``fresh_for``, ``storable`` and ``state`` as in :class:`tilekeep.domain.map_query.Drawn`.
    """

    image: EncodedImage
    fresh_for: float | None = None
    storable: bool = True
    state: TileState = TileState.MISS


class _Layer(NamedTuple):
    """What a source came to: a raster, or nothing, or the error in the way; ``body`` is how the source sent it."""

    drawn: Drawn | None
    error: TilekeepError | None = None
    body: bytes | None = None


class _Composed(NamedTuple):
    """The layers over each other; ``body`` is the only one as its source sent it, if that shows the same."""

    drawn: Drawn
    body: bytes | None = None


class GetMap:
    """Draws maps from sources, bottom first.

    Args:
        imaging: lays maps over each other and encodes them.
        gate: checks what sources send.
        parallel: draws several sources side by side.
        concurrent_layers: how many at a time (``concurrent_layer_renderer``).
        max_tiles: a map whose layers together cost more (:mod:`tilekeep.domain.map_cost`) is refused before any tile is
            read; None for any cost.
        raise_source_errors: whether one failing source fails the map (``on_source_errors: raise``); else it is
            missing, and the map says so.
    """

    def __init__(
        self,
        *,
        imaging: Imaging,
        gate: StoreGate,
        parallel: ParallelRunner,
        concurrent_layers: int = 1,
        max_tiles: float | None = None,
        raise_source_errors: bool = False,
    ) -> None:
        self._imaging = imaging
        self._gate = gate
        self._parallel = parallel
        self._concurrent_layers = concurrent_layers
        self._max_tiles = max_tiles
        self._raise_source_errors = raise_source_errors

    def __call__(
        self, sources: Sequence[LaidSource], wanted: WantedMap, purpose: Purpose, deadline: Deadline
    ) -> MapAnswer:
        """The map.

        :raises SourceError: a source failed and there is nothing else to show, or source errors are to be raised.
        :raises LockTimeout: as SourceError, for tiles that another process is making.
        :raises StoreError: as SourceError, for stores that cannot be read.
        :raises InvalidParameter: the map would need too many tiles.
        """
        part = None if wanted.within is None else sub_query(wanted.query, wanted.within)
        if wanted.within is not None and part is None:
            empty = Drawn(self._imaging.compose(wanted.canvas, []), state=TileState.HIT)
            return self._finished(wanted._replace(redraw=None), empty)
        if part is None or part.query.size == wanted.query.size:
            return self._finished(wanted, *self._composed(sources, wanted, purpose, deadline))
        inner = self._composed(sources, wanted._replace(query=part.query), purpose, deadline).drawn
        whole = self._imaging.compose(wanted.canvas, [Placement(inner.raster, part.left, part.top, replaces=True)])
        return self._finished(wanted, inner._replace(raster=whole))

    def _finished(self, wanted: WantedMap, drawn: Drawn, body: bytes | None = None) -> MapAnswer:
        raster, storable, state = drawn.raster, drawn.may_be_kept, drawn.state
        fresh_for = shortest(drawn.fresh_for, drawn.good_for)
        if body is not None and wanted.may_be(body):
            return MapAnswer(EncodedImage(body, wanted.encoding.format), fresh_for, storable, state)
        del drawn  # so that the map without labels is let go
        if wanted.labels:
            raster = self._imaging.annotate(raster, wanted.labels)
        if wanted.redraw is not None:
            raster, fresh_for, storable, *_ = wanted.redraw(Drawn(raster, fresh_for, storable))
        image = self._imaging.encode(raster, wanted.encoding, Extent(wanted.query.bbox, wanted.query.srs))
        return MapAnswer(image, fresh_for, storable, state)

    def _composed(
        self, sources: Sequence[LaidSource], wanted: WantedMap, purpose: Purpose, deadline: Deadline
    ) -> _Composed:
        """The layers over each other; each is laid down and let go before the next one is drawn."""
        sources = combined(sources, wanted.query)
        self._refuse_too_many_tiles(sources, wanted.query)
        errors: list[TilekeepError] = []
        shown: list[Keeping] = []
        striped: list[StripedRaster] = []
        sent: tuple[Raster, bytes] | None = None

        def placements() -> Iterator[Placement]:
            nonlocal sent
            layers = self._layers(sources, wanted.query, purpose, deadline)
            for laid, layer in zip(sources, layers, strict=True):
                if layer.error is not None:
                    errors.append(layer.error)
                elif layer.drawn is not None:
                    raster, fresh_for, may_be_kept, _, good_for, state = layer.drawn
                    shown.append(Keeping(shortest(fresh_for, good_for), may_be_kept, state=state))
                    if isinstance(raster, StripedRaster):
                        striped.append(raster)
                    if layer.body is not None and len(sources) == 1:  # others would be held while the next are drawn
                        sent = (raster, layer.body)
                    yield Placement(raster, opacity=laid.opacity)

        raster = self._imaging.compose(wanted.canvas, placements())
        if errors and len(errors) == len(sources):
            raise errors[0]
        keeping = together(shown)
        complete = all(strips.complete for strips in striped)
        answer = Drawn(raster, *keeping._replace(storable=keeping.storable and complete))
        if errors:
            return _Composed(self._with_messages(answer, errors))
        return _Composed(answer, sent[1] if sent is not None and sent[0] is raster else None)

    def _refuse_too_many_tiles(self, sources: Sequence[LaidSource], query: MapQuery) -> None:
        pixels = query.size.width * query.size.height
        needed = sum(cost_of_layer(laid.source.tiles_for(query), pixels) for laid in sources)
        if self._max_tiles is not None and needed > self._max_tiles:
            reason = f"too many tiles in all layers, max_map_tiles: {self._max_tiles:g}, num_tiles: {needed}"
            raise refused_box(reason, query.bbox)

    def _layers(
        self, sources: Sequence[LaidSource], query: MapQuery, purpose: Purpose, deadline: Deadline
    ) -> Iterable[_Layer]:
        """What each source comes to, one after the other unless several are to be drawn at a time."""
        drawn = (self._layer(laid, query, purpose, deadline) for laid in sources)
        if self._concurrent_layers == 1 or len(sources) == 1:
            return drawn
        return self._parallel.map(
            lambda laid: self._layer(laid, query, purpose, deadline), sources, self._concurrent_layers
        )

    def _layer(self, laid: LaidSource, query: MapQuery, purpose: Purpose, deadline: Deadline) -> _Layer:
        try:
            answer = laid.source.get(query, purpose, deadline)
            if isinstance(answer, Fetched):
                return _Layer(self._gate.drawn(answer, query.size), body=answer.body)
            return _Layer(answer if isinstance(answer, Drawn) else None)
        except RefusedImage as error:
            return self._failed(with_request(error, laid.source, query, purpose))
        except (SourceError, LockTimeout, StoreError) as error:
            return self._failed(error)

    def _failed(self, error: TilekeepError) -> _Layer:
        """The layer without a map; raises the error where those of sources are to be raised."""
        # What failed a moment ago has been logged then, and maps may ask for it many times a second.
        level = logging.DEBUG if isinstance(error, SourceRecentlyFailed) else logging.WARNING
        log.log(level, "a layer of a map failed: %s", error)
        if self._raise_source_errors:
            raise error
        return _Layer(None, error)

    def _with_messages(self, drawn: Drawn, errors: Sequence[TilekeepError]) -> Drawn:
        text = "\n".join(dict.fromkeys(_message(error) for error in errors))
        label = Label(text, LabelPlace.TOP_LEFT, _MESSAGE_SIZE, _BLACK)
        return Drawn(self._imaging.annotate(drawn.raster, [label]), may_be_kept=False, state=drawn.state)


def _message(error: TilekeepError) -> str:
    return error.client_message if isinstance(error, SourceError) else "The tiles are not to be had at the moment."
