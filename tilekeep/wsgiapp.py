"""Where WSGI scripts find ``make_wsgi_app``, as they did in ``mapproxy.wsgiapp``."""

from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

__all__ = ["make_wsgi_app"]
