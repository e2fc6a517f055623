"""Environments: named overlays at the end of a configuration, of which one may be chosen at start.

``environments: {production: {globals: ...}}`` is laid over everything else by the rules of ``base`` files.
"""

from __future__ import annotations

from tilekeep.config.loading.base_merge import merged
from tilekeep.config.loading.yaml_nodes import MappingNode, Node, Scalar
from tilekeep.config.problems import Place, Problem, error
from tilekeep.config.suggestions import closest

ENVIRONMENTS = "environments"


def with_environment(root: MappingNode, name: str | None) -> tuple[MappingNode, list[Problem]]:
    """The configuration with the environment ``name`` laid over it; the overlays themselves are taken out."""
    overlays, problems = _overlays(root)
    rest = MappingNode({key: entry for key, entry in root.entries.items() if key != ENVIRONMENTS}, root.mark)
    if name is None:
        return rest, problems
    overlay = overlays.get(name)
    if overlay is None:
        if not problems:
            problems.append(_unknown(name, overlays))
        return rest, problems
    return merged(overlay, rest), problems


def _overlays(root: MappingNode) -> tuple[dict[str, MappingNode], list[Problem]]:
    """All environments by name, and what is wrong with their shape."""
    section = root.entries.get(ENVIRONMENTS)
    if section is None or _is_null(section[1]):
        return {}, []
    node = section[1]
    if not isinstance(node, MappingNode):
        return {}, [error((ENVIRONMENTS,), "expected a mapping from names of environments to their options")]
    overlays: dict[str, MappingNode] = {}
    problems: list[Problem] = []
    for name, (_mark, overlay) in node.entries.items():
        if not isinstance(name, str):
            problems.append(error((ENVIRONMENTS, name), f"the name {name!r} must be text; quote it", place=Place.KEY))
        elif isinstance(overlay, MappingNode):
            overlays[name] = overlay
        elif _is_null(overlay):
            overlays[name] = MappingNode({}, overlay.mark)
        else:
            problems.append(error((ENVIRONMENTS, name), "expected a mapping with the options of this environment"))
    return overlays, problems


def _unknown(name: str, overlays: dict[str, MappingNode]) -> Problem:
    """The chosen environment is not defined."""
    known = ", ".join(sorted(overlays)) or "none"
    return error(
        (ENVIRONMENTS,),
        f"the environment {name!r} was chosen but is not defined (defined: {known})",
        suggestion=closest(name, overlays),
        place=Place.KEY,
    )


def _is_null(node: Node) -> bool:
    """Whether the value is left empty."""
    return isinstance(node, Scalar) and node.value is None
