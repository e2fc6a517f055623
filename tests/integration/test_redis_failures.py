"""What goes wrong with Redis: errors that say what to do, time-outs that keep, masters that change, TLS."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis
from redis.connection import AbstractConnection

from tests.contract.processes import forked, wait_for
from tests.integration.services.process import HOST, Server, free_port, wait_until
from tests.integration.services.redis import MASTER, RedisCluster, RedisProcess, SentinelProcess
from tests.integration.support.key_value_caches import KEY, LONG_AGO, RED, Place, new, store_of
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.cluster import Cluster
from tilekeep.adapters.redis.commands import RedisCommands, RedisUnusable
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.redis.single import SingleServer
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.ports.tile_store import TileStore


@pytest.fixture
def own_server(new_directory: Callable[[str], Path]) -> Iterator[RedisProcess]:
    """A server that the test may maltreat."""
    with RedisProcess(new_directory("redis")) as server:
        yield server


def at(server: RedisProcess, more: str = "") -> Place:
    return Place("redis", f"port: {server.port}, prefix: a{more}", "a")


def failure_of(work: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as caught:
        work()
    return str(caught.value)


def test_a_server_that_is_not_there_is_named_with_a_remedy(tmp_path: Path) -> None:
    store = store_of(Place("redis", f"port: {(port := free_port())}, password: hunter2", "a").config(tmp_path))

    message = failure_of(lambda: store.read(KEY))

    assert message.startswith(f"cannot read tile in Redis 127.0.0.1:{port}, db 0: ")
    assert "Connection refused; does it run, and are host and port right?" in message
    assert "hunter2" not in message + store.locate(KEY)


def test_a_wrong_password_is_said_and_not_shown(tmp_path: Path, own_server: RedisProcess) -> None:
    own_server.client.config_set("requirepass", "right")
    url = f"url: 'redis://:hunter2@127.0.0.1:{own_server.port}/0'"
    store = store_of(Place("redis", url, "a").config(tmp_path))

    message = failure_of(lambda: store.read(KEY))

    assert "it does not accept user and password; correct username and password" in message
    assert "hunter2" not in message + store.locate(KEY)


def test_the_right_password_of_a_url_opens(tmp_path: Path, own_server: RedisProcess) -> None:
    own_server.client.config_set("requirepass", "p@ss/word")
    url = f"url: 'redis://:p%40ss%2Fword@127.0.0.1:{own_server.port}/3'"
    store = store_of(Place("redis", url, "a").config(tmp_path))

    store.write([new(KEY)], LONG_AGO)

    assert store.read(KEY) is not None


def test_a_full_memory_is_an_error_that_keeps_what_is_stored(tmp_path: Path, own_server: RedisProcess) -> None:
    store = store_of(at(own_server).config(tmp_path))
    store.write([new(KEY)], LONG_AGO)
    own_server.client.config_set("maxmemory", 1)

    message = failure_of(lambda: store.write([new(KEY, b"\x89PNG\r\n\x1a\nnew")], LONG_AGO + 1))

    assert "raise maxmemory, or let it evict keys" in message
    tile = store.read(KEY)
    assert tile is not None
    assert (tile.body, tile.info.stored_at) == (RED, LONG_AGO)


def test_a_user_without_rights_is_told_which_one_is_missing(tmp_path: Path, own_server: RedisProcess) -> None:
    own_server.client.acl_setuser("reader", enabled=True, nopass=True, keys="*", commands=["+mget"])
    store = store_of(at(own_server, ", username: reader, password: any").config(tmp_path))

    assert store.read(KEY) is None
    assert "its user lacks a permission" in failure_of(lambda: store.write([new(KEY)], LONG_AGO))


def test_a_replica_takes_no_changes_and_says_so(
    tmp_path: Path, own_server: RedisProcess, new_directory: Callable[[str], Path]
) -> None:
    with RedisProcess(new_directory("replica"), ["--replicaof", HOST, str(own_server.port)]) as replica:
        store = store_of(at(replica).config(tmp_path))

        message = failure_of(lambda: store.write([new(KEY)], LONG_AGO))

    assert "it is a replica, which takes no changes; name the master, or its sentinels" in message


@pytest.mark.parametrize("work", ["read", "write", "list"])
def test_a_server_that_hangs_is_waited_for_no_longer_than_the_deadline(
    tmp_path: Path, own_server: RedisProcess, work: str
) -> None:
    store = store_of(at(own_server, ", timeout: 20").config(tmp_path))
    store.write([new(KEY)], LONG_AGO)
    clock = SystemClock()
    os.kill(own_server.pid, signal.SIGSTOP)
    try:
        begin = clock.monotonic()
        deadline = Deadline(begin + 0.2)
        works: dict[str, Callable[[], object]] = {
            "read": lambda: store.read(KEY, deadline),
            "write": lambda: store.write([new(KEY)], LONG_AGO, deadline),
            "list": lambda: list(store.list(3, deadline=deadline)),
        }
        message = failure_of(works[work])
        took = clock.monotonic() - begin
    finally:
        os.kill(own_server.pid, signal.SIGCONT)

    assert "it did not answer in time" in message
    assert took < 20  # the time-out, which is a hundred times the deadline
    assert store.read(KEY) is not None


def test_a_node_of_a_cluster_that_hangs_is_tried_twice_at_most(redis_cluster: RedisCluster) -> None:
    clock = SystemClock()
    node = redis_cluster.nodes[0]
    commands = RedisClients(clock).of(RedisServer(nodes=redis_cluster.addresses, timeout_seconds=0.3))
    name = next(name for name in (b"%d" % number for number in range(100)) if is_on(node, name))
    commands.ask((b"GET", name), NO_DEADLINE)
    before = connections_of(node)

    os.kill(node.pid, signal.SIGSTOP)
    try:
        with pytest.raises(RedisUnusable, match="in time"):
            commands.ask((b"GET", name), NO_DEADLINE)
    finally:
        os.kill(node.pid, signal.SIGCONT)

    # One command over the connection that was open; this look, a second try, and one to ask who has what.
    assert connections_of(node) - before <= 3


@pytest.fixture
def own_cluster(new_directory: Callable[[str], Path]) -> Iterator[RedisCluster]:
    """A cluster that the test may maltreat."""
    cluster = RedisCluster(new_directory("cluster"))
    cluster.start()
    yield cluster
    cluster.stop()


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Connections to it are accepted meanwhile, and nobody answers."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def failures_of(commands: RedisCommands, names: list[bytes]) -> list[str]:
    """Why questions get no answer."""
    failures = []
    for name in names:
        try:
            commands.ask((b"GET", name), NO_DEADLINE)
        except RedisUnusable as error:
            failures.append(str(error))
    return failures


def waited_for(failures: list[str]) -> list[str]:
    """Those of questions that were not refused because of one before them."""
    return [failure for failure in failures if "that was a moment ago" not in failure]


def names_on(node: RedisProcess) -> list[bytes]:
    return [name for name in (b"%d" % number for number in range(100)) if is_on(node, name)][:12]


def test_a_node_of_a_cluster_that_hangs_costs_one_question_its_time_out(own_cluster: RedisCluster) -> None:
    server = RedisServer(nodes=own_cluster.addresses, timeout_seconds=0.3)
    commands = RedisClients(SystemClock()).sparing(server)
    node = own_cluster.nodes[0]
    names = names_on(node)
    assert failures_of(commands, names) == []

    with stopped(node):
        failures = failures_of(commands, names)

    assert len(failures) == len(names)
    assert len(waited_for(failures)) == 1


def test_a_cluster_that_is_down_as_a_node_hangs_costs_one_question_its_time_out(own_cluster: RedisCluster) -> None:
    server = RedisServer(nodes=own_cluster.addresses, timeout_seconds=0.3)
    commands = RedisClients(SystemClock()).sparing(server)
    hanging, answering = own_cluster.nodes[:2]
    names = names_on(answering)

    with stopped(hanging):
        wait_until(lambda: answering.client.execute_command("CLUSTER INFO")["cluster_state"] == "fail")
        failures = failures_of(commands, names)

    assert len(failures) == len(names)
    assert len(waited_for(failures)) == 1
    assert "the cluster is down" in failures[0]


@pytest.mark.parametrize("hanging", ["master", "sentinel", "both"])
def test_a_master_or_its_sentinel_that_hangs_costs_one_question_its_time_out(
    own_server: RedisProcess, new_directory: Callable[[str], Path], hanging: str
) -> None:
    with SentinelProcess(new_directory("sentinel"), own_server) as sentinel:
        server = RedisServer(sentinels=((HOST, sentinel.port),), master_name=MASTER, timeout_seconds=0.3)
        commands = RedisClients(SystemClock()).sparing(server)
        processes: dict[str, list[Server]] = {
            "master": [own_server],
            "sentinel": [sentinel],
            "both": [own_server, sentinel],
        }

        with ExitStack() as stack:
            for process in processes[hanging]:
                stack.enter_context(stopped(process))
            failures = failures_of(commands, [b"a"] * 12)

    assert len(failures) == 12
    assert len(waited_for(failures)) == 1


def connections_of(node: RedisProcess) -> int:
    """Those that were ever made to it, with the one by which it is asked."""
    facts: dict[str, int] = node.client.info("stats")
    return facts["total_connections_received"]


def is_on(node: RedisProcess, name: bytes) -> bool:
    try:
        node.client.get(name)
    except redis.ResponseError:
        return False
    return True


def test_replies_that_came_too_late_are_not_taken_for_those_to_other_questions(
    tmp_path: Path, own_server: RedisProcess
) -> None:
    store = store_of(at(own_server).config(tmp_path))
    other = KEY._replace(coord=KEY.coord._replace(x=0))
    store.write([new(KEY)], LONG_AGO)
    for _ in range(3):
        os.kill(own_server.pid, signal.SIGSTOP)
        failure_of(lambda: store.read(KEY, Deadline(0.0)))
        os.kill(own_server.pid, signal.SIGCONT)

        assert store.read(other) is None
        assert store.read(KEY) is not None


def test_connections_that_a_restart_has_closed_are_replaced_without_an_error(
    tmp_path: Path, own_server: RedisProcess
) -> None:
    store = store_of(at(own_server).config(tmp_path))
    store.write([new(KEY)], LONG_AGO)

    own_server.stop()
    own_server.start()

    assert store.read(KEY) is None
    store.write([new(KEY)], LONG_AGO)
    assert store.read(KEY) is not None


def test_connections_are_closed_with_the_last_who_might_use_them(
    own_server: RedisProcess, own_cluster: RedisCluster
) -> None:
    """And not with the connections: a collector that finds both may take sockets first, and warn that they are open."""
    at_once = [RedisServer(HOST, own_server.port), RedisServer(nodes=own_cluster.addresses)]
    ring: list[object] = [RedisClients(SystemClock()).of(server) for server in at_once]
    for commands in ring:
        assert isinstance(commands, SingleServer | Cluster)
        commands.ask((b"SET", b"a", b"b"), NO_DEADLINE)
    ring.append(ring)
    connections = [each for each in gc.get_objects() if isinstance(each, AbstractConnection)]

    del ring, commands
    gc.collect()

    asked = [own_server, *own_cluster.nodes]
    wait_until(lambda: all({each["cmd"] for each in node.client.client_list()} == {"client|list"} for node in asked))
    assert len(connections) > 1


def test_children_forked_from_a_process_with_connections_share_none_of_them(
    tmp_path: Path, own_server: RedisProcess
) -> None:
    store = store_of(at(own_server).config(tmp_path))
    store.write([new(KEY)], LONG_AGO)
    before = {client["id"] for client in own_server.client.client_list() if client["cmd"] in ("exec", "mget")}

    def work() -> None:
        for number in range(200):
            key = KEY._replace(coord=KEY.coord._replace(y=number))
            store.write([new(key, RED + str((os.getpid(), number)).encode())], LONG_AGO)
            tile = store.read(key)
            assert tile is not None
            assert tile.body[: len(RED)] == RED

    wait_for(*[forked(work) for _ in range(4)])

    store.read(KEY)
    after = {client["id"] for client in own_server.client.client_list() if client["cmd"] == "mget"}
    assert len(before) == 1
    assert after == before


def test_when_the_master_dies_its_replica_is_used(
    tmp_path: Path, own_server: RedisProcess, new_directory: Callable[[str], Path]
) -> None:
    replica = RedisProcess(new_directory("replica"), ["--replicaof", HOST, str(own_server.port)])
    with replica, SentinelProcess(new_directory("sentinel"), own_server) as sentinel:
        wait_until(lambda: len(sentinel.client.sentinel_slaves(MASTER)) == 1)
        where = f"sentinels: ['127.0.0.1:{sentinel.port}'], master_name: {MASTER}, prefix: a"
        store = store_of(Place("redis", where, "a").config(tmp_path))
        store.write([new(KEY)], LONG_AGO)
        own_server.client.wait(1, 5000)

        own_server.kill()
        wait_until(lambda: _stores(store))

        assert store.read(KEY) is not None
        assert replica.client.role()[0] == b"master"


def test_encrypted_connections_need_a_certificate_that_is_trusted(
    tmp_path: Path, require_program: Callable[[str], Path], new_directory: Callable[[str], Path]
) -> None:
    folder = new_directory("tls")
    certificate, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = [str(require_program("openssl")), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command, *names], check=True, capture_output=True)
    tls_port = free_port()
    options = ["--tls-port", str(tls_port), "--tls-cert-file", certificate, "--tls-key-file", key]
    options += ["--tls-ca-cert-file", certificate, "--tls-auth-clients", "optional"]
    with RedisProcess(folder, options):
        url = f"url: 'rediss://127.0.0.1:{tls_port}/0'"
        store = store_of(Place("redis", f"{url}, ssl_ca_certs: '{certificate}'", "a").config(tmp_path))
        store.write([new(KEY)], time.time())
        mutual = f"port: {tls_port}, ssl_certfile: '{certificate}', ssl_keyfile: '{key}', ssl_ca_certs: '{certificate}'"

        assert store_of(Place("redis", mutual, "a").config(tmp_path)).read(KEY) is not None
        untrusted = store_of(Place("redis", url, "a").config(tmp_path))
        assert "certificate verify failed" in failure_of(lambda: untrusted.read(KEY))


def _stores(store: TileStore) -> bool:
    try:
        store.write([new(KEY)], LONG_AGO)
    except StoreError:
        return False
    return True
