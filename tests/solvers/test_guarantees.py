"""What rules promise, derived from the outcomes of all lists of three participants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import combinations, permutations, product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pdalloc import Allocation, Model, Problem, RandomAssignment, guarantees, solve, solver_class
from pdalloc.errors import OptionError
from pdalloc.solvers.guarantees import LISTED, STRICT_LISTS
from pdalloc.solvers.registry import BUILT_IN
from tests.pickers import two_pickers

Lists = tuple[str, ...]
Priorities = tuple[str, ...]
Outcome = tuple[str, ...]
Chances = npt.NDArray[np.float64]

PEOPLE, SESSIONS = "123", "xyz"

FULL = tuple("".join(order) for order in permutations(SESSIONS))
REPORTS = (*FULL, *("".join(part) for size in (1, 2) for part in permutations(SESSIONS, size)))

STRUCTURES: tuple[Priorities, ...] = (
    ("132", "213", "213"),  # of the golden case of tests/test_papers.py
    ("123", "231", "312"),
    ("321", "213", "132"),
)
"""Whom x, y and z prefer."""

EATING = "probabilistic-serial"
WITH_PRIORITIES = ("boston", "deferred-acceptance", "top-trading-cycles")


@cache
def outcome(solver: str, lists: Lists, order: str, priorities: Priorities | None) -> Outcome:
    """The session of each participant, "" without a place."""
    options: dict[str, Any] = {}
    if solver in ("serial-dictatorship", "draft", *WITH_PRIORITIES):
        options["order"] = tuple(order)
    elif solver == "lottery":
        options["seed"] = seed_of(order)
    elif solver == EATING:
        options["seed"] = 1
    return schedules(solve(problem_of(lists, priorities), solver, **options).allocation)


def schedules(allocation: Allocation) -> Outcome:
    return tuple("".join(allocation.schedule_of(person)) for person in allocation.problem.participants)


@cache
def problem_of(lists: Lists, priorities: Priorities | None = None) -> Problem:
    people, sessions = (
        (str(number + 1) for number in range(len(lists))),
        sorted({s for listed in lists for s in listed}),
    )
    return Problem.from_rankings(
        dict(zip(people, map(list, lists), strict=True)),
        capacity=dict.fromkeys(sorted({*sessions, *SESSIONS}), 1),
        priorities=None if priorities is None else dict(zip(SESSIONS, map(list, priorities), strict=True)),
    )


@cache
def seed_of(order: str) -> int:
    """A seed with which the lottery draws this order."""
    people = sorted(order)
    for seed in range(10_000):
        if [people[number] for number in np.random.default_rng(seed).permutation(len(people))] == list(order):
            return seed
    raise LookupError(order)


def orders(solver: str, people: str = PEOPLE) -> list[str]:
    """Every order that chance could bring; one where there is no chance."""
    every = ["".join(order) for order in permutations(people)]
    return every if solver in ("lottery", "draft", *WITH_PRIORITIES) else every[:1]


def cases(solver: str) -> Iterator[tuple[str, Priorities | None]]:
    """Orders and priorities in which a rule is looked at."""
    yield from ((order, None) for order in orders(solver))
    if solver in WITH_PRIORITIES:
        yield from ((PEOPLE, priorities) for priorities in STRUCTURES)


@cache
def chances(solver: str, lists: Lists) -> Chances:
    """Probability of each participant (row) for each session (column, in alphabetical order), without priorities."""
    if solver == EATING:
        problem, random = problem_of(lists), eaten(lists)
        return np.array(
            [[random.probability_of(who, what) for what in problem.sessions] for who in problem.participants]
        )
    columns = sorted({session for listed in lists for session in listed})
    total = np.zeros((len(lists), len(columns)))
    every = orders(solver, "1234"[: len(lists)])
    for order in every:
        for row, session in enumerate(outcome(solver, lists, order, None)):
            if session:
                total[row, columns.index(session)] += 1
    return total / len(every)


def eaten(lists: Lists) -> RandomAssignment:
    # in floating point, chances of about 2^-52 are left over that no exact rule gives
    found = solve(problem_of(lists), EATING, seed=1, exact=True).random_assignment
    assert found is not None
    return found


def place(lists: Lists, found: Outcome, person: int) -> int:
    """Where on their list what a participant got stands, or what nothing would."""
    return lists[person].index(found[person]) if found[person] else len(lists[person])


def is_efficient(lists: Lists, found: Outcome) -> bool:
    places = [place(lists, found, person) for person in range(3)]
    return not any(
        all(new <= old for new, old in zip(other, places, strict=True)) and list(other) != places
        for given in permutations(SESSIONS)
        for other in [[lists[person].index(session) for person, session in enumerate(given)]]
    )


def is_stable(lists: Lists, found: Outcome, priorities: Priorities) -> bool:
    holder = {session: person for person, session in enumerate(found) if session}
    return not any(
        session not in holder
        or priorities[SESSIONS.index(session)].index(PEOPLE[person])
        < priorities[SESSIONS.index(session)].index(PEOPLE[holder[session]])
        for person in range(3)
        for session in lists[person][: place(lists, found, person)]
    )


def as_good(mine: npt.NDArray[Any], other: npt.NDArray[Any], listed: str) -> bool:
    """Whether chances are at least as good as others for this list: for its first, its first two, and so on."""
    row = [sorted(listed).index(session) for session in listed]
    return bool((np.cumsum(mine[row]) >= np.cumsum(other[row]) - 1e-9).all())


def is_ordinally_efficient(lists: Lists, random: Chances) -> bool:
    """Bogomolnaia and Moulin 2001, lemma 3: wishes for more of what others have chances of do not go in a circle."""
    column = {session: number for number, session in enumerate(sorted(lists[0]))}
    rather = np.zeros((len(column), len(column)), int)
    for person, listed in enumerate(lists):
        for better, worse in combinations(listed, 2):
            rather[column[better], column[worse]] |= random[person, column[worse]] > 1e-9
    reach = rather
    for _ in column:
        reach = ((reach + reach @ rather) > 0).astype(int)
    return not np.diag(reach).any()


def broken_by(solver: str) -> Iterator[str]:
    """The properties that fail for some lists of three participants."""
    for lists in product(FULL, repeat=3):
        for order, priorities in cases(solver):
            possible = [outcome(solver, lists, order, priorities)]
            if solver == EATING:
                possible = [schedules(allocation) for _, allocation in eaten(lists).lottery()]
            if not all(is_efficient(lists, found) for found in possible):
                yield "Pareto efficient"
            if any(gains(solver, lists, order, priorities)):
                yield "strategy-proof"
        for priorities in STRUCTURES:
            if not is_stable(lists, outcome(solver, lists, PEOPLE, priorities), priorities):
                yield "stable"
        yield from broken_by_chances(lists, chances(solver, lists))


def gains(solver: str, lists: Lists, order: str, priorities: Priorities | None) -> Iterator[bool]:
    """Whether each other list brings a participant a better place."""
    if order != PEOPLE or priorities not in (None, *STRUCTURES[:2]):
        return
    for person in range(len(lists)):
        now = place(lists, outcome(solver, lists, order, priorities), person)
        for report in REPORTS:
            said = (*lists[:person], report, *lists[person + 1 :])
            if solver == EATING:
                yield not as_good(chances(solver, lists)[person], chances(solver, said)[person], lists[person])
                continue
            other = outcome(solver, said, order, priorities)
            yield bool(other[person]) and lists[person].index(other[person]) < now


def broken_by_chances(lists: Lists, random: Chances) -> Iterator[str]:
    for first, second in permutations(range(len(lists)), 2):
        if not as_good(random[first], random[second], lists[first]):
            yield "envy-free"
        if lists[first] == lists[second] and not np.allclose(random[first], random[second]):
            yield "equal treatment"
    if not is_ordinally_efficient(lists, random):
        yield "ordinally efficient"


FOUR = {
    "lottery": ("abcd", "abcd", "badc", "badc"),
    "draft": ("abcd", "abcd", "badc", "badc"),
    "deferred-acceptance": ("abcd", "abcd", "badc", "badc"),
    "top-trading-cycles": ("abcd", "abcd", "badc", "badc"),
    "boston": ("bcad", "dcba", "badc", "dabc"),
}
"""Lists of four participants whose chances are not ordinally efficient; with three they always are."""


@pytest.mark.parametrize(
    "solver", [pytest.param(name, marks=[pytest.mark.long] if name == "mip" else []) for name in BUILT_IN]
)
def test_is_what_the_outcomes_of_all_lists_say(solver: str) -> None:
    broken = set(broken_by(solver))
    if solver in FOUR:
        broken.update(broken_by_chances(FOUR[solver], chances(solver, FOUR[solver])))
    if solver == "draft":
        # with one place each it is the lottery; with two, b must be picked before a
        broken.update(["strategy-proof"] if drafted("bacd") > drafted("abcd") else [])
    promised = {name for name, guarantee in guarantees(solver).items() if guarantee.holds}
    assert promised == set(dict(guarantees(solver).items())) - broken


@pytest.mark.parametrize("solver", BUILT_IN)
def test_unlisted_places_are_assumed_away_where_they_break_it(solver: str) -> None:
    # 1 does not care which of x and y they get unlisted, and table order gives them what 2 wants
    model = Model(unlisted="last")
    for session, capacity in (("w", 0), ("x", 1), ("y", 1)):
        model.add_session(session, capacity=capacity)
    for person, listed in (("1", "w"), ("2", "wx")):
        model.add_participant(person)
        model.add_ranking(person, list(listed))
    options = {"order": ("1", "2")} if "order" in solver_options(solver) else {}
    seed = 0 if solver == EATING else seed_of("12")
    has_wish = solve(model.build(), solver, seed=seed, **options).allocation.schedule_of("2") == ("x",)  # type: ignore[arg-type]
    promise = guarantees(solver).pareto_efficient
    if promise.holds:
        assert has_wish or LISTED in promise.assuming


def drafted(listed: str) -> int:
    """How much the first of two participants likes the two sessions picked, in points for a, b, c and d."""
    schedule = solve(two_pickers(listed), "draft", order=["1", "2"]).allocation.schedule_of("1")
    return sum("dcba".index(session) for session in schedule)


def test_strict_lists_are_assumed_where_ties_break_it() -> None:
    # 1 does not care, and table order gives them what 2 wants
    problem = Problem.from_arrays([0, 0, 1], [0, 1, 0], [1, 1, 1], [1, 1])
    for solver in BUILT_IN:
        options = {"order": ("0", "1")} if "order" in solver_options(solver) else {}
        placed = len(solve(problem, solver, seed=seed_of("12"), **options).allocation)  # type: ignore[arg-type]
        promise = guarantees(solver).pareto_efficient
        if promise.holds:
            assert placed == (1 if STRICT_LISTS in promise.assuming else 2)


def solver_options(solver: str) -> set[str]:
    return {field.name for field in fields(solver_class(solver))}  # type: ignore[arg-type]


def test_sessions_that_propose_can_be_deceived() -> None:
    # Roth 1982: two stable allocations; leaving off what one is given there brings the other
    priorities = {"x": ["2", "1"], "y": ["1", "2"]}

    def schedule(listed: list[str]) -> tuple[str, ...]:
        problem = Problem.from_rankings(
            {"1": listed, "2": ["y", "x"]}, capacity={"x": 1, "y": 1}, priorities=priorities
        )
        return solve(problem, "deferred-acceptance", seed=1, proposing="sessions").allocation.schedule_of("1")

    assert schedule(["x", "y"]) == ("y",)
    assert schedule(["x"]) == ("x",)


def test_says_that_truth_can_hurt_where_it_can() -> None:
    assert guarantees("boston").warning == "ranking truthfully can hurt you"
    assert guarantees("lottery").warning == ""
    assert str(guarantees("boston").pareto_efficient) == "yes, with strict lists, unlisted places forbidden"
    assert "strategy-proof: no; ranking truthfully can hurt you" in str(guarantees("boston")).splitlines()


def test_an_unknown_solver_is_refused() -> None:
    with pytest.raises(OptionError, match="unknown solver 'bostn'; did you mean 'boston'"):
        guarantees("bostn")
    with pytest.raises(OptionError, match=r"solver is \['boston'\]; give a name, one of first-come, "):
        guarantees(["boston"])  # type: ignore[arg-type]
