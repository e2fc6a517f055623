"""Names of OGR data sources that may be shown: files as they are, connections without what may be secret."""

from __future__ import annotations

import re

from tilekeep.domain.secrets import MASK, redacted

#: What a connection begins with; a single letter is the drive of a path.
CONNECTION = re.compile(r"(\w{2,}):")

_WORDS = re.compile(r"[^\s=;,:/@?&()'\"]+(?!\s*=)(?=[\s=;,:/@?&()'\"]|$)")
_VALUES = re.compile(r"=\s*(?:'([^']*)'|\"([^\"]*)\"|([^\s;,&]+))")


def public_name(datasource: str) -> str:
    """A file as it is; of a connection its kind alone."""
    found = CONNECTION.match(datasource)
    return datasource if found is None else f"{found[1]}:{MASK}"


def without_secrets(message: str, datasource: str) -> str:
    """A message of GDAL about ``datasource``, without any word or value of a connection.

    GDAL repeats connections in part and blackens passwords in part; which of their words are secret differs from
    driver to driver.
    """
    found = CONNECTION.match(datasource)
    if found is None:
        return redacted(message)
    text = message.replace(datasource, public_name(datasource))
    rest = datasource[found.end() :]
    values = {value for groups in _VALUES.findall(rest) for value in groups if value}
    for secret in sorted(values | set(_WORDS.findall(rest)), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
    return redacted(text)
