"""Keeps problems apart from their consequences: what follows from a refused option alone is not reported."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tilekeep.config.problems import OptionPath, Problem


def is_refused(broken: Collection[OptionPath], path: OptionPath) -> bool:
    """Whether the option, or something in it, was refused."""
    return bool(broken) and any(refused[: len(path)] == path for refused in broken)


def without_consequences(problems: Iterable[Problem], broken: Collection[OptionPath]) -> Iterator[Problem]:
    """The problems but those of options that were refused, or of which a part was taken out."""
    for problem in problems:
        within = any(problem.path[: len(refused)] == refused for refused in broken)
        if not within and not is_refused(broken, problem.path):
            yield problem
