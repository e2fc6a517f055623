"""A server that is asked anew for every map: what can be asked for at once, and what hides all below it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable

from tilekeep.application.sources.wrapped_source import WrappedSource
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.tile import Dimensions
from tilekeep.ports.map_source import MapSource

#: From its layers to the source that draws them.
OfLayers = Callable[[tuple[str, ...]], MapSource]

Judge = Callable[[MapQuery], bool]


def _no_query(_: MapQuery) -> bool:
    return False


class DirectMap(WrappedSource):
    """Layers of a server as a source of maps.

    Args:
        of_layers: makes the source that draws some layers of the server.
        layers: those that this one draws, bottom first.
        alike: two of them with equal ones differ in their layers at most; None is like no other.
        forwarded: names of parameters of clients that are sent on, in any case.
        shows: whether it has something to show for a query, by its resolution; asked before requests are combined.
        hides: whether nothing below it can be seen (spec/sources.md, 3.8).
    """

    def __init__(
        self,
        of_layers: OfLayers,
        layers: tuple[str, ...],
        *,
        alike: Hashable | None,
        forwarded: Collection[str] = (),
        shows: Judge = lambda _: True,
        hides: Judge = _no_query,
    ) -> None:
        super().__init__(of_layers(layers))
        self._of_layers = of_layers
        self._layers = layers
        self._alike = alike
        self._forwarded = frozenset(name.lower() for name in forwarded)
        self.shows = shows
        self.hides = hides

    def combined_with(self, other: DirectMap, query: MapQuery) -> DirectMap | None:
        """Both in one request with the parameters of this one, the layers of ``other`` on top (the same place, 3.7).

        None where a request for both would not show the same.
        """
        if self._alike is None or self._alike != other._alike:
            return None
        if self._sent_of(query) != other._sent_of(query):
            return None
        return DirectMap(self._of_layers, self._layers + other._layers, alike=self._alike, forwarded=self._forwarded)

    def _sent_of(self, query: MapQuery) -> Dimensions:
        return tuple(pair for pair in query.dimensions if pair[0].lower() in self._forwarded)
