"""Working parts by the content they are made from, so that a changed configuration keeps what has not changed."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

Node = TypeVar("Node")

#: Stands for all options that a node is made from, and for those of the nodes below it.
ContentHash = bytes


def content_hash(*content: Any) -> ContentHash:
    """A hash of plain values: frozen dataclasses, tuples, text, numbers; equal values mostly hash alike.

    Those that do not, because their parts are shared in other ways, only cost a node that could have been kept.
    """
    return hashlib.sha256(pickle.dumps(content, protocol=5)).digest()


class KeptNode(NamedTuple, Generic[Node]):
    """A node and what has to live as long."""

    node: Node
    owner: object


class KeptNodes(Generic[Node]):
    """Makes each node once, and takes over those that a configuration before this one has made.

    Has no lock, for the reasons of :class:`tilekeep.application.once_per_key.OncePerKey`.

    Args:
        owner: what has to live as long as a node made here, such as the resets of its parts after a fork.
        before: what the configuration that is replaced has ``made``; only what is asked for again stays.
    """

    def __init__(self, owner: object, before: Mapping[ContentHash, KeptNode[Node]] | None = None) -> None:
        self._owner = owner
        self._before = {} if before is None else before
        self._kept: dict[ContentHash, KeptNode[Node]] = {}

    def __call__(self, content: ContentHash, make: Callable[[], Node]) -> Node:
        """The node with this content, made now if nobody has made it yet."""
        found = self._kept.get(content)
        if found is None:
            found = self._before.get(content) or KeptNode(make(), self._owner)
            found = self._kept.setdefault(content, found)
        return found.node

    def made(self) -> Mapping[ContentHash, KeptNode[Node]]:
        """All nodes that were asked for."""
        return self._kept
