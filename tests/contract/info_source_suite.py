"""What every :class:`tilekeep.ports.info_source.InfoSource` promises; adapters, wrappers and the fake subclass it."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import MERCATOR
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceError
from tilekeep.domain.feature_info import InfoDocument, InfoQuery, PixelPosition
from tilekeep.domain.geometry import BBox, Size
from tilekeep.ports.info_source import InfoSource

#: A place that every source can be asked about.
PLACE = InfoQuery(BBox(0.0, 0.0, 1000.0, 1000.0), Size(256, 256), MERCATOR, PixelPosition(10, 20), "text/plain")


class InfoSourceSuite:
    def telling(self, text: str) -> InfoSource:
        """A source that has ``text``, plain text, to say about :data:`PLACE`."""
        raise NotImplementedError

    def silent(self) -> InfoSource:
        """A source that has nothing to say."""
        raise NotImplementedError

    def failing(self) -> InfoSource:
        """A source whose upstream answers with status 500."""
        raise NotImplementedError

    def test_what_there_is_to_say_is_said(self) -> None:
        answer = self.telling("Straße").get(PLACE, NO_DEADLINE)

        assert isinstance(answer, InfoDocument)
        assert answer.text == "Straße"

    def test_nothing_is_none(self) -> None:
        assert self.silent().get(PLACE, NO_DEADLINE) is None

    def test_a_failing_upstream_is_a_source_error(self) -> None:
        with pytest.raises(SourceError) as failure:
            self.failing().get(PLACE, NO_DEADLINE)

        assert "://" not in failure.value.client_message
