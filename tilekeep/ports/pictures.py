"""Images in the form in which other programs draw on them."""

from __future__ import annotations

from typing import Any, Protocol

from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.map_query import Drawn


class Pictures(Protocol):
    """Hands images to callables of other programs and takes theirs back.  Safe to call from any thread.

    What a picture is to them is described in spec/auth-plugins-decorate.md, 3.
    """

    def shown(self, drawn: Drawn, encoding: ImageEncoding) -> Any:
        """The image as a picture of their own, which they may change; ``encoding`` is that of the answer."""
        ...

    def taken(self, picture: Any, drawn: Drawn) -> Drawn:
        """What they made of ``drawn``: the pixels are theirs, and nobody may keep it if they or ``drawn`` say so.

        :raises ImageError: it is no picture, or one that cannot be read.
        """
        ...
