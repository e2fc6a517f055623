"""A server with the protocol of CouchDB, on PouchDB, with nothing on disk."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.integration.services.process import Server, free_port
from tests.integration.services.programs import ProgramMissing, find_program

_ROOT = Path(__file__).parents[3]
_MODULES = _ROOT / ".cache/servers/node_modules"


class CouchDb(Server):
    """A running server; empty whenever it starts."""

    def __init__(self, directory: Path) -> None:
        if not (_MODULES / "express-pouchdb").is_dir():
            raise ProgramMissing("express-pouchdb", "make servers")
        port = free_port()
        command = [str(find_program("node")), str(_ROOT / "tests/tools/servers/couchdb.js"), str(port)]
        super().__init__(command, directory, port, environ={"NODE_PATH": str(_MODULES)})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that comes back; None where there is nothing."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in (404, 412):
                return None
            raise

    def put(self, database: str, name: str, body: bytes, members: dict[str, Any]) -> None:
        """Stores a document with an attachment as MapProxy does."""
        attachment = {"content_type": "image/png", "data": base64.b64encode(body).decode()}
        document = {**members, "_id": name, "_attachments": {"tile": attachment}}
        self.ask("PUT", f"/{database}")
        before = self.ask("GET", f"/{database}/{quote(name, safe='')}")
        if before is not None:
            document["_rev"] = before["_rev"]
        self.ask("POST", f"/{database}/_bulk_docs", {"docs": [document]})

    def get(self, database: str, name: str) -> bytes | None:
        """The bytes of the attachment of a document."""
        document = self.ask("GET", f"/{database}/{quote(name, safe='')}?attachments=true")
        return None if document is None else base64.b64decode(document["_attachments"]["tile"]["data"])

    def names(self, database: str) -> list[str]:
        """The ids of all documents."""
        found = self.ask("GET", f"/{database}/_all_docs")
        return [] if found is None else [row["id"] for row in found["rows"]]
