"""Signatures of Azure Storage: the scheme Shared Key, version 2015-02-21 and later.

The library of Azure spends several times as long on a request as signing and sending it takes.
"""

from __future__ import annotations

import base64
import hmac
from email.utils import formatdate
from urllib.parse import unquote

from tilekeep.adapters.storage.objects.azure_account import AzureAccount
from tilekeep.adapters.storage.services.transfers import Message

#: The version of the protocol that is spoken.
VERSION = "2021-12-02"

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


def signed(message: Message, account: AzureAccount, now: float) -> Message:
    """The request with its time and signature; names of its headers are in lower case.

    ``now`` is in POSIX seconds.
    """
    headers = {**message.headers, "x-ms-date": formatdate(now, usegmt=True)}
    if account.key is None:
        joint = "&" if "?" in message.target else "?"
        return message._replace(target=f"{message.target}{joint}{account.shared_access_signature}", headers=headers)
    if message.body:
        headers["content-length"] = str(len(message.body))
    text = signed_text(message._replace(headers=headers), account.name)
    signature = base64.b64encode(hmac.digest(account.key, text.encode(), "sha256")).decode()
    headers["authorization"] = f"SharedKey {account.name}:{signature}"
    return message._replace(headers=headers)


def signed_text(message: Message, account: str) -> str:
    """What the signature is made of: method, headers, and the resource with its query."""
    headers = message.headers
    path, _, query = message.target.partition("?")
    own = sorted((name, value) for name, value in headers.items() if name.startswith("x-ms-"))
    parameters = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    return "\n".join(
        [
            message.method,
            *(headers.get(name, "") for name in _SIGNED_HEADERS),
            *(f"{name}:{value}" for name, value in own),
            f"/{account}{path}",
            *(f"{name}:{unquote(value)}" for name, value in parameters),
        ]
    )
