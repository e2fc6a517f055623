"""The page at the root (spec/services.md, 1.1)."""

from __future__ import annotations

import html

from tilekeep._version import __version__
from tilekeep.entrypoints.wsgi.base_url import script_url
from tilekeep.entrypoints.wsgi.pages.content_policy import content_policy
from tilekeep.entrypoints.wsgi.pages.html_page import HTML, with_policy
from tilekeep.entrypoints.wsgi.response import Environ, Response, document


class WelcomePage:
    """Says which program answers, and where its demo is.

    Args:
        has_demo: whether there is a demo to point to.
    """

    def __init__(self, *, has_demo: bool) -> None:
        self._has_demo = has_demo

    def __call__(self, environ: Environ) -> Response:
        """The page."""
        demo = ""
        if self._has_demo:
            address = html.escape(script_url(environ))
            demo = f'<p>See the <a href="{address}/demo/">demo</a> of the configured layers.</p>\n'
        body = (
            '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Tilekeep</title></head>\n'
            f"<body>\n<h1>Welcome to Tilekeep {__version__}</h1>\n{demo}</body>\n</html>\n"
        )
        return with_policy(document(200, HTML, body.encode()), content_policy())
