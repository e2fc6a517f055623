"""Seeds and cleans up with MapProxy; run by the interpreter that has it.

Reads a list of [configuration, list of files of tasks] from standard input, does the tasks of each file in turn, and
prints after each the sorted paths below the configuration's ``cache_data``.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys
from pathlib import Path

import pyproj.datadir  # noqa: F401 - sets where PROJ's data is
from mapproxy.config.loader import load_configuration
from mapproxy.seed.cleanup import cleanup
from mapproxy.seed.config import load_seed_tasks_conf
from mapproxy.seed.seeder import seed
from mapproxy.seed.util import ProgressLog

logging.disable(logging.CRITICAL)


def tiles_below(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.glob("**/*.png"))


def done(configuration: str, tasks_file: str) -> list[str]:
    os.chdir(Path(configuration).parent)  # at which paths in files of tasks begin here
    conf = load_configuration(configuration, seed=True)
    tasks = load_seed_tasks_conf(tasks_file, conf)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        log = ProgressLog(silent=True, verbose=False)
        seed(tasks.seeds(), concurrency=1, progress_logger=log)
        cleanup(tasks.cleanups(), concurrency=1, progress_logger=log, verbose=False)
    return tiles_below(Path(configuration).parent / "cache_data")


if __name__ == "__main__":
    json.dump([[done(file, tasks) for tasks in files] for file, files in json.load(sys.stdin)], sys.stdout)
