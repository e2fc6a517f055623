"""Writing generated configurations, for the commands that make them."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tilekeep.domain.errors import ConfigurationError, SourceError, StoreError, UnusableInfo
from tilekeep.domain.secrets import redacted
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION, EXIT_USAGE
from tilekeep.entrypoints.cli.written_files import write_quietly

if TYPE_CHECKING:
    from tilekeep.config.autoconfig.generated import Generated, Wishes

#: Exit code of autoconfig for a document that cannot be read (spec/util-deploy.md, 9).
EXIT_UNREADABLE = 3

_STANDARD_OUTPUT = "-"


@dataclass(frozen=True, slots=True)
class GeneratedFiles:
    """What is written where.

    :ivar origin: of what the configuration is made.
    :ivar output: path of the configuration, or ``-``.
    :ivar output_seed: path of the tasks, ``-``, or None for none.
    :ivar default_grids: grids of caches where there is no base, by the codes of their reference systems.
    """

    origin: str
    output: str
    output_seed: str | None
    base: str | None
    overwrite: str | None
    overwrite_seed: str | None
    force: bool
    default_grids: Mapping[str, str] = field(default_factory=dict)

    def refuse_existing(self) -> None:
        """Ends the program with exit code 2 where a file is there and is not to be replaced."""
        for path in (self.output, self.output_seed):
            if path and path != _STANDARD_OUTPUT and os.path.lexists(path) and not self.force:
                _end(f"{path} already exists, use --force to overwrite", EXIT_CONFIGURATION)

    def write(self, make: Callable[[str, Wishes], Generated]) -> None:
        """Makes and writes the configuration; ends the program where that cannot be done."""
        from tilekeep.config.autoconfig.yaml_text import yaml_text

        try:
            generated = make(self.origin, self._wishes())
        except UnusableInfo as error:
            _end(str(error), EXIT_UNREADABLE)
        except ConfigurationError as error:
            _end(error.message, EXIT_CONFIGURATION)
        except (SourceError, StoreError) as error:
            _end(str(error), EXIT_USAGE)
        header = "\n".join(self._header())
        self._write(self.output, f"{header}\n\n{yaml_text(generated.configuration)}")
        if self.output_seed:
            self._write(self.output_seed, f"{header}\n\n{yaml_text(generated.tasks)}")

    def _wishes(self) -> Wishes:
        from tilekeep.config.autoconfig.generated import Wishes
        from tilekeep.config.autoconfig.reading import grids_of_base, overwrites_in

        def options(path: str | None) -> dict[str, Any]:
            return {} if path is None else overwrites_in(path)

        grids = self.default_grids if self.base is None else grids_of_base(self.base, os.environ)
        return Wishes(self.base, grids, options(self.overwrite), options(self.overwrite_seed))

    def _header(self) -> list[str]:
        """Credentials in the address of the server stand in the options alone."""
        command = textwrap.wrap(redacted(" ".join(sys.argv)), initial_indent="# ", subsequent_indent="#    ")
        return [
            "# Configuration made from:",
            f"#   {redacted(self.origin)}",
            "#",
            "# Look through it before you use it: each layer has a source of its own, and a map of several layers",
            "# asks for each of them.",
            "#",
            f"# Made at {datetime.now().astimezone():%Y-%m-%d %H:%M:%S%z} with:",
            " \\\n".join(command),
        ]

    def _write(self, path: str, text: str) -> None:
        if path == _STANDARD_OUTPUT:
            click.echo(text, nl=False)
        else:
            write_quietly(path, text)


def _end(error: str, code: int) -> NoReturn:
    click.echo(f"ERROR: {error}", err=True)
    sys.exit(code)
