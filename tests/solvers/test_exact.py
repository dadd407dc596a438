"""The solvers that prove optima: against brute force, against each other, and against a linear program."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pdalloc import Feature, Model, Problem, Status, generators, metrics, solve
from pdalloc.errors import OptionError, UnsupportedError
from pdalloc.objectives import get_objective
from pdalloc.solvers import Flow
from tests import oracle
from tests.depth import examples
from tests.strategies import problems

EXACT = ("flow", "hungarian")
ENGINES = ("transport", "ortools")
WEIGHING = {Feature.WEIGHTS, Feature.HISTORY}


@pytest.mark.parametrize("solver", EXACT)
@given(problem=problems(coupled=False, rated=True))
def test_welfare_is_that_of_the_best_allocation(solver: str, problem: Problem) -> None:
    assume(problem.choices.rating is not None and (solver == "flow" or Feature.SEVERAL_PLACES not in problem.features))
    result = solve(problem, solver, objective="welfare")
    assert result.objective is not None
    assert result.objective == oracle.best(problem, "welfare")


@st.composite
def markets(draw: st.DrawFn, *, weights: bool = True) -> Problem:
    """One slot, larger than brute force can do: 10 to 30 participants, 3 to 8 sessions."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    people, sessions = int(rng.integers(10, 31)), int(rng.integers(3, 9))
    model = Model(unlisted=draw(st.sampled_from(["forbidden", "last"])))
    for session in range(sessions):
        model.add_session(f"s{session}", capacity=int(rng.integers(0, 2 * people // sessions)))
    for person in range(people):
        model.add_participant(
            f"p{person}", weight=float(rng.integers(1, 4)) if weights and draw(st.booleans()) else 1.0
        )
        for session in rng.permutation(sessions)[: rng.integers(0, sessions + 1)]:
            model.add_choice(f"p{person}", f"s{session}", int(rng.integers(1, 5)))
        if rng.random() < 0.2:
            model.forbid(f"p{person}", f"s{rng.integers(sessions)}")
    return model.build()


def linear_program(problem: Problem) -> tuple[int, ...]:
    """The best value of `rank-sum` for one place each, level by level; the linear program has an integral optimum."""
    people, sessions = len(problem.participants), len(problem.sessions)
    barred = {tuple(pair) for pair in problem.forbidden.tolist()}
    pairs = []
    for person in range(people):
        ranks = oracle.listed(problem, person)
        for session in range(sessions):
            if (person, session) not in barred and (session in ranks or problem.unlisted == "last"):
                pairs.append((person, session, ranks.get(session)))
    last = oracle.longest_list(problem)
    weight = oracle.weights(problem)
    levels = [[-1] * len(pairs)]
    if problem.unlisted == "last":
        levels.append([int(rank is None) for _, _, rank in pairs])
    # an empty place costs weight x longest list: count what a place saves on it
    levels.append([weight[p] * ((rank - 1 if rank else last) - last) for p, _, rank in pairs])
    rows = np.zeros((people + sessions, len(pairs)))
    for column, (person, session, _) in enumerate(pairs):
        rows[person, column] = rows[people + session, column] = 1
    bounds = [*(1,) * people, *problem.capacity.tolist()]
    values: list[int] = []
    equal: list[list[int]] = []
    for level in levels:
        if not pairs:
            values.append(0)
            continue
        # earlier levels are kept at their optimum
        found = linprog(level, rows, bounds, equal or None, values or None, bounds=(0, 1), method="highs")
        values.append(round(float(found.fun or 0)))
        equal.append(level)
    values[0] += people
    values[-1] += last * sum(weight)
    return tuple(values)


@pytest.mark.parametrize(
    ("solver", "options"), [("flow", {}), ("flow", {"engine": "ortools"}), ("hungarian", {})], ids=str
)
@settings(max_examples=examples(60))
@given(problem=markets())
def test_rank_sum_is_that_of_a_linear_program_level_by_level(
    solver: str, options: dict[str, str], problem: Problem
) -> None:
    assert solve(problem, solver, **options).objective == linear_program(problem)  # type: ignore[arg-type]


@given(problem=problems(coupled=False, rated=True, weights=True))
def test_the_engines_of_flow_reach_the_same_value(problem: Problem) -> None:
    for objective in ("rank-sum", "welfare"):
        if objective == "welfare" and (problem.choices.rating is None or WEIGHING & set(problem.features)):
            continue
        by_engine = [
            solve(problem, objective=objective, engine=engine).objective for engine in ("transport", "ortools")
        ]
        assert by_engine[0] == by_engine[1]


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(OptionError, match="engine is 'simplex'; it is one of 'transport', 'ortools'"):
        solve(Problem.from_rankings({"p": ["x"]}, capacity={"x": 1}), "flow", engine="simplex")


@given(seed=st.integers(0, 2**32), unlisted=st.sampled_from(["forbidden", "last"]))
@settings(max_examples=15)
def test_flow_and_hungarian_agree_on_days_of_several_slots(seed: int, unlisted: str) -> None:
    rng = np.random.default_rng(seed)
    people, sessions = 60, 12
    slot = np.repeat([0, 1, 2], 4)
    chosen = rng.random((people, sessions)) < 0.4
    ratings = np.where(chosen, rng.integers(0, 9, (people, sessions)) / 2, np.nan)
    problem = Problem.from_ratings(ratings, rng.integers(5, 16, sessions), slot=slot, unlisted=unlisted)  # type: ignore[arg-type]
    for objective in ("rank-sum", "welfare"):
        values = {solver: solve(problem, solver, objective=objective).objective for solver in EXACT}
        assert values["flow"] == values["hungarian"]


@pytest.mark.parametrize("solver", EXACT)
@pytest.mark.parametrize("length", [11, 200])
def test_places_first_is_true_along_a_chain(solver: str, length: int) -> None:
    # p0 wants only s1, every other one s_i and then s_(i+1), one seat each: all are placed, all but p0 second
    rankings = {"p0": ["s1"]} | {f"p{i}": [f"s{i}", f"s{i + 1}"] for i in range(1, length)}
    problem = Problem.from_rankings(rankings, capacity={f"s{i}": 1 for i in range(1, length + 1)})
    result = solve(problem, solver)
    assert result.objective == (0, length - 1)
    assert metrics.filled_places(result.allocation) == length


@pytest.mark.parametrize("solver", EXACT)
def test_fewest_unlisted_places_come_before_ranks(solver: str) -> None:
    # p0 is listed only at s1 and would have to go elsewhere; the chain moves everybody down one rank instead
    length = 30
    rankings = {"p0": ["s1"]} | {f"p{i}": [f"s{i}", f"s{i + 1}"] for i in range(1, length)}
    seats = {f"s{i}": 1 for i in range(1, length + 1)} | {"spare": 5}
    problem = Problem.from_rankings(rankings, capacity=seats, unlisted="last")
    assert solve(problem, solver).objective == (0, 0, length - 1)


def test_several_places_on_a_day_without_slots() -> None:
    model = Model(unlisted="last")
    for session, seats in (("x", 2), ("y", 1), ("z", 2)):
        model.add_session(session, capacity=seats)
    for participant in ("p", "q"):
        model.add_participant(participant, limit=2)
        model.add_ranking(participant, ["x", "y"])
    result = solve(model.build(), "flow")
    assert result.objective == (0, 1, 0 + 0 + 1 + 2)
    with pytest.raises(UnsupportedError, match="several places a participant on a day without slots"):
        solve(model.build(), "hungarian")


def test_negative_ratings_leave_a_place_empty() -> None:
    problem = Problem.from_ratings([[-1.0, float("nan")], [2.0, -3.0]], capacity=[1, 1])
    for solver in EXACT:
        result = solve(problem, solver, objective="welfare")
        assert result.objective == (2,)
        assert result.allocation.to_frame().values.tolist() == [["1", "0", 1, True]]


def test_a_fixed_pair_stands_against_every_wish() -> None:
    model = Model()
    for session in ("x", "y"):
        model.add_session(session, capacity=1)
    for participant in ("p", "q"):
        model.add_participant(participant)
        model.add_ranking(participant, ["x"])
    model.fix("p", "y")
    for solver in (*EXACT, "lottery", "first-come"):
        allocation = solve(model.build(), solver).allocation
        assert allocation.schedule_of("p") == ("y",)
        assert allocation.schedule_of("q") == ("x",)
    # p's place counts at the rank after the longest list, as unlisted places do
    assert solve(model.build(), "flow").objective == (0, 1)


@pytest.mark.parametrize("solver", EXACT)
def test_the_lexington_day_is_proved_and_better_than_first_come(solver: str) -> None:
    day = generators.lexington(seed=2016)
    result, first = solve(day, solver), solve(day, "first-come")
    assert result.status is Status.OPTIMAL
    assert metrics.filled_places(result.allocation) >= metrics.filled_places(first.allocation)
    assert metrics.rank_cost(result.allocation) < metrics.rank_cost(first.allocation)


def test_hungarian_refuses_what_it_cannot_hold_or_add_up() -> None:
    many = 20_000
    problem = Problem.from_arrays(np.arange(many), np.zeros(many, int), np.ones(many, int), [many])
    with pytest.raises(OptionError, match="hungarian needs a matrix of 20,000 x 20,000, above 268,435,456 entries"):
        solve(problem, "hungarian")
    small = Problem.from_rankings({"p": ["x", "y"], "q": ["x"]}, capacity={"x": 1, "y": 1})
    with pytest.raises(OptionError, match=r"hungarian is exact only for sums below 2\^53; use 'flow'"):
        solve(small, "hungarian", rank_costs=[0, 2**50])
    assert solve(small, "flow", rank_costs=[0, 2**50]).objective == (0, 2**50)


CHAINS = [
    "rank-sum",
    "greedy",
    "generous",
    "rank-maximal",
    "generous,welfare",
    "welfare,greedy",
    "rank-sum,rank-maximal",
]


@pytest.mark.parametrize("chain", CHAINS)
@given(problem=problems(coupled=False, rated=True))
@settings(max_examples=examples(60))
def test_every_level_is_that_of_the_best_allocation(chain: str, problem: Problem) -> None:
    assume("welfare" not in chain or problem.choices.rating is not None)

    def value(chosen: list[oracle.Schedule]) -> list[tuple[int, ...]]:
        values = [(name, oracle.value(problem, name, chosen)) for name in chain.split(",")]
        return [oracle.less_is_better(problem, name, value) for name, value in values]

    allocation = solve(problem, "flow", objective=chain).allocation
    people = range(len(problem.participants))
    chosen = [tuple(allocation.session[allocation.participant == participant].tolist()) for participant in people]
    assert value(chosen) == min(value(other) for other, _ in oracle.outcomes(problem))


@given(problem=problems(coupled=False, rated=True))
@settings(max_examples=examples(60))
def test_the_value_is_the_sum_of_the_costs_of_each_level(problem: Problem) -> None:
    for name in ("rank-sum", "greedy", "generous", "rank-maximal", "welfare", "generous,rank-sum"):
        if name == "welfare" and problem.choices.rating is None:
            continue
        result = solve(problem, "flow", objective=name)
        objective = get_objective(name)
        assert result.objective == tuple(costs.value(result.allocation) for costs in objective.costs(problem))
        assert result.levels == tuple(costs.level for costs in objective.costs(problem))
        assert result.objective_name == name


@pytest.mark.parametrize("objective", ["greedy", "generous", "rank-maximal", "rank-sum,generous"])
@given(problem=markets(weights=False))
@settings(max_examples=examples(25))
def test_profiles_do_not_depend_on_the_engine(objective: str, problem: Problem) -> None:
    values = [solve(problem, "flow", objective=objective, engine=engine).objective for engine in ENGINES]
    assert values[0] == values[1]


@pytest.mark.parametrize("objective", ["greedy", "generous"])
@pytest.mark.parametrize("seed", range(4))
def test_profiles_agree_with_a_linear_program_level_by_level(objective: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    people, sessions, length = 300, 20, 5
    score = -0.8 * np.log(np.arange(1, sessions + 1)) + rng.gumbel(size=(people, sessions))
    lists = np.argsort(-score, axis=1)[:, :length]
    rank = np.tile(np.arange(1, length + 1), people)
    problem = Problem.from_arrays(np.repeat(np.arange(people), length), lists.ravel(), rank, [15] * sessions)
    rows = np.zeros((people + sessions, people * length))
    rows[np.repeat(np.arange(people), length), np.arange(people * length)] = 1
    rows[people + lists.ravel(), np.arange(people * length)] = 1
    sign = -1 if objective == "greedy" else 1
    order = range(1, length + 1) if objective == "greedy" else range(length, 0, -1)
    levels = [[-1] * len(rank), *(np.where(rank == level, sign, 0).tolist() for level in order)]
    bounds = [1] * people + [15] * sessions
    values: list[int] = []
    for number, level in enumerate(levels):
        equal = levels[:number] or None
        found = linprog(level, rows, bounds, equal, values or None, bounds=(0, 1), method="highs")
        values.append(round(float(found.fun or 0)))
    expected = (people + values[0], *(sign * value for value in values[1:]))
    assert solve(problem, "flow", objective=objective).objective == expected


def test_a_profile_is_refused_where_it_is_not_kept_exact() -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match="solver 'hungarian' does not optimise 'greedy'; it does rank-sum, welfare"):
        solve(problem, "hungarian", objective="greedy")
    long = Problem.from_rankings({"p": [f"s{i}" for i in range(80)]}, capacity={f"s{i}": 1 for i in range(80)})
    assert solve(long, objective="greedy").objective == (0, 1, *(0,) * 79)
    with pytest.raises(OptionError, match=r"80 sessions, do not fit the engine's 64 bits; .* or fewer objectives"):
        solve(long, "flow", objective="greedy", engine="ortools")


def around_forbidden_pairs() -> Problem:
    # q and r may not go to y, the seat that is left if p has z; so p must move to y, which is worse for p
    model = Model(unlisted="last")
    for session in ("x", "y", "z"):
        model.add_session(session, capacity=1)
    for participant, ranking in (("p", ["z", "y"]), ("q", ["x"]), ("r", ["x"])):
        model.add_participant(participant)
        model.add_ranking(participant, ranking)
    model.forbid("q", "y")
    model.forbid("r", "y")
    return model.build()


def test_an_objective_of_whole_days_has_no_part_in_a_slot() -> None:
    problem = Problem.from_rankings({"p": ["a"]}, capacity={"a": 1})
    with pytest.raises(OptionError, match=r"^objective 'leximin' judges whole days, not places; use solver 'mip'$"):
        solve(problem, Flow("leximin"))
    with pytest.raises(OptionError, match=r"^solver 'flow' does not optimise 'leximin'; it does "):
        solve(problem, "flow", objective="leximin")


def test_unlisted_places_find_their_way_around_forbidden_pairs() -> None:
    problem = around_forbidden_pairs()
    for objective in ("rank-sum", "greedy", "generous"):
        allocation = solve(problem, "flow", objective=objective).allocation
        assert allocation.schedule_of("p") == ("y",)
        assert not allocation.empty.any()
    assert solve(problem, "flow", objective="rank-maximal,rank-sum").allocation.schedule_of("p") == ("z",)


def test_unlisted_places_too_many_to_spell_out_are_left_to_ortools_but_not_by_lottery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pdalloc.solvers.flow.MAX_SPELLED_OUT", 8)
    problem = around_forbidden_pairs()
    assert solve(problem, "flow").allocation.schedule_of("p") == ("y",)
    with pytest.raises(
        OptionError, match=r"'lottery' would have to draw for 9 pairs .* above 8, .*; use tie_break 'order'"
    ):
        solve(problem, "flow", tie_break="lottery")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_session_worse_than_an_unlisted_one_is_not_given_as_if_it_were_unlisted(engine: str) -> None:
    # only y has a seat, and to p it is worth less than nothing: welfare decides before the empty place
    model = Model(unlisted="last")
    for session, capacity in (("x", 0), ("y", 1)):
        model.add_session(session, capacity=capacity)
    model.add_participant("p")
    model.add_choice("p", "x", 1, 1)
    model.add_choice("p", "y", 2, -1)
    result = solve(model.build(), "flow", objective="welfare,generous", engine=engine)
    assert result.objective == (0, 1, 0, 0, 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_day_without_choices_has_a_rank_maximal_allocation_of_no_levels(engine: str) -> None:
    model = Model()
    model.add_session("x", capacity=1)
    model.add_participant("p")
    assert solve(model.build(), "flow", objective="rank-maximal", engine=engine).objective == ()


def test_a_lottery_among_optima_gives_equal_lists_equal_chances() -> None:
    # r moves to x, so that one of p and q has y: which one is open
    problem = Problem.from_rankings({"p": ["y"], "q": ["y"], "r": ["y", "x"]}, capacity={"x": 1, "y": 1})
    lucky = [solve(problem, "flow", tie_break="lottery", seed=seed).allocation.roster("y") for seed in range(400)]
    assert set(lucky) == {("p",), ("q",)}
    assert 160 < lucky.count(("p",)) < 240


@given(problem=problems(coupled=False, rated=True, weights=True), seed=st.integers(0, 2**32))
@settings(max_examples=examples(60))
def test_a_lottery_among_optima_stays_optimal_and_repeats_with_its_seed(problem: Problem, seed: int) -> None:
    drawn, again = (solve(problem, "flow", tie_break="lottery", seed=seed) for _ in range(2))
    assert drawn.objective == solve(problem, "flow").objective
    assert drawn.to_json(runtime=False) == again.to_json(runtime=False)
    assert drawn.provenance.seed == seed


def test_every_optimum_can_be_drawn() -> None:
    # every way to seat three people who are indifferent among three seats is an optimum
    ties = Problem.from_arrays(np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3), np.ones(9, np.int64), [1, 1, 1])
    seeds = range(60)
    found = {tuple(solve(ties, tie_break="lottery", seed=seed).allocation.session.tolist()) for seed in seeds}
    assert len(found) == 6


def test_only_the_engine_transport_draws_among_optima() -> None:
    problem = Problem.from_rankings({"p": ["x"]}, capacity={"x": 1})
    with pytest.raises(OptionError, match="engine 'ortools' has no tie_break 'lottery'; use engine 'transport'"):
        solve(problem, "flow", engine="ortools", tie_break="lottery")
    with pytest.raises(OptionError, match="tie_break is 'coin'; it is one of 'order', 'lottery'"):
        solve(problem, "flow", tie_break="coin")
