"""An HTTP client that answers as told and remembers what it was asked."""

from __future__ import annotations

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

Script = HttpAnswer | Exception


class FakeHttpClient:
    """Gives ``answers`` one after the other, the last one for ever; an exception is raised instead."""

    def __init__(self, *answers: Script) -> None:
        self.answers: list[Script] = list(answers)
        self.requests: list[UpstreamRequest] = []
        self.deadlines: list[Deadline] = []

    def make_ready(self) -> None:
        """Is ready as it is."""

    def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
        self.requests.append(request)
        self.deadlines.append(deadline)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if len(answer.body) > max_bytes:
            raise SourceContentError(f"more than the {max_bytes} bytes allowed")
        return answer
