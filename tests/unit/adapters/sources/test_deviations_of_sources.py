"""How long a permit of ``concurrent_requests`` is held (spec/sources.md, 10)."""

from __future__ import annotations

from tests.contract.map_source_suite import WORLD
from tests.fakes.exchanges import exchange
from tests.fakes.upstream_gate import FakeUpstreamGate
from tests.unit.adapters.sources.upstream import IMAGE
from tilekeep.adapters.sources.wms import WmsSource
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.map_query import SourceTraits, Upstream, UpstreamRequest
from tilekeep.domain.wms_request import WmsRequestTemplate
from tilekeep.ports.http_client import HttpAnswer


def test_a_permit_is_held_until_the_body_is_read() -> None:
    gate = FakeUpstreamGate()
    held: list[int] = []

    class Client:
        """Hands over whole answers, as every client does, and looks at the gate when the body has come."""

        def make_ready(self) -> None:
            """Is ready as it is."""

        def send(self, request: UpstreamRequest, deadline: Deadline, *, max_bytes: int) -> HttpAnswer:
            body = IMAGE.body
            held.append(gate.running.total())
            return HttpAnswer(200, IMAGE.headers, body)

    source = WmsSource(
        exchange(Client(), gate, upstream=Upstream("host", concurrent_requests=1)),
        request=WmsRequestTemplate.from_options("http://host/wms?", {"layers": "a"}),
        traits=SourceTraits(meta_tiles=True),
    )

    source.get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert (held, gate.running.total()) == ([1], 0)
