"""What does the work of seeding, and where a run is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tilekeep.adapters.geometry.tile_sets import TileSets
    from tilekeep.adapters.seeding.job_file import JobFile
    from tilekeep.adapters.seeding.remote.worker import CeleryWorker
    from tilekeep.adapters.seeding.run_directory import RunDirectory
    from tilekeep.adapters.seeding.stopping import SharedStop
    from tilekeep.ports.seed_executor import SeedExecutor


def in_process_executor(*parts: Any, **options: Any) -> SeedExecutor:
    """The process itself."""
    from tilekeep.adapters.seeding.in_process import InProcessExecutor

    return InProcessExecutor(*parts, **options)


def process_executor(*parts: Any, **options: Any) -> SeedExecutor:
    """Forked processes."""
    from tilekeep.adapters.seeding.processes import ProcessExecutor

    return ProcessExecutor(*parts, **options)


def import_what_makes_tiles() -> None:
    """Imports what every source and cache is likely to need, which else comes with the first tile."""
    import tilekeep.adapters.http.client  # noqa: F401 - for those who come after
    from tilekeep.adapters.imaging.choice import import_best

    import_best()


def celery_executor(*parts: Any, **options: Any) -> SeedExecutor:
    """Workers on any machine."""
    from tilekeep.adapters.seeding.remote.making import celery_executor

    return celery_executor(*parts, **options)


def celery_worker(*parts: Any, **options: Any) -> CeleryWorker:
    """One of these workers."""
    from tilekeep.adapters.seeding.remote.making import celery_worker

    return celery_worker(*parts, **options)


def job_file(path: str, **options: Any) -> JobFile:
    """The notes of a run."""
    from tilekeep.adapters.seeding.job_file import JobFile

    return JobFile(path, **options)


def shared_stop() -> SharedStop:
    """How the processes of a run hear of its end."""
    from tilekeep.adapters.seeding.stopping import SharedStop

    return SharedStop()


def tile_sets(*parts: Any, **options: Any) -> TileSets[Any]:
    """Tiles that are named one by one, as by logs."""
    from tilekeep.adapters.geometry.tile_sets import TileSets

    return TileSets(*parts, **options)


def run_directory(*parts: Any, **options: Any) -> RunDirectory:
    """Runs that were started from the pages of the administrator."""
    from tilekeep.adapters.seeding.run_directory import RunDirectory

    return RunDirectory(*parts, **options)
