"""What has not changed is kept when a configuration is replaced."""

from __future__ import annotations

from tilekeep.config.assemble.kept_nodes import KeptNodes, content_hash
from tilekeep.domain.geometry import BBox
from tilekeep.domain.image import ImageEncoding


class Made:
    """Counts what is made."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


def test_equal_content_is_made_once() -> None:
    nodes: KeptNodes[int] = KeptNodes(owner=None)
    make = Made()

    assert nodes(content_hash("a"), make) == nodes(content_hash("a"), make) == 1


def test_other_content_is_made_apart() -> None:
    nodes: KeptNodes[int] = KeptNodes(owner=None)
    make = Made()

    assert (1, 2) == (nodes(content_hash("a"), make), nodes(content_hash("b"), make))


def test_nodes_of_the_configuration_before_are_taken_over() -> None:
    before: KeptNodes[int] = KeptNodes(owner="first")
    make = Made()
    before(content_hash("a"), make)
    after: KeptNodes[int] = KeptNodes(owner="second", before=before.made())

    assert 1 == after(content_hash("a"), make)
    assert 1 == make.count


def test_what_the_configuration_between_did_not_use_is_gone() -> None:
    first: KeptNodes[int] = KeptNodes(owner=None)
    make = Made()
    first(content_hash("a"), make)
    second: KeptNodes[int] = KeptNodes(owner=None, before=first.made())
    third: KeptNodes[int] = KeptNodes(owner=None, before=second.made())

    assert 2 == third(content_hash("a"), make)


def test_every_part_of_the_content_counts() -> None:
    one = (BBox(0, 0, 1, 1), ImageEncoding(), ("a", None))
    other = (BBox(0, 0, 1, 1), ImageEncoding(colors=16), ("a", None))

    assert content_hash(*one) == content_hash(BBox(0, 0, 1, 1), ImageEncoding(), ("a", None))
    assert content_hash(*one) != content_hash(*other)
