"""In which form an answer is wanted: by path, ``f`` or ``Accept`` (RFC 9110, 12.5.1; spec/services.md, 8.3)."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tilekeep.domain.errors import InvalidParameter, UnsupportedFormat
from tilekeep.domain.image import JPEG, PNG, subtype

JSON_TYPE = "application/json"
HTML_TYPE = "text/html"

#: Longer headers are no list of formats; browsers need some 150 characters.
_LONGEST = 1024

#: How JPEG images end besides their subtype.
_JPG = "jpg"


class ImageForm(NamedTuple):
    """A format of images as clients name it: in ``f``, at the end of a path, and by its media type."""

    name: str
    extension: str
    media_type: str


class ChosenForm(NamedTuple):
    """The format of an answer; ``negotiated`` if it depends on ``Accept``."""

    media_type: str
    negotiated: bool


def image_forms(media_types: Sequence[str]) -> tuple[ImageForm, ...]:
    """The formats of the media types that are configured, preferred ones first."""
    names = [(subtype(media_type).lower(), media_type) for media_type in media_types]
    return tuple(ImageForm(name, _JPG if of == JPEG else name, of) for name, of in names)


def extensions(forms: Sequence[ImageForm]) -> frozenset[str]:
    """How paths of images may end."""
    return frozenset(ending for form in forms for ending in (form.name, form.extension))


def image_form(forms: Sequence[ImageForm], extension: str | None, given: Mapping[str, str], accept: str) -> ChosenForm:
    """The media type of an image; the path goes before ``f``, and that before ``Accept``.

    :raises InvalidParameter: ``f`` names no format of images.
    :raises UnsupportedFormat: no such format is to be had.
    """
    wanted = given.get("f")
    named = {form.name: form.media_type for form in forms}
    if wanted is not None and wanted not in named:
        raise InvalidParameter(f"invalid value for f: {wanted} ({', '.join(named)})", locator="f")
    if extension is not None:
        by_extension = named | {form.extension: form.media_type for form in forms}
        if extension not in by_extension:
            raise UnsupportedFormat(f"unsupported image format {extension} ({', '.join(by_extension)})", locator="f")
        return ChosenForm(by_extension[extension], negotiated=False)
    if wanted is not None:
        return ChosenForm(named[wanted], negotiated=False)
    return ChosenForm(_accepted(tuple(named.values()), accept), negotiated=True)


def wants_html(given: Mapping[str, str], accept: str) -> bool:
    """Whether a document is wanted as a page: by ``f``, or by whoever names HTML and likes it no less than JSON."""
    if "f" in given:
        return given["f"] == "html"
    return len(accept) <= _LONGEST and _names_html(accept)


@functools.lru_cache(maxsize=64)
def _names_html(accept: str) -> bool:
    from werkzeug.datastructures import MIMEAccept
    from werkzeug.http import parse_accept_header

    accepted = parse_accept_header(accept, MIMEAccept)
    liking = dict(accepted).get(HTML_TYPE, 0.0)
    return liking > 0.0 and liking >= accepted.quality(JSON_TYPE)


@functools.lru_cache(maxsize=256)
def _accepted(media_types: tuple[str, ...], accept: str) -> str:
    """The format a client likes best; of equal ones the one that it names itself, then the one configured first.

    Whoever takes everything, or says nothing, gets PNG.
    """
    from werkzeug.datastructures import MIMEAccept
    from werkzeug.http import parse_accept_header

    usual = PNG if PNG in media_types else media_types[0]
    if not accept or len(accept) > _LONGEST:
        return usual
    accepted = parse_accept_header(accept, MIMEAccept)
    named = {kind for kind, _ in accepted}
    best = max(
        media_types,
        key=lambda kind: (accepted.quality(kind), kind in named, kind == usual and not named & {*media_types}),
    )
    if accepted.quality(best) <= 0.0:
        raise UnsupportedFormat(f"none of the image formats there are is accepted ({', '.join(media_types)})")
    return best
