"""How efficient and how fair the chances of a lottery are, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, Int64Array, among_pairs, row_pointers
from pdalloc.errors import UnsupportedError
from pdalloc.problem import Feature, Problem
from pdalloc.random_assignment import RandomAssignment

__all__ = ["Exchange", "ProbabilityGap", "SDEnvy", "ordinal_exchanges", "probability_gap", "sd_envy"]

ROUNDING = 1e-9
ENTRIES_AT_ONCE = 2**16

ONE_PLACE = frozenset(
    {
        Feature.LONG_SESSIONS,
        Feature.SLOTLESS_SESSIONS,
        Feature.SEVERAL_PLACES,
        Feature.LIMITS,
        Feature.MINIMUMS,
        Feature.TOPICS,
        Feature.CONFLICTS,
        Feature.FACILITATOR_LIMITS,
        Feature.RULES,
    }
)
"""What a day must not use for its slots to be separate lotteries of one place each."""


class Exchange(NamedTuple):
    """A participant who would give some chance of one session for as much of another one, or for nothing less.

    Attributes
    ----------
    participant : str
    gives : str or None
        A session; None for the chance of an empty place.
    gets : str
    strictly : bool
        Whether they rank it higher; else they rank both the same.
    """

    participant: str
    gives: str | None
    gets: str
    strictly: bool


class SDEnvy(NamedTuple):
    """How often lotteries are envied, summed over slots.

    Attributes
    ----------
    pairs : int
        Ordered pairs of participants who both want a place in a slot.
    possible : int
        Pairs whose first one would envy for some utilities that fit their ranking: their own lottery does not dominate.
        0 exactly if the assignment is envy-free.
    certain : int
        Pairs whose first one would envy for all these utilities: the other lottery dominates and differs. 0 exactly if
        the assignment is weakly envy-free.
    """

    pairs: int
    possible: int
    certain: int


class ProbabilityGap(NamedTuple):
    """The largest difference of chances between two participants with the same list.

    Attributes
    ----------
    gap : float
        From 0 to 1; nan if no two participants have the same list.
    session, most, least : str or None
        Where it is, who has the larger and who the smaller chance; None if there is no gap.
    """

    gap: float
    session: str | None = None
    most: str | None = None
    least: str | None = None


class _Market(NamedTuple):
    """One slot of a lottery: what participants could have, and what they get with which chance."""

    problem: Problem
    wants: BoolArray  # shape (participants,)
    moves: BoolArray  # shape (participants,): who wants a place and is not fixed in a session
    indptr: Int64Array  # options by participant, best first
    option: Int64Array
    option_rank: Int64Array
    participant: Int64Array  # chances by participant
    session: Int64Array
    rank: Int64Array
    probability: FloatArray
    free: BoolArray  # shape (sessions,)


def ordinal_exchanges(assignment: RandomAssignment) -> tuple[Exchange, ...]:
    """Return exchanges of chances that help somebody and hurt nobody; none if the lottery is ordinally efficient.

    With strict ranks and full sessions that is a cycle of sessions, each preferred by somebody to the next, of which
    they have a chance (Bogomolnaia and Moulin 2001, section 4, lemma 3). Ranks that tie may be exchanged on the way as
    long as one exchange is strict (Katta and Sethuraman 2006). A session with chances left over gives them for nothing,
    so that a wasteful lottery is inefficient too. Slots are looked at one by one; the first with exchanges gives them.

    The answer depends only on which chances are above 0 and which sessions are surely full. So exchanges found in
    chances that were estimated from draws exist in the rule itself; only for exact chances is it certain that there are
    none.

    Raises
    ------
    UnsupportedError
        If the day ties slots together, lets a participant want several places at once, or may cancel sessions: the
        notion is for one place each.

    Notes
    -----
    Costs as much as there are (chance, better option) pairs; with unlisted places, every session is an option.
    """
    for market in _markets(assignment, "ordinal efficiency"):
        if found := _exchanges(market):
            return found
    return ()


def sd_envy(assignment: RandomAssignment, tolerance: float = ROUNDING) -> SDEnvy:
    """Count the pairs of participants of whom one may envy, or surely envies, the other's lottery.

    Lotteries are compared by first-order stochastic dominance along the ranking of the first participant (Bogomolnaia
    and Moulin 2001): the chances of rank 1, of rank 2 or better, and so on. Sessions which they cannot have count as
    nothing. Slots are compared one by one.

    Parameters
    ----------
    assignment : RandomAssignment
    tolerance : float
        Differences up to this count as none. Chances estimated from draws differ by chance even between equals; their
        intervals say by how much.

    Raises
    ------
    UnsupportedError
        As `ordinal_exchanges`.

    Notes
    -----
    Costs as much as there are (choice, chance in its session) pairs.
    """
    counts = np.zeros(3, np.int64)
    for market in _markets(assignment, "SD-envy"):
        people = int(market.wants.sum())
        counts += [people * (people - 1), *_envy(market, tolerance)]
    return SDEnvy(*counts.tolist())


def probability_gap(assignment: RandomAssignment) -> ProbabilityGap:
    """Return the largest difference of chances of one session between participants with identical lists.

    Identical are the same sessions at the same ranks, with the same slots free, limit, fixed and forbidden pairs. A
    rule that treats equals equally has no gap; priorities, arrivals and estimated chances may make one. Defined for
    every day.
    """
    problem = assignment.problem
    kind, members = _kinds(problem)
    if not (members > 1).any():
        return ProbabilityGap(float("nan"))
    paired = np.flatnonzero(members[kind[assignment.participant]] > 1)
    if not len(paired):
        return ProbabilityGap(0.0)
    who, what = assignment.participant[paired], assignment.session[paired]
    order = np.lexsort((assignment.probability[paired], what, kind[who]))
    who, what, chance = who[order], what[order], assignment.probability[paired][order]
    start = np.flatnonzero(np.r_[True, (kind[who[1:]] != kind[who[:-1]]) | (what[1:] != what[:-1])])
    end = np.r_[start[1:], len(who)] - 1
    # a pair that is not stored has no chance
    everybody = end - start + 1 == members[kind[who[start]]]
    gap = chance[end] - np.where(everybody, chance[start], 0)
    at = int(np.argmax(gap))
    if not gap[at] > 0:
        return ProbabilityGap(0.0)
    most, session = int(who[end[at]]), int(what[end[at]])
    if everybody[at]:
        least = int(who[start[at]])
    else:
        least = int(np.setdiff1d(np.flatnonzero(kind == kind[most]), who[start[at] : end[at] + 1])[0])
    people = problem.participants
    return ProbabilityGap(float(gap[at]), problem.sessions[session], people[most], people[least])


def _kinds(problem: Problem) -> tuple[Int64Array, Int64Array]:
    """Return the number of each participant's list, and how many participants have each list."""
    special: dict[int, list[tuple[str, int]]] = {}
    for what, pairs in (("fixed", problem.fixed), ("forbidden", problem.forbidden), ("runs", problem.facilitated)):
        for participant, session in pairs.tolist():
            special.setdefault(participant, []).append((what, session))
    seen: dict[object, int] = {}
    kind = np.empty(len(problem.participants), np.int64)
    for participant, (limit, free) in enumerate(zip(problem.limit.tolist(), problem.available, strict=True)):
        sessions, ranks = problem.choices.of(participant)
        others = tuple(sorted(special.get(participant, ())))
        key = (sessions.tobytes(), ranks.tobytes(), free.tobytes(), limit, others)
        kind[participant] = seen.setdefault(key, len(seen))
    return kind, np.bincount(kind)


# ---- slots as separate lotteries ---------------------------------------------------------------------------------


def _markets(assignment: RandomAssignment, notion: str) -> Iterator[_Market]:
    problem = assignment.problem
    for feature, example in problem.features.items():
        if feature in ONE_PLACE:
            raise UnsupportedError(
                f"{notion} is defined for one place in each slot by itself, and this day has {feature.value} (here: "
                f"{example}); use probability_gap, or audit allocations drawn from the lottery"
            )
    if not len(problem.slots):
        yield _market(assignment, problem.wanted > 0, problem.all_run)
    for slot in range(len(problem.slots)):
        wants = problem.available[:, slot] & (problem.wanted > 0)
        yield _market(assignment, wants, problem.session_slots.mask()[:, slot])


def _market(assignment: RandomAssignment, wants: BoolArray, inside: BoolArray) -> _Market:
    problem, choices = assignment.problem, assignment.problem.choices
    moves = wants.copy()
    moves[problem.fixed[inside[problem.fixed[:, 1]], 0]] = False
    listed = np.flatnonzero(inside[choices.session] & moves[choices.participant])
    who, what, rank = choices.participant[listed], choices.session[listed], choices.rank[listed]
    if problem.unlisted == "last":
        rest = np.zeros((len(wants), len(inside)), np.bool_)
        rest[np.ix_(moves, inside)] = True
        rest[who, what] = False
        more = np.nonzero(rest)
        who, what = np.concatenate([who, more[0]]), np.concatenate([what, more[1]])
        rank = np.concatenate([rank, np.full(len(more[0]), problem.unlisted_rank, np.int32)])
    barred = np.concatenate([problem.forbidden, problem.facilitated])
    may = np.flatnonzero(~among_pairs(who, what, barred, len(inside)))
    may = may[np.lexsort((what[may], rank[may], who[may]))]
    pairs = np.flatnonzero(inside[assignment.session])
    owner, session = assignment.participant[pairs], assignment.session[pairs]
    position = choices.find(owner, session)
    given = np.full(len(pairs), problem.unlisted_rank, np.int64)
    given[position >= 0] = choices.rank[position[position >= 0]]
    taken = np.bincount(session, assignment.probability[pairs], minlength=len(inside))
    return _Market(
        problem, wants, moves,
        row_pointers(who[may], len(wants)) if len(may) else np.zeros(len(wants) + 1, np.int64),
        what[may].astype(np.int64), rank[may].astype(np.int64),
        owner.astype(np.int64), session.astype(np.int64), given, assignment.probability[pairs],
        inside & (taken < problem.capacity - ROUNDING),
    )  # fmt: skip


# ---- ordinal efficiency ------------------------------------------------------------------------------------------


def _exchanges(market: _Market) -> tuple[Exchange, ...]:
    """Return a cycle of moves with a strict one, through sessions, the empty place and what is left over."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    problem, sessions = market.problem, len(market.free)
    nothing, left_over, nodes = sessions, sessions + 1, sessions + 2
    start, end, strict, who = _moves(market, nothing)
    free = np.flatnonzero(market.free)
    # leaving is always possible, and what is left over may be taken
    anywhere = np.r_[np.arange(sessions), nothing]
    tail = np.concatenate([start, free, np.full(len(anywhere), left_over)])
    head = np.concatenate([end, np.full(len(free), left_over), anywhere])
    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    _, component = connected_components(graph, connection="strong")
    inside = np.flatnonzero(strict & (component[start] == component[end]))
    if not len(inside):
        return ()
    first, last = int(start[inside[0]]), int(end[inside[0]])
    _, before = breadth_first_order(graph, last, directed=True, return_predecessors=True)
    cycle, node = [(first, last)], first
    while node != last:
        cycle.append((int(before[node]), node))
        node = int(before[node])
    move = {pair: row for row, pair in enumerate(zip(start.tolist(), end.tolist(), strict=True))}
    rows = [move[pair] for pair in cycle if left_over not in pair]
    return tuple(
        Exchange(
            problem.participants[int(who[row])],
            None if start[row] == nothing else problem.sessions[int(start[row])],
            problem.sessions[int(end[row])],
            bool(strict[row]),
        )
        for row in rows
    )


def _moves(market: _Market, nothing: int) -> tuple[Int64Array, Int64Array, BoolArray, Int64Array]:
    """Return each (from, to) that somebody likes at least as much, whether anybody likes it more, and who."""
    people, nodes = len(market.wants), nothing + 1
    placed = np.bincount(market.participant, market.probability, minlength=people)
    empty = np.flatnonzero(market.moves & (placed < 1 - ROUNDING))
    may = market.moves[market.participant] & (market.probability > 0)
    owner = np.concatenate([market.participant[may], empty])
    gives = np.concatenate([market.session[may], np.full(len(empty), nothing)])
    rank = np.concatenate([market.rank[may], np.full(len(empty), np.iinfo(np.int64).max)])
    found = np.zeros((4, 0), np.int64)
    for first in range(0, len(owner), ENTRIES_AT_ONCE):
        block = slice(first, first + ENTRIES_AT_ONCE)
        count = np.diff(market.indptr)[owner[block]]
        entry = np.repeat(np.arange(len(count)), count)
        within = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count)
        option = market.indptr[owner[block]][entry] + within
        held, got = rank[block][entry], market.option_rank[option]
        to, by = market.option[option], owner[block][entry]
        rows = np.stack([gives[block][entry] * nodes + to, got < held, by, gives[block][entry]])
        rows = rows[:, (got <= held) & (rows[3] != to)]
        found = np.concatenate([found, rows], axis=1)
        found = found[:, np.lexsort((found[2], -found[1], found[0]))]
        found = found[:, np.unique(found[0], return_index=True)[1]]
    key, strict, who, start = found
    return start, key - start * nodes, strict.astype(np.bool_), who


# ---- envy ----------------------------------------------------------------------------------------------------------


def _envy(market: _Market, tolerance: float) -> tuple[int, int]:
    """Return how many pairs may envy, and how many surely do."""
    by_session = np.argsort(market.session, kind="stable")
    start = np.searchsorted(market.session[by_session], np.arange(len(market.free) + 1))
    own = np.searchsorted(market.participant, np.arange(len(market.wants) + 1))
    known: dict[bytes, tuple[int, int]] = {}
    possible = certain = 0
    for participant in np.flatnonzero(np.diff(market.indptr)).tolist():
        options = slice(market.indptr[participant], market.indptr[participant + 1])
        held = slice(own[participant], own[participant + 1])
        session, rank = market.option[options], market.option_rank[options]
        parts = (session, rank, market.session[held], market.probability[held])
        # who has the same options and the same chances envies as many
        key = b"".join(np.int64(part.size).tobytes() + part.tobytes() for part in parts)
        if key not in known:
            level = np.unique(rank, return_inverse=True)[1]
            count = start[session + 1] - start[session]
            within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
            entry = by_session[np.repeat(start[session], count) + within]
            known[key] = _envied(
                market.participant[entry], np.repeat(level, count), market.probability[entry], participant, tolerance
            )
        possible, certain = possible + known[key][0], certain + known[key][1]
    return possible, certain


def _envied(
    who: Int64Array, level: Int64Array, probability: FloatArray, participant: int, tolerance: float
) -> tuple[int, int]:
    """Return how many lotteries are not dominated by the participant's own, and how many dominate it."""
    if not len(who):
        return 0, 0
    people, row = np.unique(who, return_inverse=True)
    levels = int(level.max()) + 1
    chance = np.bincount(row * levels + level, probability, minlength=len(people) * levels)
    up_to = chance.reshape(len(people), levels).cumsum(axis=1)
    own = up_to[people == participant].sum(axis=0)
    better = (up_to > own + tolerance).any(axis=1)
    worse = (up_to < own - tolerance).any(axis=1)
    return int(better.sum()), int((better & ~worse).sum())
