"""The legend of a layer, made of those of all its sources (spec/services.md, 3.11)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from tilekeep.application.legend import Legend
from tilekeep.application.legend_pictures import LegendPictures, Picture
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import InvalidRequest, MapTooLarge, NoLegend, SourceError
from tilekeep.domain.image import GIF, JPEG, PNG, EncodedImage, ImageEncoding, Raster, largest_side
from tilekeep.ports.imaging import Imaging

#: So many legends of a group are put into one: each may have to be fetched.
MOST_LEGENDS = 100

#: Formats in which text with smooth edges cannot be drawn on nothing.
_WITHOUT_ALPHA = frozenset({JPEG, GIF})


class LegendImage(NamedTuple):
    """A legend as an image; some sources failed unless it ``is_complete``."""

    image: EncodedImage
    is_complete: bool


class LegendDocument(NamedTuple):
    """A legend in JSON; some sources failed unless it ``is_complete``."""

    body: bytes
    is_complete: bool


class GetLegend:
    """Makes legends.

    Args:
        pictures: gives the legends of sources.
        imaging: encodes them.
    """

    def __init__(self, pictures: LegendPictures, imaging: Imaging) -> None:
        self._pictures = pictures
        self._imaging = imaging

    def image(
        self, legends: Sequence[Legend], encoding: ImageEncoding, scale: float | None, deadline: Deadline
    ) -> LegendImage:
        """All of ``legends``, bottom first, upon each other: that of the topmost source at the top.

        A single one in PNG is passed on as it is kept, in full colour.  They lie on white in formats that have no
        half-transparent pixels.

        :raises InvalidRequest: more than :data:`MOST_LEGENDS`.
        :raises MapTooLarge: the format has no room for them.
        :raises SourceError: no source has given its legend.
        :raises LockTimeout: another request was still making one when the deadline passed.
        """
        _require_few(legends)
        pictures: list[Picture] = []
        failures: list[SourceError] = []
        for legend in legends:
            try:
                pictures.append(self._pictures(legend, scale, deadline))
            except SourceError as error:
                failures.append(error)
        if not pictures:
            raise failures[0]
        is_complete = not failures and all(picture.is_complete for picture in pictures)
        if len(pictures) == 1 and encoding.format == PNG:
            return LegendImage(EncodedImage(pictures[0].body, PNG), is_complete)
        transparent = encoding.public_media_type not in _WITHOUT_ALPHA
        raster = self._pictures.stacked([picture.raster for picture in pictures], transparent=transparent)
        _require_fit(raster, encoding)
        encoded = self._imaging.encode(raster, replace(encoding, transparent=transparent))
        return LegendImage(encoded, is_complete)

    def document(self, legends: Sequence[Legend], scale: float | None, deadline: Deadline) -> LegendDocument:
        """What the servers say of ``legends`` in JSON, bottom first; never kept.

        Raises as :meth:`image`.

        :raises NoLegend: there are pictures alone.
        """
        _require_few(legends)
        entries = []
        failures: list[SourceError] = []
        for part in (part for legend in legends for part in legend.parts()):
            try:
                entries.append(part.description(scale, deadline))
            except SourceError as error:
                failures.append(error)
        entries = [entry for entry in entries if entry is not None]
        if not entries:
            raise failures[0] if failures else NoLegend("the legend is a picture alone", locator="format")
        return LegendDocument(json.dumps({"Legend": entries}).encode(), not failures)


def _require_few(legends: Sequence[Legend]) -> None:
    if len(legends) > MOST_LEGENDS:
        message = f"the layer has {len(legends)} legends (at most {MOST_LEGENDS}); ask for the layers below it"
        raise InvalidRequest(message, locator="layer")


def _require_fit(raster: Raster, encoding: ImageEncoding) -> None:
    limit = largest_side(encoding.public_media_type)
    if max(raster.size) > limit:
        size = f"{raster.size.width}x{raster.size.height}"
        raise MapTooLarge(f"legend too large: {size} pixels (at most {limit} in {encoding.public_media_type})")
