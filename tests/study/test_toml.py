"""Studies that are written down in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

import pdalloc as pa
from pdalloc import Study
from pdalloc.errors import OptionError, ProblemError
from tests.problem.folders import SMALL, write_folder

WHOLE = """
seeds = [3, 1]
metrics = ["mean rank", "Gini of shares"]
also = ["groups"]
time_limit = 30

[problems.fresh]
generator = "day"
participants = 20
sessions = 6
slots = 2
list_length = 3

[problems]
fixed = { generator = "lexington", seed = 3 }
tables = { tables = "small" }
document = { json = "problem.json" }

[solvers]
lottery = {}
generous = { solver = "flow", objective = "generous" }
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_says_all_that_a_study_takes(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    write_folder(tmp_path / "small", **SMALL)
    small = pa.read_tables(tmp_path / "small")
    (tmp_path / "problem.json").write_text(small.to_json(), encoding="utf-8")
    study = Study.from_toml(write(tmp_path, WHOLE))
    assert [problem.name for problem in study.problems] == ["fresh", "fixed", "tables", "document"]
    assert study.seeds == (1, 3)
    assert study.time_limit == 30
    assert study.problems[2].problem(0) == study.problems[3].problem(0) == small
    assert study.problems[1].problem(0) == pa.generators.lexington(3)
    assert study.problems[0].problem(0) != study.problems[0].problem(1)
    assert study.solvers[1].chosen(small) == pa.solvers.Flow(objective=pa.Generous())
    assert [name for name, _ in study.measures.entries][:2] == ["mean rank", "Gini of shares"]
    frame = study.run().frame
    assert len(frame) == len(study) == 16
    assert frame["error"].isna().all()


def test_solvers_may_be_a_list(tmp_path: Path) -> None:
    file = write(tmp_path, 'solvers = ["lottery", "flow"]\n[problems]\nday = { generator = "lexington" }')
    assert [solver.name for solver in Study.from_toml(file).solvers] == ["lottery", "flow"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds = ", "study.toml: is not TOML: "),
        ("", "Object missing required field `problems`; the keys are problems, solvers, seeds"),
        ('solvers = ["flow"]\nruns = 3\n[problems]', "Object contains unknown field `runs`; the keys are"),
        ('solvers = ["flow"]\nseeds = "3"\n[problems]', r"Expected `int \| array`, got `str` - at `\$.seeds`"),
        ('solvers = ["flow"]\n[problems]', "study.toml: the study has no problem"),
        ('solvers = ["flow"]\n[problems]\na = {}', "problem 'a' has none of them; give it one of generator, reader"),
        (
            'solvers = ["flow"]\n[problems]\na = { tables = "x", json = "y" }',
            "problem 'a' has tables and json; give it",
        ),
        ('solvers = ["flow"]\n[problems]\na = { tables = "x" }', "study.toml: .*x"),
        ('solvers = ["flow"]\n[problems]\na = { json = "x.json" }', "problem 'a': .*x.json: cannot be read: No such"),
        (
            'solvers = ["flow"]\n[problems]\na = { generator = "mallows" }',
            "problem 'a' names 'mallows', which makes no problem; there are .*lexington",
        ),
        ('solvers = ["flow"]\n[problems]\na = { generator = "lexingtn" }', "did you mean 'lexington'"),
        ('solvers = ["flow"]\n[problems]\na = { generator = "day" }', "problem 'a': missing a required argument"),
        (
            'solvers = ["flow"]\n[problems]\na = { generator = "lexington", people = 3 }',
            "problem 'a': got an unexpected keyword argument 'people'",
        ),
        ('solvers = ["flow"]\n[problems]\na = { reader = "wpi" }', "problem 'a' has no path; say where its data is"),
        ('solvers = ["flow"]\n[problems]\na = { reader = "wpi", path = 3 }', "problem 'a': path is 3; give a text"),
        ('solvers = ["flow"]\n[problems]\na = { tables = 3 }', "problem 'a': tables is 3; give a text"),
        ('[problems]\na = { generator = "lexington" }\n[solvers]\nfast = {}', "unknown solver 'fast'"),
        ('solvers = ["flow"]\nmetrics = ["x"]\n[problems]\na = { generator = "lexington" }', "unknown metric 'x'"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises((OptionError, ProblemError), match=message):
        Study.from_toml(write(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"none.toml: cannot be read: No such file or directory; name a study"):
        Study.from_toml(tmp_path / "none.toml")
