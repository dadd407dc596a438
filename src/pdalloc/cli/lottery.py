"""`pdalloc lottery`: commit to a day, draw the order, verify it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pdalloc.errors import OptionError, OutputError, ProblemError
from pdalloc.files import check_writable, csv_text, write_files

if TYPE_CHECKING:
    from pdalloc.lottery import Openings

__all__ = ["lottery"]

REJECTED = 1
COMMITMENT, TRANSCRIPT = "commitment.json", "transcript.json"


@click.group()
def lottery() -> None:
    """Order the participants at random, so that anyone can check it: commit, draw, verify."""


@lottery.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--terms", default="", help="What the order will be used for, such as the solver; bound, in free text.")
@click.option("--source", default="", help="Where the beacon will come from, and when; bound, in free text.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to publish.")
@click.option("--openings", type=click.Path(path_type=Path), required=True, help="Folder to keep secret.")
def commit(folder: Path, terms: str, source: str, out: Path, openings: Path) -> None:
    """Commit to the tables in FOLDER, before the beacon is known.

    What is published, commitment.json and verifier.py, shows who takes part but nothing of what anybody wants. What is
    kept secret is a file for each participant, to be given to them; openings.csv says which is whose. Where the system
    has such permissions, nobody but you can read these files.
    """
    from pdalloc.lottery import commit as commit_to
    from pdalloc.problem.tables import read_tables

    if openings.resolve().is_relative_to(out.resolve()):
        raise OptionError(f"{openings}: the openings are secret; name a folder outside of {out}, which is published")
    if out.resolve().is_relative_to(openings.resolve()):
        raise OptionError(f"{out}: this is published; name a folder outside of {openings}, which is secret")
    for target in (out, openings):
        check_writable(target)
    commitment, secret = commit_to(read_tables(folder), terms=terms, source=source)
    files = _opening_files(secret)
    for file in (out / COMMITMENT, *(openings / name for name in files)):
        _refuse_to_replace(file)
    # a commitment without its openings would be worth nothing, so these come first
    write_files(openings, files, secret=True)
    try:
        write_files(out, {COMMITMENT: commitment.to_json(), "verifier.py": _verifier()})
    except OutputError as error:
        raise OutputError(
            f"{error} The openings were written to {openings}, but without the commitment they are worth nothing: "
            "delete them and commit again"
        ) from None
    click.echo(f"commitment to {len(commitment.participants):,} participants written to {out}; its digest is")
    click.echo(commitment.digest)
    click.echo(f"publish both before the beacon is known; the openings, which are secret, are in {openings}")
    for text, missing, them in ((source, "source was", "it"), (terms, "terms were", "them")):
        if not text.strip():
            click.echo(
                f"note: no {missing} given; docs/lottery.md asks to announce {them} with the commitment, "
                f"so that nobody can choose {them} afterwards"
            )


@lottery.command()
@click.argument("commitment", type=click.Path(path_type=Path))
@click.option("--beacon", required=True, help="The public random value, exactly as it was announced.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to publish.")
def draw(commitment: Path, beacon: str, out: Path) -> None:
    """Draw the order that a published COMMITMENT and the beacon give; writes transcript.json and verifier.py."""
    from pdalloc.lottery import Commitment
    from pdalloc.lottery import draw as draw_from

    _refuse_to_replace(out / TRANSCRIPT)
    text = _read(commitment, COMMITMENT)
    try:
        drawn = draw_from(Commitment.from_json(text), beacon)
    except ProblemError as error:
        raise ProblemError(f"{commitment}: {error}") from None
    write_files(out, {TRANSCRIPT: drawn.to_json(), "verifier.py": _verifier()})
    click.echo(f"order of {len(drawn.order):,} participants written to {out}; first is {drawn.order[0]}")
    click.echo(f"check it there with: python -I -S verifier.py {TRANSCRIPT}")


@lottery.command()
@click.argument("document", type=click.Path(path_type=Path))
@click.argument("opening", metavar="[OPENING]", required=False, type=click.Path(path_type=Path))
@click.option("--published", help="Digest of the commitment as it was published before the draw.")
def verify(document: Path, opening: Path | None, published: str | None) -> None:
    """Check a transcript, and that an OPENING is in it; or before the draw, that an OPENING is in a commitment.

    Exit status 0 if verified, 1 if rejected, 2 if called wrongly. The verifier.py beside a transcript does the same
    with nothing but Python.
    """
    from pdalloc.lottery.verifier import RejectedError, check

    given = _read(document, TRANSCRIPT)
    own = None if opening is None else _read(opening, "participant's opening")
    try:
        click.echo(f"verified: {check(given, own, published)}")
    except RejectedError as error:
        click.echo(f"rejected: {error}", err=True)
        sys.exit(REJECTED)
    except ValueError as error:
        raise OptionError(str(error)) from None


def _opening_files(openings: Openings) -> dict[str, str]:
    """Return the documents by file name; ids may hold what no file name can, so files are numbered."""
    digits = len(str(len(openings.participants)))
    names = [f"{number:0{digits}}.json" for number in range(1, len(openings.participants) + 1)]
    index = [("participant", "file"), *zip(openings.participants, names, strict=True)]
    return {
        "common.json": openings.common,
        **dict(zip(names, openings.documents, strict=True)),
        "openings.csv": csv_text(index),
    }


def _refuse_to_replace(file: Path) -> None:
    if file.exists():
        raise OutputError(f"{file}: is there already, and may have been published; name another folder")


def _read(file: Path, kind: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ProblemError(f"{file}: cannot be read: {error.strerror}; name a {kind}") from None


def _verifier() -> str:
    from pdalloc.lottery import verifier

    return Path(verifier.__file__).read_text(encoding="utf-8")
