"""Certificates that no allocation keeps all the rules."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pdalloc import verifier
from pdalloc.arrays import BoolArray
from pdalloc.auditing.certificate import Certificate, Claim
from pdalloc.auditing.day_proofs import written
from pdalloc.auditing.proofs import WrittenProof
from pdalloc.auditing.relaxation import Relaxation
from pdalloc.auditing.shortages import Need
from pdalloc.context import Context
from pdalloc.problem import Problem
from pdalloc.problem.table_writer import table_texts
from pdalloc.solvers.mip.linear import LinearSolver
from pdalloc.solvers.mip.pairs import possible_pairs
from pdalloc.solvers.mip.schedules import Items

__all__ = ["certify_infeasible"]


def certify_infeasible(problem: Problem) -> Certificate:
    """Return a proof that no allocation keeps all rules; an open claim where there may be one.

    Only minimums of sessions that must run, and hard rules of several participants or sessions, can be out of reach.
    Where one slot tells it, or one place each, the proof is a Hall set: sessions, and everybody who could come to any
    of them, who are too few (Hall 1935). Elsewhere it is multipliers at which keeping the rules would cost more than
    nothing.
    """
    items = Items(problem, possible_pairs(problem, unlisted=problem.unlisted == "last"))
    with LinearSolver(Context.from_seed(0), lambda: None) as solver:
        found = Relaxation(items, solver).shortfall()
    if found is None:
        return Certificate(Claim.OPEN, problem)
    for need in _needs(problem, items, found.seats < 0):
        return Certificate(Claim.INFEASIBLE, problem, need=need)
    proof = written(problem, items, np.zeros(0), found)
    if verifier.Bound(verifier.Day(table_texts(problem)), [], proof).total > 0:
        return Certificate(Claim.INFEASIBLE, problem, proof=WrittenProof((proof,)))
    return Certificate(Claim.OPEN, problem)


def _needs(problem: Problem, items: Items, lacking: BoolArray) -> Iterator[Need]:
    """Yield sets of sessions of one slot, or of a day with one place each, that too few participants could come to."""
    together = problem.session_slots.mask().T if len(problem.slots) else np.ones((1, len(lacking)), np.bool_)
    if not len(problem.slots) and problem.limit.max() > 1:
        return
    for here in together:
        sessions = np.flatnonzero(here & lacking & ~problem.may_be_cancelled)
        people = np.unique(items.participant[items.is_place & np.isin(items.session, sessions)])
        least = int(problem.minimum[sessions].sum())
        if len(people) < least:
            yield Need(
                tuple(problem.sessions[session] for session in sessions.tolist()),
                tuple(problem.participants[who] for who in people.tolist()),
                least,
            )
