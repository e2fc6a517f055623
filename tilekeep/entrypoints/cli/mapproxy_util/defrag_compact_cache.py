"""``tilekeep util defrag-compact-cache`` (spec/util-deploy.md, 10)."""

from __future__ import annotations

import datetime as dt
import sys
from functools import partial

import click

from tilekeep.application.defragment import FileVerdict, Worthwhile, defragment
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.configured import configured_or_exit
from tilekeep.entrypoints.cli.exit_codes import EXIT_USAGE
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand, existing_configuration

_EXIT_FAILURES = 1
_MEBIBYTE = 1024 * 1024


@click.command("defrag-compact-cache", cls=ReferenceCommand)
@click.option("--mapproxy-conf", "-f", "config", metavar="FILE", help="Configuration file.")
@click.option("--caches", metavar="NAME,...", help="Only these caches; all compact caches without it.")
@click.option(
    "--min-percent", type=float, default=10.0, show_default=True, help="Least part of a bundle that is not needed."
)
@click.option("--min-mb", type=float, default=1.0, show_default=True, help="Least MB of a bundle that are not needed.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be done.")
@options.environment
@click.pass_context
def command(
    context: click.Context,
    config: str | None,
    caches: str | None,
    min_percent: float,
    min_mb: float,
    dry_run: bool,
    environment: str | None,
) -> None:
    """Rewrite the bundles of compact caches without the room of replaced and removed tiles.

    A bundle is rewritten when both --min-percent and --min-mb are reached.  Servers and seeding may go on meanwhile.
    """
    path = existing_configuration(context, config)
    known = configured_or_exit(path, environment).container.use_cases.caches().defragmenters()
    wanted = caches.split(",") if caches else list(known)
    if unknown := [name for name in wanted if name not in known]:
        click.echo(f"unknown caches: {', '.join(unknown)}")
        click.echo(f"available compact caches: {', '.join(known)}")
        sys.exit(EXIT_USAGE)
    failures: list[str] = []
    for name in (name for name in known if name in wanted):
        for store in known[name]:
            worthwhile = Worthwhile(min_percent / 100, min_mb * _MEBIBYTE)
            defragment(store, worthwhile, partial(_say, name, failures), dry_run=dry_run)
    if failures:
        sys.exit(_EXIT_FAILURES)


def _say(cache: str, failures: list[str], verdict: FileVerdict) -> None:
    """One line for each file, as the reference writes them; failures go to standard error."""
    if verdict.failure is not None:
        failures.append(verdict.file)
        click.echo(f"ERROR: {cache}: {verdict.failure}", err=True)
        return
    now = dt.datetime.now().astimezone()
    use = verdict.use
    click.echo(
        f"[{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d}] {cache}: {verdict.number:3d}/{verdict.total} "
        f"({verdict.file}) fragmentation is {100 * use.unused_share:.1f}% ({int(use.unused / 1024)}kb) - "
        f"{'defragmenting' if verdict.worthwhile else 'skipping'}"
    )
