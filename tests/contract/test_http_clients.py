"""The HTTP client and its fake keep the promises of the port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.http_client_suite import HttpClientSuite
from tests.fakes.http_client import FakeHttpClient
from tests.integration.support.cgi import cgi_client, program
from tests.integration.support.http import http_client
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tilekeep.domain.errors import SourceUnreachable
from tilekeep.ports.http_client import HttpAnswer, HttpClient


class TestRequestsHttpClient(HttpClientSuite):
    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        with UpstreamServer() as self.upstream:
            yield

    def facing(self, answer: HttpAnswer) -> tuple[HttpClient, str]:
        self.upstream.on("/", Reply(answer.status, answer.body, answer.headers))
        return http_client(), self.upstream.url

    def facing_nobody(self) -> tuple[HttpClient, str]:
        url = self.upstream.url
        self.upstream.stop()
        return http_client(), url


class TestCgiClient(HttpClientSuite):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.directory = tmp_path

    def facing(self, answer: HttpAnswer) -> tuple[HttpClient, str]:
        headers = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
        output = f"Status: {answer.status}\n{headers}\n".encode() + answer.body
        return cgi_client(program(self.directory, f"put({output!r})")), "mapserver:///program"

    def facing_nobody(self) -> tuple[HttpClient, str]:
        return cgi_client(str(self.directory / "missing")), "mapserver:///missing"


class TestFakeHttpClient(HttpClientSuite):
    def facing(self, answer: HttpAnswer) -> tuple[HttpClient, str]:
        return FakeHttpClient(answer), "http://fake"

    def facing_nobody(self) -> tuple[HttpClient, str]:
        return FakeHttpClient(SourceUnreachable("connection refused")), "http://fake"
