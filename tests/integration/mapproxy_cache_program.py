"""Run by the interpreter that has MapProxy: obeys one JSON object on standard input, answers in JSON."""

import io
import json
import os
import sys
from typing import Any

from mapproxy.cache.base import TileLocker
from mapproxy.cache.file import FileCache
from mapproxy.cache.tile import Tile
from mapproxy.image import ImageResult
from mapproxy.util.lock import FileLock, LockTimeout, SemLock


def answer(settings: dict[str, Any]) -> object:
    command = settings["command"]
    if command in ("store", "load", "times", "lock_name"):
        return ask_cache(settings, command)
    if command.endswith("_slot"):
        lock = SemLock(settings["path"], settings["slots"], timeout=0)
    else:
        lock = FileLock(settings["path"], timeout=0, remove_on_unlock=True)
    try:
        lock.lock()
    except LockTimeout:
        return False
    if command.startswith("hold_"):
        say("true")
        sys.stdin.read()
    lock.unlock()
    return True


def ask_cache(settings: dict[str, Any], command: str) -> object:
    cache = FileCache(
        settings["directory"],
        settings["extension"],
        directory_layout=settings["layout"],
        link_single_color_images=settings["link"],
    )
    answers = []
    for wanted in settings["tiles"]:
        tile = Tile(tuple(wanted["coord"]))
        dimensions = wanted["dimensions"] or None
        if command == "lock_name":
            return os.path.basename(TileLocker("/", 1, cache.lock_cache_id).lock_filename(tile))
        if command == "store":
            tile.image_result = ImageResult(io.BytesIO(bytes.fromhex(wanted["body"])))
            cache.store_tile(tile, dimensions=dimensions)
            answers.append(cache.tile_location(Tile(tile.coord), dimensions=dimensions))
        elif command == "times":
            cache.load_tile_metadata(tile, dimensions=dimensions)
            answers.append(tile.timestamp)
        else:
            found = cache.load_tile(tile, dimensions=dimensions)
            answers.append(tile.image_result.as_buffer().read().hex() if found else None)
    return answers


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


say(json.dumps(answer(json.loads(sys.stdin.readline()))))
