"""Which Redis is meant, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Host and port.
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RedisTls:
    """How a connection is encrypted.

    :ivar ca_certs: file of trusted certificate authorities, or None for those of the system.
    :ivar certfile: the client's own certificate, or None; ``keyfile`` is its key.
    """

    ca_certs: str | None = None
    certfile: str | None = None
    keyfile: str | None = None


@dataclass(frozen=True, slots=True)
class RedisServer:
    """One server, the master that sentinels know, or a cluster; equal ones share their connections.

    :ivar unix_socket: path of a socket, instead of host and port.
    :ivar sentinels: whom to ask where the master called ``master_name`` is.
    :ivar nodes: some nodes of a cluster, which has one database only.
    :ivar timeout_seconds: longest silence while connecting, sending or receiving.
    """

    host: str = "127.0.0.1"
    port: int = 6379
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    unix_socket: str | None = None
    sentinels: tuple[Address, ...] = ()
    master_name: str | None = None
    nodes: tuple[Address, ...] = ()
    tls: RedisTls | None = None
    timeout_seconds: float = 5.0

    @property
    def place(self) -> str:
        """Where it is, for people; without credentials."""
        if self.nodes:
            return f"Redis cluster {_listed(self.nodes)}"
        database = f"db {self.db}"
        if self.sentinels:
            return f"Redis master {self.master_name!r} of the sentinels {_listed(self.sentinels)}, {database}"
        return f"Redis {self.unix_socket or _listed([(self.host, self.port)])}, {database}"


def _listed(addresses: tuple[Address, ...] | list[Address]) -> str:
    return ", ".join(f"{host}:{port}" for host, port in addresses)
