"""Where WSGI scripts find the application of a directory of configurations, as they did in ``mapproxy.multiapp``."""

from tilekeep.entrypoints.wsgi.make_multi_app import app_factory
from tilekeep.entrypoints.wsgi.make_multi_app import make_multi_app as make_wsgi_app

__all__ = ["app_factory", "make_wsgi_app"]
