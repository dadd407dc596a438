"""Packages of the field, in an environment of their own: `make peers`. Nothing of pdalloc is imported here."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import RANK_SUM, SERIAL_DICTATORSHIP, Benchmark, checksum
from benchmarks.registry import Case, Instance


class Lists(NamedTuple):
    """Choices as these packages want them: Python's own lists.

    Attributes
    ----------
    by_buyer : list of list of int
        Sessions, best first.
    by_session : list of list of int
        Who chose each session, in table order, which is the order in which every session takes them.
    capacity : list of int
    """

    by_buyer: list[list[int]]
    by_session: list[list[int]]
    capacity: list[int]


def _lists(case: Case) -> Lists:
    choices = case.choices
    by_session: defaultdict[int, list[int]] = defaultdict(list)
    for buyer, session in zip(choices.buyer.tolist(), choices.session.tolist(), strict=True):
        by_session[session].append(buyer)
    by_buyer = [part.tolist() for part in np.split(choices.session, choices.indptr[1:-1])]
    return Lists(by_buyer, [by_session[s] for s in range(len(choices.capacity))], choices.capacity.tolist())


def _valuations(case: Case) -> tuple[list[list[int]], list[int]]:
    """Return the value of each session to each buyer, -1 where it was not chosen, and capacities."""
    choices = case.choices
    value = np.full((choices.buyers, len(choices.capacity)), -1)
    value[choices.buyer, choices.session] = choices.longest + 1 - choices.rank
    return value.tolist(), choices.capacity.tolist()


def fairpyx_utilitarian(prepared: tuple[list[list[int]], list[int]]) -> dict[int, list[int]]:
    """A maximum flow of least cost; it leaves pairs of negative value out, so that places come first."""
    from fairpyx import Instance, divide
    from fairpyx.algorithms.utilitarian_matching import utilitarian_matching

    valuations, capacity = prepared
    instance = Instance(valuations=valuations, agent_capacities=1, item_capacities=capacity)
    allocation: dict[int, list[int]] = divide(utilitarian_matching, instance=instance)
    return allocation


def _with_unlisted(case: Case) -> tuple[list[list[int]], list[int], list[list[int]]]:
    """Return values, capacities, and the sessions that each buyer did not choose, which they must not pick."""
    valuations, capacity = _valuations(case)
    unlisted = [[session for session, value in enumerate(row) if value < 0] for row in valuations]
    return valuations, capacity, unlisted


def fairpyx_round_robin(prepared: tuple[list[list[int]], list[int], list[list[int]]]) -> dict[int, list[int]]:
    """With one place each, a round robin is a serial dictatorship."""
    from fairpyx import Instance, divide
    from fairpyx.algorithms.picking_sequence import round_robin

    valuations, capacity, unlisted = prepared
    instance = Instance(valuations=valuations, agent_capacities=1, item_capacities=capacity, agent_conflicts=unlisted)
    allocation: dict[int, list[int]] = divide(round_robin, instance=instance)
    return allocation


def matching_hospital_resident(lists: Lists) -> Iterable[tuple[int, int]]:
    """The algorithm by itself: the class around it takes twice as long, for checks of its input."""
    from matching import Player
    from matching.algorithms import hospital_resident
    from matching.players import Hospital

    residents = [Player(buyer) for buyer in range(len(lists.by_buyer))]
    hospitals = [Hospital(session, capacity) for session, capacity in enumerate(lists.capacity)]
    for resident, chosen in zip(residents, lists.by_buyer, strict=True):
        resident.set_prefs([hospitals[session] for session in chosen])
    for hospital, chosen_by in zip(hospitals, lists.by_session, strict=True):
        hospital.set_prefs([residents[buyer] for buyer in chosen_by])
    matched = hospital_resident(residents, hospitals, optimal="resident")
    return ((resident.name, hospital.name) for hospital, there in matched.items() for resident in there)


def algmatch_hospital_residents(lists: Lists) -> Iterable[tuple[int, int]]:
    """Numbers count from 1, and come back as texts such as r1 and h1."""
    from algmatch import HospitalResidentsProblem

    residents = {buyer + 1: [session + 1 for session in chosen] for buyer, chosen in enumerate(lists.by_buyer)}
    hospitals = {
        session + 1: {"capacity": capacity, "preferences": [buyer + 1 for buyer in lists.by_session[session]]}
        for session, capacity in enumerate(lists.capacity)
    }
    problem = HospitalResidentsProblem(dictionary={"residents": residents, "hospitals": hospitals})
    stable: dict[str, str] = problem.get_stable_matching()["resident_sided"]
    return ((int(resident[1:]) - 1, int(hospital[1:]) - 1) for resident, hospital in stable.items() if hospital)


def _rank_sum(case: Case, allocation: dict[int, list[int]]) -> list[int]:
    choices = case.choices
    rank = dict(
        zip(zip(choices.buyer.tolist(), choices.session.tolist(), strict=True), choices.rank.tolist(), strict=True)
    )
    left_empty = sum(not taken for taken in allocation.values())
    listed = sum(rank[buyer, session] - 1 for buyer, taken in allocation.items() for session in taken)
    return [left_empty, listed + left_empty * choices.longest]


def _checksum(case: Case, pairs: Iterable[tuple[int, int]]) -> list[int]:
    return checksum(np.array(sorted(pairs)))


def _peer(
    package: str,
    function: str,
    computes: str,
    setup: Callable[[Case], Any],
    call: Callable[[Any], Any],
    answer: Callable[[Case, Any], list[int]],
) -> Benchmark:
    def imported(case: Case) -> Any:
        importlib.import_module(package)
        return setup(case)

    def runs_on(instance: Instance) -> bool:
        # without slots and ties, but for the sum of ranks
        fits = instance.is_plain or (instance.shape is None and computes == RANK_SUM)
        return fits and instance.participants <= 10_000

    return Benchmark(f"{package} {function}", computes, runs_on, imported, call, answer, peer=True, compiles=False)


def _checksum_of_bundles(case: Case, allocation: dict[int, list[int]]) -> list[int]:
    return _checksum(case, ((who, what) for who, taken in allocation.items() for what in taken))


BENCHMARKS = [
    _peer("fairpyx", "utilitarian_matching", RANK_SUM, _valuations, fairpyx_utilitarian, _rank_sum),
    _peer("fairpyx", "round_robin", SERIAL_DICTATORSHIP, _with_unlisted, fairpyx_round_robin, _checksum_of_bundles),
    _peer("matching", "hospital_resident", SERIAL_DICTATORSHIP, _lists, matching_hospital_resident, _checksum),
    _peer("algmatch", "HospitalResidentsProblem", SERIAL_DICTATORSHIP, _lists, algmatch_hospital_residents, _checksum),
]
