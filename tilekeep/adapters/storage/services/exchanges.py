"""One request to a service until it is answered: tried again where that helps, not at all in an outage."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection

from tilekeep.adapters.outage import Outage
from tilekeep.adapters.storage.services.pools import Address
from tilekeep.adapters.storage.services.transfers import Answer, Message, NoAnswer, Transfers
from tilekeep.domain.deadline import Deadline
from tilekeep.ports.clock import Clock

#: What services of objects answer when they are too busy or have had a fault, and ask to be tried again.
TRANSIENT = frozenset({429, 500, 502, 503, 504})

_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.2


class Exchanges:
    """The requests to one service.  Safe to use from all threads.

    All requests may be sent twice: what they put is put whole, and what they remove may be gone.
    """

    def __init__(
        self,
        transfers: Transfers,
        clock: Clock,
        *,
        transient: Collection[int] = TRANSIENT,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Binds them to a service that is believed to be well.

        Args:
            transfers: sends the requests.
            clock: says how much time there is, and how long an outage lasts.
            transient: statuses of answers after which a request is tried again.
            sleep: waits between two attempts.
        """
        self._transfers = transfers
        self._clock = clock
        self._transient = transient
        self._sleep = sleep
        self._outage = Outage(clock)

    def ask(self, address: Address, message: Callable[[], Message], deadline: Deadline) -> Answer:
        """The answer; ``message`` makes the request anew for each attempt, as it is signed with its time.

        :raises NoAnswer: there is none, or not before the deadline.
        """
        refusal = self._outage.refusal()
        if refusal is not None:
            raise NoAnswer(refusal)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self._transfers.send(address, message(), deadline)
            except NoAnswer as failure:
                if failure.out:
                    self._outage.begins(str(failure))
                if not failure.again or not self._pause(attempt, deadline):
                    raise
                continue
            self._outage.ends()
            if answer.status not in self._transient or not self._pause(attempt, deadline):
                return answer
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, attempt: int, deadline: Deadline) -> bool:
        """Waits before the next attempt, longer each time; False if there is none."""
        pause = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load
        if attempt == _ATTEMPTS or pause >= deadline.remaining(self._clock.monotonic()):
            return False
        self._sleep(pause)
        return True
