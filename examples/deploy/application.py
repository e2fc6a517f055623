"""The WSGI application, for servers that load one: gunicorn, uWSGI, waitress, mod_wsgi."""

from tilekeep import make_wsgi_app

application = make_wsgi_app("/etc/tilekeep/mapproxy.yaml", reloader=True)
