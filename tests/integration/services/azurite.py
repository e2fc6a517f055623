"""Azurite: Azure Blob Storage on this machine, which checks signatures."""

from __future__ import annotations

from pathlib import Path

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import find_program, find_test_server

ACCOUNT = "devstoreaccount1"

#: Published, the same in every Azurite.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def azurite(directory: Path) -> Server:
    """A server that is not started yet; its containers are gone when it stops."""
    port = free_port()
    program = find_test_server("azurite") / "dist" / "src" / "blob" / "main.js"
    options = ["--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence"]
    place = ["--blobHost", HOST, "--blobPort", str(port)]
    return Server([str(find_program("node")), str(program), *place, *options], directory, port)


def connection_string(server: Server, key: str = KEY) -> str:
    """How a client finds the server."""
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};BlobEndpoint={server.url}/{ACCOUNT};"
