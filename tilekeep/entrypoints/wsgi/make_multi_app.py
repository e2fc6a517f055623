"""From a directory of configuration files to the WSGI application that serves them all."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from tilekeep.entrypoints.mapproxy_loggers import adopt_mapproxy_loggers
from tilekeep.entrypoints.wsgi.configuration_directory import ConfigurationDirectory
from tilekeep.entrypoints.wsgi.make_app import ApplicationBuild
from tilekeep.entrypoints.wsgi.multi_application import MAX_INSTANCES, MultiApplication, out_of_order
from tilekeep.entrypoints.wsgi.reloading import ReloadingApplication
from tilekeep.entrypoints.wsgi.trusted_proxies import TrustedProxies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger("tilekeep.multiapp")

#: How files of PasteDeploy spell yes (spec/auth-plugins-decorate.md, 5.1).
_YES = frozenset({"1", "true", "yes", "on"})


def make_multi_app(
    config_dir: str | os.PathLike[str],
    allow_listing: bool = False,
    debug: bool = False,
    *,
    env: str | None = None,
    trusted_proxies: Collection[str] | None = None,
    max_instances: int = MAX_INSTANCES,
) -> WSGIApplication:
    """The WSGI application of a directory of configurations; the counterpart of ``mapproxy.multiapp.make_wsgi_app``.

    ``/NAME/...`` is answered by the configuration ``NAME.yaml``, which is read on its first request and again when
    it has changed.  Safe to call before a fork.

    Args:
        config_dir: path of the directory.
        allow_listing: whether the page at the root lists the configurations.
        debug: whether unexpected errors reach the server instead of becoming ``internal error``.
        env: the entry of ``environments`` to use; None takes it from the variable ``TILEKEEP_ENV``.
        trusted_proxies: addresses, networks and ``unix`` whose headers about proxies count, for all configurations;
            None is everybody's.
        max_instances: so many configurations stay loaded in a process; those asked for last stay.

    :raises ConfigurationError: there is no such directory.
    :raises ValueError: ``trusted_proxies`` holds something else.
    """
    adopt_mapproxy_loggers()
    directory = ConfigurationDirectory(config_dir)
    environment = env or os.environ.get("TILEKEEP_ENV") or None

    def load(file: str) -> WSGIApplication:
        log.info("an instance is loaded from %r", file)
        return ReloadingApplication(ApplicationBuild(file, environment, debug=debug), without=out_of_order)

    proxies = None if trusted_proxies is None else TrustedProxies(trusted_proxies)
    return MultiApplication(directory, load, lists_names=allow_listing, proxies=proxies, max_instances=max_instances)


def app_factory(
    global_options: Any,  # noqa: ARG001 - what PasteDeploy passes
    config_dir: str,
    allow_listing: object = False,
    **local_options: Any,  # noqa: ARG001 - likewise
) -> WSGIApplication:
    """The same for PasteDeploy (``use = call:tilekeep.multiapp:app_factory``), which gives all options as text.

    :raises ConfigurationError: there is no directory ``config_dir``.
    """
    return make_multi_app(config_dir, str(allow_listing).lower() in _YES)
