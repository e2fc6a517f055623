"""Where a bucket is and who asks for it: what botocore makes of options, environment and the files of AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tilekeep.adapters.storage.services.pools import Address
from tilekeep.domain.errors import StoreError

_PROBE = "k"


@dataclass(frozen=True, slots=True)
class S3Options:
    """How a bucket is reached (spec/caches.md, 3.8).

    :ivar profile: of the files of AWS; None for the one of the environment.
    :ivar region: None for that of the environment or the profile.
    :ivar endpoint_url: of another service than AWS.
    :ivar access_control_list: a canned ACL for new objects.
    :ivar anonymous_reads: whether tiles are read without signature (``use_http_get``).
    """

    bucket: str
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    access_control_list: str | None = None
    anonymous_reads: bool = False


class S3Place(NamedTuple):
    """Where the objects of a bucket are: ``path`` stands before their keys and ends in a slash."""

    address: Address
    path: str
    region: str


class S3Account:
    """Resolved on first use, kept for the process, and safe to use from all threads.

    Args:
        options: how the bucket is reached.
        make_session: makes a session of botocore for a profile.
    """

    def __init__(self, options: S3Options, make_session: Callable[[str | None], Any] | None = None) -> None:
        self.options = options
        self._make_session = make_session or _session
        self._lock = threading.Lock()
        self._known: tuple[S3Place, Any] | None = None
        self._region = options.region

    def place(self) -> S3Place:
        """Where the bucket is.

        :raises StoreError: the options or the files of AWS make no sense.
        """
        return (self._known or self._resolve())[0]

    def credentials(self) -> Any:
        """Those of this moment, None where there are none and requests are not signed.

        :raises StoreError: they cannot be had.
        """
        found = (self._known or self._resolve())[1]
        if found is None:
            return None
        try:
            return found.get_frozen_credentials()
        except Exception as error:
            raise self._unusable(error) from error

    def move(self, region: str) -> bool:
        """Notes that the bucket is in ``region``; False if it was thought to be there already."""
        if self.place().region == region:
            return False
        with self._lock:
            self._region, self._known = region, None
        return True

    def reset_after_fork(self) -> None:
        """Starts anew: a thread of the parent may have held a lock of the credentials."""
        self._lock, self._known = threading.Lock(), None

    def _resolve(self) -> tuple[S3Place, Any]:
        with self._lock:
            if self._known is None:
                try:
                    session = self._make_session(self.options.profile)
                    place = _place(session, self.options.bucket, self._region, self.options.endpoint_url)
                    self._known = place, session.get_credentials()
                except Exception as error:
                    raise self._unusable(error) from error
            return self._known

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(f"the bucket {self.options.bucket!r} cannot be asked for: {error}")


def _session(profile: str | None) -> Any:
    import botocore.session

    return botocore.session.Session(profile=profile)


def _place(session: Any, bucket: str, region: str | None, endpoint_url: str | None) -> S3Place:
    """Lets botocore prepare a request, which is not sent: the rules for hosts of buckets are many."""
    from botocore import UNSIGNED
    from botocore.awsrequest import AWSResponse
    from botocore.config import Config
    from urllib3 import HTTPResponse

    urls: list[str] = []

    def instead(request: Any, **_: Any) -> Any:
        urls.append(request.url)
        return AWSResponse(request.url, 200, {}, HTTPResponse(BytesIO()))

    config = Config(signature_version=UNSIGNED)
    client = session.create_client("s3", region_name=region, endpoint_url=endpoint_url, config=config)
    client.meta.events.register("before-send.s3.HeadObject", instead)
    client.head_object(Bucket=bucket, Key=_PROBE)
    parts = urlsplit(urls[0])
    ca_bundle = session.get_config_variable("ca_bundle")
    address = Address(parts.scheme, parts.hostname or "", parts.port, ca_bundle)
    return S3Place(address, parts.path.removesuffix(_PROBE), client.meta.region_name or "us-east-1")
