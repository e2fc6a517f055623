"""``tilekeep schema``: the options for editors."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of configuration files, with which editors complete and check them.

    Save it beside mapproxy.yaml and name it in its first line, for example:
    # yaml-language-server: $schema=mapproxy.schema.json
    """
    from tilekeep.config.mapproxy.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))
