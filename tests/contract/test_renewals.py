"""What a process holds for a time is renewed for as long as it holds it, and not for a moment longer."""

from __future__ import annotations

import threading

from tilekeep.adapters.redis.renewals import Renewals

LONG_SECONDS = 30.0


def test_a_renewal_that_comes_after_the_return_takes_nothing_anew() -> None:
    taken = {b"token"}
    is_renewing, is_returned, is_withdrawn = threading.Event(), threading.Event(), threading.Event()

    def renew(_name: bytes, token: bytes) -> None:
        is_renewing.set()
        is_returned.wait(LONG_SECONDS)
        taken.add(token)

    def withdraw(_name: bytes, token: bytes) -> None:
        taken.discard(token)
        is_withdrawn.set()

    renewals = Renewals(every_seconds=0.01)
    renewals.keep(b"name", b"token", renew, withdraw)
    assert is_renewing.wait(LONG_SECONDS)

    renewals.forget(b"name", b"token")
    taken.discard(b"token")
    is_returned.set()

    assert is_withdrawn.wait(LONG_SECONDS)
    assert taken == set()


def test_what_is_held_is_renewed_again_and_again_and_not_withdrawn() -> None:
    renewed = threading.Semaphore(0)
    withdrawn: list[bytes] = []
    renewals = Renewals(every_seconds=0.01)

    renewals.keep(
        b"name", b"token", lambda _name, _token: renewed.release(), lambda name, _token: withdrawn.append(name)
    )

    assert all(renewed.acquire(timeout=LONG_SECONDS) for _ in range(3))
    assert withdrawn == []
