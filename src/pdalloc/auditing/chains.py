"""Who could move where within one slot, and the cheapest chain of such moves: shortest paths over its sessions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pdalloc.arrays import BoolArray, Int64Array, among_pairs, pair_keys
from pdalloc.auditing.reasons import Facts
from pdalloc.errors import OptionError

__all__ = ["FAR", "Market", "cheapest_few", "shortest_chain"]

FAR = 2**60
"""The cost of a move that nobody can make."""

MOVES_A_STEP = 2**22


@dataclass(frozen=True)
class Market:
    """The sessions of one slot, and the cheapest move between each two of them.

    Attributes
    ----------
    session : int64 array, shape (nodes - 1,)
        Sessions that lie in this slot alone, ascending; those without a slot make a market of their own. The last node
        stands for having no place.
    cost : int64 array, shape (nodes, nodes)
        Least weighted increase of rank cost of somebody who moves from the row to the column; `FAR` if nobody can.
    mover : int64 array, shape (nodes, nodes)
        Who that is; of several the first in table order. -1 for nobody.
    """

    session: Int64Array
    cost: Int64Array
    mover: Int64Array

    @property
    def nowhere(self) -> int:
        """The node of those who have no place."""
        return len(self.session)

    def node(self, session: int) -> int | None:
        """Return the node of a session, None if it is not of this market."""
        at = int(np.searchsorted(self.session, session))
        return at if at < len(self.session) and self.session[at] == session else None

    @classmethod
    def of_slot(cls, facts: Facts, slot: int | None, without: int | None = None) -> Market:
        """Build the market of a slot, or of the sessions without one; `without` is a participant who does not move.

        A move takes a participant from one session, where they are not fixed, to another, or to no place, or from an
        empty wanted place to a session. It keeps every rule about that participant, given the rest of their day.
        """
        problem = facts.problem
        count = problem.session_slots.count
        if slot is None:
            inside = count == 0
        else:
            inside = np.zeros(len(problem.sessions), np.bool_)
            inside[problem.session_slots.row[problem.session_slots.column == slot]] = True
            inside &= count == 1
        sessions = np.flatnonzero(inside & facts.allocation.runs)
        nodes = len(sessions) + 1
        weights = problem.integer_weights.values
        dearest = max(int(weights.max(initial=1)), 1) * (problem.longest_list + 1)
        if dearest * (nodes + 1) >= FAR // 2:
            raise OptionError(f"a trade could cost {dearest * nodes}, beyond 59 bits; use smaller weights or ranks")
        cost, mover = np.full(nodes * nodes, FAR), np.full(nodes * nodes, -1)
        node_of = np.full(len(problem.sessions), -1)
        node_of[sessions] = np.arange(nodes - 1)
        people, home = _members(facts, slot, node_of, nodes - 1)
        if without is not None:
            people, home = people[people != without], home[people != without]
        rules = _MoveRules(facts)
        session_at = np.append(sessions, -1)
        for who, start, end, price in _moves(facts, people, home, sessions, node_of):
            allowed = end == nodes - 1
            enters = np.flatnonzero(~allowed)
            allowed[enters] = rules.allow(who[enters], session_at[start[enters]], session_at[end[enters]])
            key = start * nodes + end
            order = np.lexsort((who, price, key))
            order = order[allowed[order]]
            first = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
            better = first[price[first] < cost[key[first]]]
            cost[key[better]] = price[better]
            mover[key[better]] = who[better]
        return cls(sessions, cost.reshape(nodes, nodes), mover.reshape(nodes, nodes))


def _members(facts: Facts, slot: int | None, node_of: Int64Array, nowhere: int) -> tuple[Int64Array, Int64Array]:
    """Return who could move, and the node that each is at; somebody in several sessions occurs with each."""
    problem, allocation = facts.problem, facts.allocation
    fixed = among_pairs(allocation.participant, allocation.session, problem.fixed, len(problem.sessions))
    pairs = np.flatnonzero((node_of[allocation.session] >= 0) & ~fixed)
    waiting = allocation.empty > 0
    if slot is not None:
        waiting &= facts.available[:, slot]
        in_slot = np.zeros(len(problem.sessions), np.bool_)
        in_slot[problem.session_slots.row[problem.session_slots.column == slot]] = True
        waiting[allocation.participant[in_slot[allocation.session]]] = False
    idle = np.flatnonzero(waiting)
    people = np.concatenate([allocation.participant[pairs].astype(np.int64), idle])
    home = np.concatenate([node_of[allocation.session[pairs]], np.full(len(idle), nowhere)])
    order = np.argsort(people, kind="stable")
    return people[order], home[order]


def _moves(
    facts: Facts, people: Int64Array, home: Int64Array, sessions: Int64Array, node_of: Int64Array
) -> Iterator[tuple[Int64Array, Int64Array, Int64Array, Int64Array]]:
    """Yield who, from node, to node and weighted cost of moves that choices, or unlisted places, make possible."""
    problem, choices = facts.problem, facts.problem.choices
    nowhere, empty = len(sessions), problem.longest_list
    step = max(1, MOVES_A_STEP // (nowhere + 1))
    for first in range(0, len(people), step):
        member = np.arange(first, min(first + step, len(people)))
        begin, count = choices.indptr[people[member]], np.diff(choices.indptr)[people[member]]
        of = np.repeat(member, count)
        entry = np.arange(count.sum()) + np.repeat(begin - (np.cumsum(count) - count), count)
        inside = node_of[choices.session[entry]] >= 0
        of, entry = of[inside], entry[inside]
        parts = [(of, node_of[choices.session[entry]], choices.rank[entry].astype(np.int64) - 1)]
        placed = member[home[member] != nowhere]
        parts.append((placed, np.full(len(placed), nowhere), np.full(len(placed), empty)))
        if problem.unlisted == "last":
            every = np.repeat(member, len(sessions))
            parts.append((every, np.tile(np.arange(len(sessions)), len(member)), np.full(len(every), empty)))
        of, end, price = (np.concatenate(part) for part in zip(*parts, strict=True))
        now = _present_costs(facts, people[member], home[member], sessions)
        moved = home[of] != end
        of, end, price = of[moved], end[moved], price[moved]
        increase = (price - now[of - first]) * problem.integer_weights.values[people[of]]
        yield people[of], home[of], end, increase


def _present_costs(facts: Facts, people: Int64Array, home: Int64Array, sessions: Int64Array) -> Int64Array:
    """Return the rank cost of the place that each member would leave."""
    problem = facts.problem
    cost = np.full(len(people), problem.longest_list)
    placed = np.flatnonzero(home < len(sessions))
    found = problem.choices.find(people[placed].astype(np.int32), sessions[home[placed]].astype(np.int32))
    chosen = placed[found >= 0]
    cost[chosen] = problem.choices.rank[found[found >= 0]] - 1
    return cost


class _MoveRules:
    """Whether participants may move from one session to another, as far as rules on each participant say."""

    def __init__(self, facts: Facts) -> None:
        problem, allocation = facts.problem, facts.allocation
        self.facts = facts
        self.sessions = len(problem.sessions)
        topic = problem.topic[allocation.session]
        self.held_topics = pair_keys(allocation.participant[topic >= 0], topic[topic >= 0], len(problem.topics))
        both = np.concatenate([problem.conflicts, problem.conflicts[:, ::-1]])
        self.conflicts = pair_keys(both[:, 0], both[:, 1], self.sessions)
        barred = [
            allocation.participant[allocation.session == first].astype(np.int64) * self.sessions + second
            for first, second in both.tolist()
        ]
        self.in_conflict = np.sort(np.concatenate([np.zeros(0, np.int64), *barred]))

    def allow(self, who: Int64Array, source: Int64Array, target: Int64Array) -> BoolArray:
        """Return whether each move is allowed; a source of -1 is an empty place."""
        problem, allocation = self.facts.problem, self.facts.allocation
        key = pair_keys(who, target, self.sessions)
        wrong = np.isin(key, pair_keys(allocation.participant, allocation.session, self.sessions))
        for pairs in (problem.forbidden, problem.facilitated):
            wrong |= among_pairs(who, target, pairs, self.sessions)
        topic = problem.topic[target]
        if len(self.held_topics):
            same = (source >= 0) & (problem.topic[source] == topic)
            wrong |= (topic >= 0) & ~same & np.isin(pair_keys(who, topic, len(problem.topics)), self.held_topics)
        if len(self.in_conflict):
            conflicts = np.searchsorted(self.in_conflict, key, "right") - np.searchsorted(self.in_conflict, key)
            leaves_one = (source >= 0) & np.isin(pair_keys(source, target, self.sessions), self.conflicts)
            wrong |= conflicts > leaves_one
        return ~wrong


def shortest_chain(cost: Int64Array, goal: int, start: int, ends: Int64Array) -> tuple[list[int] | None, bool]:
    """Return the cheapest way from the goal to an end (Bellman 1958, Ford 1956), and whether the search settled.

    Parameters
    ----------
    cost : int64 array, shape (nodes, nodes)
    goal, start : int
        Where the participant goes, which somebody may leave for, and where they come from, which nobody else leaves.
    ends : integer array
        Nodes that a chain may end in.

    Returns
    -------
    nodes : list of int, or None
        From the goal to the end; None if no end can be reached, or the search did not settle.
    settled : bool
        False if an end can be reached and costs have a cycle of negative sum on the way: then this search cannot say
        how cheaply it is reached by a chain that visits no session twice.
    """
    nodes = len(cost)
    usable = _usable(cost, goal, start)
    far, before, everybody = np.full(nodes, FAR), np.arange(nodes), np.arange(nodes)
    far[goal] = 0
    while not _has_cycle(before):
        through = far[:, None] + usable
        through[far >= FAR // 2] = FAR
        best = through.argmin(axis=0)
        value = through[best, everybody]
        nearer = (value < far) & (value < FAR // 2)
        if not nearer.any():
            return _way_back(far, before, goal, ends), True
        far[nearer], before[nearer] = value[nearer], best[nearer]
    return None, not _reached(usable, goal)[ends].any()


def cheapest_few(cost: Int64Array, goal: int, start: int, ends: Int64Array) -> list[int] | None:
    """Return the cheapest chain that visits no node twice and moves at most three others, None if there is none.

    See `shortest_chain`. All such chains are compared, whatever the signs of the costs: O(nodes^2).
    """
    usable = _usable(cost, goal, start)
    column, last = np.arange(len(cost)), usable[:, ends]
    chains = [(0, [goal])] if goal in ends.tolist() else []
    if len(ends):
        end = int(usable[goal, ends].argmin())
        chains.append((int(usable[goal, ends[end]]), [goal, int(ends[end])]))
        two = usable[goal][:, None] + usable
        at, end = np.unravel_index(two[:, ends].argmin(), last.shape)
        chains.append((int(two[at, ends[end]]), [goal, int(at), int(ends[end])]))
        # the second best way to a node serves where the best one comes through the end itself
        first = two.argmin(axis=0)
        best = two[first, column]
        two[first, column] = 3 * FAR
        second = two.argmin(axis=0)
        through_end = first[:, None] == ends
        three = np.where(through_end, two[second, column][:, None], best[:, None]) + last
        by, end = np.unravel_index(three.argmin(), last.shape)
        at = (second if through_end[by, end] else first)[by]
        chains.append((int(three[by, end]), [goal, int(at), int(by), int(ends[end])]))
    least, chain = min(chains, key=lambda entry: (entry[0], len(entry[1])), default=(FAR, []))
    return chain if least < FAR // 2 else None


def _usable(cost: Int64Array, goal: int, start: int) -> Int64Array:
    """Return the costs without moves out of the start, back to the goal, and from a node to itself."""
    usable = cost.copy()
    np.fill_diagonal(usable, FAR)
    usable[start] = FAR
    usable[:, goal] = FAR
    return usable


def _has_cycle(before: Int64Array) -> bool:
    """Whether following predecessors goes round; roots are their own. Only a cycle of negative sum makes one."""
    last = before
    for _ in range(len(before).bit_length()):
        last = last[last]
    return bool((before[last] != last).any())


def _way_back(far: Int64Array, before: Int64Array, goal: int, ends: Int64Array) -> list[int] | None:
    """Return the way from the goal to the nearest end, None if it cannot be reached."""
    if not len(ends) or far[ends].min() >= FAR // 2:
        return None
    chain = [int(ends[far[ends].argmin()])]
    while chain[-1] != goal:
        chain.append(int(before[chain[-1]]))
    return chain[::-1]


def _reached(usable: Int64Array, goal: int) -> BoolArray:
    """Return which nodes can be reached from the goal."""
    moves, reached = usable < FAR // 2, np.zeros(len(usable), np.bool_)
    reached[goal] = True
    while (more := moves[reached].any(axis=0) & ~reached).any():
        reached |= more
    return reached
