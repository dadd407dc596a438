"""`pdalloc certify` and `pdalloc verify`: proofs, their check, and how the commands end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

import pdalloc
from tests.cli.running import assert_refused, contents, run
from tests.problem.folders import SMALL, write_folder

# on a first come, first served basis p1 takes the seat that p2 needs
CROWDED = SMALL | {"sessions": "session,capacity\nx,1\ny,1\n", "choices": "participant,1,2\np1,x,y\np2,x,\n"}
LACKING = SMALL | {"sessions": "session,capacity,minimum,must_run\nx,2,2,yes\ny,1,,\n"}
PLAIN = ["choices.csv", "participants.csv", "rules.toml", "sessions.csv"]


@pytest.fixture
def certified(tmp_path: Path) -> tuple[Path, Path]:
    """The folders of a day with choices in wide form and of its certificate."""
    folder, out = write_folder(tmp_path / "crowded", **CROWDED), tmp_path / "proof"
    assert run("allocate", folder).exit_code == 0
    assert run("certify", folder, "--out", out).exit_code == 0
    return folder, out


def test_a_proof_ends_in_0_and_nothing_is_written(day: Path) -> None:
    assert run("allocate", day).exit_code == 0
    before = contents(day)
    result = run("certify", day)
    assert result.exit_code == 0, result.output
    assert result.output == "proved: no allocation is better for rank-sum (0 empty places, 0 rank cost)\n"
    for objective in ("greedy", "rank-sum,generous", "places", "efficiency", "stability"):
        assert run("certify", day, "--objective", objective).exit_code == 0
    assert contents(day) == before


def test_a_refutation_ends_in_1_and_says_how_to_improve_it(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **CROWDED)
    assert run("allocate", folder, "--solver", "first-come").exit_code == 0
    out = tmp_path / "proof"
    result = run("certify", folder, folder / "allocation", "--out", out)
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "not the best for rank-sum (1 empty places, 2 rank cost): moving 2 participants is better",
        "  p1: x -> y",
        "  p2: nothing -> x",
        f"written to {out}; check it there with: python -I -S verifier.py certificate.json .",
    ]
    verified = run("verify", out / "certificate.json", folder)
    assert verified.exit_code == 0
    assert verified.output == "verified: not the best: 1 empty places, 2 rank cost; moving 2 participants is better\n"


def test_the_default_is_what_the_result_was_made_for(day: Path) -> None:
    assert run("allocate", day, "--objective", "generous").exit_code == 0
    assert run("certify", day).stdout.startswith("proved: no allocation is better for generous ")


def test_the_folder_of_a_certificate_is_all_that_it_takes(certified: tuple[Path, Path]) -> None:
    folder, out = certified
    assert sorted(contents(out)) == sorted(["certificate.json", "verifier.py", *PLAIN])
    result = pdalloc.solve(pdalloc.read_tables(folder))
    assert (out / "certificate.json").read_text(encoding="utf-8") == pdalloc.certify(result).to_json()
    command = [sys.executable, "-I", "-S", "verifier.py", "certificate.json"]
    accepted = subprocess.run([*command, "."], cwd=out, capture_output=True, text=True, check=False)
    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert accepted.stdout == "verified: no allocation is better: 0 empty places, 1 rank cost\n"
    lost = subprocess.run([*command, "none"], cwd=out, capture_output=True, text=True, check=False)
    assert (lost.returncode, lost.stdout) == (1, "")
    assert lost.stderr == "rejected: none: there is no sessions.csv; name the folder of the plain tables\n"
    usage = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert (usage.returncode, usage.stderr) == (2, "usage: verifier.py CERTIFICATE.json FOLDER\n")


def test_a_certificate_is_verified_with_tables_in_any_form(certified: tuple[Path, Path], tmp_path: Path) -> None:
    folder, out = certified
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table, content in CROWDED.items():
        sheet = book.create_sheet(table)
        for line in str(content).splitlines():
            sheet.append(line.split(","))
    book.save(tmp_path / "day.xlsx")
    for tables in (folder, out, tmp_path / "day.xlsx"):
        result = run("verify", out / "certificate.json", tables)
        assert (result.exit_code, result.output) == (
            0,
            "verified: no allocation is better: 0 empty places, 1 rank cost\n",
        )


@pytest.mark.parametrize(("rule", "option"), [("forbidden", "last"), ("last", "forbidden")])
def test_unlisted_places_are_verified_as_they_were_allocated(tmp_path: Path, rule: str, option: str) -> None:
    folder = write_folder(tmp_path / "day", **SMALL, rules=f'unlisted = "{rule}"')
    assert run("allocate", folder, "--unlisted", option).exit_code == 0
    assert run("certify", folder, "--out", tmp_path / "proof").exit_code == 0
    assert f'unlisted = "{option}"' in (tmp_path / "proof" / "rules.toml").read_text()
    for tables in (folder, tmp_path / "proof"):
        assert run("verify", tmp_path / "proof" / "certificate.json", tables).exit_code == 0


def test_what_does_not_fit_is_rejected_with_1(certified: tuple[Path, Path], tmp_path: Path) -> None:
    folder, out = certified
    file = out / "certificate.json"
    whole = file.read_text(encoding="utf-8")
    document = json.loads(whole)
    cases = {
        json.dumps(document | {"cancelled": ["x"]}): "the certificate was changed: its digest does not fit",
        whole[:50]: "the certificate is not a JSON document: ",
        (folder / "allocation" / "result.json").read_text(): "this is no certificate",
        "[" * 100_000: "the certificate is not a JSON document: ",
    }
    for text, reason in cases.items():
        file.write_text(text, encoding="utf-8")
        result = run("verify", file, folder)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.startswith(f"rejected: {reason}")
    file.write_text(whole, encoding="utf-8")
    (folder / "sessions.csv").write_text("session,capacity\nx,1\ny,2\n")
    result = run("verify", file, folder)
    assert (result.exit_code, result.stderr) == (1, "rejected: these are other tables, or not in their plain form\n")


def test_what_cannot_be_read_is_refused_with_2(certified: tuple[Path, Path], tmp_path: Path) -> None:
    folder, out = certified
    file = out / "certificate.json"
    assert_refused(run("verify", tmp_path / "none", folder), "none: cannot be read: No such file", "name a certificate")
    assert_refused(run("verify", out, folder), f"{out}: cannot be read: Is a directory; name a certificate.json")
    assert_refused(run("verify", file, tmp_path / "none"), "no such folder; name the folder that holds sessions.csv")
    (folder / "sessions.csv").write_text("session,capacity\nx,two\n")
    assert_refused(run("verify", file, folder), "sessions.csv, line 2, column 'capacity'")


def test_a_day_without_an_allocation_is_proved_so(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "day", **LACKING), tmp_path / "proof"
    result = run("certify", folder, "--infeasible", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == (
        "proved: no allocation keeps all the rules; "
        "1 session must run and need 2 participants; only 1 could come to any of them"
    )
    verified = run("verify", out / "certificate.json", folder)
    assert verified.output == ("verified: 1 sessions must run and need 2 participants; only 1 could come to any\n")


def test_a_day_with_an_allocation_stays_open(day: Path, tmp_path: Path) -> None:
    result = run("certify", day, "--infeasible")
    assert (result.exit_code, result.output) == (1, "open: neither proved nor refuted\n")
    asked = run("certify", day, "--infeasible", "--out", tmp_path / "proof")
    assert asked.exit_code == 1
    assert asked.stdout.endswith("\nnothing is written, since there is nothing to verify\n")
    assert not (tmp_path / "proof").exists()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--objective", "nash"], "objective 'nash' cannot be certified; these can: rank-sum, welfare"),
        (["--objective", "happiness"], "unknown objective 'happiness'"),
        (["--objective", ""], "unknown objective ''"),
        (["--objective", "welfare"], "objective 'welfare' needs ratings"),
        (["--time-limit", "0"], "time_limit is 0.0; give seconds above 0"),
        (["--time-limit", "nan"], "time_limit is nan; give seconds above 0"),
        (["--infeasible", "--objective", "greedy"], "--infeasible is about the tables alone; leave the result and"),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(day: Path, options: list[str], text: str) -> None:
    assert run("allocate", day).exit_code == 0
    before = contents(day)
    assert_refused(run("certify", day, *options, "--out", day / "proof"), text)
    assert contents(day) == before


def test_a_result_that_is_missing_or_of_other_tables_is_refused(day: Path) -> None:
    assert_refused(run("certify", day), f"no such file; run `pdalloc allocate {day}` first")
    assert run("allocate", day).exit_code == 0
    (day / "sessions.csv").write_text("session,capacity\nx,2\ny,2\n")
    assert_refused(run("certify", day), "the result belongs to problem")


def test_a_folder_with_a_table_of_another_problem_is_refused(certified: tuple[Path, Path]) -> None:
    folder, out = certified
    assert run("certify", folder, "--out", out).exit_code == 0
    (out / "conflicts.csv").write_text("session,other session\na,b\n")
    before = contents(out)
    result = run("certify", folder, "--out", out)
    assert result.exit_code == 2
    assert f"{out / 'conflicts.csv'}: belongs to another problem; remove it or name another folder" in result.stderr
    assert contents(out) == before


def test_a_certificate_is_written_whole_or_not_at_all(certified: tuple[Path, Path]) -> None:
    folder, out = certified
    (out / "verifier.py").unlink()
    (out / "verifier.py").mkdir()
    before = contents(out)
    result = run("certify", folder, "--out", out)
    assert result.exit_code == 2
    assert f"{out}: cannot write there: verifier.py is a folder; name another folder" in result.stderr
    assert contents(out) == before
    shutil.rmtree(out)
    out.touch()
    assert_refused(run("certify", folder, "--out", out), "cannot write there: it is a file, not a folder")
