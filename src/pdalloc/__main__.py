"""Run the command as ``python -m pdalloc``."""

from pdalloc.cli import main

main(prog_name="pdalloc")
