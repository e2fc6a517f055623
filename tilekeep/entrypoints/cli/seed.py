"""``tilekeep seed``: fill, refresh and clean caches, with the options of mapproxy-seed (spec/seed.md, 8)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from tilekeep.application.seeding.seed_task import CleanupTask, SeedTask
from tilekeep.config.assemble.seed_tasks import EmptyTask, Overrides
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import ConfigurationProblems, Report
from tilekeep.config.problems import error as problem_of
from tilekeep.config.seeding.brokers import seed_broker
from tilekeep.config.seeding.options import SeedSettings
from tilekeep.domain.errors import ConfigurationError, JobStoreError, SeedingBrokenOff, StoreError
from tilekeep.domain.working_hours import WorkingHours, working_hours
from tilekeep.entrypoints.cli import areas, options
from tilekeep.entrypoints.cli.configured import Configured, configured_or_exit
from tilekeep.entrypoints.cli.durations import seconds
from tilekeep.entrypoints.cli.exit_codes import (
    EXIT_BROKEN_OFF,
    EXIT_CONFIGURATION,
    EXIT_FAILED_TILES,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
)
from tilekeep.entrypoints.cli.reseeding import nothing_to_reseed
from tilekeep.entrypoints.cli.run_report import run_report
from tilekeep.entrypoints.seeding.run import RunOptions, WantedTasks, wanted_tasks
from tilekeep.entrypoints.seeding.session import SeedSession, SessionOptions, SessionResult, failures_beside
from tilekeep.entrypoints.seeding.summary import CLEANUPS_BANNER, SEEDS_BANNER, Summaries


def _hours(context: click.Context, parameter: click.Parameter, value: str | None) -> WorkingHours | None:  # noqa: ARG001 - click's signature
    hours = None if value is None else working_hours(value)
    if value is not None and hours is None:
        raise click.BadParameter(f"{value!r} is not HH:MM-HH:MM")
    return hours


@click.command("seed")
@click.argument("seed_conf_argument", metavar="[SEED_CONF]", required=False, type=click.Path())
@click.option("--proxy-conf", "-f", metavar="FILE", type=click.Path(), help="Configuration of the caches.")
@click.option("--seed-conf", "-s", metavar="FILE", type=click.Path(), help="What to seed and clean up.")
@click.option("--caches", metavar="NAME,...", help="Seed these caches, without SEED_CONF.")
@areas.where
@areas.levels
@click.option(
    "--access-log",
    "access_logs",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Seed the tiles that the log of a web server says were asked for, without SEED_CONF.",
)
@click.option("--concurrency", "-c", type=click.IntRange(1), default=2, show_default=True, help="Processes that work.")
@click.option("--dry-run", "-n", is_flag=True, help="Count what would be done, and do nothing.")
@click.option(
    "--skip-geoms-for-last-levels",
    "-l",
    type=click.IntRange(0),
    default=0,
    help="Do not compare tiles with coverages on the last of these levels.",
)
@click.option("--skip-uncached", "--only-existing", is_flag=True, help="Only make stored tiles anew, no missing ones.")
@click.option("--quiet", "-q", count=True, help="Say less; twice for no progress at all.")
@click.option("--summary", is_flag=True, help="Print the tasks and end.")
@click.option("--estimate", is_flag=True, help="Say what it would come to, making a few tiles as a sample, and end.")
@click.option("--sample", type=click.IntRange(1), default=32, show_default=True, help="Blocks made for --estimate.")
@click.option("--json", "as_json", is_flag=True, help="Print the estimate as JSON.")
@click.option("--interactive", "-i", is_flag=True, help="Ask for each task whether it is to be done.")
@click.option("--seed", "seeds", multiple=True, metavar="NAME,...", help="Only these seeds, or ALL; no cleanups.")
@click.option("--cleanup", "cleanups", multiple=True, metavar="NAME,...", help="Only these cleanups, or ALL; no seeds.")
@click.option("--use-cache-lock", is_flag=True, help="Wait where another run seeds the same cache.")
@click.option("--continue", "goes_on", is_flag=True, help="Go on where an interrupted run was.")
@click.option("--progress-file", metavar="FILE", type=click.Path(), help="Note down what is done, for --continue.")
@click.option("--result-file", metavar="FILE", type=click.Path(), help="Write what came of it into a file, as JSON.")
@click.option("--retry-failed", is_flag=True, help="Only tiles that the last run could not make.")
@click.option(
    "--duration", callback=seconds, metavar="DURATION", help="Stop after this time, such as 120s, 15m, 4h or 0.5d."
)
@click.option("--reseed-file", metavar="FILE", type=click.Path(), help="Its time is that of the last complete run.")
@click.option(
    "--reseed-interval", callback=seconds, metavar="DURATION", help="Do nothing while --reseed-file is younger."
)
@click.option(
    "--refresh-before",
    callback=seconds,
    metavar="DURATION",
    help="The age at which tiles are stale, such as 7d, for all tasks.",
)
@click.option("--keep-stale/--no-keep-stale", default=True, help="Keep stale tiles that cannot be made anew.")
@click.option("--rate", type=click.FloatRange(0.001), help="Most requests in a second to each server.")
@options.broker(required=False)
@click.option("--between", callback=_hours, metavar="HH:MM-HH:MM", help="Work in this part of the day only.")
@click.option("--log-config", metavar="FILE", type=click.Path(exists=True), help="Configuration of logging.")
@options.environment
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Fill, refresh and clean caches as SEED_CONF says, or as --caches or --access-log do.

    Areas and levels on the command line take the place of those in SEED_CONF.

    The exit code is 0 when everything is done, 1 for a wrong call, 2 for a wrong configuration or an interruption, 3
    when tiles could not be stored, and 4 when some tiles could not be made.
    """
    seed_conf = given["seed_conf"] or given["seed_conf_argument"]
    if not given["proxy_conf"] or not (seed_conf or given["caches"] or given["access_logs"]):
        click.echo(context.get_help())
        sys.exit(EXIT_USAGE)
    if message := _contradiction(seed_conf, given):
        raise click.UsageError(message)
    for path in filter(None, (given["proxy_conf"], seed_conf)):
        if not os.path.isfile(path):
            click.echo(f"ERROR: there is no file {path!r}", err=True)
            sys.exit(EXIT_USAGE)
    if given["retry_failed"]:
        _refuse_useless_retry(given["progress_file"] or options.DEFAULT_PROGRESS_FILE, dry_run=given["dry_run"])
    if given["broker"]:
        _refuse_beside_broker(context)
    if given["log_config"]:
        _configure_logging(given["log_config"])
    sys.exit(_Command(seed_conf, given).run())


def _contradiction(seed_conf: str | None, given: dict[str, Any]) -> str | None:
    """What cannot be said together."""
    ways = [bool(seed_conf), bool(given["caches"]), bool(given["access_logs"])]
    if sum(ways) > 1:
        return "SEED_CONF, --caches and --access-log are three ways to say what is to be seeded; use one of them"
    if given["as_json"] and not given["estimate"]:
        return "--json is said of --estimate; how far a run has got says tilekeep jobs --json"
    if given["access_logs"] and (given["bboxes"] or given["area_files"] or given["tile_lists"]):
        return "--access-log names tiles; areas have no effect beside it"
    return None


#: What cannot be said to workers from here, with what to do instead.
_OF_WORKERS = {
    "concurrency": "each worker has its own: say it to tilekeep worker",
    "rate": "the workers are those who ask servers: say it to tilekeep worker",
}


def _refuse_beside_broker(context: click.Context) -> None:
    """Ends the program if an option is given that would have no effect."""
    for name, remedy in _OF_WORKERS.items():
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            click.echo(f"ERROR: --{name.replace('_', '-')} beside --broker: {remedy}", err=True)
            sys.exit(EXIT_USAGE)


def _refuse_useless_retry(progress_file: str, *, dry_run: bool) -> None:
    """Ends the program where there is nothing that --retry-failed could mean."""
    notes = failures_beside(progress_file)
    if dry_run:
        click.echo("ERROR: --dry-run counts all tiles; leave out --retry-failed", err=True)
    elif not os.path.exists(notes):
        remedy = "name the --progress-file of a run that has ended with failed tiles"
        if os.path.exists(progress_file):
            remedy = f"the run of {progress_file!r} has not been finished: go on with --continue"
        click.echo(f"ERROR: there are no failed tiles to retry, as there is no file {notes!r}; {remedy}", err=True)
    else:
        return
    sys.exit(EXIT_USAGE)


class _Command:
    """One call."""

    def __init__(self, seed_conf: str | None, given: dict[str, Any]) -> None:
        self._seed_conf = seed_conf
        self._given = given

    def run(self) -> int:
        """The exit code."""
        given = self._given
        needs_notes = given["goes_on"] or given["retry_failed"]
        progress_file = given["progress_file"] or (options.DEFAULT_PROGRESS_FILE if needs_notes else None)
        if given["reseed_file"] and nothing_to_reseed(given["reseed_file"], given["reseed_interval"], progress_file):
            click.echo("no need for re-seeding")
            return EXIT_USAGE
        configured = configured_or_exit(given["proxy_conf"], given["environment"], given["rate"])
        try:
            return self._with(configured, progress_file)
        except ConfigurationProblems as problems:
            click.echo(problems.report.as_text(), err=True)
            return EXIT_CONFIGURATION
        except ConfigurationError as error:
            click.echo(Report.of([problem_of(error.option, error.message)]).as_text(), err=True)
            return EXIT_CONFIGURATION
        except (StoreError, JobStoreError, SeedingBrokenOff) as error:
            click.echo(f"ERROR: {error}", err=True)
            return EXIT_BROKEN_OFF

    def _with(self, configured: Configured, progress_file: str | None) -> int:
        given, loaded, container = self._given, configured.loaded, configured.container
        tasks = SeedSettings() if given["access_logs"] else self._tasks(loaded)
        seeds, cleanups = _chosen(given["seeds"], given["cleanups"], tasks)
        wanted = wanted_tasks(container, tasks, seeds, cleanups, self._overrides())
        if given["access_logs"]:
            wanted = self._asked_for(container, loaded)
        summaries = Summaries(container.adapters.projection())
        if given["summary"]:
            _print_summary(wanted, summaries)
            return 0
        if given["interactive"]:
            wanted = _asked(wanted, summaries)
        if given["estimate"]:
            self._estimate(container, wanted)
            return 0
        stop = container.adapters.seed_stop()
        with run_report(container, summaries, given["quiet"]) as report:
            options = self._options(progress_file, loaded.settings)
            result = SeedSession(container, options, report, click.echo, stop)(wanted)
        exit_code = _exit_code(result)
        if given["result_file"]:
            _write_result(given["result_file"], result, exit_code)
        return exit_code

    def _tasks(self, loaded: LoadedSettings) -> SeedSettings:
        """Those of the file, or one for each cache."""
        from tilekeep.config.seeding.given_tasks import GivenTasks
        from tilekeep.config.seeding.loading import load_tasks

        given = self._given
        coverages = areas.coverages_of(given["bboxes"], given["srs"], given["area_files"], given["tile_lists"])
        caches = tuple(given["caches"].split(",")) if given["caches"] else ()
        here = GivenTasks(caches, tuple(coverages), given["levels"])
        if self._seed_conf is None:
            return here.seeds(loaded.settings)
        tasks = load_tasks(self._seed_conf, loaded.settings, variables=os.environ)
        if tasks.report.problems:
            click.echo(tasks.report.as_text(), err=True)
        return here.applied(tasks.settings)

    def _asked_for(self, container: TilekeepContainer, loaded: LoadedSettings) -> WantedTasks:
        """The tiles that logs name."""
        from tilekeep.entrypoints.seeding.asked_tiles import asked_for

        logs, levels = self._given["access_logs"], self._given["levels"]
        return asked_for(container, loaded, logs, levels, self._overrides(), click.echo)

    def _estimate(self, container: TilekeepContainer, wanted: WantedTasks) -> None:
        """Makes a sample of each seed, whatever notes there are."""
        from tilekeep.entrypoints.seeding import estimates

        workers, found = self._given["concurrency"], []
        sample = self._given["sample"]
        for one in estimates.estimates(container, wanted, container.adapters.seed_stop(), blocks=sample):
            found.append(one)
            if not self._given["as_json"]:
                click.echo("\n".join(estimates.lines(one, workers)))
        if self._given["as_json"]:
            click.echo(json.dumps(estimates.facts(found, workers), indent=2))
        elif len(found) > 1:
            click.echo(estimates.total_line(found, workers))

    def _overrides(self) -> Overrides:
        given = self._given
        return Overrides(
            refresh_before_seconds=given["refresh_before"],
            only_existing=given["skip_uncached"],
            keeps_stale=given["keep_stale"],
            untested_levels=given["skip_geoms_for_last_levels"],
        )

    def _options(self, progress_file: str | None, settings: Settings) -> SessionOptions:
        given = self._given
        broker = seed_broker(given["broker"], settings) if given["broker"] else None
        return SessionOptions(
            run=RunOptions(given["concurrency"], dry_run=given["dry_run"], hours=given["between"], broker=broker),
            progress_file=progress_file,
            goes_on=given["goes_on"],
            retry_failed=given["retry_failed"],
            waits_for_caches=given["use_cache_lock"],
            stop_after_seconds=given["duration"],
        )


def _chosen(seeds: Sequence[str], cleanups: Sequence[str], tasks: SeedSettings) -> tuple[list[str], list[str]]:
    """The names of the tasks that are wanted; unknown ones end the program (spec/seed.md, 8)."""
    wanted_seeds, wanted_cleanups = _names(seeds), _names(cleanups)
    if not wanted_seeds and not wanted_cleanups:
        return list(tasks.seeds), list(tasks.cleanups)
    return _known("seed", wanted_seeds, list(tasks.seeds)), _known("cleanup", wanted_cleanups, list(tasks.cleanups))


def _names(given: Sequence[str]) -> list[str]:
    return [name.strip() for part in given for name in part.split(",") if name.strip()]


def _known(kind: str, wanted: list[str], available: list[str]) -> list[str]:
    if wanted == ["ALL"]:
        return available
    if unknown := [name for name in wanted if name not in available]:
        click.echo(f"unknown {kind} tasks: {', '.join(unknown)}")
        click.echo(f"available {kind} tasks: {', '.join(available)}")
        sys.exit(EXIT_USAGE)
    return wanted


def _print_summary(wanted: WantedTasks, summaries: Summaries) -> None:
    for banner, tasks in ((SEEDS_BANNER, wanted.seeds), (CLEANUPS_BANNER, wanted.cleanups)):
        click.echo(banner)
        for task in tasks:
            click.echo("\n".join(summaries.lines(task)))


def _asked(wanted: WantedTasks, summaries: Summaries) -> WantedTasks:
    """Those tasks that somebody says yes to."""

    def is_wanted(task: SeedTask | CleanupTask | EmptyTask) -> bool:
        click.echo("\n".join(summaries.lines(task)))
        return click.confirm("    Do this?", default=None)

    return WantedTasks(tuple(filter(is_wanted, wanted.seeds)), tuple(filter(is_wanted, wanted.cleanups)))


def _exit_code(result: SessionResult) -> int:
    if result.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_FAILED_TILES if result.tiles.failed else 0


def _write_result(path: str, result: SessionResult, exit_code: int) -> None:
    """For programs that have started this one; they see the whole file or none."""
    tiles = result.tiles
    facts = {
        "exit_code": exit_code,
        "stopped": int(result.interrupted or result.time_is_over),
        "made": tiles.made,
        "confirmed": tiles.renewed,
        "kept": tiles.kept,
        "empty": tiles.empty,
        "failed": tiles.failed,
    }
    unfinished = f"{path}.{os.getpid()}"
    try:
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(facts, file)
        os.replace(unfinished, path)
    except OSError as error:
        click.echo(f"ERROR: cannot write {path!r}: {error.strerror}", err=True)


def _configure_logging(path: str) -> None:
    """A file as mapproxy-seed takes it: ``here`` is this directory."""
    from tilekeep.entrypoints.logs import log_as_configured

    try:
        log_as_configured(path, "./")
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
