"""Which features a problem uses, against their definitions."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given

from pdalloc import Feature, Problem
from tests.strategies import problems


@given(problem=problems())
def test_ties_are_equal_ranks_of_one_participant_on_one_list(problem: Problem) -> None:
    def on_one_list(first: int, second: int) -> bool:
        if problem.ranking == "per-day" or not len(problem.slots):
            return True
        slots = [set(problem.session_slots[session].tolist()) for session in (first, second)]
        return bool(slots[0] & slots[1]) or slots[0] == slots[1]

    tied = set()
    for participant, label in enumerate(problem.participants):
        chosen = zip(*(column.tolist() for column in problem.choices.of(participant)), strict=True)
        for (first, rank), (second, other) in combinations(chosen, 2):
            if rank == other and on_one_list(first, second):
                tied.add(f"participant {label!r} at rank {rank}")
    example = problem.features.get(Feature.TIES)
    assert example in tied if tied else example is None
