"""What every :class:`tilekeep.ports.map_source.MapSource` promises; adapters and the fake subclass it.

A subclass says how to make a source whose upstream is in a given state.  Sources without a server to ask override
``conditional`` and ``failing`` and return None there: the promises about it do not concern them.
"""

from __future__ import annotations

import pytest

from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceTraits
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import Validators
from tilekeep.ports.map_source import MapSource

WEB_MERCATOR = Srs("EPSG:3857", "mercator", geographic=False, north_first=False, metres_per_unit=1.0)
HALF = 20037508.342789244
VALIDATORS = Validators(etag='"v1"', last_modified="Tue, 14 Nov 2023 22:13:20 GMT")

#: The one tile of level 0 of web mercator: a map that every source can be asked for.
WORLD = MapQuery(BBox(-HALF, -HALF, HALF, HALF), Size(256, 256), WEB_MERCATOR, "image/png")


class MapSourceSuite:
    def working(self) -> MapSource:
        """A source whose upstream has a map for :data:`WORLD`."""
        raise NotImplementedError

    def conditional(self) -> MapSource | None:
        """The same, with a map that has :data:`VALIDATORS`."""
        raise NotImplementedError

    def failing(self) -> MapSource | None:
        """A source whose upstream answers with status 500."""
        raise NotImplementedError

    def test_a_map_is_fetched_drawn_or_blank(self) -> None:
        answer = self.working().get(WORLD, Purpose.SERVE, NO_DEADLINE)

        assert isinstance(answer, Fetched | Drawn | Blank)
        assert not isinstance(answer, Fetched) or answer.body

    @pytest.mark.parametrize("purpose", Purpose, ids=lambda purpose: purpose.value)
    def test_every_purpose_gets_an_answer(self, purpose: Purpose) -> None:
        answer = self.working().get(WORLD, purpose, NO_DEADLINE)

        assert isinstance(answer, Fetched | Drawn | Blank)

    def test_a_map_is_never_not_modified_for_who_has_none(self) -> None:
        source = self.conditional()
        if source is None:
            pytest.skip("this source asks nobody who could have validators")

        answer = source.get(WORLD, Purpose.REFRESH, NO_DEADLINE)

        assert isinstance(answer, Fetched)
        assert answer.validators == VALIDATORS

    def test_validators_that_are_still_good_are_answered_with_not_modified(self) -> None:
        source = self.conditional()
        if source is None:
            pytest.skip("this source asks nobody who could have validators")

        answer = source.get(WORLD._replace(validators=VALIDATORS), Purpose.REFRESH, NO_DEADLINE)

        assert isinstance(answer, NotModified)

    def test_validators_that_are_no_longer_good_get_the_map(self) -> None:
        source = self.conditional()
        if source is None:
            pytest.skip("this source asks nobody who could have validators")

        answer = source.get(WORLD._replace(validators=Validators(etag='"v0"')), Purpose.REFRESH, NO_DEADLINE)

        assert isinstance(answer, Fetched)
        assert answer.validators == VALIDATORS

    def test_a_failing_upstream_is_a_source_error(self) -> None:
        source = self.failing()
        if source is None:
            pytest.skip("this source asks nobody who could fail")

        with pytest.raises(SourceError) as failure:
            source.get(WORLD, Purpose.SERVE, NO_DEADLINE)

        assert "://" not in failure.value.client_message

    def test_traits_never_change(self) -> None:
        source = self.working()
        before = source.traits

        source.get(WORLD, Purpose.SERVE, NO_DEADLINE)

        assert isinstance(before, SourceTraits)
        assert source.traits == before

    def test_telling_the_request_asks_nobody(self) -> None:
        source = self.failing() or self.working()

        first, second = source.requests_for(WORLD, Purpose.SERVE), source.requests_for(WORLD, Purpose.SERVE)

        assert first == second

    def test_requests_show_no_secret(self) -> None:
        requests = self.working().requests_for(WORLD, Purpose.SERVE)

        assert "hunter2" not in repr(requests)
        assert all("hunter2" not in request.public_url for request in requests)
