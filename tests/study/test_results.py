"""What results say together agrees with SciPy, with definitions counted by hand, and with the rows."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pdalloc as pa
from pdalloc import Study, StudyResults
from pdalloc.errors import OptionError
from pdalloc.generators import capacities, impartial_culture, market
from pdalloc.study.columns import Column, in_order, joined_columns
from pdalloc.study.front import front_of
from pdalloc.study.intervals import _fine_enough, interval_of
from pdalloc.study.rows import COLUMNS

SOLVERS = ["lottery", "boston", "flow"]


@pytest.fixture(scope="module")
def results() -> StudyResults:
    days = {
        name: market(impartial_culture(20, 5, 5, seed=seed), capacities(20, 5, slack=1, seed=seed))
        for seed, name in enumerate(["one", "two"])
    }
    return Study(days, SOLVERS, 12).run()


def table(results: StudyResults, problem: str, figure: str) -> pd.DataFrame:
    rows = results.frame[results.frame["problem"] == problem]
    return rows.pivot(index="seed", columns="solver", values=figure)[SOLVERS]


def test_means_and_intervals_are_those_of_a_t_test(results: StudyResults) -> None:
    summary = results.summary(["mean rank"], level=0.9)
    for problem, solver in itertools.product(range(2), range(2)):
        values = table(results, results.problems[problem], "mean rank").to_numpy()[:, solver]
        low, high = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.9)
        found = [summary.mean, summary.lower, summary.upper]
        np.testing.assert_allclose([part[problem, 0, solver] for part in found], [values.mean(), low, high])
    # flow finds the same every time
    assert summary.lower[0, 0, 2] == summary.upper[0, 0, 2] == summary.mean[0, 0, 2]


def test_differences_are_those_of_a_paired_t_test(results: StudyResults) -> None:
    differences = results.differences("lottery", ["mean rank"])
    values = table(results, "one", "mean rank")
    low, high = scipy.stats.ttest_rel(values["boston"], values["lottery"]).confidence_interval(0.95)
    np.testing.assert_allclose([differences.lower[0, 0, 1], differences.upper[0, 0, 1]], [low, high])
    assert differences.mean[0, 0, 0] == differences.upper[0, 0, 0] == 0


def test_pairing_by_seed_is_what_makes_differences_sharp() -> None:
    noise = np.random.default_rng(1).normal(0, 10, 50)
    paired = interval_of((noise + 1 - noise)[:, None])
    assert paired.lower[0] > 0.9
    assert interval_of((noise + 1)[:, None]).lower[0] < 0


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 3)), elements=st.floats(-100, 100)))
def test_an_interval_holds_its_mean_and_leaves_out_what_is_unknown(values: np.ndarray) -> None:
    found = interval_of(values)
    np.testing.assert_allclose(found.mean, values.mean(axis=0), atol=1e-9)
    if len(values) > 1:
        assert (found.lower <= found.mean).all()
        assert (found.mean <= found.upper).all()
    else:
        assert np.isnan(found.lower).all()
    more = interval_of(np.vstack([values, np.full(values.shape[1], np.nan)]))
    np.testing.assert_allclose(more.mean, found.mean, rtol=1e-12)
    np.testing.assert_allclose(more.upper, found.upper, rtol=1e-9)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    draws = np.random.default_rng(5).normal(3, 2, (10, 4000))
    found = interval_of(draws, 0.9)
    covered = np.mean((found.lower <= 3) & (found.upper >= 3))
    assert abs(covered - 0.9) < 4 * np.sqrt(0.09 / 4000)


def test_ranks_are_counted_over_all_problems_and_seeds(results: StudyResults) -> None:
    found = results.ranks(["mean rank", "lists with their first choice", "places at rank 1"])
    assert found.figures == ("mean rank", "lists with their first choice")
    blocks = np.vstack([table(results, problem, "mean rank").to_numpy() for problem in results.problems])
    by_hand = [[1 + np.sum(row < x) + (np.sum(row == x) - 1) / 2 for x in row] for row in blocks]
    np.testing.assert_allclose(found.mean[0, 0], np.mean(by_hand, axis=0))
    assert found.mean[0].sum(axis=1) == pytest.approx([6, 6])
    assert found.runs[0, 0].tolist() == [24] * 3


def test_a_solver_is_on_the_front_unless_another_one_is_better(results: StudyResults) -> None:
    front = results.front("lists with their first choice", "Gini of shares", "one")
    assert front.better == ("higher", "lower")
    points = [(-a, b) for a, b in front.mean]
    for number, point in enumerate(points):
        beaten = any(other[0] <= point[0] and other[1] <= point[1] and other != point for other in points)
        assert front.on_front[number] == (not beaten)
    frame = front.to_frame()
    assert (
        frame.loc["flow", "Gini of shares"]
        == results.frame.query("problem == 'one' and solver == 'flow'")["Gini of shares"].mean()
    )


def test_of_equal_points_both_are_on_the_front() -> None:
    day = market([[0, 1], [1, 0]], [1, 1])
    front = Study(day, ["lottery", "flow"]).run().front("mean rank", "variance of shares")
    assert front.on_front.tolist() == [True, True]


def test_a_summary_is_tidy(results: StudyResults) -> None:
    frame = results.summary().to_frame()
    assert list(frame.columns) == ["problem", "figure", "better", "solver", "runs", "mean", "lower", "upper"]
    assert len(frame) == 2 * len(results.figures) * 3
    row = frame.query("problem == 'two' and figure == 'mean rank' and solver == 'lottery'").iloc[0]
    assert row["mean"] == pytest.approx(table(results, "two", "mean rank")["lottery"].mean())
    assert row["better"] == "lower"


def test_a_summary_prints_means_with_half_widths(results: StudyResults) -> None:
    values = table(results, "one", "mean rank")["lottery"]
    half = scipy.stats.t.ppf(0.975, 11) * values.std(ddof=1) / np.sqrt(12)
    text = str(results.summary(["mean rank"]))
    assert "one: means with 95% intervals" in text
    assert f"{values.mean():.2f} ± {half:.2f}" in text
    assert text in str(results) or "two: means with 95% intervals" in str(results)
    html = results._repr_html_()
    assert html.count("<table>") == 2
    assert f"<td>{values.mean():.2f} ± {half:.2f}</td>" in html


def test_one_seed_has_no_interval() -> None:
    day = market(impartial_culture(20, 5, 5, seed=1), capacities(20, 5, seed=1))
    summary = Study(day, ["lottery", "flow"]).run().summary(["mean rank"])
    assert np.isnan(summary.lower).all()
    assert "±" not in str(summary)


def test_results_without_any_figure_are_empty_tables_with_notes() -> None:
    day = market([[0, 1], [1, 0]], [1, 1])
    results = Study(day, ["lottery", "flow"], 3, {"none": lambda allocation: float("no number")}).run()
    assert str(results).startswith("problem: means with 95%")
    assert "3 of the runs of lottery on problem gave no figures: failed; see failures()" in str(results)
    for found in (results.summary(), results.differences("flow"), results.ranks()):
        assert found.mean.shape == (1, 0, 2)
        assert found.to_frame().empty
    assert "<table>" in results._repr_html_()


@pytest.mark.parametrize("name", ["[/x]", "[bold]x", ":smile:"])
def test_names_are_printed_as_they_are(name: str) -> None:
    text = str(Study({name: market([[0]], [1])}, {name: "flow"}, 1, {name: "places filled"}).run())
    assert text.count(name) == 3


def test_a_level_is_named_as_it_is(results: StudyResults) -> None:
    assert "means with 99.9% intervals" in results.summary(["mean rank"], level=0.999).title
    assert "with 95% intervals" in results.ranks(["mean rank"]).title


@pytest.mark.filterwarnings("error")
def test_metrics_may_be_infinite(results: StudyResults) -> None:
    frame = results.frame.copy()
    lottery, boston = (frame.index[(frame["problem"] == "one") & (frame["solver"] == name)] for name in SOLVERS[:2])
    frame.loc[lottery[:2], "mean rank"] = [np.inf, -np.inf]
    frame.loc[boston[0], "mean rank"] = np.inf
    some = StudyResults(frame, results.columns, results.problems, results.solvers)
    found = some.summary(["mean rank"])
    assert np.isnan(found.mean[0, 0, 0])
    assert found.mean[0, 0, 1] == np.inf
    assert np.isnan([found.lower[0, 0, 1], found.upper[0, 0, 1]]).all()
    for intervals in (found, some.differences("boston", ["mean rank"]), some.ranks(["mean rank"])):
        assert str(intervals)


def test_failed_runs_are_left_out_of_means_and_named(results: StudyResults) -> None:
    frame = results.frame.copy()
    failed = frame.index[(frame["solver"] == "boston") & (frame["problem"] == "one")][:3]
    frame.loc[failed, list(results.figures)] = np.nan
    frame.loc[failed, "error"], frame.loc[failed, "status"] = "SolveStoppedError: late", "stopped"
    some = StudyResults(frame, results.columns, results.problems, results.solvers)
    assert some.summary(["mean rank"]).runs[0, 0].tolist() == [12, 9, 12]
    assert some.differences("boston", ["mean rank"]).runs[0, 0].tolist() == [9, 9, 9]
    assert some.ranks(["mean rank"]).runs[0, 0].tolist() == [21] * 3
    assert str(some).endswith("3 of the runs of boston on one gave no figures: stopped; see failures()")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: r.summary(["mean rnak"]), "the study has no figure 'mean rnak'; did you mean 'mean rank'"),
        (lambda r: r.summary(level=95), "level is 95; give a number above 0 and below 1, such as 0.95"),
        (lambda r: r.differences("flwo"), "the study has no solver 'flwo'; did you mean 'flow'"),
        (lambda r: r.front(), "there are several problems: one, two; name one of them"),
        (lambda r: r.front(problem="three"), "the study has no problem 'three'"),
        (lambda r: r.front("places at rank 1", problem="one"), "no direction of 'places at rank 1' is better"),
    ],
)
def test_what_is_not_there_is_said(results: StudyResults, call: object, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        call(results)  # type: ignore[operator]


def test_columns_are_in_the_order_of_an_audit_whatever_came_first() -> None:
    short = {"rank 1": Column(0, 0, "neither", ","), "unlisted": Column(0, 1, "neither", ",")}
    long = {"rank 1": Column(0, 0, "neither", ","), "rank 2": Column(0, 1, "neither", ",")}
    long["unlisted"] = Column(0, 2, "neither", ",")
    for one, other in itertools.permutations([short, long]):
        assert in_order(joined_columns(one, other)) == ["rank 1", "rank 2", "unlisted"]
    assert Column.from_json(long["rank 2"].to_json()) == long["rank 2"]


def test_the_frame_has_the_columns_of_an_audit_in_its_order(results: StudyResults) -> None:
    day = market(impartial_culture(20, 5, 5, seed=0), capacities(20, 5, slack=1, seed=0))
    audit = pa.audit(pa.solve(day))
    assert list(results.frame.columns) == [*COLUMNS, *audit.rows]


def test_compare_is_a_study_in_one_call() -> None:
    day = market(impartial_culture(20, 5, 5, seed=1), capacities(20, 5, seed=1))
    found = pa.compare(day, ["lottery", "flow"], seeds=4, metrics=["mean rank"])
    expected = Study(day, ["lottery", "flow"], 4, ["mean rank"]).run()
    np.testing.assert_array_equal(found.values("mean rank", "problem"), expected.values("mean rank", "problem"))
    assert front_of(found, "mean rank", "mean rank", "problem").on_front.any()


@pytest.mark.parametrize(
    ("form", "half", "expected"),
    [(".2f", 0.3, ".2f"), (".2f", 0.004, ".3f"), (".1%", 0.0002, ".2%"), (",.1f", 0.0, ",.1f"), (".1f", 1e-9, ".6f")],
)
def test_an_interval_has_the_decimals_that_it_takes_to_see_it(form: str, half: float, expected: str) -> None:
    assert _fine_enough(form, half) == expected
