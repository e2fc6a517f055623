"""A client that runs a CGI program for each request, in place of asking a server (RFC 3875; spec/sources.md, 8.1)."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace

from tilekeep.adapters.http.body import BodyTooLarge
from tilekeep.adapters.http.cgi_answer import cgi_answer
from tilekeep.adapters.http.program_options import ProgramOptions
from tilekeep.adapters.http.program_run import Finished, run_program
from tilekeep.adapters.http.request_log import log_request
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceContentError, SourceError, SourceTimeout, SourceUnreachable
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.source_failure import UNUSABLE_ANSWER, failure_texts, upstream_text
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpAnswer

_LOG = logging.getLogger("tilekeep.source.cgi")

_NO_RESPONSE = "No response from program"
_FAILED = "Error during CGI call"

#: Headers come with the body, which alone is limited.
_HEADER_BYTES = 65536

_SERVER = {
    "REQUEST_METHOD": "GET",
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SERVER_ADDR": "127.0.0.1",
    "SERVER_NAME": "localhost",
    "SERVER_PROTOCOL": "HTTP/1.0",
    "SERVER_SOFTWARE": "Tilekeep",
}


#: Where GDAL, PROJ and ICU look for their data.
_DATA_VARIABLES = ("GDAL_DATA", "ICU_DATA", "PROJ_DATA", "PROJ_LIB")


class CgiClient:
    """An :class:`~tilekeep.ports.http_client.HttpClient` that gives the query of each request to a new process.

    The program has the environment of this process, so that ``MAPSERVER_CONFIG_FILE`` and its like reach it.  Requests
    are GET; there is nobody to negotiate anything else with.  ``logs`` says whether each request is logged.
    """

    def __init__(self, options: ProgramOptions, clock: Clock, *, logs: bool = True) -> None:
        self._options = options
        self._logs = logs
        self._clock = clock

    def make_ready(self) -> None:
        """Is ready as it is."""

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        """See :meth:`tilekeep.ports.http_client.HttpClient.send`; an exit code other than 0 is no answer."""
        started = self._clock.monotonic()
        answer = None
        try:
            answer = self._checked(self._run(request, deadline, max_bytes), request, max_bytes)
        finally:
            if self._logs:
                log_request(replace(request, method="CGI"), answer, self._clock.monotonic() - started)
        return answer

    def _run(self, request: UpstreamRequest, deadline: Deadline, max_bytes: int) -> Finished:
        program = shutil.which(self._options.binary) or self._options.binary
        directory = self._options.working_dir or os.path.dirname(program) or os.curdir
        try:
            return run_program(
                program,
                _environment(request),
                directory,
                lambda: deadline.remaining(self._clock.monotonic()),
                max_bytes + _HEADER_BYTES,
            )
        except TimeoutError as error:
            raise self._failure(SourceTimeout, _NO_RESPONSE, request, "timed out") from error
        except BodyTooLarge as error:
            raise self._too_large(request, max_bytes) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise self._failure(SourceUnreachable, _NO_RESPONSE, request, f"{program}: {reason}") from error

    def _checked(self, run: Finished, request: UpstreamRequest, max_bytes: int) -> HttpAnswer:
        complaints = upstream_text(run.complaints.decode("utf-8", "backslashreplace").strip())
        if run.exit_code != 0:
            how = f"exit code {run.exit_code}" if run.exit_code > 0 else f"ended by signal {-run.exit_code}"
            raise self._failure(SourceUnreachable, _FAILED, request, f"{how}; {complaints or 'it said nothing'}")
        if complaints:
            _LOG.info("%s said: %s", self._options.binary, complaints)
        answer = cgi_answer(run.output)
        if len(answer.body) > max_bytes:
            raise self._too_large(request, max_bytes)
        return answer

    def _too_large(self, request: UpstreamRequest, max_bytes: int) -> SourceError:
        return self._failure(SourceContentError, UNUSABLE_ANSWER, request, f"more than the {max_bytes} bytes allowed")

    def _failure(self, kind: type[SourceError], what: str, request: UpstreamRequest, reason: str) -> SourceError:
        texts = failure_texts(what, request.public_url, reason, hide_details=self._options.hide_error_details)
        return kind(texts.log, client_message=texts.client)


def _environment(request: UpstreamRequest) -> Mapping[str, str]:
    return {**_own_environment(), **_SERVER, "QUERY_STRING": request.url.partition("?")[2]}


def _own_environment() -> dict[str, str]:
    """That of this process without what libraries put there: Mapnik names its own data, which is not the program's."""
    of_packages = {name for name in _DATA_VARIABLES if f"{os.sep}site-packages{os.sep}" in os.environ.get(name, "")}
    return {name: value for name, value in os.environ.items() if name not in of_packages}
