"""Node trees as plain data: dictionaries, tuples, text, numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.yaml_nodes import ListNode, MappingNode, Node, Scalar


def plain_data(root: Node, expansion: Expansion) -> Any:
    """The values of a tree, variables in text values expanded (keys never are); lists become tuples.

    A node that several aliases refer to is converted once, so that nested aliases cannot multiply.
    """
    done: dict[int, Any] = {}
    expanded = expansion.expanded

    def convert(node: Node) -> Any:
        kind = type(node)
        if kind is Scalar:
            value = node.value  # type: ignore[union-attr]
            return expanded(value, node.mark) if type(value) is str and "$" in value else value
        result = done.get(id(node))
        if result is None:
            result = done[id(node)] = _collection(node, convert)
        return result

    return convert(root)


def _collection(node: Node, convert: Callable[[Node], Any]) -> Any:
    """A mapping as dictionary, a list as tuple."""
    if isinstance(node, MappingNode):
        return {key: convert(value) for key, (_mark, value) in node.entries.items()}
    assert isinstance(node, ListNode)
    return tuple([convert(item) for item in node.items])
