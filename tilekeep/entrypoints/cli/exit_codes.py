"""Exit codes that commands share (spec/util-deploy.md, 13, and docs/command-line.md)."""

from __future__ import annotations

#: A wrong call, something that does not exist, or help that was given in its place.
EXIT_USAGE = 1

#: A configuration that cannot be obeyed.
EXIT_CONFIGURATION = 2

#: Somebody has stopped a run.
EXIT_INTERRUPTED = 2

#: A run broke off, mostly because tiles cannot be stored.
EXIT_BROKEN_OFF = 3

#: A run went through, but some tiles could not be made.
EXIT_FAILED_TILES = 4
