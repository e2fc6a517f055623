"""How large legends are, which documents say without asking for any."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tilekeep.application.legend import Legend
from tilekeep.domain.errors import StoreError
from tilekeep.domain.geometry import Size
from tilekeep.domain.legend import png_size
from tilekeep.ports.legend_store import LegendStore

log = logging.getLogger("tilekeep.legend")


class LegendSizes:
    """Remembers the sizes of legends that were made or found in the store.

    Args:
        store: keeps legends.
    """

    def __init__(self, store: LegendStore) -> None:
        self._store = store
        self._sizes: dict[Legend, Size] = {}

    @property
    def revision(self) -> int:
        """Another one for each size that has become known."""
        return len(self._sizes)

    def remember(self, legend: Legend, size: Size) -> None:
        """What the size of a legend for any scale is."""
        self._sizes[legend] = size

    def find(self, legend: Legend) -> Size | None:
        """The size of a legend, looked up in the store where it is not remembered; None if it is not there."""
        size = self._sizes.get(legend)
        if size is None and (size := self._stored(legend)) is not None:
            self._sizes[legend] = size
        return size

    def together(self, legends: Sequence[Legend]) -> Size | None:
        """The size of legends stacked upon each other; None unless that of all is remembered."""
        sizes = [self._sizes.get(legend) for legend in legends]
        known = [size for size in sizes if size is not None]
        if not known or len(known) < len(sizes):
            return None
        return Size(max(size.width for size in known), sum(size.height for size in known))

    def _stored(self, legend: Legend) -> Size | None:
        try:
            body = self._store.read(legend.file_name(None))
        except StoreError as error:
            log.warning("size of a legend is not known: %s", error)
            return None
        return None if body is None else png_size(body)
