"""What the Redis library raises, in words that say what to do."""

from __future__ import annotations

import redis

from tilekeep.adapters.outage import is_refused

#: All that using the library may raise; anything else is a defect of ours.
LIBRARY_ERRORS = (redis.RedisError, redis.exceptions.RedisClusterException, OSError)

#: The first that fits counts.
_REMEDIES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        (redis.exceptions.AuthenticationError, redis.exceptions.AuthenticationWrongNumberOfArgsError),
        "it does not accept user and password; correct username and password",
    ),
    (redis.exceptions.NoPermissionError, "its user lacks a permission ({error}); give it the right in the ACL"),
    (
        redis.exceptions.OutOfMemoryError,
        "its memory is full; raise maxmemory, or let it evict keys (maxmemory-policy allkeys-lru)",
    ),
    (redis.ReadOnlyError, "it is a replica, which takes no changes; name the master, or its sentinels"),
    (redis.BusyLoadingError, "it is still loading its data; it will answer when that is done"),
    (
        redis.sentinel.MasterNotFoundError,
        "sentinels know no such master ({error}); correct sentinels and master_name",
    ),
    ((redis.TimeoutError, TimeoutError), "it did not answer in time; is it overloaded, or the timeout too short?"),
    (redis.exceptions.ClusterDownError, "the cluster is down ({error}); look at redis-cli --cluster check"),
    (redis.exceptions.SlotNotCoveredError, "a part of the cluster has no node; look at redis-cli --cluster check"),
    (redis.exceptions.RedisClusterException, "the cluster cannot be used ({error}); is it one, and do its nodes run?"),
    ((redis.ConnectionError, OSError), "{error}; does it run, and are host and port right?"),
    (Exception, "{error}"),
)


def reason(error: Exception) -> str:
    """Why it failed, and a remedy where there is one."""
    text = str(error).rstrip(". ") or type(error).__name__
    return next(words for kinds, words in _REMEDIES if isinstance(error, kinds)).format(error=text)


def is_timeout(error: Exception) -> bool:
    """Whether no answer came in time."""
    return isinstance(error, redis.TimeoutError | TimeoutError)


def is_out_of_reach(error: Exception, *, full: bool) -> bool:
    """Whether nobody answers at all, which takes time to find out; ``full`` says that there was time for any answer.

    A cluster that is down says so at once, but then the library asks all nodes who has what, the silent ones too.
    """
    if is_timeout(error):
        return full
    if isinstance(error, redis.exceptions.ClusterDownError | redis.exceptions.SlotNotCoveredError):
        return True
    if isinstance(error, redis.exceptions.AuthenticationError | redis.BusyLoadingError):
        return False  # Connection errors to the library, but said by a server that answers at once.
    unreachable = isinstance(error, redis.ConnectionError | redis.exceptions.RedisClusterException | OSError)
    return unreachable and not is_refused(error)
