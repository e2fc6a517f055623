"""Where coordinators and workers of seeding meet, out of what the command line says."""

from __future__ import annotations

from tilekeep.adapters.seeding.remote.broker import Broker
from tilekeep.config.mapproxy.globals import MeetingPoint
from tilekeep.config.mapproxy.meaning_redis import redis_server
from tilekeep.config.mapproxy.redis_checks import is_redis_url
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.seeding.digest import configuration_digest
from tilekeep.domain.errors import ConfigurationError

__all__ = ["Broker", "seed_broker"]


def seed_broker(url: str, settings: Settings) -> Broker:
    """The broker at ``redis://user:password@host:port/db`` for those who have these settings.

    :raises ConfigurationError: it is no such URL; the message does not show it, as it may hold a password.
    """
    if not is_redis_url(url):
        raise ConfigurationError("broker: expected redis://user:password@host:port/db, or rediss:// for TLS")
    return Broker(url, redis_server(MeetingPoint(url=url), ""), configuration_digest(settings))
