"""The ``mapproxy.decorate_img`` callable of a wrapping application (spec/auth-plugins-decorate.md, 3)."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.retouch_tile import Redraw
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import Drawn
from tilekeep.entrypoints.wsgi.response import Environ
from tilekeep.ports.pictures import Pictures

#: The key of the WSGI environment under which the callable is found.
DECORATE = "mapproxy.decorate_img"


class Decoration:
    """Has images drawn on before they are encoded and sent.

    Args:
        pictures: makes images into what such callables know, and back.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def __call__(
        self,
        environ: Environ,
        service: str,
        layers: Sequence[str | None],
        srs_code: str,
        bbox: BBox,
        encoding: ImageEncoding,
    ) -> Redraw | None:
        """What the callable makes of an image of ``layers`` that shows ``bbox``; None if there is none.

        ``service`` is the name by which it knows the operation, ``encoding`` that of the answer.  What it returns
        raises ImageError if the callable gives back no image, and whatever the callable raises.
        """
        decorate = environ.get(DECORATE)
        if decorate is None:
            return None
        extent = (srs_code, tuple(bbox))

        def redraw(drawn: Drawn) -> Drawn:
            picture = self._pictures.shown(drawn, encoding)
            picture = decorate(picture, service, list(layers), environ=environ, query_extent=extent)
            return self._pictures.taken(picture, drawn)

        return redraw
