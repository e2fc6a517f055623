"""A source of feature info that answers as told and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.parallel import InlineRunner
from tilekeep.adapters.documents.merging import MergedDocuments
from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import SourceError
from tilekeep.domain.feature_info import InfoDocument, InfoKind, InfoQuery

Script = InfoDocument | SourceError | None


class FakeInfoSource:
    """Gives ``answers`` one after the other, the last one for ever; an error is raised."""

    def __init__(self, *answers: Script) -> None:
        self.answers: list[Script] = list(answers)
        self.queries: list[InfoQuery] = []
        self.deadlines: list[Deadline] = []

    def get(self, query: InfoQuery, deadline: Deadline) -> InfoDocument | None:
        self.queries.append(query)
        self.deadlines.append(deadline)
        script = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(script, SourceError):
            raise script
        return script


def text(content: str) -> InfoDocument:
    """A document of plain text."""
    return InfoDocument(InfoKind.TEXT, content)


def feature_info_of(sources: Mapping[str, FakeInfoSource], *, raise_source_errors: bool = False) -> GetFeatureInfo:
    """The real use case over ``sources`` by their names."""
    return GetFeatureInfo(
        sources.__getitem__, MergedDocuments(), InlineRunner(), raise_source_errors=raise_source_errors
    )
