"""`pdalloc check`: what it says of tables."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import assert_refused, contents, run
from tests.problem.folders import SMALL, write_folder


def test_check_says_what_the_tables_hold_and_writes_nothing(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        sessions="session,slots,capacity,facilitators\nx,am,20,p3;guest\ny,pm,1,\n[red]z[/],am;pm,3,\n",
        participants="participant,schol\np1,Hill\np2,\np3,Lake\n",
        choices="participant,session,rank\np1,x,1\np1,y,2\np3,y,4\n",
    )
    before = contents(folder)
    result = run("check", folder)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "3 participants (1 without a choice), 3 sessions",
        "3 choices, longest list 4, ranking per-day",
        "5 wanted places, 27 on offer",
        "slots: am, pm",
        "groups: schol",
        "facilitators who are not participants: guest",
        "uses slots: slot 'am'",
        "uses sessions over several slots: session '[red]z[/]' has 2 slots",
        "uses facilitators who are participants: participant 'p3' runs session 'x'",
        "solvers that can allocate it: first-come, lottery, serial-dictatorship, draft, mip",
    ]
    assert contents(folder) == before


def test_check_lists_a_few_of_many(tmp_path: Path) -> None:
    people = ";".join(f"g{number}" for number in range(1, 21))
    folder = write_folder(tmp_path, **SMALL | {"sessions": f"session,capacity,facilitators\nx,2,{people}\ny,1,\n"})
    listed = ", ".join(f"g{number}" for number in range(1, 13))
    assert f"facilitators who are not participants: {listed} and 8 more\n" in run("check", folder).stdout


TOO_FEW = SMALL | {
    "sessions": "session,capacity\nx,1\ny,1\n",
    "participants": "participant\np1\np2\n",
    "choices": "participant,1,2\np1,x,y\np2,y,x\n",
}
REQUIRED = '[[rules]]\nrule = "required"\nsessions = ["x"]\nparticipants = ["p1", "p2"]\n'


def test_check_says_why_not_all_rules_can_be_kept(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **TOO_FEW)
    assert run("check", folder, "--feasible").stdout.endswith("\nsome allocation keeps all the rules\n")
    (folder / "rules.toml").write_text(REQUIRED)
    assert run("check", folder).exit_code == 0
    result = run("check", folder, "--feasible")
    assert result.exit_code == 2
    assert result.stderr == EXPLAINED
    refused = run("allocate", folder)
    assert_refused(refused)
    assert refused.stderr == EXPLAINED
    assert not (folder / "allocation").exists()


EXPLAINED = (
    "pdalloc: no allocation keeps all the rules: participants 'p1' and 'p2' are required in session 'x' (rule 1); and "
    "session 'x' has 1 seat\nthe least that would do (cost 1):\n  add 1 seat to session 'x'\n"
)
