"""The registry: every instance of the benchmarks, pinned by its seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pdalloc import Problem

__all__ = [
    "FOUR_SLOTS",
    "GROUPS",
    "INSTANCES",
    "LEXINGTON",
    "LEXINGTON_8",
    "LEXINGTON_15",
    "LEXINGTON_INFEASIBLE",
    "LEXINGTON_REPEATED",
    "LEXINGTON_RULES",
    "NEARLY_FULL",
    "ONE_SLOT",
    "REPEATED",
    "THREE_SLOTS",
    "WPI",
    "Case",
    "Choices",
    "Instance",
    "Shape",
]

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

SEED = 20160
WPI_TABLES = Path(__file__).parents[1] / "examples" / "wpi-2017"


class Choices(NamedTuple):
    """What every package can be given: buyers who want one place each, and the sessions they chose.

    Attributes
    ----------
    buyers : int
        A participant, or on a day with slots a participant in one slot.
    longest : int
        Choices on the longest list, which is what an empty place costs.
    buyer, session, rank : int32 arrays, shape (choices,)
        Sorted by buyer, then rank; numbers from 0, ranks from 1.
    capacity : int64 array, shape (sessions,)
    """

    buyers: int
    longest: int
    buyer: Int32Array
    session: Int32Array
    rank: Int32Array
    capacity: Int64Array

    @property
    def indptr(self) -> Int64Array:
        """Choices of buyer i are ``indptr[i]:indptr[i + 1]``."""
        return np.concatenate(([0], np.cumsum(np.bincount(self.buyer, minlength=self.buyers))))

    @classmethod
    def of(cls, problem: Problem) -> Choices:
        """Take the wanted places of a day apart, as if every session ran and nothing tied its slots together."""
        choices, slots = problem.choices, problem.session_slots.mask()
        if not len(problem.slots):
            buyers, buyer = len(problem.participants), choices.participant
        else:
            number = np.cumsum(problem.available).reshape(problem.available.shape) - 1
            slot = slots.argmax(axis=1)[choices.session]
            buyers = int(number[-1, -1]) + 1
            buyer = np.where(problem.available[choices.participant, slot], number[choices.participant, slot], -1)
        order = np.lexsort((choices.rank, buyer))[np.count_nonzero(buyer < 0) :]
        buyer, session, rank = (part[order].astype(np.int32) for part in (buyer, choices.session, choices.rank))
        return cls(buyers, problem.longest_list, buyer, session, rank, problem.capacity)


class Shape(NamedTuple):
    """A day without slots on which everybody ranks the same number of sessions."""

    participants: int
    sessions: int
    list_length: int
    zipf: float = 0.8
    slack: float = 1.1

    def __str__(self) -> str:
        size = f"{self.participants:,} x {self.sessions:,} x {self.list_length}"
        return f"{size}, Zipf {self.zipf}, slack {self.slack}"

    def choices(self) -> Choices:
        """Make the instance."""
        from pdalloc.generators import plackett_luce

        lists = plackett_luce(self.participants, self.sessions, self.list_length, zipf=self.zipf, seed=SEED)
        return Choices(
            self.participants,
            self.list_length,
            np.repeat(np.arange(self.participants, dtype=np.int32), self.list_length),
            lists.ravel(),
            np.tile(np.arange(1, self.list_length + 1, dtype=np.int32), self.participants),
            _shared_out(round(self.slack * self.participants), self.sessions),
        )


def _shared_out(seats: int, sessions: int) -> Int64Array:
    """Share out seats as evenly as possible, all of them, so that a slack of 1.0 is just that: shape (sessions,)."""
    capacity = np.full(sessions, seats // sessions)
    capacity[: seats % sessions] += 1
    return capacity


class Instance(NamedTuple):
    """An entry of the registry.

    Attributes
    ----------
    name : str
    group : {"small", "middle", "large", "growth", "days", "rest"}
        What it is selected by; "days" have slots that are tied together, "rest" runs only when asked for.
    participants, list_length : int
    source : Shape, or a function that returns the Problem of a day
    """

    name: str
    group: str
    participants: int
    list_length: int
    source: Shape | Callable[[], Problem]

    @classmethod
    def of(cls, shape: Shape, group: str) -> Instance:
        """Make an entry of a shape."""
        return cls(str(shape), group, shape.participants, shape.list_length, shape)

    @property
    def shape(self) -> Shape | None:
        """The shape; None for a day that has a structure of its own."""
        return self.source if isinstance(self.source, Shape) else None

    @property
    def is_plain(self) -> bool:
        """Whether it is the one of its size on which everything runs."""
        return self.group != "growth" and self.shape is not None and self.shape[2:] == (10, 0.8, 1.1)

    def write(self, file: Path) -> None:
        """Write the choices for the processes that are measured."""
        choices = self.source.choices() if isinstance(self.source, Shape) else Choices.of(self.source())
        np.savez(file, **choices._asdict())


@dataclass(frozen=True)
class Case:
    """An instance in the process that is measured, its choices in memory."""

    instance: Instance
    choices: Choices

    @classmethod
    def read(cls, instance: Instance, file: Path) -> Case:
        """Read what `Instance.write` wrote."""
        with np.load(file) as arrays:
            values = dict(arrays)
        return cls(instance, Choices(**values | {"buyers": int(values["buyers"]), "longest": int(values["longest"])}))

    def problem(self) -> Problem:
        """Return a fresh problem, with nothing computed from it yet."""
        from pdalloc import Problem

        if not isinstance(self.instance.source, Shape):
            return self.instance.source()
        buyers, _, participant, session, rank, capacity = self.choices
        return Problem.from_arrays(participant, session, rank, capacity, participants=buyers)


def _wpi() -> Problem:
    from pdalloc import read_tables

    return read_tables(WPI_TABLES)


def _lexington() -> Problem:
    from pdalloc.generators import lexington

    return lexington(seed=2016)


def _repeated() -> Problem:
    """Make a day of 46 sessions in each slot, the five most popular of the first repeated by those of the second.

    Participants rank 5 sessions in each slot by a Plackett-Luce draw from popularities that fall like rank^-0.9. 208 of
    them run a session, and rank nothing in its slot. Capacities differ by up to 40% from 1.15 seats a participant.
    """
    from pdalloc import Model

    rng = np.random.default_rng(0)
    people, slots, here, length = 1_000, 3, 46, 5
    sessions = slots * here
    popularity = np.stack([rng.permutation(1 / np.arange(1, here + 1) ** 0.9) for _ in range(slots)])
    capacity = np.maximum(10, np.round(1.15 * people / here * rng.uniform(0.6, 1.4, sessions))).astype(int)
    runs = np.full(people, -1)
    facilitators = rng.permutation(people)[:208]
    runs[facilitators] = np.concatenate([np.arange(sessions), rng.integers(sessions, size=208 - sessions)])
    topic: list[str | None] = [None] * sessions
    for number, pair in enumerate(zip(*np.argsort(-popularity[:2])[:, :5], strict=True)):
        for slot, session in enumerate(pair):
            topic[slot * here + int(session)] = f"topic {number}"
    model = Model(ranking="per-slot")
    for session in range(sessions):
        model.add_session(
            str(session),
            capacity=int(capacity[session]),
            slots=[f"slot {session // here}"],
            topic=topic[session],
            facilitators=map(str, np.flatnonzero(runs == session)),
        )
    for who, own in enumerate(runs.tolist()):
        model.add_participant(str(who))
        for slot in range(slots):
            if own < 0 or own // here != slot:
                best = np.argsort(-(np.log(popularity[slot]) + rng.gumbel(size=here)))[:length]
                model.add_ranking(str(who), map(str, slot * here + best))
    return model.build()


def _lexington_with(minimum: int) -> Problem:
    from pdalloc.generators import lexington

    return lexington(seed=2016, repeats=5, minimum=minimum)


def _four_slots() -> Problem:
    from pdalloc.generators import day

    return day(5_000, 400, 4, 10, minimum=30, repeats=5, seed=SEED)


def _three_slots() -> Problem:
    from pdalloc.generators import day

    return day(5_000, 600, 3, 10, seed=SEED)


def _with_rules() -> Problem:
    from benchmarks.ruled_days import lexington_with_rules

    return lexington_with_rules()


def _infeasible() -> Problem:
    from benchmarks.infeasible import infeasible_lexington

    return infeasible_lexington()


WPI = Instance("WPI 2017", "small", 928, 46, _wpi)
LEXINGTON = Instance("Lexington", "small", 1_000, 5, _lexington)

LEXINGTON_8, LEXINGTON_15 = (
    Instance(
        f"Lexington, 5 topics repeated, minimums of {minimum}", "days", 1_000, 5, partial(_lexington_with, minimum)
    )
    for minimum in (8, 15)
)
LEXINGTON_REPEATED = Instance("Lexington, 5 topics repeated", "days", 1_000, 5, partial(_lexington_with, 0))
REPEATED = Instance("1,000 x 138 in 3 slots, 5 topics repeated", "days", 1_000, 5, _repeated)
FOUR_SLOTS = Instance("5,000 x 400 in 4 slots, 5 topics repeated, minimums of 30", "days", 5_000, 10, _four_slots)
THREE_SLOTS = Instance("5,000 x 600 in 3 slots", "days", 5_000, 10, _three_slots)
LEXINGTON_RULES = Instance("Lexington, 40 pairs, 34 school quotas, a tag quota", "days", 1_000, 5, _with_rules)
LEXINGTON_INFEASIBLE = Instance("Lexington, minimums of 8, 200 rules, infeasible", "days", 1_000, 5, _infeasible)
DAYS = [
    LEXINGTON_REPEATED,
    LEXINGTON_8,
    LEXINGTON_15,
    LEXINGTON_RULES,
    LEXINGTON_INFEASIBLE,
    REPEATED,
    FOUR_SLOTS,
    THREE_SLOTS,
]

NEARLY_FULL = Shape(3_000, 180, 5, slack=1.01)
ONE_SLOT = Shape(1_000, 48, 10)
SMALL = [
    ONE_SLOT,
    Shape(1_000, 138, 5),
    Shape(1_000, 138, 10),
    Shape(1_000, 138, 30),
    Shape(1_000, 138, 10, zipf=1.2),
    Shape(1_000, 138, 10, slack=1.0),
    NEARLY_FULL,
]
MIDDLE = [
    Shape(10_000, 300, 10),
    Shape(10_000, 300, 10, zipf=1.2),
    Shape(100_000, 1_000, 5),
    Shape(100_000, 1_000, 10),
    Shape(100_000, 1_000, 30),
    Shape(100_000, 1_000, 10, zipf=1.2),
    Shape(100_000, 1_000, 10, slack=1.0),
]
LARGE = [Shape(1_000_000, 5_000, 10), Shape(1_000_000, 5_000, 10, zipf=1.2)]
# one size varies at a time; the other points of each line are above
GROWTH = [
    Shape(10_000, 138, 10),
    Shape(100_000, 138, 10),
    Shape(1_000_000, 138, 10),
    Shape(100_000, 300, 10),
    Shape(100_000, 3_000, 10),
]
CROSS_PRODUCT = [
    Shape(participants, sessions, list_length, zipf, slack)
    for (participants, sessions), list_length, zipf, slack in product(
        [(1_000, 138), (10_000, 300), (100_000, 1_000), (1_000_000, 5_000)], [5, 10, 30], [0.8, 1.2], [1.0, 1.1]
    )
]

_SHAPES = {"small": SMALL, "middle": MIDDLE, "large": LARGE, "growth": GROWTH, "rest": CROSS_PRODUCT}
_GROUP_OF = {shape: group for group in reversed(_SHAPES) for shape in _SHAPES[group]}
GROUPS = (*_SHAPES, "days")
INSTANCES = {
    instance.name: instance
    for group in GROUPS
    for instance in [
        *(Instance.of(shape, group) for shape in _SHAPES.get(group, []) if _GROUP_OF[shape] == group),
        *{"small": [WPI, LEXINGTON], "days": DAYS}.get(group, []),
    ]
}
"""By name, in the order of the table."""
