"""Measures how long a configuration takes to load and check, in a process of its own for each run.

Usage: python benchmarks/load_config.py mapproxy.yaml [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys

ONE_RUN = """
import sys, time
started = time.perf_counter()
from tilekeep.config.loading.settings_file import load_settings
imported = time.perf_counter()
load_settings(sys.argv[1], variables={})
print(imported - started, time.perf_counter() - imported)
"""


def one_run(path: str) -> tuple[float, float]:
    """Seconds for the imports, and for loading."""
    output = subprocess.run([sys.executable, "-c", ONE_RUN, path], check=True, capture_output=True, text=True).stdout
    imports, loading = output.split()
    return float(imports), float(loading)


def main(path: str, runs: int) -> None:
    """Prints the medians."""
    imports, loading = zip(*(one_run(path) for _ in range(runs)), strict=True)
    print(f"imports {statistics.median(imports):.2f} s, loading {statistics.median(loading):.2f} s ({runs} runs)")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5)
