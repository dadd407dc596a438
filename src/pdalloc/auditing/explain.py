"""Why somebody has the schedule they have."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from pdalloc.allocation import Allocation
from pdalloc.arrays import Int64Array
from pdalloc.auditing.explanation import Explanation, Place, Reason, ReasonKind, TradeSearch
from pdalloc.auditing.given import allocation_of
from pdalloc.auditing.reasons import Facts, Standpoint
from pdalloc.auditing.trades import Trades
from pdalloc.auditing.turn_order import replayed_turns
from pdalloc.auditing.words import reason_text
from pdalloc.errors import ProblemError
from pdalloc.result import Result

__all__ = ["Explainer", "explain"]

QUESTIONS_OF_SEATS = {ReasonKind.FULL, ReasonKind.FACILITATOR_FULL, ReasonKind.MINIMUM, ReasonKind.FREE}


def explain(given: Allocation | Result, participant: str, *, names: bool = False) -> Explanation:
    """Say for each session that a participant ranked higher than what they got why they did not get it.

    Every reason is looked up in the problem and the allocation alone, whatever solver made it. Beside the reason stands
    the cheapest trade that would have given the session: a chain of moves within the slot, the participant to the
    session, somebody from there to another one, and so on, ending in a free seat, in the seat that the participant
    leaves, or in somebody losing their place. All other slots stay as they are.

    Parameters
    ----------
    given : Allocation or Result
        It keeps all rules of its problem. A result of ``"first-come"`` or ``"lottery"`` adds the turns: the
        participant's own, and the one at which a full session filled.
    participant : str
    names : bool
        Whether to name the other participants: who got into a full session, and who would have moved. By default they
        are only counted.

    Returns
    -------
    Explanation

    Raises
    ------
    OptionError
        If `given` is no allocation or result.
    ProblemError
        If there is no such participant, or the allocation breaks a rule.

    See Also
    --------
    pdalloc.auditing.explain.Explainer : for many participants of one allocation.

    Notes
    -----
    O(choices) for what all sessions of a slot share, then O(s^3) at worst for each session of a slot with s sessions.

    Examples
    --------
    >>> import pdalloc as pa
    >>> problem = pa.Problem.from_rankings({"t001": ["x", "y"], "t002": ["x"]}, capacity={"x": 1, "y": 1})
    >>> reason = pa.explain(pa.Allocation.from_schedules(problem, {"t001": ["y"], "t002": ["x"]}), "t001").reasons[0]
    >>> reason.session, reason.text
    ('x', 'full. The only seat is taken: by 1 who ranked it 1.')
    >>> reason.trade.cost
    1
    """
    return Explainer(given).explain(participant, names=names)


class Explainer:
    """Explains one allocation to many participants; what they share is computed once.

    Parameters
    ----------
    given : Allocation or Result

    Raises
    ------
    OptionError
        If it is no allocation or result.
    ProblemError
        If the allocation breaks a rule.
    """

    def __init__(self, given: Allocation | Result) -> None:
        self._result = given if isinstance(given, Result) else None
        self._allocation = allocation_of(given, "explain")
        if broken := self._allocation.violations():
            raise ProblemError(
                f"the allocation breaks a rule, so no reason for a place in it would hold; {broken[0]}; mend that first"
            )
        self._facts = Facts(self._allocation)
        self._trades = Trades(self._facts)

    @cached_property
    def _turn(self) -> Int64Array | None:
        return None if self._result is None else replayed_turns(self._result)

    def explain(self, participant: str, *, names: bool = False) -> Explanation:
        """See `explain`."""
        problem = self._allocation.problem
        number = problem.participants.get(participant)
        if number is None:
            raise ProblemError(f"unknown participant {participant!r}; give an id of the participants table")
        asks = Standpoint(self._facts, number)
        schedule = [problem.sessions.index(session) for session in self._allocation.schedule_of(participant)]
        explanation = Explanation(
            problem=problem,
            participant=participant,
            name=problem.name[number] if problem.name else "",
            schedule=tuple(
                Place(problem.sessions[s], self._title(s), self._slots(s), asks.listed.get(s)) for s in schedule
            ),
            wanted=asks.wanted,
            empty=int(self._allocation.empty[number]),
            reasons=tuple(self._reason(asks, session, names=names) for session in asks.ranked_higher()),
        )
        if self._turn is None:
            return explanation
        return replace(explanation, turn=int(self._turn[number]), turns=len(self._turn))

    def _title(self, session: int) -> str:
        title = self._allocation.problem.title
        return title[session] if title else ""

    def _slots(self, session: int) -> tuple[str, ...]:
        problem = self._allocation.problem
        return tuple(problem.slots[slot] for slot in problem.session_slots[session].tolist())

    def _reason(self, asks: Standpoint, session: int, *, names: bool) -> Reason:
        problem = self._allocation.problem
        kind, data = asks.reason(session)
        if kind is ReasonKind.FULL:
            who = self._allocation.participant[self._facts.pairs_of(session)].tolist()
            if names:
                data["people"] = tuple(problem.participants[other] for other in who)
            if self._turn is not None:
                before_all = set(problem.fixed[problem.fixed[:, 1] == session, 0].tolist())
                turns = [int(self._turn[other]) for other in who if other not in before_all]
                data["numbers"]["filled_at_turn"] = max(turns, default=0)
        search, trade = TradeSearch.NOT_SOUGHT, None
        if kind in QUESTIONS_OF_SEATS:
            search, trade = self._trades.find(asks, session, names=names)
        reason = Reason(
            session=problem.sessions[session],
            title=self._title(session),
            slots=self._slots(session),
            rank=asks.listed[session],
            kind=kind,
            search=search,
            trade=trade,
            **data,
        )
        turn = None if self._turn is None else int(self._turn[asks.participant])
        return replace(reason, text=reason_text(reason, turn))
