"""``tilekeep worker``: makes tiles for runs of ``tilekeep seed --broker`` on this and other machines."""

from __future__ import annotations

import logging
import sys

import click

from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.configured import configured_or_exit
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION
from tilekeep.entrypoints.logs import log_to_standard_error
from tilekeep.ports.seed_executor import SeedWorkerProcess

_LIBRARIES = ("celery", "kombu")

#: Logs a line for each request, which is for those who look after single requests of people.
_REQUESTS = "tilekeep.source.request"


@click.command("worker")
@click.option(
    "--proxy-conf",
    "-f",
    metavar="FILE",
    required=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Configuration of the caches.",
)
@options.broker(required=True)
@click.option(
    "--concurrency",
    "-c",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Chunks at a time, a process each.",
)
@click.option("--rate", type=click.FloatRange(0.001), help="Most requests in a second to each server.")
@options.log_format
@options.environment
def command(
    proxy_conf: str, broker: str, concurrency: int, rate: float | None, log_format: str, environment: str | None
) -> None:
    """Make tiles for those who seed with the same configuration and broker, until asked to end.

    What has been begun is finished then.  The file of tasks is not needed.  The exit code is 2 for a wrong
    configuration.
    """
    from tilekeep.config.seeding.brokers import seed_broker
    from tilekeep.entrypoints.seeding.orders import DoOrder, longest_part_seconds

    log_to_standard_error(log_format)
    logging.getLogger(_REQUESTS).setLevel(logging.WARNING)
    for name in _LIBRARIES:
        logging.getLogger(name).handlers = logging.getLogger("tilekeep").handlers
    loaded, container = configured_or_exit(proxy_conf, environment, rate)
    try:
        meeting = seed_broker(broker, loaded.settings)
        worker: SeedWorkerProcess = container.adapters.seed_workers(
            DoOrder(container),
            meeting,
            at_a_time=concurrency,
            longest_seconds=longest_part_seconds(loaded.settings),
        )
    except ConfigurationError as error:
        click.echo(f"ERROR: {error.message}", err=True)
        sys.exit(EXIT_CONFIGURATION)
    sys.exit(worker.run())
