"""Celery is loaded when somebody wants workers elsewhere, and then set up for them."""

from __future__ import annotations

import sys

import pytest

from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.seeding.remote.broker import Broker
from tilekeep.adapters.seeding.remote.celery_app import celery_app
from tilekeep.domain.errors import ConfigurationError

BROKER = Broker("redis://:secret@host:6379/0", RedisServer("host"), "digest")


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "celery", None)

    with pytest.raises(ConfigurationError, match=r'pip install "tilekeep\[celery\]"'):
        celery_app(BROKER, longest_seconds=60.0)


def test_messages_are_json_and_outlive_a_worker_that_dies() -> None:
    settings = celery_app(BROKER, longest_seconds=60.0).conf

    assert (settings.accept_content, settings.task_serializer) == (["json"], "json")
    assert settings.task_acks_late
    assert settings.task_reject_on_worker_lost
    assert settings.broker_transport_options["visibility_timeout"] > settings.task_time_limit
    assert settings.worker_prefetch_multiplier == 1


def test_variables_for_other_applications_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://other:1/0")

    with celery_app(BROKER, longest_seconds=60.0) as app:
        places = {app.connection_for_read().hostname, app.connection_for_write().hostname}

    assert places == {"host"}
