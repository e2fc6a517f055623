"""YAML files as trees of nodes that know their file, line and column.

The parser is libyaml through ruamel's C extension; what scalars mean is decided in
:mod:`tilekeep.config.loading.yaml_scalars` (YAML 1.1, as the reference reads it).
"""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from tilekeep.config.loading.flow_punctuation import with_punctuation_hidden
from tilekeep.config.loading.yaml_scalars import COLLECTION_TAGS, TAGGED, plain_scalar

#: The key that merges other mappings into the one it stands in (https://yaml.org/type/merge.html).
MERGE_KEY = "<<"

#: Configurations are a handful of levels deep; what is deeper than this is a mistake or an attack.
DEEPEST_NESTING = 100


class Scalar:
    """A value that is neither mapping nor list; ``mark`` is a mark of the parser with ``name, line, column``."""

    __slots__ = ("mark", "value")

    def __init__(self, value: Any, mark: Any) -> None:
        self.value = value
        self.mark = mark


class MappingNode:
    """A mapping: ``entries`` maps each key to the mark of the key and the node of its value."""

    __slots__ = ("entries", "mark")

    def __init__(self, entries: dict[Any, tuple[Any, Node]], mark: Any) -> None:
        self.entries = entries
        self.mark = mark


class ListNode:
    """A list."""

    __slots__ = ("items", "mark")

    def __init__(self, items: list[Node], mark: Any) -> None:
        self.items = items
        self.mark = mark


Node = Scalar | MappingNode | ListNode


class DuplicateKey:
    """A key that stands twice in a mapping; the later one wins, as in the reference."""

    __slots__ = ("first_line", "key", "mark")

    def __init__(self, key: Any, mark: Any, first_line: int) -> None:
        self.key = key
        self.mark = mark
        self.first_line = first_line


class YamlProblem(Exception):
    """A file is not YAML, or uses what configurations may not; ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Document:
    """One parsed file; ``root`` is None when it is empty."""

    __slots__ = ("duplicates", "root")

    def __init__(self, root: Node | None, duplicates: list[DuplicateKey]) -> None:
        self.root = root
        self.duplicates = duplicates


class _NamedStream(io.BytesIO):
    """Bytes under the name that marks will carry."""

    def __init__(self, body: bytes, name: str) -> None:
        super().__init__(body)
        self.name = name


def parse(body: bytes, name: str) -> Document:
    """The nodes of one YAML document; ``name`` is the file that marks will name.

    :raises YamlProblem: syntax errors, undecodable bytes, unknown tags, unusable keys.
    """
    try:
        try:
            return _composed(body, name, {})
        except MarkedYAMLError:
            hidden = with_punctuation_hidden(body)
            if hidden is None:
                raise
            return _composed(hidden.body, name, hidden.restore)
    except MarkedYAMLError as problem:
        raise _from_parser(problem) from problem
    except YAMLError as problem:
        raise _from_reader(problem, body) from problem


def _composed(body: bytes, name: str, restore: dict[int, str]) -> Document:
    """The nodes of a document in whose scalars ``restore`` brings hidden signs back."""
    return _Composer(CParser(_NamedStream(body, name)), restore).document()


class _Open:
    """A collection whose end has not been seen yet."""

    __slots__ = ("anchor", "is_mapping", "items", "mark")

    def __init__(self, *, is_mapping: bool, anchor: str | None, mark: Any) -> None:
        self.is_mapping = is_mapping
        self.anchor = anchor
        self.mark = mark
        self.items: list[Node] = []


class _Composer:
    """Builds nodes from the events of the parser, without recursion, so that depth costs nothing."""

    def __init__(self, parser: Any, restore: dict[int, str]) -> None:
        self._restore = restore
        self._next_event = parser.get_event
        self._anchors: dict[str, Node] = {}
        self._duplicates: list[DuplicateKey] = []
        self._plain: dict[str, Any] = {}

    def document(self) -> Document:
        """Everything up to the end of the stream, which may hold one document at most."""
        top = _Open(is_mapping=False, anchor=None, mark=None)
        stack = [top]
        items = top.items
        next_event = self._next_event
        while (event := next_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                items.append(self._scalar(event))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                opened = self._opened(event, is_mapping=kind is MappingStartEvent)
                if len(stack) > DEEPEST_NESTING:
                    raise _problem(f"nested more than {DEEPEST_NESTING} deep", event.start_mark)
                stack.append(opened)
                items = opened.items
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                node = self._closed(stack.pop())
                items = stack[-1].items
                items.append(node)
            elif kind is AliasEvent:
                items.append(self._aliased(event))
        if len(top.items) > 1:
            raise _problem("a second document starts here; a configuration is one document", top.items[1].mark)
        return Document(top.items[0] if top.items else None, self._duplicates)

    def _scalar(self, event: Any) -> Scalar:
        text = event.value.translate(self._restore) if self._restore else event.value
        tag = event.tag
        if tag is None or tag == "!":
            value = self._plain_value(text, event.start_mark) if event.implicit[0] else text
        else:
            value = _tagged_value(tag, text, event.start_mark)
        node = Scalar(value, event.start_mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _plain_value(self, text: str, mark: Any) -> Any:
        try:
            return self._plain[text]
        except KeyError:
            pass
        try:
            value = plain_scalar(text)
        except ValueError as problem:
            raise _problem(f"{text!r} cannot be read: {problem}", mark) from problem
        self._plain[text] = value
        return value

    def _opened(self, event: Any, *, is_mapping: bool) -> _Open:
        tag = event.tag
        if tag is not None and tag != "!" and tag not in COLLECTION_TAGS:
            raise _problem(f"the tag {tag!r} is not supported", event.start_mark)
        return _Open(is_mapping=is_mapping, anchor=event.anchor, mark=event.start_mark)

    def _closed(self, opened: _Open) -> Node:
        node: Node = self._mapping(opened) if opened.is_mapping else ListNode(opened.items, opened.mark)
        if opened.anchor is not None:
            self._anchors[opened.anchor] = node
        return node

    def _aliased(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise _problem(
                f"the alias *{event.anchor} refers to no anchor before it; define it as &{event.anchor} further up",
                event.start_mark,
            )
        return node

    def _mapping(self, opened: _Open) -> MappingNode:
        entries: dict[Any, tuple[Any, Node]] = {}
        merged: list[Node] = []
        flat = iter(opened.items)
        for key_node, value_node in zip(flat, flat, strict=True):
            if type(key_node) is not Scalar:
                raise _problem("a mapping or list cannot be a key; quote the key if it is text", key_node.mark)
            key = key_node.value
            if key == MERGE_KEY:
                merged.append(value_node)
            else:
                if key in entries:
                    self._duplicates.append(DuplicateKey(key, key_node.mark, entries[key][0].line + 1))
                entries[key] = (key_node.mark, value_node)
        if merged:
            entries = _with_merged(entries, merged)
        return MappingNode(entries, opened.mark)


def _tagged_value(tag: str, text: str, mark: Any) -> Any:
    """The value of a scalar with an explicit tag."""
    read = TAGGED.get(tag)
    if read is None:
        raise _problem(f"the tag {tag!r} is not supported", mark)
    try:
        return read(text)
    except ValueError as problem:
        raise _problem(f"{text!r} cannot be read as {tag}: {problem}", mark) from problem


def _with_merged(entries: dict[Any, tuple[Any, Node]], merged: list[Node]) -> dict[Any, tuple[Any, Node]]:
    """The mapping's own entries on top of those of the mappings its merge keys name; earlier names win."""
    inherited: dict[Any, tuple[Any, Node]] = {}
    for node in merged:
        for source in node.items if isinstance(node, ListNode) else [node]:
            if not isinstance(source, MappingNode):
                raise _problem("a merge key (<<) needs a mapping or a list of mappings", source.mark)
            for key, entry in source.entries.items():
                inherited.setdefault(key, entry)
    return {**inherited, **entries}


def _problem(message: str, mark: Any) -> YamlProblem:
    """A problem at a mark of the parser."""
    return YamlProblem(message, mark.line + 1, mark.column + 1)


def _from_parser(problem: MarkedYAMLError) -> YamlProblem:
    """What libyaml found wrong, in our words where they help."""
    what = problem.problem or "not valid YAML"
    if "cannot start any token" in what:
        what = "found a character that cannot start a value: indent with spaces, not tabs, and quote signs such as @"
    elif "mapping values are not allowed" in what:
        what = "a mapping is not allowed here: check the indentation, and quote text that holds ': '"
    context = f" {problem.context}" if problem.context else ""
    if context and problem.context_mark is not None:
        context += f" that starts in line {problem.context_mark.line + 1}"
    mark = problem.problem_mark or problem.context_mark
    if mark is None:
        return YamlProblem(f"not valid YAML{context}: {what}", 1, 1)
    return _problem(f"not valid YAML{context}: {what}", mark)


def _from_reader(problem: YAMLError, body: bytes) -> YamlProblem:
    """Bytes that are no text; the place is counted in bytes, which is where an editor puts them."""
    position = getattr(problem, "position", 0)
    try:
        body.decode()
    except UnicodeDecodeError as undecodable:
        position = undecodable.start
    before = body[:position]
    line = before.count(b"\n") + 1
    column = position - (before.rfind(b"\n") + 1) + 1
    reason = getattr(problem, "reason", None) or str(problem)
    return YamlProblem(f"not readable as text ({reason}); save the file as UTF-8", line, column)
