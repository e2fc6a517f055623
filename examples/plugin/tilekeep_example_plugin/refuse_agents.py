"""An interceptor that refuses clients by what they call themselves, before any service sees their requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import WSGIApplication

from tilekeep.plugins import InterceptorPlugin, Options, ServiceContext


class RefuseAgentsOptions(Options):
    """``globals.interceptors.refuse_agents``.

    :ivar agents: parts of ``User-Agent``, in any case.
    """

    agents: tuple[str, ...] = ()


def refuse_agents(
    options: RefuseAgentsOptions, context: ServiceContext
) -> Callable[[WSGIApplication], WSGIApplication]:
    """Middleware; it might as well set a hook such as ``mapproxy.authorize`` in the environment."""
    refused = tuple(agent.lower() for agent in options.agents)

    def around(application: WSGIApplication) -> WSGIApplication:
        def intercepting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            agent = environ.get("HTTP_USER_AGENT", "").lower()
            if any(part in agent for part in refused):
                start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "7")])
                return [b"refused"]
            return application(environ, start_response)

        return intercepting

    return around


PLUGIN = InterceptorPlugin(options=RefuseAgentsOptions, make=refuse_agents)
