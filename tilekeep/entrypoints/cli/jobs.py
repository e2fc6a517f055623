"""``tilekeep jobs``: how far a run of seeding has got, also while it works."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import click

from tilekeep.config.chosen.seeding import job_file
from tilekeep.domain.errors import JobStoreError
from tilekeep.entrypoints.cli.options import DEFAULT_PROGRESS_FILE
from tilekeep.entrypoints.facts.tasks import instant_text, task_facts
from tilekeep.ports.job_store import WorkerNote

_EXIT_UNREADABLE = 1


@click.command("jobs")
@click.argument("progress_file", default=DEFAULT_PROGRESS_FILE, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
def command(progress_file: str, as_json: bool) -> None:
    """Say how far the run of seeding has got that notes it down in PROGRESS_FILE.

    Chunks that workers on other machines have under way are named by their level, column and row.

    Without the file no run is under way, and none was interrupted.
    """
    facts: list[dict[str, Any]] = []
    workers: list[dict[str, Any]] = []
    if os.path.exists(progress_file):
        try:
            notes = job_file(progress_file, read_only=True)
            facts = [task_facts(note, notes.failed_units(note.name)) for note in notes.tasks()]
            workers = [_worker_facts(note) for note in notes.workers()]
            notes.close()
        except JobStoreError as error:
            click.echo(f"ERROR: {error}", err=True)
            sys.exit(_EXIT_UNREADABLE)
    if as_json:
        click.echo(json.dumps({"tasks": facts, "workers": workers}, indent=2))
    else:
        lines = [*map(_text, facts), *map(_worker_text, workers)]
        click.echo("\n".join(lines) or f"{progress_file}: no run is unfinished")


def _worker_facts(note: WorkerNote) -> dict[str, Any]:
    worker = note.worker
    return {
        "worker": worker.name,
        "state": worker.state,
        "at a time": worker.at_a_time,
        "under way": [f"{chunk.level}/{chunk.column}/{chunk.row}" for chunk in worker.under_way],
        "done": worker.done,
        "last change": instant_text(note.changed_at),
    }


def _text(facts: dict[str, Any]) -> str:
    state = "finished" if facts["finished"] else f"{100 * facts['share']:.2f}%"
    failed = f", {facts['failed_count']} blocks failed" if facts["failed_count"] else ""
    counts = f"{facts['made']} made, {facts['confirmed']} confirmed, {facts['kept']} kept{failed}"
    return f"{facts['task']} ({facts['cache']}, {facts['grid']}): {state}, {counts}, last change {facts['last change']}"


def _worker_text(facts: dict[str, Any]) -> str:
    under_way = ", ".join(facts["under way"]) or "nothing"
    counts = f"{facts['done']} chunks done, under way {under_way}"
    return f"worker {facts['worker']} ({facts['state']}): {counts}, last change {facts['last change']}"
