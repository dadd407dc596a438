"""The problem as machines read it: read-only arrays, label tables, and what follows from them directly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import BoolArray, FloatArray, FrozenArrays, Int32Array, Int64Array, freeze, frozen_copy
from pdalloc.errors import OptionError, ProblemError
from pdalloc.integers import ScaledIntegers, to_integers
from pdalloc.problem.choices import Choices
from pdalloc.problem.fingerprint import fingerprint
from pdalloc.problem.groups import Group
from pdalloc.problem.history import history_weights
from pdalloc.problem.incidence import Incidence
from pdalloc.problem.labels import Labels
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.priorities import Priorities
from pdalloc.problem.rules import Required, Rule

if TYPE_CHECKING:
    import pandas as pd

    from pdalloc.problem.features import Feature

__all__ = ["Problem"]

ARRAYS: Mapping[str, tuple[type[np.generic], str]] = {
    "capacity": (np.int64, "sessions"),
    "minimum": (np.int64, "sessions"),
    "must_run": (np.bool_, "sessions"),
    "topic": (np.int32, "sessions"),
    "most_sessions": (np.int64, "facilitators"),
    "most_participants": (np.int64, "facilitators"),
    "limit": (np.int64, "participants"),
    "weight": (np.float64, "participants"),
    "arrival": (np.float64, "participants"),
    "history": (np.float64, "participants"),
    "conflicts": (np.int32, ""),
    "fixed": (np.int32, ""),
    "forbidden": (np.int32, ""),
}
"""Type of each array, and what it has a row for; the last three are pairs."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem(FrozenArrays):
    """A day to allocate: everything given, nothing decided. Immutable.

    Build one with `Model`, `read_tables`, `Problem.from_rankings`, `from_ratings`, `from_arrays`, `from_frames` or
    `from_json`. All numbers of participants, sessions, slots and topics count from 0, in table order.

    Attributes
    ----------
    participants, sessions, slots, topics, facilitators, tags : Labels
        Ids by number.
    choices : Choices
        Ranked choices of every participant.
    capacity, minimum : int64 arrays, shape (sessions,)
        Seats, and participants without whom the session is cancelled (0: it runs whoever comes).
    must_run : bool array, shape (sessions,)
        Whether a session may not be cancelled.
    session_slots : Incidence, sessions x slots
        When each session takes place; several slots, or none.
    topic : int32 array, shape (sessions,)
        Topic of each session, -1 for none; a participant takes at most one session of a topic.
    conflicts : int32 array, shape (pairs, 2)
        Sessions that nobody can take together, beyond what slots say; each pair ascending.
    session_facilitators : Incidence, sessions x facilitators
        Who runs each session; a facilitator whose id is a participant's is that participant.
    most_sessions, most_participants : int64 arrays, shape (facilitators,)
        Most sessions that a facilitator runs, and most participants over all of these; where nothing was given, as many
        as they have sessions, and as these have seats.
    session_tags : Incidence, sessions x tags
    away : Incidence, participants x slots
    limit : int64 array, shape (participants,)
        Most places a participant takes.
    weight : float64 array, shape (participants,)
        How much a participant counts in sums, positive.
    arrival : float64 array, shape (participants,)
        When they asked; smaller is earlier, nan unknown (then last, in table order).
    history : float64 array, shape (participants,)
        How they were served on earlier days, from 0 (nothing) to 1 (always the best they could have had alone), nan
        unknown; who was served badly weighs more (see `integer_weights`).
    groups : tuple of Group
    fixed, forbidden : int32 arrays, shape (pairs, 2)
        (participant, session) pairs that must be, or must not be, in the allocation.
    priorities : Priorities
        Sessions' orders of participants.
    rules : tuple of Rule
        What ties several participants or sessions together, such as `Together` and `GroupQuota`.
    ranking : {"per-day", "per-slot"}
        Whether ranks compare all choices of a participant or only those in one slot.
    unlisted : {"forbidden", "last"}
        Whether a participant may be placed in a session they did not choose: never, or rather than nowhere.
    name, title, room : tuple of str
        Of participants, sessions, sessions; empty if nobody has one.
    """

    participants: Labels
    sessions: Labels
    slots: Labels
    topics: Labels
    facilitators: Labels
    tags: Labels
    choices: Choices
    capacity: Int64Array
    minimum: Int64Array
    must_run: BoolArray
    session_slots: Incidence
    topic: Int32Array
    conflicts: Int32Array
    session_facilitators: Incidence
    most_sessions: Int64Array
    most_participants: Int64Array
    session_tags: Incidence
    away: Incidence
    limit: Int64Array
    weight: FloatArray
    arrival: FloatArray
    history: FloatArray
    groups: tuple[Group, ...]
    fixed: Int32Array
    forbidden: Int32Array
    priorities: Priorities
    rules: tuple[Rule, ...]
    ranking: Ranking
    unlisted: Unlisted
    name: tuple[str, ...]
    title: tuple[str, ...]
    room: tuple[str, ...]

    def __post_init__(self) -> None:
        from pdalloc.problem.checks import find_faults

        for name, (dtype, rows) in ARRAYS.items():
            values = np.asarray(getattr(self, name))
            shape = (len(getattr(self, rows)),) if rows else (len(values), 2)
            if values.shape != shape:
                raise ProblemError(f"{name} has shape {values.shape}, not {shape}")
            if values.dtype != dtype or values.flags.writeable:
                object.__setattr__(self, name, frozen_copy(values, dtype))
        if faults := list(find_faults(self)):
            raise ProblemError(faults)

    # ---- sizes -------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return (
            f"<Problem: {len(self.participants):,} participants, {len(self.sessions):,} sessions, "
            f"{len(self.slots)} slots, {len(self.choices):,} choices>"
        )

    @cached_property
    def session_size(self) -> Int64Array:
        """Places that each session fills: its slots, or 1 if it has none. Shape (sessions,)."""
        return freeze(np.maximum(self.session_slots.count, 1))

    @cached_property
    def facilitator_participant(self) -> Int32Array:
        """Participant number of each facilitator, -1 for one who is not a participant. Shape (facilitators,)."""
        numbers = [self.participants.get(label) for label in self.facilitators]
        return freeze(np.array([-1 if number is None else number for number in numbers], np.int32))

    @cached_property
    def facilitated(self) -> Int32Array:
        """(participant, session) pairs of participants who run sessions, sorted. Shape (pairs, 2)."""
        participant = self.facilitator_participant[self.session_facilitators.column]
        pairs = np.stack([participant, self.session_facilitators.row], axis=1)[participant >= 0]
        return freeze(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])

    def group(self, name: str) -> Group:
        """Return the group of a name.

        Raises
        ------
        ProblemError
            If there is none.
        """
        found = next((group for group in self.groups if group.name == name), None)
        if found is None:
            there = ", ".join(repr(group.name) for group in self.groups) or "none"
            raise ProblemError(f"unknown group {name!r}; there are {there}")
        return found

    # ---- which sessions run --------------------------------------------------------------------------------------

    @cached_property
    def facilitator_sessions(self) -> Int64Array:
        """Sessions that name each facilitator. Shape (facilitators,)."""
        return freeze(self.session_facilitators.totals(np.ones(len(self.sessions), np.int64)))

    @cached_property
    def facilitator_seats(self) -> Int64Array:
        """Seats of all sessions that name each facilitator. Shape (facilitators,)."""
        return freeze(self.session_facilitators.totals(self.capacity))

    @cached_property
    def may_be_cancelled(self) -> BoolArray:
        """Whether an allocation may cancel each session. Shape (sessions,).

        It has a minimum, or a facilitator with more sessions than they can run; it need not run, and nobody is fixed in
        it. Any other session runs whoever comes.
        """
        pairs = self.session_facilitators
        too_many = self.most_sessions < self.facilitator_sessions
        may = self.minimum > 0
        may[pairs.row[too_many[pairs.column]]] = True
        may &= ~self.must_run
        may[self.fixed[:, 1]] = False
        return freeze(may)

    @cached_property
    def hard_rules(self) -> tuple[Rule, ...]:
        """The rules that may not be broken."""
        return tuple(rule for rule in self.rules if rule.penalty is None)

    @cached_property
    def opened(self) -> Int32Array:
        """(participant, session) pairs that are allowed whatever was chosen: fixed or required, shape (pairs, 2)."""
        required = [rule.opened(self) for rule in self.rules if isinstance(rule, Required)]
        return freeze(np.concatenate([self.fixed, *required]).astype(np.int32)) if required else self.fixed

    # ---- what participants want ----------------------------------------------------------------------------------

    def facilitating(self, runs: BoolArray) -> BoolArray:
        """Whether each participant runs a session in each slot, given which sessions run.

        Parameters
        ----------
        runs : bool array, shape (sessions,)

        Returns
        -------
        bool array, shape (participants, slots)
        """
        busy = np.zeros((len(self.participants), len(self.slots)), np.bool_)
        running = self.facilitated[runs[self.facilitated[:, 1]]]
        for participant, session in running.tolist():
            busy[participant, self.session_slots[session]] = True
        return busy

    def available_if(self, runs: BoolArray) -> BoolArray:
        """Whether each participant is neither away nor facilitating, in each slot: bool, (participants, slots)."""
        return ~(self.away.mask() | self.facilitating(runs))

    def wanted_if(self, runs: BoolArray) -> Int64Array:
        """Places that each participant wants, given which sessions run: int64, (participants,).

        One in every slot in which they are available, up to their limit; on a day without slots, their limit.
        """
        if not len(self.slots):
            return self.limit.copy()
        free_slots: Int64Array = self.available_if(runs).sum(axis=1)
        return np.minimum(self.limit, free_slots)

    @cached_property
    def all_run(self) -> BoolArray:
        """True for every session: the day if nothing is cancelled. Shape (sessions,)."""
        return freeze(np.ones(len(self.sessions), np.bool_))

    @cached_property
    def available(self) -> BoolArray:
        """`available_if` every session runs."""
        return freeze(self.available_if(self.all_run))

    @cached_property
    def wanted(self) -> Int64Array:
        """`wanted_if` every session runs."""
        return freeze(self.wanted_if(self.all_run))

    @cached_property
    def integer_weights(self) -> ScaledIntegers:
        """What each participant counts in sums, as integers: weight / history, as `history_weights` has it.

        Shape (participants,).

        Raises
        ------
        OptionError
            If one of them does not fit 62 bits.
        """
        weight, factor = to_integers(self.weight), to_integers(history_weights(self.history))
        if int(weight.values.max()) * int(factor.values.max()) >= 2**62:
            raise OptionError(f"weight {self.weight.max():g} with a history does not fit 62 bits; use smaller weights")
        return ScaledIntegers(freeze(weight.values * factor.values), weight.scale * factor.scale, weight.rounded)

    # ---- ranks -----------------------------------------------------------------------------------------------------

    @cached_property
    def longest_list(self) -> int:
        """Choices on the longest list (of a slot or of the day, as `ranking` says), or the largest rank if larger."""
        if not len(self.choices):
            return 0
        longest = int(np.diff(self.choices.indptr).max())
        if self.ranking == "per-slot" and len(self.slots):
            longest = max(
                int(np.bincount(self.choices.participant[in_slot], minlength=1).max())
                for in_slot in self.choices_by_slot()
            )
        return max(longest, int(self.choices.rank.max()))

    @property
    def unlisted_rank(self) -> int:
        """The rank at which every unlisted place is counted: one more than `longest_list`."""
        return self.longest_list + 1

    def choices_by_slot(self) -> list[Int64Array]:
        """Positions of the choices in each slot, then of those without a slot."""
        mask = self.session_slots.mask()
        columns = [*mask.T, ~mask.any(axis=1)]
        return [np.flatnonzero(column[self.choices.session]) for column in columns]

    # ---- identity ------------------------------------------------------------------------------------------------

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of everything in the problem, as hexadecimal text; equal exactly for equal problems."""
        return fingerprint(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problem):
            return NotImplemented
        return self is other or self.content_hash == other.content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)

    # ---- features --------------------------------------------------------------------------------------------------

    @cached_property
    def features(self) -> Mapping[Feature, str]:
        """The features that this problem uses, each with an example of where."""
        from pdalloc.problem.features import features_in_use

        return features_in_use(self)

    def with_options(self, *, unlisted: Unlisted | None = None, ranking: Ranking | None = None) -> Problem:
        """Return the same problem with another reading of unlisted places or of ranks."""
        return replace(self, unlisted=unlisted or self.unlisted, ranking=ranking or self.ranking)

    def with_rules(self, *rules: Rule) -> Problem:
        """Return the same problem with some more rules.

        Raises
        ------
        ProblemError
            If a rule names something that there is not.

        Examples
        --------
        >>> from pdalloc import Together
        >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["y"]}, capacity={"x": 1, "y": 2})
        >>> [str(rule) for rule in problem.with_rules(Together(["t001", "t002"])).rules]
        ["participants 't001' and 't002' take the same sessions"]
        """
        for rule in rules:
            if not isinstance(rule, Rule):
                raise ProblemError(f"rule {rule!r} is none; give one such as Together([...])")
        return replace(self, rules=(*self.rules, *rules))

    def with_history(self, history: Mapping[str, float]) -> Problem:
        """Return the same problem with what is known of how participants were served on earlier days.

        Parameters
        ----------
        history : mapping of participant to figure
            From 0 to 1, as `pdalloc.history` makes it. Who is not in it is unknown, whatever was known before; who is
            not in the problem is left out.

        Raises
        ------
        ProblemError
            If a figure is not a number from 0 to 1.
        """
        for participant, figure in history.items():
            if not isinstance(figure, Real):
                raise ProblemError(f"participant {participant!r}: history {figure!r} is not a number from 0 to 1")
        figures = [float(history.get(participant, np.nan)) for participant in self.participants]
        return replace(self, history=np.array(figures))

    # ---- making one --------------------------------------------------------------------------------------------------

    @classmethod
    def from_rankings(
        cls,
        rankings: Mapping[str, Sequence[str | Sequence[str]]],
        capacity: Mapping[str, int],
        *,
        priorities: Mapping[str, Sequence[str | Sequence[str]]] | None = None,
        slots: Mapping[str, str | Sequence[str]] | None = None,
        ranking: Ranking = "per-day",
        unlisted: Unlisted = "forbidden",
    ) -> Problem:
        """Build a problem from each participant's list of sessions, best first.

        Parameters
        ----------
        rankings : mapping of participant to sequence of sessions
            A sequence inside the sequence is a tie.
        capacity : mapping of session to seats
            Names every session, in table order.
        priorities : mapping of session to sequence of participants, optional
            First come first; a sequence inside is a tie.
        slots : mapping of session to slot, or to a sequence of slots, optional
        ranking : {"per-day", "per-slot"}
        unlisted : {"forbidden", "last"}

        Raises
        ------
        ProblemError
            Naming every breach.

        Examples
        --------
        >>> problem = Problem.from_rankings({"t001": ["x", "y"], "t002": ["y"]}, capacity={"x": 1, "y": 1})
        >>> problem
        <Problem: 2 participants, 2 sessions, 0 slots, 3 choices>
        """
        from pdalloc.problem.sources import problem_from_rankings

        return problem_from_rankings(
            rankings, capacity, priorities=priorities, slots=slots, ranking=ranking, unlisted=unlisted
        )

    @classmethod
    def from_ratings(
        cls,
        ratings: npt.ArrayLike,
        capacity: npt.ArrayLike,
        *,
        slot: npt.ArrayLike | None = None,
        ranking: Ranking = "per-day",
        unlisted: Unlisted = "forbidden",
    ) -> Problem:
        """Build a problem from a matrix of ratings; the ranks follow from it.

        Parameters
        ----------
        ratings : array_like of float, shape (participants, sessions)
            Larger is better; nan marks a session that is not acceptable.
        capacity : array_like of int, shape (sessions,)
        slot : array_like of int, shape (sessions,), optional
            Slot of each session from 0, -1 for none.
        ranking : {"per-day", "per-slot"}
        unlisted : {"forbidden", "last"}

        Raises
        ------
        ProblemError
            Naming every breach, infinite ratings among them.

        Examples
        --------
        >>> Problem.from_ratings([[9, 4], [7, float("nan")]], capacity=[1, 1]).choices.rank.tolist()
        [1, 2, 1]
        """
        from pdalloc.problem.sources import problem_from_ratings

        return problem_from_ratings(ratings, capacity, slot=slot, ranking=ranking, unlisted=unlisted)

    @classmethod
    def from_arrays(
        cls,
        participant: npt.ArrayLike,
        session: npt.ArrayLike,
        rank: npt.ArrayLike,
        capacity: npt.ArrayLike,
        slot: npt.ArrayLike | None = None,
        *,
        rating: npt.ArrayLike | None = None,
        participants: int | None = None,
        ranking: Ranking = "per-day",
        unlisted: Unlisted = "forbidden",
    ) -> Problem:
        """Build a problem from one entry per choice; ids are the numbers as text.

        Parameters
        ----------
        participant, session : array_like of int, shape (choices,)
            Numbers from 0.
        rank : array_like of int, shape (choices,)
            From 1, which is best.
        capacity : array_like of int, shape (sessions,)
        slot : array_like of int, shape (sessions,), optional
            Slot of each session from 0, -1 for none.
        rating : array_like of float, shape (choices,), optional
        participants : int, optional
            How many participants there are; by default the largest number + 1.
        ranking : {"per-day", "per-slot"}
        unlisted : {"forbidden", "last"}

        Raises
        ------
        ProblemError
            Naming every breach.

        Notes
        -----
        A few passes over the choices where they come sorted by participant and rank, a sort otherwise.

        Examples
        --------
        >>> Problem.from_arrays([0, 0, 1], [0, 1, 1], [1, 2, 1], capacity=[1, 1])
        <Problem: 2 participants, 2 sessions, 0 slots, 3 choices>
        """
        from pdalloc.problem.sources import problem_from_arrays

        return problem_from_arrays(
            participant, session, rank, capacity, slot,
            rating=rating, participants=participants, ranking=ranking, unlisted=unlisted,
        )  # fmt: skip

    @classmethod
    def from_frames(
        cls,
        sessions: pd.DataFrame,
        participants: pd.DataFrame,
        choices: pd.DataFrame,
        *,
        priorities: pd.DataFrame | None = None,
        conflicts: pd.DataFrame | None = None,
        facilitators: pd.DataFrame | None = None,
        rules: Mapping[str, object] | None = None,
    ) -> Problem:
        """Build a problem from data frames with the columns of the tables (see `read_tables`).

        Parameters
        ----------
        sessions, participants, choices : pandas.DataFrame
            Missing values are blank cells. Choices long or wide.
        priorities, conflicts, facilitators : pandas.DataFrame, optional
        rules : mapping, optional
            What rules.toml would hold.

        Raises
        ------
        ProblemError
            Naming frame, row (the position from 0) and column of every breach.
        """
        from pdalloc.problem.tables import problem_from_frames

        return problem_from_frames(sessions, participants, choices, priorities, conflicts, facilitators, rules)

    def to_json(self) -> str:
        """Return the problem as a JSON document, "pdalloc/problem" version 3; `from_json` gives the same problem."""
        from pdalloc.problem.json import problem_to_json

        return problem_to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Problem:
        """Read a JSON document written by `to_json`, of this version or an older one.

        Raises
        ------
        ProblemError
            If it is not such a document, comes from a newer version, or breaks a rule.
        """
        from pdalloc.problem.json import problem_from_json

        return problem_from_json(text)
