"""`pdalloc lottery`: what is published, what stays secret, and how the commands end."""

from __future__ import annotations

import csv
import os
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

import pdalloc
from tests.cli.running import assert_refused, contents, run
from tests.problem.folders import SMALL, write_folder

BEACON = "3 5 1 6 6 2"


@pytest.fixture
def public(day: Path, tmp_path: Path) -> Path:
    """The folder that is published, with the openings beside it in `secret`."""
    folders = ("--out", tmp_path / "public", "--openings", tmp_path / "secret")
    result = run("lottery", "commit", day, *folders, "--terms", "boston", "--source", "six dice")
    assert result.exit_code == 0, result.output
    return tmp_path / "public"


def test_a_lottery_from_tables_to_the_check(public: Path, tmp_path: Path) -> None:
    commitment = public / "commitment.json"
    digest = sha256(commitment.read_bytes()).hexdigest()
    drawn = run("lottery", "draw", commitment, "--beacon", BEACON, "--out", public)
    assert drawn.exit_code == 0, drawn.output
    transcript = pdalloc.lottery.Transcript.from_json((public / "transcript.json").read_bytes())
    assert transcript == pdalloc.lottery.draw(pdalloc.lottery.Commitment.from_json(commitment.read_bytes()), BEACON)
    assert drawn.stdout == (
        f"order of 2 participants written to {public}; first is {transcript.order[0]}\n"
        "check it there with: python -I -S verifier.py transcript.json\n"
    )
    assert (transcript.commitment.terms, transcript.commitment.source) == ("boston", "six dice")
    with (tmp_path / "secret" / "openings.csv").open(encoding="utf-8", newline="") as file:
        index = list(csv.DictReader(file))
    assert index == [{"participant": "p1", "file": "1.json"}, {"participant": "p2", "file": "2.json"}]
    for document in (commitment, public / "transcript.json"):
        for entry in index:
            own = tmp_path / "secret" / entry["file"]
            result = run("lottery", "verify", document, own, "--published", digest)
            assert result.exit_code == 0, result.output
            assert f"the opening of '{entry['participant']}' is the one in the commitment" in result.stdout
            command = [sys.executable, "-I", "-S", "verifier.py", document.name, str(own), "--published", digest]
            alone = subprocess.run(command, cwd=public, capture_output=True, text=True, check=False)
            assert (alone.returncode, alone.stdout, alone.stderr) == (0, result.stdout, "")
            copied = run("lottery", "verify", document, own, "--published", f" {digest.upper()}\n")
            assert (copied.exit_code, copied.stdout) == (0, result.stdout)
    assert run("lottery", "verify", public / "transcript.json", tmp_path / "secret" / "common.json").exit_code == 0


def test_what_is_published_is_no_secret(public: Path, tmp_path: Path) -> None:
    assert sorted(contents(public)) == ["commitment.json", "verifier.py"]
    assert sorted(contents(tmp_path / "secret")) == ["1.json", "2.json", "common.json", "openings.csv"]
    secret = [(tmp_path / "secret" / name).read_text() for name in ("1.json", "2.json", "common.json")]
    salts = [text.split('"salt": "')[1][:64] for text in secret]
    assert len(set(salts)) == 3
    assert not [salt for salt in salts if salt in (public / "commitment.json").read_text()]


def test_the_digest_is_printed_to_be_announced(day: Path, tmp_path: Path) -> None:
    options = ("--openings", tmp_path / "secret", "--terms", "boston", "--source", "six dice")
    result = run("lottery", "commit", day, "--out", tmp_path / "public", *options)
    digest = sha256((tmp_path / "public" / "commitment.json").read_bytes()).hexdigest()
    assert result.stdout == (
        f"commitment to 2 participants written to {tmp_path / 'public'}; its digest is\n{digest}\n"
        f"publish both before the beacon is known; the openings, which are secret, are in {tmp_path / 'secret'}\n"
    )


@pytest.mark.parametrize("given", [(), ("--source", "six dice"), ("--terms", "boston", "--source", " ")], ids=str)
def test_what_was_not_announced_is_noted(day: Path, tmp_path: Path, given: tuple[str, ...]) -> None:
    folders = ("--out", tmp_path / "public", "--openings", tmp_path / "secret")
    result = run("lottery", "commit", day, *folders, *given)
    source = (
        "note: no source was given; docs/lottery.md asks to announce it with the commitment, "
        "so that nobody can choose it afterwards"
    )
    terms = (
        "note: no terms were given; docs/lottery.md asks to announce them with the commitment, "
        "so that nobody can choose them afterwards"
    )
    missing = {(): [source, terms], ("--source", "six dice"): [terms]}.get(given, [source])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[3:] == missing


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_nobody_else_can_read_the_openings(public: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in secret.iterdir()} == {0o600}
    assert public.stat().st_mode == tmp_path.joinpath("day").stat().st_mode


def test_what_may_have_been_published_is_never_replaced(day: Path, public: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    remedy = "is there already, and may have been published; name another folder"
    again = run("lottery", "commit", day, "--out", public, "--openings", tmp_path / "other")
    assert_refused(again, f"{public / 'commitment.json'}: {remedy}")
    again = run("lottery", "commit", day, "--out", tmp_path / "other", "--openings", tmp_path / "secret")
    assert_refused(again, f"{tmp_path / 'secret' / 'common.json'}: {remedy}")
    assert contents(tmp_path) == before
    draw = ("lottery", "draw", public / "commitment.json", "--out", public, "--beacon")
    assert run(*draw, BEACON).exit_code == 0
    before = contents(tmp_path)
    assert_refused(run(*draw, "1 1 1 1 1 1"), f"{public / 'transcript.json'}: {remedy}")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("secret", ["public", "public/secret", "public/../public/secret"])
def test_openings_inside_the_published_folder_are_refused(day: Path, tmp_path: Path, secret: str) -> None:
    result = run("lottery", "commit", day, "--out", tmp_path / "public", "--openings", tmp_path / secret)
    assert_refused(result, "the openings are secret; name a folder outside of", "which is published")
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize("out", ["secret/public", "secret/../secret/deep/public"])
def test_a_published_folder_inside_the_openings_is_refused(day: Path, tmp_path: Path, out: str) -> None:
    result = run("lottery", "commit", day, "--out", tmp_path / out, "--openings", tmp_path / "secret")
    assert_refused(
        result,
        f"{tmp_path / out}: this is published; name a folder outside of {tmp_path / 'secret'}, which is secret",
    )
    assert not (tmp_path / "secret").exists()


def test_openings_that_were_written_in_vain_are_named(
    day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may be full only when the commitment is written."""
    public, secret = tmp_path / "public", tmp_path / "secret"
    write_bytes = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.parent == public:
            raise OSError(28, "no space left on the device")
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    result = run("lottery", "commit", day, "--out", public, "--openings", secret)
    assert_refused(
        result,
        f"{public}: cannot write there: no space left on the device; name another folder. Nothing was changed there. "
        f"The openings were written to {secret}, but without the commitment they are worth nothing: "
        "delete them and commit again",
    )
    assert not public.exists()
    assert sorted(contents(secret)) == ["1.json", "2.json", "common.json", "openings.csv"]


def test_nothing_is_written_where_something_cannot_be(day: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    before = contents(tmp_path)
    for out, openings in (("file", "secret"), ("public", "file")):
        result = run("lottery", "commit", day, "--out", tmp_path / out, "--openings", tmp_path / openings)
        assert_refused(result, "cannot write there: it is a file, not a folder")
    write_folder(day, **SMALL | {"sessions": "session,capacity\nx,two\n"})
    before |= {"day/sessions.csv": b"session,capacity\nx,two\n"}
    result = run("lottery", "commit", day, "--out", tmp_path / "public", "--openings", tmp_path / "secret")
    assert_refused(result, "sessions.csv, line 2, column 'capacity'")
    assert contents(tmp_path) == before


def test_what_is_wrong_is_rejected_with_1(public: Path, tmp_path: Path) -> None:
    run("lottery", "draw", public / "commitment.json", "--beacon", BEACON, "--out", public)
    transcript = public / "transcript.json"
    other = run("lottery", "verify", transcript, "--published", "0" * 64)
    assert (other.exit_code, other.stdout) == (1, "")
    assert other.stderr.endswith(f", but {'0' * 64} was published\n")
    transcript.write_bytes(transcript.read_bytes().replace(b"3 5 1", b"3 5 2"))
    result = run("lottery", "verify", transcript)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "rejected: commitment, beacon and seed do not belong together: one was changed\n"


def test_a_call_gone_wrong_is_refused_with_2(public: Path) -> None:
    commitment = public / "commitment.json"
    assert_refused(
        run("lottery", "verify", commitment),
        "this is a commitment: give an opening too, to find it there, or the transcript after the draw",
    )
    for given in ("", "0" * 63):
        refused = run("lottery", "verify", commitment, commitment, "--published", given)
        assert_refused(refused, f"the published digest '{given}' is not 64 hexadecimal digits; give it as announced")


def test_what_cannot_be_read_is_refused_with_2(public: Path, tmp_path: Path) -> None:
    none, commitment = tmp_path / "none", public / "commitment.json"
    draw = ("lottery", "draw", commitment, "--out", tmp_path / "out", "--beacon")
    assert_refused(run("lottery", "verify", none), f"{none}: cannot be read: No such file", "name a transcript.json")
    assert_refused(
        run("lottery", "verify", commitment, none), f"{none}: cannot be read", "name a participant's opening"
    )
    lost = run("lottery", "draw", none, "--beacon", BEACON, "--out", tmp_path / "out")
    assert_refused(lost, f"{none}: cannot be read: No such file or directory; name a commitment.json")
    assert_refused(run(*draw, ""), "the beacon '' is blank; give the public random value as it was announced")
    commitment.write_bytes(commitment.read_bytes() + b"\n")
    assert_refused(run(*draw, BEACON), f"{commitment}: the commitment is not written as it was published")
    assert not (tmp_path / "out").exists()
