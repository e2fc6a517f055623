"""The queue of chunks that nobody has fetched, as the coordinator sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kombu.exceptions import KombuError

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.redis.reasons import LIBRARY_ERRORS, reason
from tilekeep.adapters.seeding.remote.broker import QUEUE
from tilekeep.adapters.seeding.remote.celery_app import TASK

if TYPE_CHECKING:
    from celery import Celery

#: How often a connection that was closed is opened again for one message; after that it is for the coordinator to wait.
_RESENDING = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class ChunkQueue:
    """Puts chunks into the queue of a configuration."""

    def __init__(self, app: Celery) -> None:
        """Takes an application that is used for nothing else."""
        # Connections are opened on the way, with patience of their own.
        app.conf.broker_transport_options = {**app.conf.broker_transport_options, **_RESENDING}
        self._app = app

    def put(self, token: str, message: dict[str, Any]) -> None:
        """Puts one into it.

        :raises RedisUnusable: the queue cannot be reached.
        """
        try:
            self._app.send_task(
                TASK, kwargs=message, task_id=token, queue=QUEUE, ignore_result=True, retry_policy=_RESENDING
            )
        except (KombuError, *LIBRARY_ERRORS) as error:
            cause = error.__cause__
            raise RedisUnusable(reason(cause if isinstance(cause, Exception) else error)) from error

    def close(self) -> None:
        """Lets its connections go."""
        self._app.close()
