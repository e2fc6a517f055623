"""Parts that the tests of several sources share."""

from __future__ import annotations

from tests.contract.map_source_suite import VALIDATORS
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

IMAGE = HttpAnswer(200, {"content-type": "image/png"}, b"\x89PNG not really")


class ConditionalHttpClient:
    """An HTTP client in front of a server with one image that has validators."""

    def make_ready(self) -> None:
        """Is ready as it is."""

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        headers = {"etag": VALIDATORS.etag or "", "last-modified": VALIDATORS.last_modified or ""}
        if dict(request.headers).get("If-None-Match") == VALIDATORS.etag:
            return HttpAnswer(304, headers, b"")
        return HttpAnswer(200, headers | {"content-type": "image/png"}, IMAGE.body)
