"""A map source that answers as told and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.map_query import MapQuery, NotModified, SourceAnswer, SourceTraits, UpstreamRequest

Script = SourceAnswer | SourceError | Callable[[MapQuery], SourceAnswer]

DRAWS_ANYTHING = SourceTraits(meta_tiles=True)


class FakeMapSource:
    """Gives ``answers`` one after the other, the last one for ever.

    An error is raised and a function is called with the query.
    """

    def __init__(
        self, *answers: Script, traits: SourceTraits = DRAWS_ANYTHING, url: str | None = "http://fake/"
    ) -> None:
        self.answers: list[Script] = list(answers)
        self.queries: list[MapQuery] = []
        self.purposes: list[Purpose] = []
        self.deadlines: list[Deadline] = []
        self.tiles = 0
        self._traits = traits
        self._url = url

    @property
    def traits(self) -> SourceTraits:
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        return (UpstreamRequest("GET", self._url),) if self._url else ()

    def tiles_for(self, query: MapQuery) -> int:
        return self.tiles

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        self.queries.append(query)
        self.purposes.append(purpose)
        self.deadlines.append(deadline)
        script = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(script, SourceError):
            raise script
        if not callable(script):
            return script
        return script(query)


def answers_with_validators(answer: SourceAnswer) -> Callable[[MapQuery], SourceAnswer]:
    """A script that gives ``answer``, or ``NotModified`` to a query that has its validators already."""

    def script(query: MapQuery) -> SourceAnswer:
        validators = getattr(answer, "validators", None)
        if query.validators is not None and query.validators == validators:
            return NotModified(validators)
        return answer

    return script
