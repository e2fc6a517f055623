"""Redis in its three forms: one server, a master with sentinels, a cluster of three masters."""

from __future__ import annotations

import itertools
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import redis

from tests.integration.services.process import HOST, Server, free_port, wait_until
from tests.integration.services.programs import find_program

MASTER = "tiles"


class SpeaksRedis(Server):
    """A process that answers commands."""

    def __init__(self, command: Sequence[str], directory: Path, port: int) -> None:
        super().__init__(command, directory, port)
        self._clients: dict[int, redis.Redis] = {}

    @property
    def client(self) -> redis.Redis:
        """The client of the library, for looking from behind."""
        return self.client_of(0)

    def client_of(self, db: int) -> redis.Redis:
        """That of a database; it has to be closed by nobody."""
        if db not in self._clients:
            self._clients[db] = redis.Redis(HOST, self.port, db=db)
        return self._clients[db]

    def answers(self) -> bool:
        """Whether it says PONG."""
        return says_pong(self.port)

    def stop(self, patience_seconds: float = 10.0) -> None:
        """As any server; clients are disconnected first."""
        for client in self._clients.values():
            client.close()
        super().stop(patience_seconds)


class RedisProcess(SpeaksRedis):
    """One process of Redis, with nothing on disk; empty whenever it starts."""

    def __init__(self, directory: Path, options: Sequence[str] = (), *, port: int | None = None) -> None:
        port = port or free_port()
        self.socket = directory / f"{port}.sock"
        command = [str(find_program("redis-server")), "--port", str(port), "--bind", HOST, "--dir", str(directory)]
        plain = ["--save", "", "--appendonly", "no", "--unixsocket", str(self.socket)]
        super().__init__([*command, *plain, *options], directory, port)


class SentinelProcess(SpeaksRedis):
    """One sentinel, who alone decides that the master is gone."""

    def __init__(self, directory: Path, master: RedisProcess) -> None:
        port = free_port()
        config = directory / f"sentinel-{port}.conf"
        config.write_text(
            f"port {port}\nbind {HOST}\ndir {directory}\nsentinel monitor {MASTER} {HOST} {master.port} 1\n"
            f"sentinel down-after-milliseconds {MASTER} 300\nsentinel failover-timeout {MASTER} 2000\n"
        )
        super().__init__([str(find_program("redis-server")), str(config), "--sentinel"], directory, port)


class RedisCluster:
    """Three masters, each with a third of the slots."""

    def __init__(self, directory: Path) -> None:
        self._client: redis.RedisCluster | None = None
        self.nodes = []
        for _ in range(3):
            port = free_port()
            # The port of the bus is stated, as the usual one, 10000 higher, may be in use or none at all.
            options = ["--cluster-enabled", "yes", "--cluster-port", str(free_port())]
            options += ["--cluster-config-file", f"nodes-{port}.conf", "--cluster-node-timeout", "2000"]
            self.nodes.append(RedisProcess(directory, options, port=port))

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each node."""
        return tuple((HOST, node.port) for node in self.nodes)

    def start(self) -> None:
        """Starts the nodes and joins them; returns when all of them know that the cluster is whole."""
        for node in self.nodes:
            node.start()
        command = [str(find_program("redis-cli")), "--cluster", "create", *(f"{HOST}:{n.port}" for n in self.nodes)]
        subprocess.run([*command, "--cluster-yes"], check=True, capture_output=True, timeout=60)
        wait_until(lambda: all(_knows_that_it_is_whole(node.client) for node in self.nodes))

    @property
    def client(self) -> redis.RedisCluster:
        """The client of the library, for looking from behind; it has to be closed by nobody."""
        if self._client is None:
            self._client = redis.RedisCluster(*self.addresses[1])
        return self._client

    def stop(self) -> None:
        """Stops the nodes; the client is disconnected first."""
        if self._client is not None:
            self._client.disconnect_connection_pools()  # type: ignore[no-untyped-call]
        for node in self.nodes:
            node.stop()


def says_pong(port: int) -> bool:
    """Whether somebody on ``port`` answers as Redis does."""
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False


def _knows_that_it_is_whole(client: redis.Redis) -> bool:
    facts: dict[str, str] = client.execute_command("CLUSTER INFO")
    return facts["cluster_state"] == "ok"


#: Numbers that give each test a place of its own on a server that others use too.
numbers: Callable[[], int] = itertools.count(1).__next__
