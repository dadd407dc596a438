"""The audit: every figure side by side, in every form, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts.write_schemas import DOCUMENTS, schema_text

from pdalloc import Allocation, Audit, Model, Problem, audit, metrics, solve
from pdalloc.auditing.figures import FIGURES
from pdalloc.errors import OptionError, ProblemError, UnsupportedError
from pdalloc.generators import day
from pdalloc.metrics.summary import profile_rows
from tests.strategies import allocations, problems


def two_people(*, rated: bool = False, history: bool = False) -> Problem:
    model = Model()
    for session in ("x", "y"):
        model.add_session(session, capacity=1)
    for who, first, second in (("p", "x", "y"), ("q", "x", "y")):
        model.add_participant(who, groups={"school": f"{who} school"}, history=float(who == "p") if history else None)
        model.add_choice(who, first, 1, rating=4.0 if rated else None)
        model.add_choice(who, second, 2, rating=-1.0 if rated else None)
    return model.build()


def served(problem: Problem) -> Allocation:
    return Allocation.from_schedules(problem, {"p": ["x"], "q": ["y"]})


def test_an_audit_is_the_function_and_stays_it() -> None:
    import pdalloc.auditing.table

    assert pdalloc.audit is pdalloc.auditing.table.audit


def test_figures_of_a_day_counted_by_hand() -> None:
    table = audit(served(two_people(history=True)))
    column = dict(zip(table.rows, table.columns[""], strict=True))
    assert column["places filled"] == 2
    assert column["median rank"] == 1.5
    assert column["lists with their first choice"] == 0.5
    assert column["total rank cost"] == 1
    assert column["sum of utilities"] == 3  # two points and one
    assert column["smallest utility"] == 1
    assert column["geometric mean of positive utilities"] == pytest.approx(math.sqrt(2))
    assert column["mean share of own maximum"] == 0.75
    assert column["Gini of shares"] == pytest.approx(0.5 / (2 * 2 * 0.75))
    assert column["variance of shares"] == 0.25**2
    assert column["rank correlation of shares with history"] == 1


def test_names_of_figures_say_which_direction_is_better() -> None:
    better = dict(zip(audit(served(two_people())).rows, audit(served(two_people())).better, strict=True))
    assert (better["mean rank"], better["Jain of shares"], better["places at rank 1"]) == ("lower", "higher", "neither")
    text = str(audit(served(two_people())))
    row = next(line for line in text.splitlines() if "mean rank" in line)
    assert [cell.strip() for cell in row.split("│")] == ["", "mean rank", "lower", "1.50", ""]
    assert text.endswith("\nutilities are points by rank: 2 for each place at rank 1, one less for each rank after it")
    assert "<td>lower</td><td>1.50</td>" in audit(served(two_people()))._repr_html_()


def test_allocations_and_results_stand_side_by_side() -> None:
    problem = two_people()
    result, nobody = solve(problem), Allocation.from_schedules(problem, {})
    assert list(audit([result, result, nobody]).columns) == ["flow", "flow (2)", "3"]
    assert list(audit({"a (2)": nobody, "a": result}).columns) == ["a (2)", "a"]
    table = audit({"best": result, "nobody": nobody})
    frame = table.to_frame()
    assert list(frame.columns) == ["better", "best", "nobody"]
    assert frame.loc["places filled", "best"] == 2
    assert frame.loc["empty wanted places", "nobody"] == 2
    assert frame["nobody"].isna()["mean rank"]
    row = next(line for line in str(table).splitlines() if "mean rank" in line)
    assert [cell.strip() for cell in row.split("│")] == ["", "mean rank", "lower", "1.50", "-", ""]
    # a mapping of one name is not one without a name
    assert audit({"only": result}).columns == {"only": audit(result).columns[""]}


def test_groups_are_compared_on_request() -> None:
    allocation = served(two_people())
    plain, asked = audit(allocation), audit(allocation, also=["groups"], seed=5)
    assert set(plain.rows) < set(asked.rows)
    column = dict(zip(asked.rows, asked.columns[""], strict=True))
    assert column["mean share, school = p school (1, a small group)"] == 1
    assert math.isnan(column["largest minus smallest mean share by school"])
    assert str(audit(allocation, also="groups", seed=5)) == str(asked)


def test_rows_of_groups_are_the_same_whatever_runs() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_session("y", capacity=1, minimum=1)
    for who, choice in (("p", "x"), ("q", "y")):
        model.add_participant(who, groups={"school": "Hill"})
        model.add_choice(who, choice, 1)
    problem = model.build()
    runs, cancelled = served(problem), Allocation.from_schedules(problem, {"p": ["x"]}, cancelled=["y"])
    table = audit({"runs": runs, "cancelled": cancelled}, also=["groups"])
    at = table.rows.index("mean share, school = Hill (2, a small group)")
    assert [column[at] for column in table.columns.values()] == [1, 1]  # q could have had nothing


def test_what_is_not_defined_is_said() -> None:
    # somebody who rates what they get below 0 has no share that a Gini coefficient could take
    table = audit({"a": served(two_people(rated=True))})
    assert table.notes == (
        "utilities are sums of ratings",
        "Gini of shares, Jain of shares, Theil of shares, Atkinson (1/2) of shares, Hoover of shares of a cannot be "
        "given: quantity -0.25 is negative; inequality is measured on a good of which nobody has less than nothing",
    )
    assert math.isnan(table.columns["a"][table.rows.index("Gini of shares")])
    assert table.columns["a"][table.rows.index("variance of shares")] == 0.625**2


def test_who_could_have_had_nothing_is_left_out_and_said() -> None:
    problem = Problem.from_rankings({"p": ["x"], "q": ["full"]}, capacity={"x": 1, "full": 0})
    table = audit(Allocation.from_schedules(problem, {"p": ["x"]}))
    assert table.columns[""][table.rows.index("smallest share of own maximum")] == 1
    assert table.notes[1] == "participants left out of shares, who could have had nothing of value: 1"


def test_rows_of_one_allocation_alone_keep_their_place() -> None:
    model = Model(unlisted="forbidden")
    for session in ("x", "y"):
        model.add_session(session, capacity=2)
    model.add_participant("p")
    model.add_choice("p", "x", 1)
    problem = model.build()
    table = audit([Allocation.from_schedules(problem, {"p": [session]}) for session in ("x", "y")])
    at = table.rows.index("unlisted places")
    assert table.rows[at - 1] == "places at rank 1"
    assert [column[at] for column in table.columns.values()] == [0, 1]


def test_the_document_is_read_back_and_follows_its_schema() -> None:
    problem = two_people()
    table = audit({"best": solve(problem), "nobody": Allocation.from_schedules(problem, {})}, also=["groups"])
    text = table.to_json()
    jsonschema.validate(json.loads(text), json.loads(schema_text(DOCUMENTS["audit-1.json"])))
    assert Audit.from_json(text, problem).to_json() == text
    assert str(Audit.from_json(text, problem)) == str(table)
    with pytest.raises(ProblemError, match="the document belongs to problem"):
        Audit.from_json(text, two_people(rated=True))
    broken = json.loads(text)
    broken["figures"][0]["values"].append(1)
    with pytest.raises(ProblemError) as error:
        Audit.from_json(json.dumps(broken), problem)
    assert str(error.value) == "figure 'places filled' has 3 values for 2 allocations"


def test_what_cannot_be_audited_is_refused() -> None:
    one, other = two_people(), two_people(rated=True)
    with pytest.raises(OptionError) as error:
        audit([served(one), served(other)])
    assert str(error.value) == (
        f"allocation '2' belongs to problem {other.content_hash[:12]}..., but '1' to {one.content_hash[:12]}...; only "
        "allocations of one problem stand side by side, audit others by themselves"
    )
    with pytest.raises(OptionError) as error:
        audit([])
    assert str(error.value) == "there is no allocation to audit; give at least one"
    lottery = solve(one, "lottery", seed=1, draws=5).random_assignment
    with pytest.raises(OptionError) as error:
        audit(lottery)  # type: ignore[arg-type]
    assert str(error.value) == (
        "cannot audit a RandomAssignment; give allocations or results, such as allocations drawn from it"
    )
    with pytest.raises(OptionError) as error:
        audit(served(one), also=["group"])
    assert str(error.value) == "also has 'group'; what can be asked for is 'efficiency', 'groups'"


def attempt(function: Callable[..., float], *arguments: object) -> float:
    """The value of a function, nan where it refuses."""
    try:
        return function(*arguments)
    except (OptionError, UnsupportedError):
        return math.nan


def expected_rows(allocation: Allocation) -> dict[str, float]:
    """Every row that is there on each day, from the functions of `metrics` alone."""
    problem = allocation.problem
    utility, shares = metrics.utilities(allocation), metrics.share_of_own_maximum(allocation)
    shares = shares[~np.isnan(shares)]
    nash, envy, blocking = metrics.nash_welfare(utility), metrics.envy(allocation), metrics.blocking_pairs(allocation)
    rows = {
        "places filled": metrics.filled_places(allocation),
        "empty wanted places": metrics.empty_places(allocation),
        "mean rank": metrics.mean_rank(allocation),
        "median rank": metrics.median_rank(allocation),
        "lists with their first choice": metrics.share_in_top(allocation, 1),
        "lists with one of the first three": metrics.share_in_top(allocation, 3),
        "total rank cost": metrics.rank_cost(allocation),
        "seats filled": metrics.seats_filled(allocation),
        "sessions that nobody attends": metrics.unattended_sessions(allocation),
        "cancelled sessions": metrics.cancelled_sessions(allocation),
        "sum of utilities": metrics.utilitarian_welfare(utility),
        "smallest utility": metrics.egalitarian_welfare(utility),
        "participants with a positive utility": nash.positive,
        "geometric mean of positive utilities": nash.geometric_mean,
        "mean share of own maximum": float(shares.mean()) if len(shares) else math.nan,
        "smallest share of own maximum": metrics.egalitarian_welfare(shares),
        "Gini of shares": attempt(metrics.gini, shares),
        "Jain of shares": attempt(metrics.jain, shares),
        "Theil of shares": attempt(metrics.theil, shares),
        "Atkinson (1/2) of shares": attempt(metrics.atkinson, shares, 0.5),
        "Hoover of shares": attempt(metrics.hoover, shares),
        "variance of shares": metrics.variance(shares),
        "participants who envy somebody": envy.participants.value,
        "pairs with envy": envy.pairs.value,
        "largest envy": envy.largest,
        "mean of everybody's largest envy": envy.mean,
        "pairs that are not EF1": envy.ef1_violations.value,
        "pairs that are not EF[1,1]": envy.ef11_violations.value,
        "participants with a wasted seat": blocking.wasted_participants,
        "pairs with a wasted seat": blocking.wasted_pairs,
        "wasted seats": blocking.wasted_seats,
    }
    if len(problem.priorities):
        rows["pairs with justified envy"] = blocking.justified_envy_pairs
        rows["participants with justified envy"] = blocking.justified_envy_participants
    try:
        slots = metrics.slot_efficiency(allocation)
        rows[f"Pareto efficient slots, of {len(slots)}"] = sum(not slot.trade for slot in slots)
    except UnsupportedError:
        rows["Pareto efficient slots"] = math.nan
    return rows


@given(data=st.data())
def test_rows_are_what_the_functions_of_metrics_say(data: st.DataObject) -> None:
    problem = data.draw(problems(minimums=True))
    days = {"a": data.draw(allocations(problem)), "b": data.draw(allocations(problem))}
    table = audit(days)
    assert len(set(table.rows)) == len(table.rows) == len(table.forms) == len(table.better)
    assert all(len(cells) == 3 for _, cells in table.text_rows())
    for name, allocation in days.items():
        expected = expected_rows(allocation) | profile_rows(allocation)
        expected["popularity margin over a"] = metrics.popularity_margin(allocation, days["a"])
        column = dict(zip(table.rows, table.columns[name], strict=True))
        # a row that only the other day has counts what did not occur here
        assert set(expected) <= set(column)
        assert [column[row] for row in expected] == pytest.approx(list(expected.values()), nan_ok=True)
        assert not any(column[row] for row in set(column) - set(expected))


def test_names_of_figures_are_all_different() -> None:
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)


def test_justified_envy_is_only_counted_where_there_are_priorities() -> None:
    lists, seats = {"p": ["x"], "q": ["x"]}, {"x": 1}
    without = Problem.from_rankings(lists, capacity=seats)
    ordered = Problem.from_rankings(lists, capacity=seats, priorities={"x": ["q", "p"]})
    assert not [row for row in audit(Allocation.from_schedules(without, {"p": ["x"]})).rows if "justified" in row]
    table = audit(Allocation.from_schedules(ordered, {"p": ["x"]}))
    assert table.columns[""][table.rows.index("participants with justified envy")] == 1


def test_slots_of_a_day_without_slots_are_not_judged_where_somebody_wants_several_places() -> None:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_participant("p", limit=2)
    model.add_choice("p", "x", 1)
    table = audit(Allocation.from_schedules(model.build(), {}))
    assert math.isnan(table.columns[""][table.rows.index("Pareto efficient slots")])
    assert table.notes[1:] == (
        "Pareto efficient slots cannot be given: participant 'p' wants 2 places on a day without slots; trades slot by "
        "slot are about one place each",
    )


def test_a_sample_is_said_with_its_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdalloc.metrics.schedule_values.MOST_PAIRS", 100)
    monkeypatch.setattr("pdalloc.metrics.schedule_values.FEWEST_SAMPLED", 20)
    allocation = solve(day(80, 12, 3, 2, seed=1), "lottery", seed=1).allocation
    found = metrics.envy(allocation, seed=3)
    assert len(found.participant) == 20
    table = audit({"draw": allocation}, seed=3)
    intervals = "; ".join(
        f"{name} {estimate.lower:,.0f} to {estimate.upper:,.0f}"
        for name, estimate in (
            ("participants who envy somebody", found.participants),
            ("pairs with envy", found.pairs),
            ("pairs that are not EF1", found.ef1_violations),
            ("pairs that are not EF[1,1]", found.ef11_violations),
        )
    )
    assert table.notes[1] == (
        "envy of draw was looked for in 20 of 80 participants, drawn at random; its largest and mean are theirs, and "
        f"95% intervals of the others are: {intervals}"
    )
    assert table.columns["draw"][table.rows.index("pairs with envy")] == found.pairs.value


def test_ratings_too_large_for_envy_leave_the_other_figures() -> None:
    model = Model()
    for session in ("x", "y"):
        model.add_session(session, capacity=1)
    model.add_participant("p", limit=2)
    for session in ("x", "y"):
        model.add_choice("p", session, rating=4e18)
    table = audit(Allocation.from_schedules(model.build(), {"p": ["x", "y"]}))
    column = dict(zip(table.rows, table.columns[""], strict=True))
    assert math.isnan(column["pairs with envy"])
    assert column["places filled"] == 2
    assert table.notes[1].startswith("participants who envy somebody, pairs with envy, largest envy, ")
    assert "cannot be given: ratings up to 4e+18 times scale 1 do not fit 62 bits" in table.notes[1]


def test_the_page_of_figures_lists_every_figure_with_its_direction() -> None:
    page = (Path(__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    assert [(row[0], row[2]) for row in rows[1:]] == [(figure.name, figure.better) for figure in FIGURES]


def test_efficiency_of_the_whole_day_is_there_on_request() -> None:
    problem = Problem.from_rankings({"p": ["x", "y"], "q": ["y", "x"]}, capacity={"x": 1, "y": 1})
    crossed = Allocation.from_schedules(problem, {"p": ["y"], "q": ["x"]})
    table = audit({"best": solve(problem).allocation, "crossed": crossed}, also=["efficiency"]).to_frame()
    row = table.loc["whole day is Pareto efficient (1 yes, 0 no)"]
    assert (row["best"], row["crossed"]) == (1, 0)


def test_a_request_that_is_no_list_is_refused() -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match="also is None; give a list of what is asked for"):
        audit(Allocation.from_schedules(problem, {}), also=None)  # type: ignore[arg-type]
