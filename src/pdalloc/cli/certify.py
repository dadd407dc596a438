"""`pdalloc certify` and `pdalloc verify`: proofs, and their check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from pdalloc.cli.results import read_result
from pdalloc.errors import OptionError, ProblemError
from pdalloc.files import check_writable, write_files

if TYPE_CHECKING:
    from pdalloc.auditing.certificate import Certificate

__all__ = ["certify", "verify"]

NOT_PROVED = 1


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("result", metavar="[RESULT]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--objective",
    help="As `pdalloc allocate` takes it, without nash; or places, efficiency or stability."
    "  [default: that of the result, else rank-sum]",
)
@click.option("--infeasible", is_flag=True, help="Prove that no allocation keeps all rules; takes no result.")
@click.option("--time-limit", type=float, help="Seconds for the search where no bound settles it.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the certificate with its tables and verifier.")
def certify(
    folder: Path,
    result: Path | None,
    objective: str | None,
    time_limit: float | None,
    out: Path | None,
    *,
    infeasible: bool,
) -> None:
    """Prove that a result is the best, efficient or stable, or show how to improve it.

    FOLDER holds the tables of the day, RESULT is as for `pdalloc audit`. Whatever solver made it does not matter. Exit
    status 0 if what was asked is proved, 1 if it is refuted or open.
    """
    from pdalloc.auditing.certificate import Claim
    from pdalloc.auditing.certify import certify as certify_it
    from pdalloc.problem.tables import read_tables

    if infeasible and (result is not None or objective is not None):
        raise OptionError("--infeasible is about the tables alone; leave the result and the objective out")
    if out is not None:
        check_writable(out)
    subject = read_tables(folder) if infeasible else read_result(folder, result)
    certificate = certify_it(subject, objective, time_limit=time_limit)
    click.echo(str(certificate))
    if out is not None and certificate.claim is Claim.OPEN:
        click.echo("nothing is written, since there is nothing to verify")
    elif out is not None:
        _write(certificate, out)
        click.echo(f"written to {out}; check it there with: python -I -S verifier.py certificate.json .")
    if not (certificate.is_proof or certificate.claim is Claim.INFEASIBLE):
        sys.exit(NOT_PROVED)


def _write(certificate: Certificate, out: Path) -> None:
    """Write a certificate, the tables in their plain form and the verifier into one folder."""
    from pdalloc import verifier
    from pdalloc.problem.table_writer import refuse_other_tables, table_texts

    texts = table_texts(certificate.problem)
    refuse_other_tables(out, texts)
    program = Path(verifier.__file__).read_text(encoding="utf-8")
    write_files(out, {"certificate.json": certificate.to_json(), "verifier.py": program, **texts})


@click.command()
@click.argument("certificate", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
def verify(certificate: Path, folder: Path) -> None:
    """Check a CERTIFICATE against the tables in FOLDER, in any form that `pdalloc check` reads.

    Exit status 0 if it proves what it claims, 1 if not. `pdalloc certify --out` also writes the verifier as a file of
    its own, which needs nothing but Python.
    """
    from pdalloc.verifier import RejectedError
    from pdalloc.verifier import verify as verify_it

    try:
        text = certificate.read_bytes()
    except OSError as error:
        raise ProblemError(f"{certificate}: cannot be read: {error.strerror}; name a certificate.json") from None
    try:
        click.echo(f"verified: {verify_it(text, _tables(folder, text))}")
    except RejectedError as error:
        click.echo(f"rejected: {error}", err=True)
        sys.exit(NOT_PROVED)


def _tables(folder: Path, certificate: bytes) -> dict[str, str]:
    """Return the plain tables, with unlisted places as they were certified: `allocate --unlisted` may have set them."""
    from pdalloc.problem.options import Unlisted
    from pdalloc.problem.table_writer import table_texts
    from pdalloc.problem.tables import read_tables
    from pdalloc.verifier import tables_digest

    problem = read_tables(folder)
    readings = [table_texts(problem.with_options(unlisted=unlisted)) for unlisted in get_args(Unlisted)]
    # a SHA-256 that stands in the certificate is enough to tell the reading; the verifier looks closely
    certified = (texts for texts in readings if tables_digest(texts).encode() in certificate)
    return next(certified, table_texts(problem))
