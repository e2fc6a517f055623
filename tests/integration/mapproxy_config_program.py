"""Loads configurations with MapProxy; run by the interpreter that has it.

Reads a list of [file, whether to build its services, environment variables] from standard input, and prints for each
file null or what went wrong.
"""

from __future__ import annotations

import json
import logging
import os
import sys

import pyproj.datadir
from mapproxy.config.loader import load_configuration

logging.disable(logging.CRITICAL)


def trouble(file: str, build: bool, variables: dict[str, str]) -> str | None:
    """Why the file does not load, or None."""
    before = dict(os.environ)
    os.environ.update(variables, PROJ_DATA=pyproj.datadir.get_data_dir())
    try:
        configuration = load_configuration(file)
        if build:
            configuration.configured_services()
    except Exception as problem:  # noqa: BLE001 - anything at all may come out of a loader
        return f"{type(problem).__name__}: {problem}"
    finally:
        os.environ.clear()
        os.environ.update(before)
    return None


if __name__ == "__main__":
    json.dump({file: trouble(file, build, variables) for file, build, variables in json.load(sys.stdin)}, sys.stdout)
