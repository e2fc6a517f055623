"""What cache options come to: the cache's own, else those of the globals, else built in.

Expected values are those MapProxy 7.0.0 arrives at for the same configurations.
"""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.unit.config.configurations import loaded
from tilekeep.config.mapproxy.meaning_cache import EffectiveCache, effective_cache
from tilekeep.config.mapproxy.meaning_coverage import EffectiveBox
from tilekeep.config.mapproxy.meaning_refresh import FileTimeLimit, RefreshLimit
from tilekeep.config.mapproxy.meaning_storage import FileStorage
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.staleness import FixedLimit, RelativeLimit

SETTINGS = """\
services: {{tms: }}
globals:
  image:
    formats:
      foo: {{format: image/jpeg, encoding_options: {{jpeg_quality: 50}}}}
      image/png: {{mode: RGBA, colors: 16, transparent: true}}
      bar: {{colors: 7}}
  cache: {{meta_size: [3, 3], {globals}}}
grids:
  g: {{base: GLOBAL_WEBMERCATOR, num_levels: 5, name: gname}}
  h: {{srs: 'epsg:25832', bbox: '5,6,7,8', bbox_srs: 'EPSG:4326', origin: ul, res_factor: sqrt2}}
  i: {{base: h, res: [10, 5, 20]}}
sources:
  w: {{type: wms, req: {{url: 'http://x/', layers: 'a,b', transparent: true}}}}
  wo:
    type: wms
    req: {{url: 'http://x/', layers: a, transparent: 'TRUE', format: image/jpeg}}
    image: {{transparent: false, mode: P, opacity: 0.5}}
  wc: {{type: wms, req: {{url: 'http://x/', layers: a}}, image: {{colors: 0}}}}
  info: {{type: wms, req: {{url: 'http://x/', layers: a}}, wms_opts: {{map: false}}}}
  t: {{type: tile, url: 'http://x/%(z)s', grid: g, transparent: true, image: {{colors: 12}}}}
caches:
  c: {{{cache}}}
"""


def cache_of(options: str, *, globals_: str = "") -> EffectiveCache:
    result = loaded(SETTINGS.format(cache=options, globals=globals_))
    return effective_cache(result.settings, "c", result.base_dir)


ENCODINGS = [
    ("grids: [g], sources: [w]", ("image/png", "RGBA", 16, True, 90), "image/png"),
    ("grids: [g], sources: ['w:a', wo], format: image/jpeg", ("image/jpeg", "P", 0, False, 90), "image/jpeg"),
    (
        "grids: [g], sources: [wc], format: mixed, request_format: image/png",
        ("mixed", "RGBA", 0, True, 90),
        "image/png",
    ),
    ("grids: [g], sources: [t], format: foo", ("image/jpeg", None, 12, True, 50), "image/foo"),
    ("grids: [g], sources: [], format: bar", ("image/png", None, 7, True, 90), "image/bar"),
    ("grids: [g], sources: [w], image: {format: image/jpeg}", ("image/jpeg", "RGBA", 16, True, 90), "image/png"),
    ("grids: [g], sources: [w, wc], format: png, request_format: foo", ("image/png", None, 0, True, 90), "image/foo"),
    (
        "grids: [g], sources: [wo], format: image/gif, image: {encoding_options: {jpeg_quality: 0}}",
        ("image/gif", "P", 0, False, 0),
        "image/gif",
    ),
    ("grids: [g], sources: [wc], image: {colors: 0}", ("image/png", "RGBA", 0, True, 90), "image/png"),
]


@pytest.mark.parametrize(("options", "expected", "request_format"), ENCODINGS, ids=[e[0] for e in ENCODINGS])
def test_tiles_are_encoded_as_the_reference_encodes_them(
    options: str, expected: tuple[object, ...], request_format: str
) -> None:
    cache = cache_of(options)

    encoding = cache.encoding
    assert (
        encoding.format,
        encoding.mode,
        encoding.colors,
        encoding.transparent,
        encoding.jpeg_quality,
    ) == expected
    assert cache.request_format == request_format


@pytest.mark.parametrize(
    ("options", "directories", "lock_dir"),
    [
        pytest.param(
            "grids: [g, h, GLOBAL_MERCATOR], sources: [w]",
            {
                "g": "/etc/maps/./cache_data/c_EPSG3857",
                "h": "/etc/maps/./cache_data/c_epsg25832",
                "GLOBAL_MERCATOR": "/etc/maps/./cache_data/c_EPSG900913",
            },
            "/etc/maps/./cache_data/tile_locks",
            id="the SRS as it is spelled",
        ),
        pytest.param(
            "grids: [g], sources: [w], cache: {type: file, use_grid_names: true}",
            {"g": "/etc/maps/./cache_data/c/gname"},
            "/etc/maps/./cache_data/tile_locks",
            id="the name of the grid",
        ),
        pytest.param(
            "grids: [i], sources: [w], cache_dir: ../up/x",
            {"i": "/etc/maps/../up/x/c_epsg25832"},
            "/etc/maps/../up/x/tile_locks",
            id="a directory of its own for the cache",
        ),
        pytest.param(
            "grids: [g], sources: [w], cache: {type: file, directory: ./abc/../d}",
            {"g": "/etc/maps/./abc/../d"},
            "/etc/maps/./abc/../d/tile_locks",
            id="a directory for the tiles",
        ),
        pytest.param(
            "grids: [g], sources: [w], cache: {type: file, directory: /d, tile_lock_dir: l}",
            {"g": "/d"},
            "/etc/maps/l",
            id="a directory for the locks",
        ),
        pytest.param(
            "sources: [w]",
            {"GLOBAL_MERCATOR": "/etc/maps/./cache_data/c_EPSG900913"},
            "/etc/maps/./cache_data/tile_locks",
            id="the default grid",
        ),
    ],
)
def test_directories_are_joined_and_not_normalised(options: str, directories: dict[str, str], lock_dir: str) -> None:
    cache = cache_of(options)

    assert cache.directories == directories
    assert cache.tile_lock_dir == lock_dir


def test_the_lock_directory_of_the_globals_comes_before_that_beside_the_tiles() -> None:
    cache = cache_of("grids: [g], sources: [w], cache: {type: file, directory: d}", globals_="tile_lock_dir: locks")

    assert cache.tile_lock_dir == "/etc/maps/locks"


def test_a_cache_takes_what_it_does_not_say_itself_from_the_globals() -> None:
    globals_ = (
        "meta_buffer: 5, bulk_meta_tiles: true, minimize_meta_requests: true, concurrent_tile_creators: 7,"
        " link_single_color_images: true, directory_permissions: '770', file_permissions: '0660', failure_seconds: 1"
    )

    cache = cache_of("grids: [g], sources: [w]", globals_=globals_)

    assert (cache.meta_size, cache.meta_buffer_px) == (Size(3, 3), 5)
    assert (cache.bulk_meta_tiles, cache.minimize_meta_requests, cache.concurrent_tile_creators) == (True, True, 7)
    assert cache.storage == FileStorage("tc", "symlink")
    assert (cache.directory_permissions, cache.file_permissions) == (0o770, 0o660)
    assert (cache.lock_directory_permissions, cache.lock_file_permissions) == (0o770, 0o660)
    assert cache.failure_seconds == 1


def test_false_and_zero_of_a_cache_win_over_the_globals() -> None:
    cache = cache_of(
        "grids: [g], sources: [w], meta_buffer: 0, bulk_meta_tiles: false, link_single_color_images: false,"
        " meta_size: [1, 1]",
        globals_="meta_buffer: 5, bulk_meta_tiles: true, link_single_color_images: hardlink",
    )

    assert (cache.meta_size, cache.meta_buffer_px, cache.bulk_meta_tiles) == (Size(1, 1), 0, False)
    assert cache.storage == FileStorage("tc", None)


def test_permissions_of_a_cache_are_not_those_of_its_locks() -> None:
    cache = cache_of(
        "grids: [g], sources: [w], cache: {type: file, file_permissions: '600', directory_permissions: '700'}",
        globals_="file_permissions: '644'",
    )

    assert (cache.directory_permissions, cache.file_permissions) == (0o700, 0o600)
    assert (cache.lock_directory_permissions, cache.lock_file_permissions) == (None, 0o644)


def test_built_in_values_come_last() -> None:
    result = loaded("services: {tms: }\ncaches: {c: {grids: [GLOBAL_WEBMERCATOR], sources: []}}\n")

    cache = effective_cache(result.settings, "c", result.base_dir)

    assert (cache.meta_size, cache.meta_buffer_px, cache.concurrent_tile_creators) == (Size(4, 4), 80, 2)
    assert (cache.bulk_meta_tiles, cache.minimize_meta_requests, cache.storage) == (
        False,
        False,
        FileStorage("tc", None),
    )
    assert (cache.directory_permissions, cache.file_permissions) == (None, None)
    assert (cache.lock_timeout_seconds, cache.failure_seconds, cache.refresh, cache.coverage) == (60, 5, None, None)
    assert (cache.encoding.colors, cache.encoding.resampling) == (256, "bicubic")


def test_sources_that_only_answer_questions_draw_no_maps() -> None:
    assert [source.name for source in cache_of("grids: [g], sources: [info, 'w:b']").sources] == ["w:b"]


def test_the_coverage_of_a_cache_is_a_box_with_its_srs() -> None:
    cache = cache_of(
        "grids: [g], sources: [w], cache: {type: file, coverage: {bbox: '1,2,3,4', bbox_srs: 'epsg:25832'}}"
    )

    assert cache.coverage is not None
    assert cache.coverage.area == EffectiveBox(BBox(1, 2, 3, 4), "EPSG:25832")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("{weeks: 1, days: 2, hours: 3, minutes: 4, seconds: 5.5}", RelativeLimit(788645.5)),
        ("{seconds: 0}", RelativeLimit(0)),
        ("{mtime: ../stamp}", FileTimeLimit("/etc/maps/../stamp")),
        ("{mtime: stamp, days: 1}", FileTimeLimit("/etc/maps/stamp")),
        ("{time: '2024-12-31T23:59:59', days: 1}", FixedLimit(dt.datetime(2024, 12, 31, 23, 59, 59).timestamp())),  # noqa: DTZ001 - local
        ("{time: 2024-12-31T23:59:59}", FixedLimit(dt.datetime(2024, 12, 31, 23, 59, 59).timestamp())),  # noqa: DTZ001 - local
        ("{time: 2024-12-31T23:59:59Z}", FixedLimit(1735689599.0)),
        ("{}", None),
    ],
)
def test_tiles_grow_stale_by_time_then_file_then_age(options: str, expected: RefreshLimit | None) -> None:
    assert cache_of(f"grids: [g], sources: [w], refresh_before: {options}").refresh == expected


@pytest.mark.parametrize(
    ("in_globals", "own", "patience_seconds", "max_stale_seconds"),
    [
        ("{}", "{}", math.inf, None),
        ("{}", "{mode: wait}", math.inf, None),
        ("{}", "{mode: background}", 0.0, None),
        ("{}", "{mode: deadline}", 1.0, None),
        ("{}", "{mode: deadline, deadline: 0.25, max_stale: 7d}", 0.25, 604800.0),
        ("{mode: background, max_stale: 2h}", "{}", 0.0, 7200.0),
        ("{mode: background, max_stale: 2h}", "{mode: wait, max_stale: 90}", math.inf, 90.0),
        ("{mode: deadline, deadline: 500m}", "{}", 30000.0, None),
    ],
)
def test_requests_for_stale_tiles_wait_as_long_as_the_cache_or_else_the_globals_say(
    in_globals: str, own: str, patience_seconds: float, max_stale_seconds: float | None
) -> None:
    cache = cache_of(f"grids: [g], sources: [w], refresh: {own}", globals_=f"refresh: {in_globals}")

    assert (cache.patience_seconds, cache.max_stale_seconds) == (patience_seconds, max_stale_seconds)
