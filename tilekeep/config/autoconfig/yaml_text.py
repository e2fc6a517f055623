"""Options as YAML that people like to read: sorted blocks, short lists in one line, nothing for null, no anchors."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

_NULL = "tag:yaml.org,2002:null"
_LIST = "tag:yaml.org,2002:seq"
_TEXT = "tag:yaml.org,2002:str"


class _Quoted(str):
    """Text that older readers take for a mapping if it stands in a list without quotes."""

    __slots__ = ()


class _Representer(SafeRepresenter):
    """Writes values as they are wanted here."""

    def ignore_aliases(self, data: Any) -> bool:
        """What stands twice is written twice."""
        return True

    def represent_nothing(self, _: None) -> Any:
        """Sections may be empty."""
        return self.represent_scalar(_NULL, "")

    def represent_items(self, items: list[Any]) -> Any:
        """Lists of values stand in one line."""
        if any(isinstance(item, dict | list) for item in items):
            return self.represent_sequence(_LIST, items, flow_style=False)
        quoted = [_Quoted(item) if isinstance(item, str) and ":" in item else item for item in items]
        return self.represent_sequence(_LIST, quoted, flow_style=True)

    def represent_quoted(self, text: _Quoted) -> Any:
        """In single quotes."""
        return self.represent_scalar(_TEXT, str(text), style="'")


_Representer.add_representer(type(None), _Representer.represent_nothing)
_Representer.add_representer(list, _Representer.represent_items)
_Representer.add_representer(_Quoted, _Representer.represent_quoted)
_Representer.add_representer(tuple, lambda representer, items: representer.represent_items(list(items)))


def yaml_text(data: Any) -> str:
    """``data``, made of dictionaries, lists and values, with sorted keys."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    # What older readers take for something else stands in quotes; the line that states the version is left out.
    yaml.version = (1, 1)
    stream = io.StringIO()
    yaml.dump(_sorted(data), stream)
    return stream.getvalue().partition("---")[2].lstrip()


def _sorted(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _sorted(data[key]) for key in sorted(data, key=str)}
    return [_sorted(item) for item in data] if isinstance(data, list | tuple) else data
