"""What one thing changed would do to the best allocation of a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from pdalloc.auditing.answers import Answer, How, WhatIf
from pdalloc.auditing.compared import Moved, improved, labelled
from pdalloc.auditing.questions import Question, Seats
from pdalloc.auditing.re_solved import Solves, re_solved
from pdalloc.auditing.seat_chains import Chain
from pdalloc.auditing.single_seats import SingleSeats
from pdalloc.context import Context, Progress, StopFlag
from pdalloc.errors import OptionError
from pdalloc.objectives import Objective
from pdalloc.problem import Problem
from pdalloc.result import Result
from pdalloc.solvers.base import Solver
from pdalloc.solvers.solve import checked_seed, checked_time_limit

__all__ = ["what_if"]


def what_if(
    problem: Problem,
    questions: Iterable[Question] | None = None,
    objective: str | Objective | Sequence[str | Objective] | None = None,
    solver: str | Solver = "auto",
    *,
    seed: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: StopFlag | None = None,
) -> WhatIf:
    """Say what one seat, section, session or slot more, fewer or other would do to the optimum.

    The day is solved; then each question is answered by the change of the objective's value, how many more places are
    filled, and how many participants have a better or a worse day. Every answer says how it was got, see `How`.

    Parameters
    ----------
    problem : Problem
    questions : iterable of questions, optional
        `Seats`, `ExtraSection`, `DropSession` and `MoveSession`. By default one more seat in each session.
    objective : str, Objective or sequence of these, optional
        As `solve` takes it. By default that of the solver given, else "rank-sum".
    solver : str or Solver
        As `solve` takes it: one that proves optima. "auto" chooses again for each changed day.
    seed : int, optional
        Of the solver.
    time_limit : float, optional
        Seconds for all of it, positive. Questions that are not settled by then have an interval, or nothing.
    progress, stop
        As `solve` takes them; progress is counted in questions.

    Raises
    ------
    OptionError
        If a question names no session of the day or would break a rule, or the solver optimises nothing.
    UnsupportedError, InfeasibleError
        As `solve` raises them for the day as it is. A change that leaves no allocation is an answer.
    SolveStoppedError
        If time or stop flag came before the day as it is had an allocation.

    Notes
    -----
    Single seats cost two shortest-way searches a slot where slots are separate, and where they are tied together one
    linear program for all seats more and one for all fewer. What these leave open, and every other question, costs a
    solve. Where the change makes the longest list longer or shorter, an empty place would cost more or less; both
    days are valued with the longer one, so that the figures are in one unit.

    Examples
    --------
    >>> import pdalloc as pa
    >>> problem = pa.Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> answer = pa.what_if(problem).answers[0]
    >>> print(answer)
    One more seat in 'x' moves 1 person up; rank cost -1.
    >>> answer.how
    <How.PRICE: 'price'>
    """
    context = Context(np.random.default_rng(0), checked_seed(seed), checked_time_limit(time_limit), progress, stop)
    solves = Solves(problem, solver, objective, context)
    if questions is not None and not isinstance(questions, Iterable):
        raise OptionError(f"questions is {questions!r}; give a list of questions")
    asked = [Seats(session) for session in problem.sessions] if questions is None else list(questions)
    for question in asked:
        _refuse_bad(problem, question)
    base = solves.solve(problem)
    seats = SingleSeats(base, solves.objective, context)
    answers = []
    for done, question in enumerate(asked):
        context.report(done, len(asked), "questions")
        chain = seats.chain(question) if isinstance(question, Seats) else None
        if isinstance(question, Seats) and chain is not None:
            answers.append(_by_price(base, question, chain))
        else:
            answers.append(re_solved(solves, base, question))
    context.report(len(asked), len(asked), "questions")
    assert base.objective is not None
    assert base.bound is not None
    name, solver_name = str(base.objective_name), base.provenance.solver
    return WhatIf(base.allocation, name, solver_name, base.levels, base.objective, base.bound, tuple(answers))


def _refuse_bad(problem: Problem, question: Question) -> None:
    """Refuse a question that is none, names no session of the day or would break a rule, before any work."""
    if isinstance(question, Seats):
        question.number(problem)
    elif isinstance(question, Question):
        question(problem)
    else:
        raise OptionError(f"question {question!r} is none; give objects such as Seats('x') or ExtraSection('x')")


def _by_price(base: Result, question: Seats, chain: Chain) -> Answer:
    """Return the answer that a chain of moves gives."""
    allocation = base.allocation
    problem = allocation.problem
    change = tuple(-cost if level.maximise else cost for level, cost in zip(base.levels, chain.costs, strict=True))
    moved = Moved(*(np.array(pairs, np.int64).reshape(-1, 2) for pairs in (chain.left, chain.taken)))
    places, up, down = improved(problem, problem, moved)
    return Answer(
        question,
        question.words(problem),
        How.PRICE,
        base.levels,
        change,
        change,
        labelled(problem, moved.left),
        labelled(problem, moved.taken),
        tuple(problem.sessions[session] for session in np.flatnonzero(~allocation.runs).tolist()),
        places,
        up,
        down,
    )
