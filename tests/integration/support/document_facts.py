"""What an XML document says, as flat facts that two programs' documents can be compared by, element by element."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

#: Children that name their parent, in the order in which they are looked for.
_NAMES = ("Name", "Identifier", "Title")

#: Attributes that name their element.
_KEYS = ("CRS", "SRS", "name", "order")

#: Numbers are the same if they agree to so many digits, or are as close to zero: programs add up in different orders.
_RELATIVE = 1e-9
_ABSOLUTE = 1e-6

#: Whose numbers stand side by side in one text.
_NUMBER_LISTS = ("LowerCorner", "UpperCorner", "TopLeftCorner", "Resolutions")

Fact = str | tuple[float, ...]


class Differing(NamedTuple):
    """A fact that two documents do not share; None where one has nothing of the kind."""

    path: str
    theirs: Fact | None
    ours: Fact | None


def facts(document: bytes, base_url: str) -> dict[str, Fact]:
    """Every text and attribute by its path, with ``URL`` wherever the document has ``base_url``.

    Elements are called by their name, without the namespace, and by what tells them from others: a name, an SRS or
    their number.  Order counts among elements that have nothing else.
    """
    return dict(_facts(ET.fromstring(document.replace(base_url.encode(), b"URL")), ""))


def differences(theirs: Mapping[str, Fact], ours: Mapping[str, Fact]) -> list[Differing]:
    """What only one of two documents says, or both say differently."""
    paths = [*theirs, *(path for path in ours if path not in theirs)]
    return [
        Differing(path, theirs.get(path), ours.get(path))
        for path in paths
        if not _same(theirs.get(path), ours.get(path))
    ]


def _same(first: Fact | None, second: Fact | None) -> bool:
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(
            math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE) for a, b in zip(first, second, strict=True)
        )
    return first == second


def _facts(element: ET.Element, path: str) -> Iterator[tuple[str, Fact]]:
    here = f"{path}/{_local(element.tag)}"
    yield here, _fact(element, element.text or "")
    for name, value in element.attrib.items():
        if _local(name) != "schemaLocation":
            yield f"{here}@{_local(name)}", _number(value)
    seen: Counter[str] = Counter()
    for child in element:
        called = _called(child)
        seen[called] += 1
        number = f"#{seen[called]}" if seen[called] > 1 else ""
        for found, fact in _facts(child, ""):
            rest = found.removeprefix(f"/{_local(child.tag)}")
            yield f"{here}/{called}{number}{rest}", fact


def _called(element: ET.Element) -> str:
    """The name of an element with what tells it from its siblings."""
    tag = _local(element.tag)
    for key in _KEYS:
        if key in element.attrib:
            return f"{tag}[{element.attrib[key]}]"
    if tag == "TileSet" and not element.attrib:
        return f"{tag}[{' '.join(element.findtext(name) or '' for name in ('Layers', 'SRS'))}]"
    if tag in {"Layer", "TileMatrixSet", "TileMatrix", "TileMap", "Style", "Dimension"}:
        # Identifiers of an authority, in WMS, are no names.
        names = {_local(child.tag): (child.text or "").strip() for child in element if not child.attrib}
        name = next((names[name] for name in _NAMES if names.get(name)), None)
        return tag if name is None else f"{tag}[{name}]"
    return tag


def _fact(element: ET.Element, text: str) -> Fact:
    if _local(element.tag) in _NUMBER_LISTS:
        return tuple(map(float, text.split()))
    return _number(" ".join(text.split()))


def _number(text: str) -> Fact:
    try:
        return (float(text),)
    except ValueError:
        return text


def _local(name: str) -> str:
    return name.rpartition("}")[2]
