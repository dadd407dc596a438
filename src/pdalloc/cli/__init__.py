"""The command `pdalloc`: a file for each of its subcommands, and what they share."""

from pdalloc.cli import allocate, audit, check, demo, solvers
from pdalloc.cli.group import main

__all__ = ["main"]

for command in (check.check, allocate.allocate, audit.audit, solvers.solvers, demo.demo):
    main.add_command(command)
