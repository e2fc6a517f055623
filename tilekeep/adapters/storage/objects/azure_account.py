"""Where a container is and who asks for it: what a connection string of Azure Storage says."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tilekeep.adapters.storage.services.pools import Address
from tilekeep.domain.errors import ConfigurationError

#: Of the emulators, published and the same everywhere.
_EMULATED_ACCOUNT = "devstoreaccount1"
_EMULATED_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_NO_ADDRESS = "the BlobEndpoint of the connection_string is no address such as https://HOST"
_EMULATED_ENDPOINT = "http://127.0.0.1:10000"


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """An account, with what its requests are signed by.

    :ivar path: what stands before the names of containers; ends in a slash.
    :ivar key: signs requests; None where they carry a signature that others have made.
    :ivar shared_access_signature: that signature, a query without question mark.
    """

    address: Address
    path: str
    name: str
    key: bytes | None = field(default=None, repr=False)
    shared_access_signature: str = field(default="", repr=False)


def azure_account(connection_string: str) -> AzureAccount:
    """The account that a connection string speaks of.

    :raises ConfigurationError: it cannot be understood; the message does not repeat it.
    """
    facts = _facts(connection_string)
    if facts.get("usedevelopmentstorage", "").lower() == "true":
        facts = {
            "accountname": _EMULATED_ACCOUNT,
            "accountkey": _EMULATED_KEY,
            "blobendpoint": f"{_EMULATED_ENDPOINT}/{_EMULATED_ACCOUNT}",
        }
    signature = facts.get("sharedaccesssignature", "").lstrip("?")
    endpoint = facts.get("blobendpoint") or _usual_endpoint(facts)
    try:
        parts = urlsplit(endpoint)
        address = Address(parts.scheme, parts.hostname or "", parts.port)
    except ValueError as error:
        raise ConfigurationError(_NO_ADDRESS) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(_NO_ADDRESS)
    name = facts.get("accountname") or parts.hostname.partition(".")[0]
    key = None if signature and "accountkey" not in facts else _key(facts.get("accountkey"))
    return AzureAccount(address, f"{parts.path.rstrip('/')}/", name, key, signature or parts.query)


def _facts(connection_string: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in connection_string.split(";") if part.strip()]
    if not pairs or not all(equals for _, equals, _ in pairs):
        raise ConfigurationError("the connection_string is no list of NAME=VALUE; copy it from the portal of Azure")
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _usual_endpoint(facts: dict[str, str]) -> str:
    if not facts.get("accountname"):
        raise ConfigurationError("the connection_string has neither AccountName nor BlobEndpoint; add one of them")
    if "endpointsuffix" in facts:
        protocol = facts.get("defaultendpointsprotocol", "https")
        return f"{protocol}://{facts['accountname']}.blob.{facts['endpointsuffix']}"
    # The library of Azure heeds the protocol beside a suffix only.
    return f"https://{facts['accountname']}.blob.core.windows.net"


def _key(encoded: str | None) -> bytes:
    if not encoded:
        raise ConfigurationError("the connection_string has neither AccountKey nor SharedAccessSignature; add one")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ConfigurationError("the AccountKey of the connection_string is not whole; copy it again") from error
