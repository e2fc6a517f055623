"""Documents that servers publish about themselves, read without a configuration."""

from __future__ import annotations

import os
from typing import Any

from dependency_injector import providers

from tilekeep.adapters.documents_of_server import body_of, json_at
from tilekeep.adapters.locks.no_gate import NoGate
from tilekeep.config.assemble.discovered_sources import trusted_exchange
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_globals import effective_globals
from tilekeep.config.mapproxy.meaning_http import effective_http
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.stand_in import NO_STAND_INS
from tilekeep.ports.projection import Projection


class ServerDocuments:
    """Reads documents of one server and of those that it names, with the limits of sources.

    Credentials in the address are told to that server alone.

    Args:
        url: of the server.
    """

    def __init__(self, url: str) -> None:
        container = container_without_configuration()
        container.adapters.gate.override(providers.Object(NoGate()))
        self.url = split_credentials(url)[0]
        self.projection: Projection = container.adapters.projection()
        http = effective_http(container.settings, None, container.base_dir)
        self._exchange = trusted_exchange(container.use_cases.source_parts(), url, http, NO_STAND_INS)

    def body(self, url: str, accept: str = "*/*") -> bytes:
        """The document at ``url``.

        :raises SourceError: there is none.
        """
        return body_of(self._exchange, url, accept, Purpose.SERVE, NO_DEADLINE)

    def json(self, url: str) -> dict[str, Any]:
        """The JSON object at ``url``.

        :raises SourceError: there is none.
        """
        return json_at(self._exchange, url, Purpose.SERVE, NO_DEADLINE)


def container_without_configuration() -> TilekeepContainer:
    """What there is without any options."""
    settings, base_dir = Settings(), os.getcwd()
    return TilekeepContainer(settings, base_dir, effective_globals(settings, base_dir))
