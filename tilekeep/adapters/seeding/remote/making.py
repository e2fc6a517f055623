"""Executors and workers out of what they need; the libraries are loaded when the first one is made."""

from __future__ import annotations

import uuid

from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.commands import RedisCommands, RedisUnusable
from tilekeep.adapters.seeding.remote.board import RunBoard, WorkersBoard
from tilekeep.adapters.seeding.remote.broker import Broker
from tilekeep.adapters.seeding.remote.celery_app import celery_app
from tilekeep.adapters.seeding.remote.crew import Crew
from tilekeep.adapters.seeding.remote.executor import CeleryExecutor
from tilekeep.adapters.seeding.remote.worker import CeleryWorker
from tilekeep.domain.errors import ConfigurationError
from tilekeep.ports.clock import Clock
from tilekeep.ports.seed_executor import LookFor, MayBegin, Ordering, OrderWork, WorkersListener, always
from tilekeep.ports.stop import Stop


def celery_executor(
    order: Ordering,
    stop: Stop,
    broker: Broker,
    listener: WorkersListener,
    *,
    longest_seconds: float,
    clients: RedisClients,
    clock: Clock,
    look_for: LookFor,
    may_begin: MayBegin = always,
) -> CeleryExecutor:
    """An executor for one run.

    Args:
        order: what workers are told of a chunk.
        stop: ends the run.
        broker: where workers are met.
        listener: hears of them.
        longest_seconds: the time that a worker takes at most for what it is told.
        clients: of Redis.
        clock: measures time.
        look_for: looks for tiles that workers have stored.
        may_begin: whether chunks may be begun now.

    :raises ConfigurationError: a library is not installed.
    """
    app = celery_app(broker, longest_seconds=longest_seconds)
    from tilekeep.adapters.seeding.remote.chunk_queue import ChunkQueue

    commands = _commands(clients, broker)
    run = uuid.uuid4().hex
    return CeleryExecutor(
        order,
        stop,
        run,
        RunBoard(commands, broker, run),
        WorkersBoard(commands, broker),
        ChunkQueue(app),
        Crew(broker.digest, broker.server.place, listener),
        broker,
        clock,
        longest_seconds,
        look_for,
        may_begin,
    )


def celery_worker(
    work: OrderWork, broker: Broker, *, at_a_time: int, longest_seconds: float, clients: RedisClients
) -> CeleryWorker:
    """A worker that does ``at_a_time`` chunks side by side; arguments and errors are those of an executor."""
    return CeleryWorker(work, _commands(clients, broker), broker, at_a_time=at_a_time, longest_seconds=longest_seconds)


def _commands(clients: RedisClients, broker: Broker) -> RedisCommands:
    try:
        return clients.of(broker.server)
    except RedisUnusable as error:
        raise ConfigurationError(str(error)) from error
