"""How a worker goes on when Redis could not be told that a chunk is done."""

from __future__ import annotations

from typing import Any, NoReturn

from celery.worker.request import Request
from kombu.asynchronous import Hub, get_event_loop

#: By then a message has been acknowledged, which the loop of the worker does soon after a chunk is done.
_ACKNOWLEDGED_SECONDS = 2.0


class ChunkRequest(Request):  # type: ignore[misc]  # the library has no types
    """A chunk that a worker has fetched.

    Celery only logs when it cannot acknowledge, as while Redis starts anew.  The chunk would go on to hold the only
    place there is for fetched ones, and the worker wait, connected and without work.
    """

    def acknowledge(self) -> None:
        """See Celery; connects anew where that fails, which gives the place back."""
        super().acknowledge()
        loop = get_event_loop()
        if loop is not None:
            loop.call_later(_ACKNOWLEDGED_SECONDS, _look_after, loop, self.message)  # type: ignore[no-untyped-call]


def _look_after(loop: Hub, message: Any) -> None:
    """A message of a connection that is gone holds no place."""
    if not message.acknowledged and not message.channel.closed:
        loop.call_soon(_connect_anew)  # type: ignore[no-untyped-call]


def _connect_anew() -> NoReturn:
    """In the loop of the worker, which takes this for a connection that was lost."""
    raise ConnectionResetError("a chunk could not be acknowledged")
