"""However odd a request for a map is, it gets an answer, and costs no more than a map may cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]

#: Of these many there is one for as many pixels as a map may have; all others are small.
_SMALL_FOR_EACH_LARGE = 125


@pytest.mark.timeout(4 * 3600)
def test_no_request_fails_or_costs_more_than_a_map_may_cost(rounds: Callable[[int, int], int], tmp_path: Path) -> None:
    """2 s of CPU time, 200 MB of memory and max_tile_limit tiles read (``fuzzing/worker.py``), in however many layers.

    ``max_map_tiles`` is max_tile_limit, so that it holds for all layers together.  Making tiles that are not stored
    yet comes on top of it once, and the work of the map server is not counted.  CPU time is that of a certain
    processor: others are measured by a yardstick.

    The requests are shared out to as many processes as there are processors, each with a cache of its own.
    """
    requests = rounds(5_000, 1_000_000)
    processes = os.cpu_count() or 1
    large = requests // _SMALL_FOR_EACH_LARGE if requests < 100_000 else requests // 1000

    results = _run(requests // processes, large // processes, processes, tmp_path)

    statuses = sum((Counter(result["statuses"]) for result in results), Counter[str]())
    assert [line for result in results for line in result["wrong"]] == []
    assert statuses.keys() == {"200", "400"}
    assert min(statuses.values()) > requests // 5


def _run(count: int, large: int, processes: int, directory: Path) -> list[dict[str, Any]]:
    """What ``processes`` workers say of ``count`` requests each, ``large`` of them for large maps."""
    environ = {**os.environ, "PYTHONPATH": str(_ROOT)}
    workers = []
    for seed in range(processes):
        cache = directory / str(seed)
        cache.mkdir()
        command = [sys.executable, "-m", "tests.integration.fuzzing.worker", str(seed), str(count), str(large)]
        workers.append(
            subprocess.Popen(
                [*command, str(cache)],
                cwd=_ROOT,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    results = []
    for worker in workers:
        output, errors = worker.communicate()
        assert worker.returncode == 0, errors[-4000:]
        results.append(json.loads(output))
    return results
