"""Why no allocation keeps all the rules: a conflict, and what to give up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pdalloc.auditing.remedies import COSTS, Remedy, applied, tell_remedies
from pdalloc.context import Context
from pdalloc.errors import OptionError, SolveStoppedError
from pdalloc.problem import Problem
from pdalloc.problem.choices import MAX_WHOLE
from pdalloc.solvers.mip.conflicts import Search
from pdalloc.solvers.mip.members import Kind
from pdalloc.solvers.mip.told import ConflictMember, conflict_sentence, tell_members
from pdalloc.solvers.solve import checked_time_limit

__all__ = ["Conflict", "explain_infeasible"]


@dataclass(frozen=True)
class Conflict:
    """Why no allocation keeps all the rules; `str` gives it in words.

    Attributes
    ----------
    problem : Problem
    members : tuple of ConflictMember
        Rules, fixed pairs, minimums, capacities and so on that cannot hold together, whatever else is given up.
    is_irreducible : bool
        Whether it is proved that, without any one of the members, the others can hold together.
    structure : tuple of str
        What always holds and is part of the reason: "slot", "topic" or "conflict" (nobody is in two sessions in one
        slot, of one topic, or that conflict).
    remedies : tuple of Remedy
        What to give up so that all else can hold together, at the least cost that was found. Empty if nothing that
        may be given up is enough, or the time was over before something was found.
    is_least : bool
        Whether it is proved that nothing cheaper is enough; without remedies, that nothing is.
    """

    problem: Problem = field(repr=False)
    members: tuple[ConflictMember, ...]
    is_irreducible: bool
    structure: tuple[str, ...]
    remedies: tuple[Remedy, ...]
    is_least: bool

    @property
    def sentence(self) -> str:
        """The members and what always holds, as one sentence without a full stop."""
        return conflict_sentence(self.problem, self.members, self.structure)

    @property
    def cost(self) -> int:
        """What the remedies cost in all."""
        return sum(remedy.cost for remedy in self.remedies)

    def relaxed(self) -> Problem:
        """Return the problem with the remedies applied, for which there is an allocation.

        Who is released from a rule keeps it as a soft one; a rule that may be broken becomes soft.

        Raises
        ------
        OptionError
            If there are no remedies.
        """
        if not self.remedies:
            raise OptionError("the conflict has no remedies; allow more kinds of them, or more time")
        return applied(self.problem, self.remedies)

    def __str__(self) -> str:
        lines = [f"no allocation keeps all the rules: {self.sentence}"]
        if not self.is_irreducible:
            lines.append("the time was over before it was proved that all of these are needed")
        if self.remedies:
            least = "the least that would do" if self.is_least else "this would do, perhaps less"
            lines += [f"{least} (cost {self.cost:,}):", *(f"  {remedy}" for remedy in self.remedies)]
        elif self.is_least:
            lines.append("nothing that may be given up would do")
        else:
            lines.append("the time was over before it was known what to give up")
        return "\n".join(lines)

    def to_json(self) -> str:
        """Return the conflict as a JSON document, "pdalloc/conflict" version 1."""
        from pdalloc.auditing.conflict_json import conflict_to_json

        return conflict_to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes, problem: Problem) -> Conflict:
        """Read a JSON document written by `to_json`.

        Raises
        ------
        ProblemError
            If it is no such document, or belongs to another problem.
        """
        from pdalloc.auditing.conflict_json import conflict_from_json

        return conflict_from_json(text, problem)


def explain_infeasible(
    problem: Problem, *, costs: Mapping[str, int | None] | None = None, time_limit: float | None = None
) -> Conflict | None:
    """Say why no allocation keeps all the rules, and what to give up; None if one does.

    The members of the conflict are an irreducible infeasible subsystem (Chinneck and Dravnieks 1991): they cannot hold
    together, and without any one of them the others can, everything else given up. Dual values of an elastic linear
    program leave few candidates, which halving (Junker 2004) brings down; each step is an integer program that is
    solved to the end. What to give up is an elastic integer program of least cost (Chinneck 2008, chapter 6).

    Parameters
    ----------
    problem : Problem
    costs : mapping of str to int or None, optional
        Cost of one unit of a kind instead of that in `COSTS`, from 1; None for what may not be given up. For example
        ``{"capacity": None, "rule": 1}``.
    time_limit : float, optional
        Seconds, positive. What is not proved by then is said not to be.

    Raises
    ------
    OptionError
        If a kind is unknown or a cost is none.
    SolveStoppedError
        If the time was over before it was known whether an allocation keeps all the rules.

    Examples
    --------
    >>> from pdalloc import Required
    >>> problem = Problem.from_rankings({"t001": ["x"], "t002": ["x"]}, capacity={"x": 1})
    >>> print(explain_infeasible(problem.with_rules(Required(["x"], participants=["t001", "t002"]))))
    no allocation keeps all the rules: participants 't001' and 't002' are required in session 'x' (rule 1); and session 'x' has 1 seat
    the least that would do (cost 1):
      add 1 seat to session 'x'
    """  # noqa: E501
    if not isinstance(problem, Problem):
        raise OptionError(f"problem is a {type(problem).__name__}; give a Problem")
    every = checked_costs(costs)
    context = Context(np.random.default_rng(0), time_limit=checked_time_limit(time_limit))
    with Search(problem, context) as search:
        core = search.core()
        if core is None:
            return None
        try:
            given, is_least = search.least({kind: every[kind] for kind in Kind}), True
        except SolveStoppedError:
            given, is_least = None, False
        remedies = () if given is None else tell_remedies(search.elastic, given, every)
        return Conflict(
            problem,
            tell_members(search.elastic, core),
            core.is_irreducible,
            core.structure,
            remedies,
            is_least if given is None else given.is_least,
        )


def checked_costs(costs: Mapping[str, int | None] | None) -> dict[str, int | None]:
    """Return the cost of every kind.

    Raises
    ------
    OptionError
        If a kind is unknown, or a cost is neither None nor a whole number from 1.
    """
    every: dict[str, int | None] = dict(COSTS)
    for kind, cost in (costs or {}).items():
        if kind not in COSTS:
            raise OptionError(f"costs names {kind!r}; there are {', '.join(COSTS)}")
        is_whole = isinstance(cost, int | np.integer) and not isinstance(cost, bool) and 1 <= cost <= MAX_WHOLE
        if cost is not None and not is_whole:
            raise OptionError(f"the cost of {kind!r} is {cost!r}; give a whole number from 1, or None for never")
        every[kind] = None if cost is None else int(cost)
    return every
