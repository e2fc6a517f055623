"""The offer of a wrapping application to draw on images (spec/auth-plugins-decorate.md, 3), which is declined."""

from __future__ import annotations

import logging

from tilekeep.entrypoints.wsgi.response import Environ

log = logging.getLogger("tilekeep.wsgiapp")

#: The key of the WSGI environment under which the offer is found.
DECORATE = "mapproxy.decorate_img"


class DecorationNotice:
    """Says once that images go out undecorated: whoever wraps the application expects something else.

    Args:
        images: what is delivered, in the plural.
    """

    def __init__(self, images: str) -> None:
        self._images = images
        self._given = False

    def __call__(self, environ: Environ) -> None:
        """Logs the notice if the environment makes the offer for the first time."""
        if DECORATE in environ and not self._given:
            self._given = True
            log.warning(
                "%s is not supported by this version of Tilekeep: %s are delivered undecorated", DECORATE, self._images
            )
