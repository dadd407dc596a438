"""The command `pdalloc`: a file for each of its subcommands, and what they share."""

from pdalloc.cli import (
    allocate,
    audit,
    certify,
    check,
    demo,
    explain,
    lottery,
    manipulate,
    repair,
    solvers,
    study,
    tables,
    whatif,
)
from pdalloc.cli.group import main

__all__ = ["main"]

for command in (
    check.check,
    allocate.allocate,
    audit.audit,
    certify.certify,
    certify.verify,
    explain.explain,
    explain.record,
    lottery.lottery,
    manipulate.manipulate,
    whatif.whatif,
    repair.repair,
    study.study,
    tables.tables,
    solvers.solvers,
    demo.demo,
):
    main.add_command(command)
