"""``python -m benchmarks [NAME ...]``: measures, prints, and after a full run writes the table into README.md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    bundles,
    capabilities,
    command_line,
    hits,
    many_servers,
    maps,
    meta_tiles,
    seeding,
    seeding_workers,
    served,
    startup,
    stores,
    table,
    upstream_use,
)
from benchmarks.programs import ProgramFailed
from tests.integration.services.process import ServerFailed
from tests.integration.services.programs import ProgramMissing

_BENCHMARKS: dict[str, Callable[[Path], Iterator[table.Row]]] = {
    "hits": hits.measure,
    "stores": stores.measure,
    "served": served.measure,
    "maps": maps.measure,
    "seeding": seeding.measure,
    "workers": seeding_workers.measure,
    "capabilities": capabilities.measure,
    "connections": upstream_use.connections,
    "failing": upstream_use.failing,
    "one_for_all": many_servers.one_for_all,
    "people_first": many_servers.people_first,
    "startup": startup.measure,
    "meta_tiles": meta_tiles.measure,
    "bundles": bundles.measure,
    "command_line": command_line.measure,
}


def main() -> int:
    """Runs the named benchmarks, or all; the exit status tells whether all of them went through."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(_BENCHMARKS)}; default: all")
    names = parser.parse_args().names or list(_BENCHMARKS)
    if unknown := set(names) - set(_BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(_BENCHMARKS)}")
    rows: list[table.Row] = []
    failed = [name for name in names if not _run(name, rows)]
    print(f"\n{table.markdown(rows)}")
    if failed:
        print(f"Not measured: {', '.join(failed)}; {table.README.name} stays as it is.", file=sys.stderr)
    elif names == list(_BENCHMARKS):
        table.write(rows)
    return 1 if failed else 0


def _run(name: str, rows: list[table.Row]) -> bool:
    print(f"{name} ...", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix=f"tilekeep-{name}-", dir=_memory()) as directory:
        try:
            for row in _BENCHMARKS[name](Path(directory)):
                print(
                    f"  {row.work}: {table.number(row.mapproxy)} / {table.number(row.tilekeep)} {row.unit}",
                    file=sys.stderr,
                )
                rows.append(row)
        except (ProgramFailed, ServerFailed, ProgramMissing) as error:
            print(f"  {error}", file=sys.stderr)
            return False
    return True


def _memory() -> str | None:
    """A file system in memory, where there is one: the disks of shared machines are busy at random."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


if __name__ == "__main__":
    sys.exit(main())
