"""Reads a configuration file and the files it is based on into one tree of nodes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from tilekeep.config.loading.base_merge import merged
from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.positions import Position, located
from tilekeep.config.loading.yaml_nodes import ListNode, MappingNode, Node, Scalar, YamlProblem, parse
from tilekeep.config.problems import OptionPath, Problem, Severity, error

BASE = "base"


class _Unreadable(Exception):
    """The operating system does not hand out a file; the text says why."""


class ConfigFiles:
    """Reads files, each once, and collects what is wrong with them.

    Args:
        read: the bytes of a file; raises OSError.
        expansion: fills variables into the paths of base files.
    """

    def __init__(self, read: Callable[[str], bytes], expansion: Expansion) -> None:
        self._read = read
        self._expansion = expansion
        self._parsed: dict[str, MappingNode | None] = {}
        self.problems: list[Problem] = []

    @property
    def files(self) -> tuple[str, ...]:
        """Absolute paths of all files read, the main one first."""
        return tuple(os.path.abspath(path) for path in self._parsed)

    def tree(self, path: str) -> MappingNode | None:
        """The file laid over its bases; None if nothing can be made of it."""
        try:
            return self._with_bases(os.path.normpath(path), ())
        except _Unreadable as problem:
            self.problems.append(Problem(Severity.ERROR, str(problem), file=path))
            return None

    def _with_bases(self, path: str, chain: tuple[str, ...]) -> MappingNode | None:
        """One file over its bases; of several bases the one named earlier wins."""
        root = self._top_level(path)
        if root is None or BASE not in root.entries:
            return root
        result = MappingNode({key: entry for key, entry in root.entries.items() if key != BASE}, root.mark)
        for place, name in self._base_names(root):
            base = self._base(os.path.normpath(os.path.join(os.path.dirname(path), name)), (*chain, path), root, place)
            if base is not None:
                result = merged(result, base)
        return result

    def _base(self, path: str, chain: tuple[str, ...], root: MappingNode, place: OptionPath) -> MappingNode | None:
        """A base with its own bases; what is wrong with the name is reported where ``root`` names it."""
        if path in chain:
            circle = " -> ".join([*chain[chain.index(path) :], path])
            message = f"files are based on each other in a circle ({circle}); remove one of these base options"
            self.problems.append(located(error(place, message), root))
            return None
        try:
            return self._with_bases(path, chain)
        except _Unreadable as problem:
            self.problems.append(located(error(place, str(problem)), root))
            return None

    def _base_names(self, root: MappingNode) -> Iterator[tuple[OptionPath, str]]:
        """The names of the bases, each with its place."""
        node = root.entries[BASE][1]
        named: list[tuple[OptionPath, Node]] = [((BASE,), node)]
        if isinstance(node, ListNode):
            named = [((BASE, index), item) for index, item in enumerate(node.items)]
        for place, item in named:
            if isinstance(item, Scalar) and isinstance(item.value, str):
                yield place, self._expansion.expanded(item.value, item.mark)
            else:
                message = "expected the name of a file, or a list of such names"
                self.problems.append(located(error(place, message), root))

    def _top_level(self, path: str) -> MappingNode | None:
        """The top level of a file; None, with a problem, if it is no mapping.

        :raises _Unreadable: there is no such file, or it may not be read.
        """
        if path not in self._parsed:
            try:
                body = self._read(path)
            except OSError as problem:
                reason = problem.strerror or str(problem)
                raise _Unreadable(f"the file {path!r} cannot be read: {reason}") from problem
            self._parsed[path] = None
            self._parsed[path] = self._mapping(body, path)
        return self._parsed[path]

    def _mapping(self, body: bytes, path: str) -> MappingNode | None:
        """The top level of a file that has been read."""
        try:
            document = parse(body, path)
        except YamlProblem as problem:
            self._add(problem.message, Position(path, problem.line, problem.column))
            return None
        for duplicate in document.duplicates:
            message = f"the key {duplicate.key!r} stands twice here (first in line {duplicate.first_line})"
            self._add(
                f"{message}; the later one counts, remove the other", Position.of(duplicate.mark), Severity.WARNING
            )
        if isinstance(document.root, MappingNode):
            return document.root
        if document.root is None:
            self._add("the file is empty; a configuration is a mapping of sections", Position(path, 1, 1))
        else:
            message = "expected sections such as layers and services at the top level, each as 'name: ...'"
            self._add(message, Position.of(document.root.mark))
        return None

    def _add(self, message: str, position: Position, severity: Severity = Severity.ERROR) -> None:
        file, line, column = position
        self.problems.append(Problem(severity, message, file=file, line=line, column=column))
