"""Celery as it is set up here: it carries messages, runs the processes of a worker, and stores nothing."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from tilekeep.adapters.seeding.remote.broker import QUEUE, Broker
from tilekeep.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from celery import Celery

#: By which coordinators and workers call the work.
TASK = "tilekeep.seed.chunk"


def celery_app(broker: Broker, *, longest_seconds: float) -> Celery:
    """An application that talks to a broker; nothing is connected yet.

    Args:
        broker: where messages go.
        longest_seconds: no message takes longer to be worked on, unless its worker hangs.

    :raises ConfigurationError: the library is not installed.
    """
    try:
        from celery import Celery
    except ImportError as error:
        message = 'the library "celery" is not installed: pip install "tilekeep[celery]"'
        raise ConfigurationError(message) from error
    app = Celery("tilekeep", set_as_current=False, fixups=[])
    app.conf.update(_settings(broker, longest_seconds))
    return app


def _settings(broker: Broker, longest_seconds: float) -> dict[str, Any]:
    """A message is acknowledged when its work is done, and goes to somebody else if its worker dies before that."""
    tls = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if broker.server.tls is not None else None
    return {
        # Both, as variables of the environment for other applications would go before the common one.
        "broker_read_url": broker.url,
        "broker_write_url": broker.url,
        "broker_use_ssl": tls,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "global_keyprefix": broker.prefix,
            # Longer than any work, or it would be done twice; a worker that is gone is noticed much sooner by others.
            "visibility_timeout": 2 * longest_seconds,
            "socket_connect_timeout": broker.server.timeout_seconds,
            "socket_keepalive": True,
        },
        "task_default_queue": QUEUE,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # A process that hangs is killed, and its place taken by another one.
        "task_time_limit": longest_seconds,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }
