"""Addresses of development servers, as mapproxy-util takes them."""

from __future__ import annotations

import click
import pytest

from tilekeep.entrypoints.cli.development import develop_bind, parsed_bind


@click.command()
@develop_bind
def command(bind: tuple[str, int]) -> None:
    """Only has the option."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("8081", ("localhost", 8081)),
        (":8081", ("", 8081)),
        ("0.0.0.0", ("0.0.0.0", 8080)),
        ("maps.example.org:80", ("maps.example.org", 80)),
        ("[::1]:8081", ("::1", 8081)),
        ("[::1]", ("::1", 8080)),
    ],
)
def test_host_and_port_may_be_left_out(text: str, expected: tuple[str, int]) -> None:
    assert parsed_bind(click.Context(command), command.params[0], text) == expected


@pytest.mark.parametrize("text", ["host:", "host:x", "70000", "host:0"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not HOST:PORT"):
        parsed_bind(click.Context(command), command.params[0], text)
