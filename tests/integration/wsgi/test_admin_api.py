"""The API of the admin service: what it says, whom it lets change something, and what it refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

TOKEN = "a-token-of-some-length"

CONFIG = """
services:
  tms: {{use_grid_names: true, origin: nw}}
  admin: {{{admin}}}
layers: [{{name: world, title: World, sources: [world]}}]
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR, degrees], sources: [world], meta_size: [1, 1], meta_buffer: 0,
    refresh_before: {{days: 7}}}}
  served: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], cache: {{type: sqlite}}}}
  unaccounted: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], ledger: false}}
  passing: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], disable_storage: true}}
grids: {{degrees: {{srs: 'EPSG:4326', bbox: [-180, -90, 180, 90], origin: nw}}}}
sources:
  world: {{type: world}}
  wms:
    type: wms
    req: {{url: 'http://user:secret@maps.example:81/wms', layers: a}}
    http: {{requests_per_second: 5, breaker: {{failures: 3, seconds: 60}}}}
    concurrent_requests: 2
globals: {{cache: {{base_dir: {directory}/cache, lock_dir: {directory}/locks}}}}
"""

SEED = """
seeds: {all: {caches: [world], grids: [GLOBAL_WEBMERCATOR], levels: {to: 1}}}
cleanups: {old: {caches: [world], remove_before: {days: 3}}}
"""


class Api:
    """Speaks to the API of one application."""

    def __init__(self, config: Path) -> None:
        self.client = Client(make_wsgi_app(str(config)))

    def ask(self, operation: str, **parameters: object) -> TestResponse:
        return self.client.get(f"/admin/api/{operation}", query_string={k: str(v) for k, v in parameters.items()})

    def change(self, operation: str, body: object, *, token: str | None = TOKEN, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        return self.client.post(
            f"/admin/api/{operation}", data=json.dumps(body), content_type="application/json", headers=given
        )

    def tile(self, path: str) -> None:
        assert self.client.get(f"/tiles/world/{path}.png").status_code == 200


@pytest.fixture
def api_with(tmp_path: Path) -> Callable[[str], Api]:
    def make(admin: str) -> Api:
        config = tmp_path / "mapproxy.yaml"
        config.write_text(CONFIG.format(admin=admin, directory=tmp_path))
        (tmp_path / "seed.yaml").write_text(SEED)
        return Api(config)

    return make


@pytest.fixture
def api(api_with: Callable[[str], Api]) -> Api:
    return api_with(f"token: {TOKEN}, seed_config: seed.yaml")


def patiently(look: Callable[[], Any]) -> Any:
    """What ``look`` finds when it finds something."""
    for _ in range(600):
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def counted(api: Api, cache: str = "world", grid: str = "GLOBAL_WEBMERCATOR") -> dict[str, Any]:
    assert api.change("count", {"cache": cache, "grid": grid}).status_code == 200

    def settled() -> Any:
        answer = api.ask("cache", cache=cache, grid=grid)
        assert answer.status_code == 200, answer.text
        facts = answer.json
        return facts if facts["counted"] and not facts["changing"] else None

    found: dict[str, Any] = patiently(settled)
    return found


class TestCaches:
    def test_all_that_store_tiles_are_listed_for_each_grid(self, api: Api) -> None:
        caches = api.ask("caches").json["caches"]

        assert [(cache["cache"], cache["grid"], cache["srs"], cache["kind"]) for cache in caches] == [
            ("world", "GLOBAL_WEBMERCATOR", "EPSG:3857", "file"),
            ("world", "degrees", "EPSG:4326", "file"),
            ("served", "GLOBAL_WEBMERCATOR", "EPSG:3857", "sqlite"),
            ("unaccounted", "GLOBAL_WEBMERCATOR", "EPSG:3857", "file"),
        ]

    def test_levels_say_what_is_stored_and_how_fresh_it_is(self, api: Api) -> None:
        for path in ("GLOBAL_WEBMERCATOR/0/0/0", "GLOBAL_WEBMERCATOR/1/0/0", "GLOBAL_WEBMERCATOR/1/1/0"):
            api.tile(path)

        facts = counted(api)

        assert facts["tiles"] == 3
        level = facts["levels"][1]
        assert (level["tiles"], level["possible"], level["fresh"], level["stale"]) == (2, 4, 2, 0)
        assert level["bytes"] > 0

    def test_a_level_with_many_areas_is_shown_in_large_squares(self, api: Api) -> None:
        places = [(64 * (number % 8), 64 * (number // 8)) for number in range(17)]
        for x, y in places:
            api.tile(f"GLOBAL_WEBMERCATOR/9/{x}/{y}")
        counted(api)

        answer = api.ask("squares", cache="world", grid="GLOBAL_WEBMERCATOR", level=9)

        squares = sorted(answer.json["squares"], key=lambda square: square["bbox"])
        assert [(square["tiles"], square["possible"]) for square in squares] == [(1, 64 * 64)] * 17
        left, side = -20037508.342789244, 2 * 20037508.342789244 / 8
        assert squares[0]["bbox"] == pytest.approx([left, -left - 3 * side, left + side, -left - 2 * side], abs=1e-3)

    @pytest.mark.parametrize("store", ["file", "sqlite", "mbtiles", "compact"])
    def test_the_map_of_a_low_level_has_a_square_for_each_tile(self, tmp_path: Path, store: str, api: Api) -> None:
        config = tmp_path / "mapproxy.yaml"
        kind = "{type: compact, version: 2}" if store == "compact" else f"{{type: {store}}}"
        plain = "world: {grids: [GLOBAL_WEBMERCATOR, degrees], sources: [world],"
        stored = f"world: {{grids: [GLOBAL_WEBMERCATOR], cache: {kind}, sources: [world],"
        assert plain in config.read_text()
        config.write_text(config.read_text().replace(plain, stored))
        api = Api(config)
        for path in ("5/0/0", "5/20/11", "5/31/31"):
            api.tile(f"GLOBAL_WEBMERCATOR/{path}")
        counted(api)

        answer = api.ask("squares", cache="world", grid="GLOBAL_WEBMERCATOR", level=5)

        side = 2 * 20037508.342789244 / 32
        squares = answer.json["squares"]
        assert [(square["tiles"], square["possible"]) for square in squares] == [(1, 1)] * 3
        assert [round(square["bbox"][2] - square["bbox"][0]) for square in squares] == [round(side)] * 3

    def test_how_tiles_were_found_is_told_where_it_is_measured(self, api: Api, tmp_path: Path) -> None:
        config = tmp_path / "mapproxy.yaml"
        config.write_text(config.read_text().replace("globals: {", "globals: {metrics: {path: /metrics}, "))
        measured = Api(config)
        for _ in range(3):
            measured.tile("GLOBAL_WEBMERCATOR/0/0/0")

        facts = measured.ask("cache", cache="world", grid="GLOBAL_WEBMERCATOR").json

        assert facts["found"] == {"states": {"miss": 1, "hit": 2}, "at_once": 0.6667}
        assert api.ask("cache", cache="world", grid="GLOBAL_WEBMERCATOR").json["found"] is None

    def test_nothing_is_listed_to_answer(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        for column in range(5):
            api.tile(f"GLOBAL_WEBMERCATOR/9/{64 * column}/64")
        api.tile("GLOBAL_WEBMERCATOR/3/1/1")
        counted(api)
        monkeypatch.setattr("tilekeep.adapters.storage.file.FileTileStore.list", _refuse)
        monkeypatch.setattr("tilekeep.adapters.storage.file.FileTileStore.stat_many", _refuse)

        assert api.ask("cache", cache="world", grid="GLOBAL_WEBMERCATOR").json["tiles"] == 6
        assert len(api.ask("squares", cache="world", grid="GLOBAL_WEBMERCATOR", level=9).json["squares"]) == 5
        assert [
            square["possible"]
            for square in api.ask("squares", cache="world", grid="GLOBAL_WEBMERCATOR", level=3).json["squares"]
        ] == [1]

    def test_a_cache_that_was_never_counted_says_so(self, api: Api) -> None:
        assert api.ask("cache", cache="world", grid="degrees").json["counted"] is False

    @pytest.mark.parametrize(
        ("operation", "parameters", "status"),
        [
            ("cache", {}, 400),
            ("cache", {"cache": "world"}, 400),
            ("cache", {"cache": "nothing", "grid": "degrees"}, 404),
            ("cache", {"cache": "world", "grid": "../.."}, 404),
            ("cache", {"cache": "passing", "grid": "GLOBAL_WEBMERCATOR"}, 404),
            ("cache", {"cache": "unaccounted", "grid": "GLOBAL_WEBMERCATOR"}, 501),
            ("squares", {"cache": "world", "grid": "degrees"}, 400),
            ("squares", {"cache": "world", "grid": "degrees", "level": "x"}, 400),
            ("squares", {"cache": "world", "grid": "degrees", "level": "99"}, 400),
            ("squares", {"cache": "world", "grid": "degrees", "level": "1", "bbox": "1,2,3"}, 400),
            ("squares", {"cache": "world", "grid": "degrees", "level": "1", "bbox": "nan,0,1,1"}, 400),
            ("squares", {"cache": "world", "grid": "degrees", "level": "1", "bbox": "3,3,1,1"}, 400),
            ("nothing", {}, 404),
            ("", {}, 404),
        ],
    )
    def test_what_cannot_be_answered_is_said_in_json(
        self, api: Api, operation: str, parameters: dict[str, str], status: int
    ) -> None:
        answer = api.ask(operation, **parameters)

        assert (answer.status_code, answer.content_type) == (status, "application/json")
        assert answer.json["error"]


def _refuse(*_: object, **__: object) -> Iterator[None]:
    raise AssertionError("the store is asked")


SOUTH_WEST = {"type": "Polygon", "coordinates": [[[-179, -80], [-1, -80], [-1, -1], [-179, -1], [-179, -80]]]}


class TestMarks:
    def _stored(self, api: Api) -> None:
        for path in ("0/0/0", "1/0/0", "1/1/0", "1/0/1", "1/1/1"):
            api.tile(f"GLOBAL_WEBMERCATOR/{path}")

    def test_tiles_in_a_drawn_area_become_stale_and_are_made_anew(self, api: Api) -> None:
        self._stored(api)
        counted(api)

        answer = api.change(
            "invalidate", {"cache": "world", "srs": "EPSG:4326", "area": SOUTH_WEST, "levels": [1]}
        ).json

        assert answer["done"]
        assert [(one["cache"], one["grid"], one["marked"]) for one in answer["caches"]] == [
            ("world", "GLOBAL_WEBMERCATOR", 1),
            ("world", "degrees", 0),
        ]
        level = counted(api)["levels"][1]
        assert (level["fresh"], level["stale"]) == (3, 1)
        api.tile("GLOBAL_WEBMERCATOR/1/0/1")
        assert counted(api)["levels"][1]["stale"] == 0

    def test_all_levels_are_marked_unless_some_are_named(self, api: Api) -> None:
        self._stored(api)

        answer = api.change("invalidate", {"cache": "world", "srs": "EPSG:4326", "area": SOUTH_WEST}).json

        assert answer["caches"][0]["marked"] == 2

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"cache": "nothing"}, 404),
            ({"cache": "../world"}, 404),
            ({"srs": "EPSG:0"}, 400),
            ({"srs": "nonsense"}, 400),
            ({"srs": None}, 400),
            ({"area": None}, 400),
            ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [0, 0], [0, 0], [0, 0]]]}}, 400),
            ({"area": {"datasource": "/etc/passwd"}}, 400),
            ({"levels": ["1"]}, 400),
            ({"levels": []}, 400),
            ({"derived": "yes"}, 400),
        ],
    )
    def test_what_cannot_be_marked_is_said(self, api: Api, change: dict[str, Any], status: int) -> None:
        whole = {"cache": "world", "srs": "EPSG:4326", "area": SOUTH_WEST}

        answer = api.change("invalidate", {**whole, **change})

        assert (answer.status_code, answer.content_type) == (status, "application/json")

    def test_no_file_is_left(self, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        (tmp_path / "temporary").mkdir()

        api.change("invalidate", {"cache": "world", "srs": "EPSG:4326", "area": SOUTH_WEST})

        assert list((tmp_path / "temporary").iterdir()) == []


class TestServers:
    def test_they_are_told_without_their_credentials(self, api: Api) -> None:
        answer = api.ask("servers")

        (server,) = answer.json["servers"]
        assert (server["server"], server["caches"], server["breaker"]) == ("maps.example:81", ["served"], "closed")
        assert server["limits"]["concurrent requests"] == 2
        assert "secret" not in answer.text


class TestAccess:
    CHANGES = ("count", "invalidate", "start", "stop", "go-on")

    @pytest.mark.parametrize("operation", CHANGES)
    def test_nothing_can_be_changed_where_no_token_is_configured(
        self, api_with: Callable[[str], Api], operation: str
    ) -> None:
        answer = api_with("").change(operation, {}, token="")

        assert answer.status_code == 403
        assert "services.admin.token" in answer.json["error"]

    @pytest.mark.parametrize("operation", CHANGES)
    @pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "ü", f"{TOKEN},{TOKEN}"])
    def test_nobody_changes_something_without_the_token(self, api: Api, operation: str, token: str | None) -> None:
        answer = api.change(operation, {"cache": "world", "grid": "degrees"}, token=token)

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": "https://localhost"},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
            {"Origin": "http://evil.example", "X_Forwarded_Host": "evil.example"},
        ],
    )
    def test_pages_of_other_sites_change_nothing_even_with_the_token(self, api: Api, headers: dict[str, str]) -> None:
        answer = api.change("count", {"cache": "world", "grid": "degrees"}, **headers)

        assert answer.status_code == 403

    def test_our_page_may(self, api: Api) -> None:
        answer = api.change(
            "count",
            {"cache": "world", "grid": "degrees"},
            Origin="https://maps.example",
            Sec_Fetch_Site="same-origin",
            Host="maps.example",
            X_Forwarded_Proto="https",
        )

        assert answer.status_code == 200

    @pytest.mark.parametrize("operation", CHANGES)
    def test_only_a_post_changes_something(self, api: Api, operation: str) -> None:
        answer = api.client.get(f"/admin/api/{operation}", headers={"Authorization": f"Bearer {TOKEN}"})

        assert answer.status_code == 405

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{}", "text/plain", 415),
            (b"cache=world", "application/x-www-form-urlencoded", 415),
            (b"", "application/json", 400),
            (b"[]", "application/json", 400),
            (b'{"cache": NaN}', "application/json", 400),
            (b"[" * 200_000, "application/json", 400),
            (b"{" + b" " * 1_000_001, "application/json", 413),
        ],
    )
    def test_bodies_that_are_no_request_are_refused(
        self, api: Api, body: bytes, content_type: str, status: int
    ) -> None:
        answer = api.client.post(
            "/admin/api/count", data=body, content_type=content_type, headers={"Authorization": f"Bearer {TOKEN}"}
        )

        assert (answer.status_code, answer.content_type) == (status, "application/json")

    def test_scripts_of_other_sites_cannot_read_answers_and_nobody_keeps_them(self, api: Api) -> None:
        for path in ("/admin/", "/admin/api/caches", "/admin/static/admin.js"):
            assert "Access-Control-Allow-Origin" not in api.client.get(path).headers
        assert api.ask("caches").headers["Cache-Control"] == "no-cache, no-store"

    @pytest.mark.parametrize("path", ["/admin/api/count", "/admin/", "/admin"])
    def test_a_preflight_permits_pages_of_other_sites_nothing(self, api: Api, path: str) -> None:
        asking = {
            "Origin": "http://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }

        answer = api.client.options(path, headers=asking)

        assert answer.status_code == 204
        assert [name for name, _ in answer.headers if name.startswith("Access-Control")] == []

    def test_the_page_cannot_be_shown_inside_another(self, api: Api) -> None:
        policy = api.client.get("/admin/").headers["Content-Security-Policy"]

        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy

    @pytest.mark.parametrize("path", ["/admin/", "/admin/api/caches", "/admin/world.json?srs=EPSG:4326"])
    @pytest.mark.parametrize(("authorized", "status"), [("partial", 403), ("none", 403), ("unauthenticated", 401)])
    def test_a_hook_has_to_permit_all_of_it(self, api: Api, path: str, authorized: str, status: int) -> None:
        hook = {"mapproxy.authorize": lambda *_, **__: {"authorized": authorized}}

        assert api.client.get(path, environ_overrides=hook).status_code == status

    def test_it_is_off_unless_it_is_configured(self, tmp_path: Path) -> None:
        config = tmp_path / "mapproxy.yaml"
        text = CONFIG.format(admin="", directory=tmp_path).replace("  admin: {}\n", "")
        config.write_text(text)

        assert Client(make_wsgi_app(str(config))).get("/admin/").status_code == 404


class TestRuns:
    def test_a_run_is_started_seeds_and_is_remembered(self, api: Api) -> None:
        assert api.ask("tasks").json == {"seeds": ["all"], "cleanups": ["old"]}
        started = api.change("start", {"seeds": ["all"]}).json

        def over() -> Any:
            (run,) = api.ask("runs").json["runs"]
            return run if run["state"] != "running" else None

        run = patiently(over)
        assert (run["run"], run["state"]) == (started["run"], "finished"), run
        assert (run["result"]["made"], run["result"]["failed"]) == (5, 0)
        assert counted(api)["tiles"] == 5

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"seeds": "all"}, 400),
            ({"seeds": [1]}, 400),
            ({"seeds": ["--help"]}, 404),
            ({"seeds": ["all", "nothing"]}, 404),
            ({"cleanups": ["../../x"]}, 404),
        ],
    )
    def test_only_tasks_of_the_file_can_be_started(self, api: Api, body: dict[str, Any], status: int) -> None:
        assert api.change("start", body).status_code == status
        assert api.ask("runs").json["runs"] == []

    @pytest.mark.parametrize("operation", ["stop", "go-on"])
    @pytest.mark.parametrize("run", ["../..", "", "20260101T000000-abcdef", "20260101T000000-abcdef/../x"])
    def test_only_runs_that_there_are_can_be_stopped(self, api: Api, operation: str, run: str) -> None:
        assert api.change(operation, {"run": run}).status_code == (404 if run else 400)

    def test_without_tasks_nothing_can_be_started(self, api_with: Callable[[str], Api]) -> None:
        api = api_with(f"token: {TOKEN}")

        assert api.ask("tasks").status_code == 501
        assert api.change("start", {"seeds": ["all"]}).status_code == 501
