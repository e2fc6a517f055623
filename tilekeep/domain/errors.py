"""Every error Tilekeep raises on purpose, in one tree.

::

    TilekeepError
    |-- ConfigurationError            the configuration cannot be obeyed
    |   `-- EmptyCoverage             a coverage has no area at all
    |-- RequestError                  the client asked for something that does not exist
    |   |-- InvalidRequest            the request as a whole is malformed
    |   |-- MissingParameter          a required parameter is absent
    |   |-- InvalidParameter          a parameter has a value nobody can obey
    |   |   |-- OutsideProjection     a box has no image in the SRS that it is needed in
    |   |   `-- PointOutsideMap       a place that is asked about lies outside its map or tile
    |   |-- UnknownLayer
    |   |-- LayerNotQueryable         there is nobody to ask about places on the layer
    |   |-- UnknownTileGrid
    |   |-- UnsupportedFormat
    |   |-- UnsupportedSrs
    |   |-- UnknownStyle
    |   |-- NoLegend                  the layer has none
    |   |-- MapTooLarge               more pixels than a map may have
    |   |-- InvalidDimension
    |   |-- TileOutsideGrid
    |   `-- UnsupportedOperation
    |-- SourceError                   an upstream map server did not give a usable map
    |   |-- SourceUnreachable         no connection, TLS failure, broken transfer
    |   |-- SourceTimeout             the deadline passed while waiting for it
    |   |-- SourceStatusError         it answered with an HTTP error status
    |   |-- SourceContentError        it answered with something that is not the map asked for
    |   |   |-- NoImage               it answered with no image at all, or with more than is accepted
    |   |   |-- RefusedImage          what it answered cannot be used; nobody has said yet what was asked for
    |   |   `-- UnusableInfo          what it says about a place is malformed, too large or not safe to read
    |   |-- SourceBusy                all its permitted slots stayed taken until the deadline
    |   `-- SourceRecentlyFailed      it failed a moment ago and is not asked again yet
    |-- ImageError
    |   |-- UndecodableImage          the bytes are no image, or a damaged one
    |   `-- ImageTooLarge             more bytes or pixels than the limits allow
    |-- StoreError                    a tile store could not read or write
    |   |-- NoRoom                    it takes no more tiles, as its disk is nearly full
    |   `-- TooMuchToCount            it holds more than is listed beside requests
    |-- JobStoreError                 notes on seeding cannot be read or written
    |   |-- ForeignNotes              they are something else
    |   |-- UnknownRun                there is no such run
    |   `-- TooManyRuns               other runs have to end first
    |-- SeedingBrokenOff              its workers die again and again
    |-- LockTimeout                   a tile lock was not free before the deadline
    |-- LockUnavailable               there is no way to take a lock at all
    |-- UnreadableArea                what another program calls an area is none
    `-- ProjectionError               a coordinate has no finite image in the target SRS

Structural typing cannot express exceptions, so adapters and use cases share this tree.  All of them can be copied
and pickled, since they cross threads and processes: what they carry has defaults.  Which protocol answer an error
becomes is decided in one table, ``tilekeep.entrypoints.wsgi.errors``.
"""

from __future__ import annotations


class TilekeepError(Exception):
    """Root of all errors raised on purpose; ``str()`` of it is safe to log."""


class ConfigurationError(TilekeepError):
    """The configuration cannot be obeyed; the message names value and remedy.

    ``option`` leads to the place: keys and list indexes from the top of the configuration, or nothing where the
    place is not known or the message names it.
    """

    def __init__(self, message: str, *, option: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.option = option

    def __str__(self) -> str:
        """The message behind its place."""
        return ": ".join(filter(None, (".".join(map(str, self.option)), self.message)))


class EmptyCoverage(ConfigurationError):
    """A coverage has no area at all: no polygon where some were expected, or a set operation that leaves none."""


class RequestError(TilekeepError):
    """The client asked for something that does not exist; the message may be shown to it.

    ``locator`` names the offending parameter in the protocol's own spelling where there is one.
    """

    def __init__(self, message: str, *, locator: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.locator = locator


class InvalidRequest(RequestError):
    """The request as a whole is malformed."""


class MissingParameter(RequestError):
    """A required parameter is absent."""


class InvalidParameter(RequestError):
    """A parameter has a value nobody can obey."""


class OutsideProjection(InvalidParameter):
    """The box of a map has no finite image in the SRS of what is to draw it."""


class PointOutsideMap(InvalidParameter):
    """The place that is asked about lies outside the map or tile that it is a place of."""


class UnknownLayer(RequestError):
    """No layer has this name."""


class LayerNotQueryable(RequestError):
    """The layer exists, but there is nobody to ask about places on it."""


class UnknownTileGrid(RequestError):
    """The layer exists, but not in this grid."""


class UnsupportedFormat(RequestError):
    """The layer exists, but not in this image format."""


class UnsupportedSrs(RequestError):
    """Maps are not drawn in this SRS."""


class UnknownStyle(RequestError):
    """The layer exists, but not in this style."""


class NoLegend(RequestError):
    """The layer exists, but has no legend, or none in that form."""


class MapTooLarge(RequestError):
    """The map would have more pixels than the service or its image format permits."""


class InvalidDimension(RequestError):
    """A dimension value is not among the configured ones."""


class TileOutsideGrid(RequestError):
    """Level, column or row lie outside the tile matrix."""


class UnsupportedOperation(RequestError):
    """The layer or service does not offer this operation."""


class SourceError(TilekeepError):
    """An upstream map server did not give a usable map.

    ``client_message`` may be shown to clients: it names neither URL nor reason unless the configuration asks for
    it (``http.hide_error_details: false``).  ``str()`` is the full text for the log, free of credentials.
    ``retry_after`` is in seconds, as the upstream server said it, or None.
    """

    def __init__(self, message: str, *, client_message: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.client_message = client_message if client_message is not None else "No response from source."
        self.retry_after = retry_after


class SourceUnreachable(SourceError):
    """No connection, a TLS failure, or a transfer that broke off."""


class SourceTimeout(SourceError):
    """The deadline passed while waiting for the upstream server."""


class SourceStatusError(SourceError):
    """The upstream server answered with an HTTP error status."""

    def __init__(
        self, message: str, *, status: int = 0, client_message: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, client_message=client_message, retry_after=retry_after)
        self.status = status


class SourceContentError(SourceError):
    """The upstream server answered with something that is not the map asked for."""


class NoImage(SourceContentError):
    """The upstream server answered with no image at all: nothing, another kind of content, or more than is accepted.

    A document in which a server says why there is no map, and a damaged image, are other kinds of this.
    """


class RefusedImage(SourceContentError):
    """What the upstream server answered is no image that can be used.

    It is found out where nobody knows what was asked for: whoever does says that in the log, and raises something else.
    """


class UnusableInfo(SourceContentError):
    """What a source says about a place is malformed, too large, or not safe to read."""


class SourceBusy(SourceError):
    """All permitted upstream slots stayed taken until the deadline (``concurrent_requests``)."""


class SourceRecentlyFailed(SourceError):
    """The source failed a moment ago for the same block and is not asked again yet."""


class ImageError(TilekeepError):
    """An image could not be used."""


class UndecodableImage(ImageError):
    """The bytes are no image, or a damaged or cut one."""


class ImageTooLarge(ImageError):
    """The image has more bytes or pixels than the limits allow."""


class StoreError(TilekeepError):
    """A tile store could not read or write; tiles already stored are untouched."""


class NoRoom(StoreError):
    """A tile store takes no more tiles: its disk has less room than is to be left free."""


class TooMuchToCount(StoreError):
    """A tile store holds more tiles than are listed beside the requests of clients; nothing is changed."""


class JobStoreError(TilekeepError):
    """Notes on seeding cannot be read or written."""


class ForeignNotes(JobStoreError):
    """What is there are no notes on seeding, or those of another program."""


class UnknownRun(JobStoreError):
    """There is no run of seeding with this name."""


class TooManyRuns(JobStoreError):
    """A run of seeding cannot be started before others have ended."""


class SeedingBrokenOff(TilekeepError):
    """A run of seeding ends before its time, since its workers die again and again."""


class LockTimeout(TilekeepError):
    """A tile lock was not free before the deadline."""


class LockUnavailable(TilekeepError):
    """There is no way to take a lock at all, for example in a directory that cannot be written."""


class UnreadableArea(TilekeepError):
    """What another program calls an area is none; the message says why."""


class ProjectionError(TilekeepError):
    """A coordinate has no finite image in the target SRS, or the SRS is unknown."""
