"""Options laid over generated ones, with the special keys of MapProxy (spec/util-deploy.md, 9)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tilekeep.domain.errors import ConfigurationError

_ALL = "__all__"
_EXTEND = "__extend__"
_ANY = "___"


def overwritten(options: Any, by: Any) -> Any:
    """``options`` with ``by`` laid over them: mappings are merged, everything else is replaced.

    ``__all__`` is laid over each entry, ``NAME__extend__`` is added to the end of a list, and a key that begins or ends
    with ``___`` stands for all keys that end or begin like the rest of it.

    :raises ConfigurationError: something that is no list is to be extended.
    """
    if not isinstance(options, dict) or not isinstance(by, dict):
        return deepcopy(by)
    result = dict(options)
    named = {str(key): value for key, value in by.items()}
    patterns = [key for key in named if key == _ALL or key.startswith(_ANY) or key.endswith(_ANY)]
    for key in named.keys() - set(patterns):
        _set(result, key, named[key])
    for pattern in sorted(patterns, key=lambda key: (key != _ALL, list(named).index(key))):
        is_meant = _meant_by(pattern)
        for key in filter(is_meant, result):
            result[key] = overwritten(result[key], named[pattern])
    return result


def _set(result: dict[str, Any], key: str, value: Any) -> None:
    if not key.endswith(_EXTEND):
        result[key] = overwritten(result[key], value) if key in result else deepcopy(value)
        return
    name = key.removesuffix(_EXTEND)
    if name not in result:
        result[name] = deepcopy(value)
    elif isinstance(value, list) and isinstance(result[name], list):
        result[name] = [*result[name], *value]
    else:
        raise ConfigurationError(f"{key}: only lists can be extended, and by lists alone", option=(key,))


def _meant_by(pattern: str) -> Callable[[str], bool]:
    if pattern == _ALL:
        return lambda _: True
    if pattern.startswith(_ANY):
        return lambda key: str(key).endswith(pattern.removeprefix(_ANY))
    return lambda key: str(key).startswith(pattern.removesuffix(_ANY))
