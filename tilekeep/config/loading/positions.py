"""Where an option stands: looked up in the node tree only when there is a problem to report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from tilekeep.config.loading.yaml_nodes import ListNode, MappingNode, Node
from tilekeep.config.problems import OptionPath, Place, Problem


class Position(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    @staticmethod
    def of(mark: Any) -> Position:
        """The place of a mark of the parser."""
        return Position(mark.name, mark.line + 1, mark.column + 1)


def position_of(root: Node, path: OptionPath, place: Place = Place.VALUE) -> Position:
    """Where the option at ``path`` stands; of an option that is missing, its nearest ancestor's key."""
    node = root
    mark = root.mark
    key_mark = root.mark
    for step in path:
        if isinstance(node, MappingNode) and step in node.entries:
            key_mark, node = node.entries[step]
        elif isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            key_mark = node.mark
        else:
            return Position.of(key_mark)
        mark = node.mark
    return Position.of(key_mark if place is Place.KEY else mark)


def located(problem: Problem, root: Node) -> Problem:
    """The problem with its position, unless it has one."""
    if problem.file is not None:
        return problem
    file, line, column = position_of(root, problem.path, problem.place)
    return replace(problem, file=file, line=line, column=column)
