"""One file for all tiles of one colour: ``link_single_color_images`` (spec/caches.md, 3.1.4)."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import Literal

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.adapters.storage.hard_links import NO_LINKS_HERE, put_link
from tilekeep.domain.tile import TileInfo

DIRECTORY = "single_color_tiles"

LinkKind = Literal["symlink", "hardlink"]


@dataclass(frozen=True, slots=True)
class SingleColorLinks:
    """Stores tiles of one colour as links to ``<directory>/single_color_tiles/<hex>.<extension>``.

    A symbolic link has a time of its own.  A hard link has the time of the file it shares, so only tiles stored in
    the same second share one; in the next second the colour gets a new file, and older tiles keep theirs.
    """

    directory: str
    extension: str
    kind: LinkKind
    modes: FileModes

    def write(self, path: str, color: tuple[int, ...], body: bytes, at: float) -> TileInfo | None:
        """Links ``path`` to the file of ``color``, which gets ``body`` if it is new.

        None where the file system has no such links: then the tile wants a file of its own.

        :raises OSError: the disk or a permission.
        """
        name = "".join(f"{value:02x}" for value in color)
        shared = f"{self.directory}/{DIRECTORY}/{name}.{self.extension}"
        try:
            if self.kind == "hardlink":
                return self._hard_link(path, shared, body, at)
            return self._symbolic_link(path, shared, body, at)
        except OSError as error:
            if error.errno in NO_LINKS_HERE:
                return None
            raise

    def _symbolic_link(self, path: str, shared: str, body: bytes, at: float) -> TileInfo:
        found = _status(shared)
        if found is None or not found.st_size:
            found = put_in_place(shared, new_file(body, at, self.modes), self.modes)
        target = os.path.relpath(shared, os.path.dirname(path))

        def make(temporary: str) -> os.stat_result:
            os.symlink(target, temporary)
            os.utime(temporary, (at, at), follow_symlinks=False)
            return os.lstat(temporary)

        link = put_in_place(path, make, self.modes)
        return TileInfo(link.st_mtime, found.st_size)

    def _hard_link(self, path: str, shared: str, body: bytes, at: float) -> TileInfo:
        found = _status(shared)
        if found is None or not found.st_size or int(found.st_mtime) != int(at):
            put_in_place(shared, new_file(body, at, self.modes), self.modes)
        try:
            return self._link_to(path, shared)
        except OSError as error:
            if error.errno != errno.EMLINK:
                raise
            put_in_place(shared, new_file(body, at, self.modes), self.modes)
            return self._link_to(path, shared)

    def _link_to(self, path: str, shared: str) -> TileInfo:
        linked = put_link(path, shared, self.modes)
        return TileInfo(linked.st_mtime, linked.st_size)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
