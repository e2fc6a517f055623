"""Options of requests to upstream servers (spec/config-globals-grids.md, 9)."""

import re
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.options import Opt, Options, Positive, PositiveNumber, Section


class BreakerOptions(Options):
    """``breaker``: when a server that fails is left alone (own addition).

    :ivar failures: in a row, after which it is; an answer with status 500 or more, or none, is a failure.
    :ivar seconds: for how long; then one request finds out whether it has recovered.
    """

    failures: Positive = 5
    seconds: PositiveNumber = 30.0


class HttpOptions(Options):
    """Options that may stand in the globals and in a source, which then wins option by option.

    :ivar method: how WMS are asked; AUTO sends styles as POST.
    :ivar client_timeout: seconds until an answer is given up.
    :ivar ssl_no_cert_checks: whether any certificate is accepted.
    :ivar ssl_ca_certs: file with certificates of trusted authorities.
    :ivar hide_error_details: whether clients are not told the reason of a failure.
    :ivar headers: sent with every request.
    :ivar manage_cookies: whether cookies of servers are sent back.
    :ivar requests_per_second: to one server, by all processes; a fraction above one is rounded down (own addition).
    :ivar breaker: when a server that fails is left alone (own addition).
    :ivar honor_cache_control: whether ``Cache-Control`` and ``Expires`` of servers are obeyed (own addition).
    """

    method: Opt[Literal["AUTO", "GET", "POST"]] = None
    client_timeout: Opt[PositiveNumber] = None
    ssl_no_cert_checks: Opt[bool] = None
    ssl_ca_certs: Opt[str] = None
    hide_error_details: Opt[bool] = None
    headers: Opt[dict[str, str]] = Field(default=None, repr=False)
    manage_cookies: Opt[bool] = None
    requests_per_second: Opt[PositiveNumber] = None
    breaker: Section[BreakerOptions] | None = None
    honor_cache_control: Opt[bool] = None


#: Scheme, host and maybe a port, as browsers send it (RFC 6454, 7): no path, not even a slash.
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)


def _allowed_origin(value: Any) -> Any:
    """An origin; every empty value turns the header off."""
    if value is False or value is None or value == {}:
        return ""
    if not isinstance(value, str) or not (value in {"", "*", "null"} or _ORIGIN.fullmatch(value)):
        raise PydanticCustomError(
            "allowed_origin",
            "expected '*', 'null' or one origin such as 'https://maps.example.org:8443', or '' to send no such header",
        )
    return value


_ORIGIN_SCHEMA = {"anyOf": [{"type": ["string", "null"]}, {"enum": [False, {}]}]}


def _proxy(value: Any) -> Any:
    """An address or network as it is compared later, or the word ``unix``."""
    if not isinstance(value, str):
        return value
    if value == "unix":
        return value
    try:
        return str(ip_network(value))
    except ValueError:
        pass
    try:
        meant = ip_network(value, strict=False)
    except ValueError:
        message = "expected an address or network such as '10.0.0.0/8' or '::1', or 'unix' for Unix sockets"
    else:
        message = f"expected the network '{meant}' or one address without '/'"
    raise PydanticCustomError("network", "{message}", {"message": message})


class GlobalHttpOptions(HttpOptions):
    """``globals.http``.

    :ivar access_control_allow_origin: who may use answers in web pages of other sites; empty for nobody.
    :ivar concurrent_requests: requests to one server at a time, of sources that say nothing; 0 is any number.
    :ivar trusted_proxies: those whose headers about proxies count; None is everybody (own addition).
    :ivar max_image_bytes: an upstream image with more bytes is refused (own addition).
    :ivar max_image_pixels: an upstream image with more pixels is refused before it is decoded (own addition).
    """

    access_control_allow_origin: Annotated[str, BeforeValidator(_allowed_origin), WithJsonSchema(_ORIGIN_SCHEMA)] = "*"
    trusted_proxies: Opt[tuple[Annotated[str, BeforeValidator(_proxy)], ...]] = None
    concurrent_requests: Opt[Annotated[int, Field(ge=0)]] = None
    max_image_bytes: Positive = 64 * 1024 * 1024
    max_image_pixels: Positive = 64_000_000
