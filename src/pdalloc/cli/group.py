"""The group of all subcommands, and how their errors end."""

from __future__ import annotations

import io
import sys
import warnings
from typing import Any

import click

from pdalloc.errors import PdallocError

__all__ = ["main"]

BAD_INPUT = 2
INTERRUPTED = 130


class Group(click.Group):
    """Commands whose own errors end in one message and exit status 2, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):
            # not every console has the letters of every name
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            with warnings.catch_warnings():
                # remarks on a workbook's styles say nothing about the day
                warnings.filterwarnings("ignore", module="openpyxl")
                return super().invoke(ctx)
        except PdallocError as error:
            click.echo(f"pdalloc: {error}", err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            click.echo("pdalloc: interrupted; files are written whole or not at all", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pdalloc")
def main() -> None:
    """Give participants places in sessions by ranked choice: exactly, and with figures of how well it went."""
