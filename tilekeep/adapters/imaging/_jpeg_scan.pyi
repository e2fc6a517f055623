# What _jpeg_scan.c has.

def cut_scan(
    scan: bytes | memoryview,
    layout: bytes,
    tables: tuple[bytes, ...],
    mcus: tuple[int, int],
    restart: int,
    corners: tuple[tuple[int, int], ...],
    tile: tuple[int, int],
    /,
) -> list[bytes] | None: ...
