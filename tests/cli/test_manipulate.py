"""`pdalloc manipulate`: what it prints and refuses."""

from __future__ import annotations

from pathlib import Path

import pdalloc
from tests.cli.running import assert_refused, contents, run
from tests.problem.folders import write_folder

PICKS = {
    "sessions": "session,capacity\na,1\nb,1\nc,1\nd,1\n",
    "participants": "participant,limit\n1,2\n2,2\n",
    "choices": "participant,choice 1,choice 2,choice 3,choice 4\n1,a,b,c,d\n2,b,c,d,a\n",
}


def test_who_gains_is_shown_with_both_days_and_nothing_is_written(tmp_path: Path) -> None:
    day = write_folder(tmp_path, **PICKS)
    before = contents(day)
    found = [pdalloc.manipulate(pdalloc.read_tables(day), "draft", seed=seed) for seed in range(9)]
    seed = next(seed for seed, one in enumerate(found) if one.gains)
    result = run("manipulate", day, "--solver", "draft", "--seed", str(seed))
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert result.stdout.splitlines()[0] == found[seed].headline()
    assert result.stdout.splitlines()[-1] == found[seed].caution()
    assert all(str(gain.before) in result.stdout and str(gain.after) in result.stdout for gain in found[seed].gains)
    assert contents(day) == before


def test_a_sample_is_drawn_and_objectives_are_passed_on(lexington: Path) -> None:
    result = run("manipulate", lexington, "--solver", "lottery", "--participants", "2", "--seed", "4")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(
        "lottery, seed 4: at least 0 of 2 participants gain by another list (0.0%); of all 1"
    )
    assert_refused(
        run("manipulate", lexington, "--solver", "lottery", "--objective", "welfare"),
        "solver 'lottery' has no option 'objective'",
    )
    assert_refused(run("manipulate", lexington, "--participants", "0"), "participants is 0; give a number from 1 to")
