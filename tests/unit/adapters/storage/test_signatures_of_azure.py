"""Requests to Azure are signed as its own library signs them, and connection strings mean what they mean to it."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.pipeline.transport import HttpRequest
from azure.storage.blob import BlobServiceClient
from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.storage.objects.azure_account import azure_account
from tilekeep.adapters.storage.objects.azure_signing import signed
from tilekeep.adapters.storage.services.transfers import Message

NOW = 1_700_000_000.0
KEY = "aHVudGVyMg=="


def their_signature(message: Message, account: str, host: str) -> str:
    headers = {**message.headers, "x-ms-date": formatdate(NOW, usegmt=True)}
    if message.body:
        headers["Content-Length"] = str(len(message.body))
    request = HttpRequest(message.method, f"https://{host}{message.target}", headers=headers)
    policy = SharedKeyCredentialPolicy(account, KEY)
    policy.on_request(PipelineRequest(request, PipelineContext(None)))
    return str(request.headers["Authorization"])


_TEXT = st.text(st.sampled_from("abcZ09-_."), min_size=1, max_size=8)


@given(
    method=st.sampled_from(["GET", "PUT", "HEAD", "DELETE"]),
    path=st.lists(st.sampled_from(["a", "4", "%2F", "time-2024%25", "L%C3%A4"]), min_size=1, max_size=4).map("/".join),
    query=st.dictionaries(st.sampled_from(["comp", "restype", "prefix", "marker"]), _TEXT | st.just("a%2Fb%20c")),
    meta=st.dictionaries(st.sampled_from(["x-ms-meta-a", "x-ms-meta-b", "x-ms-version", "if-match"]), _TEXT),
    body=st.sampled_from([b"", b"x" * 17]),
)
def test_signatures_are_those_of_the_library(
    method: str, path: str, query: dict[str, str], meta: dict[str, str], body: bytes
) -> None:
    target = f"/{path}" + (f"?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else "")
    message = Message(method, target, {**meta, **({"content-type": "image/png"} if body else {})}, body)
    account = azure_account(f"AccountName=maps;AccountKey={KEY}")

    ours = signed(message, account, NOW)

    assert ours.headers["authorization"] == their_signature(message, "maps", "maps.blob.core.windows.net")


@pytest.mark.parametrize(
    "connection_string",
    [
        pytest.param(f"AccountName=maps;AccountKey={KEY}", id="account"),
        pytest.param(f"DefaultEndpointsProtocol=http;AccountName=maps;AccountKey={KEY}", id="protocol"),
        pytest.param(f"AccountName=maps;AccountKey={KEY};EndpointSuffix=core.chinacloudapi.cn", id="suffix"),
        pytest.param(
            f"DefaultEndpointsProtocol=http;AccountName=maps;AccountKey={KEY};EndpointSuffix=core.windows.net",
            id="protocol-and-suffix",
        ),
        pytest.param(f"AccountName=maps;AccountKey={KEY};BlobEndpoint=https://tiles.example/", id="own-host"),
        pytest.param(f"BlobEndpoint=http://127.0.0.1:10000/maps;AccountName=maps;AccountKey={KEY}", id="path"),
    ],
)
def test_an_account_is_where_the_library_finds_it(connection_string: str) -> None:
    ours = azure_account(connection_string)

    theirs = BlobServiceClient.from_connection_string(connection_string)
    assert f"{ours.address.url}{ours.path}".rstrip("/") == theirs.url.rstrip("/")
    assert ours.name == theirs.account_name


def test_a_signature_of_others_is_passed_on_and_not_shown() -> None:
    account = azure_account("BlobEndpoint=https://maps.blob.core.windows.net;SharedAccessSignature=sv=1&sig=hunter2")

    plain = signed(Message("GET", "/tiles/a.png", {}), account, NOW)
    listing = signed(Message("GET", "/tiles?comp=list", {}), account, NOW)

    assert plain.target == "/tiles/a.png?sv=1&sig=hunter2"
    assert listing.target == "/tiles?comp=list&sv=1&sig=hunter2"
    assert "authorization" not in plain.headers
    assert "hunter2" not in repr(account)
