"""How a file is laid over the file it is based on (spec/config-globals-grids.md, 3)."""

from __future__ import annotations

from typing import Any

from tilekeep.config.loading.yaml_nodes import ListNode, MappingNode, Node, Scalar

#: Lists under these keys are replaced as a whole; others are concatenated, the base's items first.
REPLACED_LISTS = frozenset({"bbox", "tile_size", "max_output_pixels", "sources", "grids", "res"})

#: Lists under this key are merged item by item, by the ``name`` of the items.
NAMED_LISTS = "layers"


def merged(override: MappingNode, base: MappingNode) -> MappingNode:
    """``override`` laid over ``base``; both stay as they are.  Keys keep the order of the base."""
    entries = dict(base.entries)
    for key, (mark, value) in override.entries.items():
        below = entries.get(key)
        if below is None:
            entries[key] = (mark, value)
        else:
            node = _merged_value(key, value, below[1])
            entries[key] = below if node is below[1] else (mark, node)
    return MappingNode(entries, override.mark)


def _merged_value(key: Any, over: Node, base: Node) -> Node:
    """What stands under one key that both have."""
    if isinstance(base, Scalar):
        return over
    if _is_null(over):
        return base
    if isinstance(base, MappingNode):
        return merged(over, base) if isinstance(over, MappingNode) else over
    return _merged_list(key, over, base) if isinstance(over, ListNode) else over


def _merged_list(key: Any, over: ListNode, base: ListNode) -> Node:
    """What stands under one key where both have a list."""
    if key in REPLACED_LISTS:
        return over
    if key == NAMED_LISTS and _all_named(over) and _all_named(base):
        return _merged_by_name(over, base)
    if not over.items:
        return Scalar(None, over.mark)
    return ListNode([*base.items, *over.items], over.mark)


def _merged_by_name(over: ListNode, base: ListNode) -> ListNode:
    """The base's items in order, each under its namesake; then the items only ``over`` has."""
    waiting: dict[Any, list[MappingNode]] = {}
    for layer in over.items:
        assert isinstance(layer, MappingNode)
        waiting.setdefault(_name(layer), []).append(layer)
    items: list[Node] = []
    for layer in base.items:
        assert isinstance(layer, MappingNode)
        namesakes = waiting.get(_name(layer))
        items.append(merged(namesakes.pop(0), layer) if namesakes else layer)
    left = {id(layer) for layers in waiting.values() for layer in layers}
    return ListNode([*items, *(layer for layer in over.items if id(layer) in left)], over.mark)


def _all_named(node: ListNode) -> bool:
    """Whether every item is a mapping with a name; lists of other things are concatenated like any list."""
    return all(_name(item) is not None for item in node.items)


def _name(node: Node) -> Any:
    """The ``name`` of a layer, or None."""
    if not isinstance(node, MappingNode) or "name" not in node.entries:
        return None
    name = node.entries["name"][1]
    return name.value if isinstance(name, Scalar) else None


def _is_null(node: Node) -> bool:
    """Whether the value is left empty."""
    return isinstance(node, Scalar) and node.value is None
