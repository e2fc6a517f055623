# What _jpeg_scan.c has.

from collections.abc import Sequence

def cut_scan(
    scan: bytes | memoryview,
    layout: bytes,
    tables: tuple[tuple[bytes, bytes, bytes], ...],
    mcus: tuple[int, int],
    restart: int,
    corners: Sequence[tuple[int, int]],
    tile: tuple[int, int],
    /,
) -> list[bytes] | None: ...
