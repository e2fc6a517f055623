"""``tilekeep explain``."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click

from tilekeep.application.explain_tile import Explanation
from tilekeep.domain.errors import RequestError
from tilekeep.domain.staleness import Verdict
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.check import load_or_exit

_EXIT_NO_SUCH_TILE = 1

_OUTSIDE = "outside the coverage of the cache: empty, nothing is fetched"
_MEANINGS = {
    Verdict.FRESH: "fresh: delivered as it is",
    Verdict.STALE: "stale: made anew; delivered as it is while the source fails",
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
    facts = _facts(resolved.layer.outline.name, resolved.service, resolved.layer.explain(resolved.key))
    click.echo(json.dumps(facts, indent=2) if as_json else _text(facts))


def _facts(layer: str, service: str, explanation: Explanation) -> dict[str, Any]:
    key, info = explanation.key, explanation.info
    facts: dict[str, Any] = {
        "layer": layer,
        "service": service,
        "cache": explanation.tile_set.cache,
        "grid": f"{explanation.grid.name} ({explanation.grid.srs.code}, origin {explanation.grid.origin})",
        "level": key.coord.z,
        "column": key.coord.x,
        "row": key.coord.y,
        "dimensions": dict(key.dimensions),
        "bbox": list(explanation.bbox),
        "stored at": explanation.location,
        "size": None if info is None else info.size,
        "time": None if info is None else datetime.fromtimestamp(info.stored_at, UTC).isoformat(timespec="seconds"),
        "age": None if explanation.age_seconds is None else round(explanation.age_seconds),
        "validators": None if info is None or info.validators is None else info.validators._asdict(),
        "verdict": _OUTSIDE if explanation.outside_coverage else _MEANINGS[explanation.verdict],
        "gaps": _gaps(explanation.gaps_from_level),
        "made with": _fetch_facts(explanation),
    }
    return facts


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
        f"{name:<11} {_shown(value)}"
        for name, value in facts.items()
        if name != "made with" and value not in (None, {})
    ]
    for fetch in facts["made with"]:
        width, height = fetch["pixels"]
        lines.append(f"{'upstream':<11} {width}x{height} pixels for {fetch['tiles']} tiles, bbox {fetch['bbox']}")
        lines += [f"{'':<11} {request}" for request in fetch["requests"] or ["no request: drawn here, or blank"]]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={text}" for name, text in value.items() if text)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
