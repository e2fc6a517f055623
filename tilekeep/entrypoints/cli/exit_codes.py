"""Exit codes that commands share (spec/util-deploy.md, 13, and docs/command-line.md)."""

from __future__ import annotations

#: A wrong call, something that does not exist, or help that was given in its place.
EXIT_USAGE = 1

#: A configuration that cannot be obeyed.
EXIT_CONFIGURATION = 2
