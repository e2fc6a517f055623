"""What every :class:`tilekeep.ports.http_client.HttpClient` promises; the adapter and the fake subclass it."""

from __future__ import annotations

import pytest

from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceContentError, SourceUnreachable
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer, HttpClient

MAP = HttpAnswer(200, {"content-type": "image/png", "etag": '"1"'}, b"map")


class HttpClientSuite:
    def facing(self, answer: HttpAnswer) -> tuple[HttpClient, str]:
        """A client, and a URL whose server gives ``answer``."""
        raise NotImplementedError

    def facing_nobody(self) -> tuple[HttpClient, str]:
        """A client, and a URL where nobody listens."""
        raise NotImplementedError

    def test_an_answer_has_status_headers_and_body(self) -> None:
        client, url = self.facing(MAP)

        answer = client.send(UpstreamRequest("GET", url), NO_DEADLINE, max_bytes=1000)

        assert (answer.status, answer.body) == (200, b"map")
        assert answer.headers.items() >= MAP.headers.items()

    @pytest.mark.parametrize("status", [204, 304, 400, 401, 404, 429, 500, 503])
    def test_every_status_is_an_ordinary_answer(self, status: int) -> None:
        client, url = self.facing(HttpAnswer(status, {"retry-after": "5"}, b""))

        answer = client.send(UpstreamRequest("GET", url), NO_DEADLINE, max_bytes=1000)

        assert (answer.status, answer.headers["retry-after"]) == (status, "5")

    def test_a_body_as_large_as_allowed_is_given(self) -> None:
        client, url = self.facing(MAP)

        assert client.send(UpstreamRequest("GET", url), NO_DEADLINE, max_bytes=3).body == b"map"

    def test_a_larger_body_is_a_content_error(self) -> None:
        client, url = self.facing(MAP)

        with pytest.raises(SourceContentError):
            client.send(UpstreamRequest("GET", url), NO_DEADLINE, max_bytes=2)

    def test_nobody_is_unreachable(self) -> None:
        client, url = self.facing_nobody()

        with pytest.raises(SourceUnreachable) as failure:
            client.send(UpstreamRequest("GET", f"{url}/?key=hunter2"), NO_DEADLINE, max_bytes=1000)

        assert "hunter2" not in str(failure.value) + failure.value.client_message
        assert "://" not in failure.value.client_message
