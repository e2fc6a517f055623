"""``tilekeep util serve-develop`` (spec/util-deploy.md, 3)."""

from __future__ import annotations

import logging
import logging.config
import os
import sys

import click

from tilekeep.entrypoints.cli.development import develop_bind, log_to_standard_output, warn_of_debugging
from tilekeep.entrypoints.cli.exit_codes import EXIT_USAGE
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand


@click.command("serve-develop", cls=ReferenceCommand)
@click.argument("configs", nargs=-1, metavar="MAPPROXY_CONF")
@develop_bind
@click.option("--debug", is_flag=True, help="Show errors in the browser, and log everything.")
@click.option("--log-config", metavar="FILE", help="Configuration of logging; not with --debug.")
@click.pass_context
def command(
    context: click.Context, configs: tuple[str, ...], bind: tuple[str, int], debug: bool, log_config: str | None
) -> None:
    """Serve a configuration while it is being written.

    A changed configuration is used from the next request on; changed Python modules start the server anew.
    """
    if len(configs) != 1:
        click.echo(f"{context.get_help()}\n\nERROR: MapProxy configuration required.")
        sys.exit(EXIT_USAGE)
    (config,) = configs
    if not os.path.isfile(config):
        click.echo(f"ERROR: there is no file {config!r}", err=True)
        sys.exit(EXIT_USAGE)
    host, port = bind
    warn_of_debugging(host, debug=debug)
    _log(debug=debug, config=log_config)
    from tilekeep.entrypoints.cli.check import load_or_exit
    from tilekeep.entrypoints.wsgi.development import run_development_server
    from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

    load_or_exit(config, None)
    run_development_server(host, port, lambda: make_wsgi_app(config, debug=debug, reloader=True), debug=debug)


def _log(*, debug: bool, config: str | None) -> None:
    """To standard output, unless a file says otherwise."""
    if config and not debug:
        here = os.path.dirname(os.path.abspath(config))
        logging.config.fileConfig(config, defaults={"here": here}, disable_existing_loggers=False)
        return
    log_to_standard_output(logging.DEBUG if debug else logging.INFO)
