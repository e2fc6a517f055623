"""Where WSGI scripts find ``make_wsgi_app``, as they did in ``mapproxy.wsgiapp``."""

from tilekeep import make_wsgi_app

__all__ = ["make_wsgi_app"]
