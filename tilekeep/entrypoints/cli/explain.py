"""``tilekeep explain``."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from tilekeep.application.explain_form import ExplainedForm
from tilekeep.application.explain_tile import Explanation
from tilekeep.application.tile_maker import Obstacles
from tilekeep.domain.errors import RequestError
from tilekeep.domain.staleness import Verdict
from tilekeep.domain.tile import TileInfo
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.check import load_or_exit
from tilekeep.entrypoints.facts.servers import server_facts

_EXIT_NO_SUCH_TILE = 1

_LISTS = ("form", "made with", "servers")
_OUTSIDE = "outside the coverage of the cache: empty, nothing is fetched"
_MEANINGS = {
    Verdict.FRESH: "fresh: delivered as it is",
    Verdict.EXPIRED: "expired: made anew; not delivered any more while the source fails",
    Verdict.MISSING: "missing: made now",
}


@click.command("explain")
@click.argument("url")
@click.option(
    "--config",
    "-f",
    envvar="TILEKEEP_CONFIG",
    default="mapproxy.yaml",
    show_default=True,
    type=click.Path(exists=True, dir_okay=False, readable=True),
    help="Configuration file (TILEKEEP_CONFIG).",
)
@click.option("--json", "as_json", is_flag=True, help="Explain as JSON.")
@options.environment
def command(url: str, config: str, as_json: bool, environment: str | None) -> None:
    """Say what a request for the tile at URL would do, without doing it.

    URL is an address or a path of TMS, /tiles, WMTS or WMS with tiled=true; host and prefix do not matter.
    """
    from tilekeep.entrypoints.wsgi.make_app import application_of

    application = application_of(load_or_exit(config, environment))
    try:
        resolved = application.resolve(url)
    except RequestError as error:
        click.echo(f"{url}: {error.message}", err=True)
        sys.exit(_EXIT_NO_SUCH_TILE)
    layer, form = resolved.layer, None
    if resolved.variant and layer.explain_form is not None:
        form = layer.explain_form(resolved.key._replace(variant=resolved.variant))
    key = resolved.key if form is None else form.usual
    facts = _facts(layer.outline.name, resolved.service, layer.explain(key), form)
    click.echo(json.dumps(facts, indent=2) if as_json else _text(facts))


def _facts(layer: str, service: str, explanation: Explanation, form: ExplainedForm | None) -> dict[str, Any]:
    key, info = explanation.key, explanation.info
    facts: dict[str, Any] = {
        "layer": layer,
        "service": service,
        "form": None if form is None else _form_facts(form),
        "cache": explanation.tile_set.cache,
        "grid": f"{explanation.grid.name} ({explanation.grid.srs.code}, origin {explanation.grid.origin})",
        "level": key.coord.z,
        "column": key.coord.x,
        "row": key.coord.y,
        "dimensions": dict(key.dimensions),
        "bbox": list(explanation.bbox),
        "stored at": explanation.location,
        "size": None if info is None else info.size,
        "time": None if info is None else _instant(info),
        "age": None if explanation.age_seconds is None else round(explanation.age_seconds),
        "validators": None if info is None or info.validators is None else info.validators._asdict(),
        "verdict": _OUTSIDE if explanation.outside_coverage else _meaning(explanation),
        "shown for": None if explanation.shown_for is None else round(explanation.shown_for),
        "gaps": _gaps(explanation.gaps_from_level),
        "lock": _lock(explanation),
        "failure": _failure(explanation.obstacles, explanation.at),
        "made with": _fetch_facts(explanation),
        "servers": [server_facts(*known) for known in explanation.upstreams],
    }
    return facts


def _form_facts(form: ExplainedForm) -> dict[str, Any]:
    """Of another form of a tile; all else that is said is of the tile, or the first of those, that it is made of."""
    level, column, row = form.key.coord
    return {
        "form": form.key.variant,
        "level": level,
        "column": column,
        "row": row,
        "stored at": form.location,
        "size": None if form.info is None else form.info.size,
        "time": None if form.info is None else _instant(form.info),
        "state": form.state.value,
        "made of": [{"stored at": part.location, "stored": part.is_stored} for part in form.made_of],
    }


def _instant(info: TileInfo) -> str:
    return datetime.fromtimestamp(info.stored_at, UTC).isoformat(timespec="seconds")


def _meaning(explanation: Explanation) -> str:
    """What becomes of a request; where stale tiles are shown meanwhile it does not wait, or not for long."""
    if explanation.verdict is not Verdict.STALE:
        return _MEANINGS[explanation.verdict]
    patience = explanation.patience_seconds
    if math.isinf(patience):
        return "stale: made anew; delivered as it is while the source fails"
    if not patience:
        return "stale: delivered as it is, and made anew meanwhile"
    return f"stale: made anew; delivered as it is if that takes longer than {patience:g} s"


def _lock(explanation: Explanation) -> str | None:
    if explanation.obstacles is None:
        return None
    if not explanation.obstacles.is_locked:
        return "free"
    waits = explanation.verdict is not Verdict.STALE or explanation.patience_seconds
    return f"held: the tiles are being made{'; a request waits for them' if waits else ''}"


def _failure(obstacles: Obstacles | None, now: float) -> dict[str, Any] | None:
    if obstacles is None or obstacles.failure is None:
        return None
    message, until, _ = obstacles.failure
    return {"message": message, "not asked again for": round(max(0.0, until - now), 1)}


def _gaps(level: int | None) -> str | None:
    return None if level is None else f"drawn from the tiles of level {level} if the sources have nothing here"


def _fetch_facts(explanation: Explanation) -> list[dict[str, Any]]:
    return [
        {
            "bbox": list(fetch.bbox),
            "pixels": list(fetch.size),
            "tiles": fetch.tiles,
            "requests": [f"{request.method} {request.public_url}" for request in fetch.requests],
        }
        for fetch in explanation.fetches
    ]


def _text(facts: dict[str, Any]) -> str:
    lines = [
        f"{name:<11} {_shown(value)}" for name, value in facts.items() if name not in _LISTS and value not in (None, {})
    ]
    if facts["form"] is not None:
        lines[2:2] = _form_lines(facts["form"])
    for fetch in facts["made with"]:
        width, height = fetch["pixels"]
        lines.append(f"{'upstream':<11} {width}x{height} pixels for {fetch['tiles']} tiles, bbox {fetch['bbox']}")
        lines += [f"{'':<11} {request}" for request in fetch["requests"] or ["no request: drawn here, or blank"]]
    for server in facts["servers"]:
        first, *others = _server_lines(server)
        lines += [f"{'server':<11} {first}", *(f"{'':<11} {line}" for line in others)]
    return "\n".join(lines)


def _form_lines(form: dict[str, Any]) -> Iterator[str]:
    size = "" if form["size"] is None else f", {form['size']} bytes, of {form['time']}"
    yield f"{'form':<11} {form['form']} of level {form['level']}, column {form['column']}, row {form['row']}"
    yield f"{'':<11} {form['state']}"
    if form["stored at"]:
        yield f"{'':<11} {form['stored at']}{size}"
    for part in form["made of"]:
        yield f"{'':<11} made of {part['stored at']}{'' if part['stored'] else ', which is not stored'}"
    yield f"{'':<11} what follows is of {'the first of these' if len(form['made of']) > 1 else 'the usual tile'}"


def _server_lines(server: dict[str, Any]) -> Iterator[str]:
    shut = f"not asked for {server['not asked for']:g} s: {server['reason']}" if server["reason"] else "may be asked"
    yield f"{server['server']}: {shut}"
    at_a_time, in_a_second, breaker = server["limits"].values()
    if at_a_time:
        yield f"at most {at_a_time} requests at a time"
    if in_a_second:
        yield f"at most {in_a_second:g} requests per second; counted now: {server['admitted']}"
    if breaker:
        limit = f"opens after {breaker['failures']} failures in a row for {breaker['seconds']:g} s"
        yield f"breaker {server['breaker']}, failures in a row: {server['failures']}; {limit}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={text}" for name, text in value.items() if text)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
