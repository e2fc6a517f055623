"""What people are told when a service of objects does not do what it is asked."""

from __future__ import annotations

import re
from typing import NamedTuple

from tilekeep.domain.errors import StoreError
from tilekeep.domain.secrets import redacted

_LONGEST_TEXT = 300
_ILLEGIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: What to do, by the code of the answer (S3 and Azure have codes of their own).
_REMEDIES = {
    "NoSuchBucket": "the bucket does not exist; create it, or correct bucket_name, region_name or endpoint_url",
    "ContainerNotFound": "the container does not exist; create it, or correct container_name",
    "ContainerBeingDeleted": "the container is being deleted; create it anew, or correct container_name",
    "AccessDenied": "access is denied; the credentials need permission to list, read, write and delete objects",
    "AuthorizationFailure": "access is denied; check the firewall and the permissions of the account",
    "AuthorizationPermissionMismatch": "access is denied; the credentials need more permissions",
    "AuthenticationFailed": "the service does not accept the credentials; check connection_string and the clock",
    "InvalidAccessKeyId": "the access key is not known there; check the credentials, profile_name and endpoint_url",
    "SignatureDoesNotMatch": "the secret key is not the one of the access key; check the credentials",
    "ExpiredToken": "the session token has expired; renew the credentials",
    "TokenRefreshRequired": "the session token has expired; renew the credentials",
    "InvalidToken": "the session token is not valid; renew the credentials",
    "RequestTimeTooSkewed": "the clock of this machine is wrong by more than the service accepts; set it",
    "SlowDown": "the service asks for fewer requests; seed with less concurrency",
    "ServerBusy": "the service asks for fewer requests; seed with less concurrency",
    "AccountIsDisabled": "the account is disabled",
    "QuotaExceeded": "the quota is used up; remove tiles or raise it",
}

#: Without a code, as in answers to HEAD, the status says as much.
_CODES_OF_STATUSES = {403: "AccessDenied", 503: "SlowDown"}


class Refusal(NamedTuple):
    """Why a service did not do what it was asked: its status, its code and its own words."""

    status: int
    code: str = ""
    text: str = ""

    def reason(self) -> str:
        """The cause and the remedy in one sentence."""
        remedy = _REMEDIES.get(self.code or _CODES_OF_STATUSES.get(self.status, ""))
        said = f"{self.status} {legible(self.code)}".strip()
        if remedy is not None:
            return f"{remedy} (the service says {said})"
        text = legible(self.text)
        return f"the service says {said}: {text}" if text else f"the service says {said}"


def store_error(doing: str, what: str, reason: str) -> StoreError:
    """The error of the port: what was to be done, with which object of which bucket, and why it was not."""
    return StoreError(f"cannot {doing} {what}: {reason}")


def legible(text: str) -> str:
    """What a service has sent, on one line of bounded length and without secrets."""
    return redacted(_ILLEGIBLE.sub(" ", text[:_LONGEST_TEXT]))
