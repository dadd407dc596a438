"""A day as a program in which everything that could be given up has slack, to see what cannot hold together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from pdalloc.arrays import BoolArray, FloatArray, Int64Array, IntegerArray, among_pairs
from pdalloc.problem import Problem
from pdalloc.problem.rules import rule_rows
from pdalloc.solvers.mip.members import Kind, Member
from pdalloc.solvers.mip.rows import Rows

__all__ = ["Elastic"]


class Elastic:
    """The rules of a day over pairs, running sessions and slacks (an elastic program: Chinneck 2008, section 6.1).

    Only sessions that somebody must be in, by a rule, a fixed pair or a minimum, have pairs: an allocation that keeps
    all rules does so without everybody's places elsewhere. A member holds where its slacks are 0; the slack of a place
    that was not chosen is the place itself. That nobody is in two sessions in a slot, in two of a topic or in two that
    conflict, and that nobody is in a cancelled session, has no slack.

    Parameters
    ----------
    problem : Problem

    Attributes
    ----------
    members : list of Member
        Only those that bear on the sessions with pairs.
    participant, session : int64 arrays, shape (pairs,)
        The first columns: a participant is in a session.
    runs : int64 array, shape (sessions,)
        The columns after them: a session runs.
    matrix, lower, upper : scipy.sparse.csr_array, float arrays
    least, most : float arrays, shape (columns,)
    owner : int64 array, shape (columns,)
        Number of the member whose slack each column is, -1 for none.
    row_of_rules, rule : int64 arrays, shape (rows,)
        Which row of `rules` each row is, and of which rule; -1 for none.
    rules : RuleRows
    structure : dict of str to bool array, shape (rows,)
        Rows of what always holds: "slot", "topic" and "conflict".
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rules = rule_rows(problem)
        self._is_hard = np.array([rule.penalty is None for rule in problem.rules], np.bool_)[self.rules.rule]
        self.members: list[Member] = []
        self._number: dict[Member, int] = {}
        self._set_pairs()
        self._rows = Rows()
        self._structure: dict[str, list[tuple[int, int]]] = {"slot": [], "topic": [], "conflict": []}
        self._add_sessions()
        self._add_facilitator_limits()
        self._add_slots()
        self._add_topics_and_conflicts()
        self._add_limits()
        self._add_pairs()
        first_rule = self._rows.count
        self._add_rules()
        self.matrix, self.lower, self.upper = self._rows.matrix(self.columns)
        self.least, self.most, self.owner = (np.concatenate(parts) for parts in (self._least, self._most, self._owner))
        self.row_of_rules, self.rule = np.full(len(self.lower), -1), np.full(len(self.lower), -1)
        self.row_of_rules[first_rule:] = np.flatnonzero(self._is_hard)
        self.rule[first_rule:] = self.rules.rule[self._is_hard]
        self.structure = {name: self._mask(blocks) for name, blocks in self._structure.items()}

    # ---- columns -----------------------------------------------------------------------------------------------------

    def _set_pairs(self) -> None:
        """Make the columns of pairs and of running sessions."""
        problem, sessions = self.problem, len(self.problem.sessions)
        people = len(problem.participants)
        needed = self._needed_sessions()
        participant, session = np.repeat(np.arange(people), len(needed)), np.tile(needed, people)
        is_listed = problem.choices.find(participant.astype(np.int32), session.astype(np.int32)) >= 0
        is_open = is_listed | among_pairs(participant, session, problem.opened, sessions)
        self.participant, self.session = participant, session
        self.size = problem.session_size[session]
        self.column_of = np.full((people, sessions), -1)
        self.column_of[participant, session] = np.arange(len(session))
        self.runs = len(session) + np.arange(sessions)
        self.columns = len(session) + sessions
        never = ~problem.may_be_cancelled
        may_be_released = problem.must_run | (np.bincount(problem.fixed[:, 1], minlength=sessions) > 0)
        pairs = problem.session_facilitators
        too_many = problem.most_sessions < problem.facilitator_sessions
        has_reason = problem.minimum > 0
        has_reason[pairs.row[too_many[pairs.column]]] = True
        always = never & ~(may_be_released & has_reason)
        self._least = [np.zeros(len(session)), always.astype(np.float64)]
        self._most = [np.ones(len(session)), np.ones(sessions)]
        owner = np.full(self.columns, -1)
        if problem.unlisted == "forbidden" and not is_open.all():
            owner[: len(session)][~is_open] = self._member(Kind.UNLISTED)
        self._owner = [owner]
        self._must_run = np.flatnonzero(problem.must_run & has_reason)

    def _needed_sessions(self) -> Int64Array:
        """Return the sessions that somebody must be in, or may have to be in for the sake of another one."""
        problem, rules = self.problem, self.rules
        needed = (problem.minimum > 0) & ~problem.may_be_cancelled
        needed[problem.fixed[:, 1]] = True
        is_hard = self._is_hard[rules.row]
        lower, upper = rules.lower[rules.row], rules.upper[rules.row]
        helps_lower = is_hard & (rules.coefficient > 0) & np.isfinite(lower)
        helps_upper = is_hard & (rules.coefficient < 0) & np.isfinite(upper)
        needed[rules.session[helps_lower & (lower > 0)]] = True
        while True:
            at = is_hard & needed[rules.session]
            rows_lower = np.zeros(len(rules), np.bool_)
            rows_lower[rules.row[at & (rules.coefficient < 0) & np.isfinite(lower)]] = True
            rows_upper = np.zeros(len(rules), np.bool_)
            rows_upper[rules.row[at & (rules.coefficient > 0) & np.isfinite(upper)]] = True
            more = needed.copy()
            more[rules.session[helps_lower & rows_lower[rules.row]]] = True
            more[rules.session[helps_upper & rows_upper[rules.row]]] = True
            if (more == needed).all():
                return np.flatnonzero(needed)
            needed = more

    def _member(self, kind: Kind, *numbers: int) -> int:
        """Return the number of a member, a new one if it has none yet."""
        member = Member(kind, numbers)
        if member not in self._number:
            self._number[member] = len(self.members)
            self.members.append(member)
        return self._number[member]

    def _slacks(self, owners: Iterable[int], most: npt.ArrayLike) -> Int64Array:
        """Return new columns, the slacks of members; each of so much at most."""
        owner = np.fromiter(owners, np.int64)
        first, self.columns = self.columns, self.columns + len(owner)
        self._owner.append(owner)
        self._least.append(np.zeros(len(owner)))
        self._most.append(np.broadcast_to(np.asarray(most, np.float64), len(owner)))
        return np.arange(first, self.columns)

    # ---- rows ----------------------------------------------------------------------------------------------------

    def _mask(self, blocks: list[tuple[int, int]]) -> BoolArray:
        mask = np.zeros(len(self.lower), np.bool_)
        for start, end in blocks:
            mask[start:end] = True
        return mask

    def _add_sessions(self) -> None:
        """Nobody is in a cancelled session; capacities, minimums and what must run."""
        problem, rows = self.problem, self._rows
        here = np.unique(self.session)
        row = np.searchsorted(here, self.session)
        column, at, people = np.arange(len(row)), np.arange(len(here)), len(problem.participants)
        every, entries = np.concatenate([row, at]), np.concatenate([column, self.runs[here]])
        rows.add(every, entries, _entries(len(row), np.full(len(here), -people)), -np.inf, 0, rows=len(here))
        capacity, minimum = problem.capacity[here], problem.minimum[here]
        seats = self._slacks((self._member(Kind.CAPACITY, s) for s in here.tolist()), people)
        rows.add(
            np.concatenate([every, at]),
            np.concatenate([entries, seats]),
            _entries(len(row), -capacity, -np.ones(len(here))),
            -np.inf,
            0,
            rows=len(here),
        )
        has = np.flatnonzero(minimum > 0)
        fewer = self._slacks((self._member(Kind.MINIMUM, s) for s in here[has].tolist()), minimum[has])
        number = np.cumsum(minimum > 0) - 1
        inside = np.flatnonzero(minimum[row] > 0)
        rows.add(
            np.concatenate([number[row[inside]], number[has], number[has]]),
            np.concatenate([inside, self.runs[here[has]], fewer]),
            _entries(len(inside), -minimum[has], np.ones(len(has))),
            0,
            np.inf,
            rows=len(has),
        )
        must = self._must_run
        off = self._slacks((self._member(Kind.MUST_RUN, s) for s in must.tolist()), 1)
        at = np.arange(len(must))
        rows.add(np.tile(at, 2), np.concatenate([self.runs[must], off]), 1, 1, np.inf, rows=len(must))

    def _add_facilitator_limits(self) -> None:
        problem, pairs = self.problem, self.problem.session_facilitators
        for facilitator in np.flatnonzero(problem.most_sessions < problem.facilitator_sessions).tolist():
            theirs = self.runs[pairs.row[pairs.column == facilitator]]
            most = int(problem.most_sessions[facilitator])
            self._add_at_most(theirs, 1, most, Member(Kind.MOST_SESSIONS, (facilitator,)), len(theirs))
        for facilitator in np.flatnonzero(problem.most_participants < problem.facilitator_seats).tolist():
            seats = np.flatnonzero(np.isin(self.session, pairs.row[pairs.column == facilitator]))
            most = int(problem.most_participants[facilitator])
            self._add_at_most(seats, 1, most, Member(Kind.MOST_PARTICIPANTS, (facilitator,)), len(seats))

    def _add_at_most(
        self, column: IntegerArray, coefficient: npt.ArrayLike, bound: int, member: Member, most: int
    ) -> None:
        """Add a row: the sum of some columns is at most a bound and the slack of a member."""
        if not len(column):
            return
        (slack,) = self._slacks([self._member(member.kind, *member.numbers)], most)
        coefficient = np.broadcast_to(np.asarray(coefficient, np.float64), len(column))
        self._rows.add(np.zeros(len(column) + 1), [*column, slack], [*coefficient.tolist(), -1], -np.inf, bound, rows=1)

    def _add_slots(self) -> None:
        """One session in a slot; none where somebody facilitates or is away."""
        problem, rows = self.problem, self._rows
        slots = problem.session_slots
        self.facilitates: dict[int, int] = {}
        self.is_away: dict[tuple[int, int], int] = {}
        own = problem.facilitated
        is_own = np.flatnonzero(among_pairs(self.participant, self.session, own, len(problem.sessions)))
        for column in is_own.tolist():
            rows.add([0, 0], [column, self._facilitating(int(self.participant[column]))], [1, -1], -np.inf, 0, rows=1)
        if not len(problem.slots):
            return
        count = slots.count[self.session]
        at = np.repeat(np.arange(len(self.session)), count)
        offset = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
        slot = slots.column[slots.indptr[self.session][at] + offset]
        place = self.participant[at] * len(problem.slots) + slot
        start = rows.count
        rows.add_exclusive(place, at)
        self._structure["slot"].append((start, rows.count))
        order = np.argsort(place, kind="stable")
        place, at = place[order], at[order]

        def taken(who: int, slot: int) -> list[int]:
            key = who * len(problem.slots) + slot
            first, last = np.searchsorted(place, [key, key + 1])
            columns: list[int] = at[first:last].tolist()
            return columns

        for who, session in own.tolist():
            for number in slots[session].tolist():
                if columns := taken(who, number):
                    columns += [int(self.runs[session]), self._facilitating(who)]
                    ones = [1] * (len(columns) - 1)
                    rows.add([0] * len(columns), columns, [*ones, -1], -np.inf, 1, rows=1)
        for who, number in zip(problem.away.row.tolist(), problem.away.column.tolist(), strict=True):
            for column in taken(who, number):
                rows.add([0, 0], [column, self._away(who, number)], [1, -1], -np.inf, 0, rows=1)

    def _facilitating(self, who: int) -> int:
        """Return the slack of what a participant facilitates: somebody else does it for them."""
        if who not in self.facilitates:
            (self.facilitates[who],) = self._slacks([self._member(Kind.FACILITATES, who)], 1).tolist()
        return self.facilitates[who]

    def _away(self, who: int, slot: int) -> int:
        """Return the slack of a participant's being away in a slot."""
        if (who, slot) not in self.is_away:
            (self.is_away[who, slot],) = self._slacks([self._member(Kind.AWAY, who, slot)], 1).tolist()
        return self.is_away[who, slot]

    def _add_topics_and_conflicts(self) -> None:
        problem, rows = self.problem, self._rows
        topic = problem.topic[self.session].astype(np.int64)
        has = np.flatnonzero(topic >= 0)
        start = rows.count
        rows.add_exclusive(self.participant[has] * len(problem.topics) + topic[has], has)
        self._structure["topic"].append((start, rows.count))
        start = rows.count
        for first, second in problem.conflicts.tolist():
            either = np.flatnonzero((self.session == first) | (self.session == second))
            rows.add_exclusive(self.participant[either], either)
        self._structure["conflict"].append((start, rows.count))

    def _add_limits(self) -> None:
        """Nobody has more places than their limit, nor than slots in which they are free."""
        problem, slots = self.problem, len(self.problem.slots)
        places = np.bincount(self.participant, self.size, minlength=len(problem.participants)).astype(np.int64)
        slotless = problem.session_slots.count[self.session] == 0
        most = places if slotless.any() else np.minimum(places, slots)
        for who in np.flatnonzero(problem.limit < most).tolist():
            theirs = np.flatnonzero(self.participant == who)
            member = Member(Kind.LIMIT, (who,))
            self._add_at_most(theirs, self.size[theirs], int(problem.limit[who]), member, int(places[who]))
        if not slots:
            return
        for who in np.unique(self.participant[slotless]).tolist():
            self._add_free_slots(who, np.flatnonzero(self.participant == who))

    def _add_free_slots(self, who: int, theirs: IntegerArray) -> None:
        """Add rows for a participant who may take sessions without a slot: these fill free slots too."""
        problem, slots = self.problem, len(self.problem.slots)
        away = problem.away[who].tolist()
        columns = [*theirs.tolist(), *(self._away(who, slot) for slot in away)]
        sizes = [*self.size[theirs].tolist(), *[-1] * len(away)]
        first = self._rows.count
        self._rows.add([0] * len(columns), columns, sizes, -np.inf, slots - len(away), rows=1)
        self._structure["slot"].append((first, self._rows.count))
        own = problem.facilitated[problem.facilitated[:, 0] == who, 1]
        own = own[problem.session_slots.count[own] > 0]
        if not len(own):
            return
        columns += [*self.runs[own].tolist(), self._facilitating(who)]
        sizes += [*problem.session_slots.count[own].tolist(), -slots]
        self._rows.add([0] * len(columns), columns, sizes, -np.inf, slots - len(away), rows=1)

    def _add_pairs(self) -> None:
        """Keep fixed pairs in and forbidden ones out."""
        for kind, pairs, slack, lower, upper in (
            (Kind.FIXED, self.problem.fixed, 1, 1, np.inf),
            (Kind.FORBIDDEN, self.problem.forbidden, -1, -np.inf, 0),
        ):
            column = self.column_of[pairs[:, 0], pairs[:, 1]]
            for pair, taken in zip(pairs[column >= 0].tolist(), column[column >= 0].tolist(), strict=True):
                (own,) = self._slacks([self._member(kind, *pair)], 1).tolist()
                self._rows.add([0, 0], [taken, own], [1, slack], lower, upper, rows=1)

    def _add_rules(self) -> None:
        rules = self.rules
        number = np.cumsum(self._is_hard) - 1
        column = self.column_of[rules.participant, rules.session]
        kept = np.flatnonzero(self._is_hard[rules.row] & (column >= 0))
        hard = np.flatnonzero(self._is_hard)
        row, entries, coefficients = [number[rules.row[kept]]], [column[kept]], [rules.coefficient[kept]]
        touched = np.bincount(rules.row[kept], minlength=len(rules)) > 0
        for bound, sign in ((rules.lower, 1), (rules.upper, -1)):
            # what no pair could break needs no slack
            has = hard[np.isfinite(bound[hard]) & (touched[hard] | (bound[hard] > 0))]
            owners = (self._member(Kind.RULE, rule) for rule in rules.rule[has].tolist())
            most = np.bincount(rules.row, np.abs(rules.coefficient), minlength=len(rules))[has] + np.abs(bound[has])
            row.append(number[has])
            entries.append(self._slacks(owners, most))
            coefficients.append(np.full(len(has), sign))
        self._rows.add(
            np.concatenate(row),
            np.concatenate(entries),
            np.concatenate(coefficients),
            rules.lower[hard],
            rules.upper[hard],
            rows=len(hard),
        )


def _entries(ones: int, *others: npt.ArrayLike) -> FloatArray:
    """Return that many ones, then the others."""
    return np.concatenate([np.ones(ones), *(np.asarray(part, np.float64) for part in others)])
