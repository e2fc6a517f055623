"""Options of requests to upstream servers (spec/config-globals-grids.md, 9)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.options import Opt, Options, Positive, PositiveNumber


class HttpOptions(Options):
    """Options that may stand in the globals and in a source, which then wins option by option."""

    method: Opt[Literal["AUTO", "GET", "POST"]] = None
    client_timeout: Opt[PositiveNumber] = None
    ssl_no_cert_checks: Opt[bool] = None
    ssl_ca_certs: Opt[str] = None
    hide_error_details: Opt[bool] = None
    headers: Opt[dict[str, str]] = Field(default=None, repr=False)
    manage_cookies: Opt[bool] = None


def _allowed_origin(value: Any) -> Any:
    """An origin; every empty value turns the header off."""
    if value is False or value is None or value == {}:
        return ""
    if not isinstance(value, str):
        raise PydanticCustomError("allowed_origin", "expected an origin such as '*', or '' to send no such header")
    return value


_ORIGIN_SCHEMA = {"anyOf": [{"type": ["string", "null"]}, {"enum": [False, {}]}]}


class GlobalHttpOptions(HttpOptions):
    """``globals.http``.

    :ivar max_image_bytes: an upstream image with more bytes is refused (own addition).
    :ivar max_image_pixels: an upstream image with more pixels is refused before it is decoded (own addition).
    """

    access_control_allow_origin: Annotated[str, BeforeValidator(_allowed_origin), WithJsonSchema(_ORIGIN_SCHEMA)] = "*"
    concurrent_requests: Opt[Annotated[int, Field(ge=0)]] = None
    max_image_bytes: Positive = 64 * 1024 * 1024
    max_image_pixels: Positive = 64_000_000
