"""Signatures of S3 (AWS Signature Version 4), made by botocore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tilekeep.adapters.storage.objects.s3_account import S3Place
from tilekeep.adapters.storage.services.transfers import Message


def signed(message: Message, place: S3Place, credentials: Any) -> Message:
    """The request with its signature; without credentials as it is, for buckets that anybody may read."""
    if credentials is None:
        return message
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest(message.method, place.address.url + message.target, dict(message.headers), message.body)
    S3SigV4Auth(credentials, "s3", place.region).add_auth(request)
    headers: Mapping[str, str] = dict(request.headers.items())
    return message._replace(headers=headers)
