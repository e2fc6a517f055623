"""``tilekeep schema``: the options for editors."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of configuration files, with which editors complete and check them.

    Options of installed plugins are among them.  Save it beside mapproxy.yaml and name it in its first line:

    \b
    # yaml-language-server: $schema=mapproxy.schema.json
    """  # noqa: D301 - click takes a backspace for a paragraph whose lines stay as they are
    from tilekeep.config.mapproxy.json_schema import json_schema
    from tilekeep.config.plugins.installed import INSTALLED
    from tilekeep.config.plugins.model import model_with_all

    model, failures = model_with_all(INSTALLED)
    for failure in failures:
        click.echo(f"warning: {failure.message}", err=True)
    click.echo(json.dumps(json_schema(model), indent=1, ensure_ascii=False))
