"""Explanations in words, made from their data alone; every sentence is to the participant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from pdalloc.auditing.explanation import Explanation, Move, Reason, ReasonKind, Standing, Trade, TradeSearch

__all__ = ["explanation_text", "reason_text"]


def explanation_text(explanation: Explanation) -> str:
    """Return all of an explanation in words."""
    return "\n".join(_lines(explanation))


def _lines(explanation: Explanation) -> Iterator[str]:
    filled = explanation.wanted - explanation.empty
    if not explanation.wanted:
        yield "You want no place that this day could give you."
    elif explanation.wanted == 1:
        yield "You have your place:" if filled else "You have no place."
    elif not filled:
        yield f"You have none of the {explanation.wanted} places you want."
    elif explanation.empty:
        yield f"You have {filled} of the {explanation.wanted} places you want:"
    else:
        yield f"You have all {filled} places you want:"
    for place in explanation.schedule:
        rank = "which you did not choose" if place.rank is None else f"your choice {place.rank}"
        yield f"  {_session(place.session, place.title, place.slots)}, {rank}."
    if explanation.turn is not None:
        yield f"Your turn was number {explanation.turn:,} of {explanation.turns:,}."
    if not explanation.reasons:
        yield "You ranked no session higher than what you got."
        return
    yield f"You ranked {_count(len(explanation.reasons), 'session')} higher than what you got:"
    for reason in explanation.reasons:
        yield f"  {_session(reason.session, reason.title, reason.slots)}, your choice {reason.rank}: {reason.text}"
        if sentence := _trade_sentence(reason):
            yield f"    {sentence}"
    if any(reason.trade for reason in explanation.reasons):
        yield _currency(explanation)


def _currency(explanation: Explanation) -> str:
    problem = explanation.problem
    text = f"Rank cost: a place at rank r costs r - 1, one that is empty or not chosen {problem.longest_list}"
    if not np.isnan(problem.history).all():
        own = problem.integer_weights.values[problem.participants.index(explanation.participant)]
        counts = f"{own / problem.integer_weights.scale:g}"
        text += f", each times what the participant counts, more the worse they were served before (you: {counts})"
    elif (problem.weight != 1).any():
        text += ", each times the participant's weight"
    return f"{text}; less is better."


def reason_text(reason: Reason, turn: int | None) -> str:
    """Return a reason in words; `turn` is the participant's own, where there were turns."""
    return WORDS[reason.kind](reason, turn)


# ---- one reason --------------------------------------------------------------------------------------------------


def _cancelled(reason: Reason, turn: int | None) -> str:
    numbers = reason.numbers
    came = _count(numbers["chosen_by"], "participant")
    text = f"cancelled. {came} had chosen it, of whom {numbers['could_come']} were free to come"
    if "minimum" in numbers:
        text += f"; it needs {numbers['minimum']} to run"
    if "facilitator_limit" in numbers:
        offered = _count(numbers["facilitator_sessions"], "session")
        text += f"; somebody who facilitates it offers {offered} and can run {numbers['facilitator_limit']}"
    return f"{text}."


def _limit(reason: Reason, turn: int | None) -> str:
    have, most = reason.numbers["places"], reason.numbers["wanted"]
    size = _count(max(len(reason.slots), 1), "place")
    return (
        f"your limit is reached. It fills {size}, and you have {have} of at most {most}; nothing that you ranked lower "
        "and could leave makes room for it."
    )


def _full(reason: Reason, turn: int | None) -> str:
    numbers = reason.numbers
    parts = [f"{count:,} who ranked it {rank}" for rank, count in reason.by_rank.items()]
    if numbers["not_chosen"]:
        parts.append(f"{numbers['not_chosen']:,} who had not chosen it")
    seats = "The only seat is" if numbers["seats"] == 1 else f"All {numbers['seats']:,} seats are"
    text = f"full. {seats} taken: by {_and(parts)}."
    if reason.people:
        text += f" Who got in: {', '.join(reason.people)}."
    if "filled_at_turn" in numbers and turn is not None:
        text += _turn_sentence(numbers["filled_at_turn"], turn)
    if "priority" in numbers:
        text += (
            f" Your priority there is {numbers['priority']}; the last priority that got in is "
            f"{numbers['last_priority']} (1 comes first)."
        )
    return text


def _turn_sentence(filled: int, turn: int) -> str:
    if not filled:
        return " Its seats were given before the first turn."
    text = f" Its last seat went at turn {filled:,}; yours was turn {turn:,}."
    if turn < filled:
        text += " A seat was still free then; your turn took what is best by the rule for your day as a whole."
    return text


def _facilitator_full(reason: Reason, turn: int | None) -> str:
    numbers = reason.numbers
    return (
        f"somebody who facilitates it has {_count(numbers['participants'], 'participant')} over all their sessions, "
        f"and takes at most {numbers['most']:,}."
    )


def _fewer_places(reason: Reason, turn: int | None) -> str:
    numbers = reason.numbers
    return (
        f"it would take the place of {reason.other!r}, {_other_rank(reason)}, and leave you {numbers['instead']} "
        f"of the {_count(numbers['places'], 'place')} you have."
    )


def _minimum(reason: Reason, turn: int | None) -> str:
    numbers = reason.numbers
    return (
        f"a seat is free, but you could only leave {reason.other!r}, {_other_rank(reason)}, if it kept its minimum of "
        f"{numbers['minimum']}; it has {_count(numbers['taken'], 'participant')}."
    )


def _free(reason: Reason, turn: int | None) -> str:
    numbers = reason.numbers
    return (
        f"a seat is free and nothing prevents it: {numbers['taken']:,} of {_count(numbers['seats'], 'seat')} are taken."
    )


WORDS: Mapping[ReasonKind, Callable[[Reason, int | None], str]] = {
    ReasonKind.CANCELLED: _cancelled,
    ReasonKind.NO_SEATS: lambda reason, turn: "it has no seats.",
    ReasonKind.FORBIDDEN: lambda reason, turn: "a rule of the day bars you from it.",
    ReasonKind.FACILITATES_IT: lambda reason, turn: "you facilitate it yourself.",
    ReasonKind.AWAY: lambda reason, turn: f"you are away in slot {reason.slot!r}.",
    ReasonKind.FACILITATING: lambda reason, turn: f"you facilitate {reason.other!r} in slot {reason.slot!r}.",
    ReasonKind.FIXED: lambda reason, turn: f"you have a fixed place in {reason.other!r} then.",
    ReasonKind.TOPIC: lambda reason, turn: f"you have {reason.other!r} of the same topic, {_other_rank(reason)}.",
    ReasonKind.CONFLICT: lambda reason, turn: (
        f"it cannot be combined with {reason.other!r}, which you have, {_other_rank(reason)}."
    ),
    ReasonKind.OVERLAP: lambda reason, turn: (
        f"it overlaps {reason.other!r}, which you like better, {_other_rank(reason)}."
    ),
    ReasonKind.LIMIT: _limit,
    ReasonKind.RULE: lambda reason, turn: (
        f"a rule of the day is in the way ({reason.rule}): it would be broken, or more so, if you alone had moved."
    ),
    ReasonKind.FULL: _full,
    ReasonKind.FACILITATOR_FULL: _facilitator_full,
    ReasonKind.FEWER_PLACES: _fewer_places,
    ReasonKind.MINIMUM: _minimum,
    ReasonKind.FREE: _free,
}


# ---- trades ------------------------------------------------------------------------------------------------------


def _trade_sentence(reason: Reason) -> str:
    slot = " within this slot" if reason.slots else ""
    if reason.search is TradeSearch.NONE:
        return f"No trade{slot}, a chain of moves that keeps all rules, would have given it to you."
    if reason.search is TradeSearch.NONE_OF_FEW:
        return f"No trade{slot} that moves at most three others would have given it to you."
    if reason.trade is None:
        return ""
    few = reason.search is TradeSearch.CHEAPEST_OF_FEW
    return f"The cheapest trade{' that moves at most three others' if few else ''}: {_trade(reason.trade)}"


def _trade(trade: Trade) -> str:
    others = trade.moves[1:]
    cost = f"{trade.cost / trade.scale:+,g}" if trade.scale > 1 else f"{trade.cost:+,}"
    places = {1: "1 more place filled, ", 0: "", -1: "1 place fewer filled, "}[trade.places]
    total = f"{places}total rank cost {cost}."
    if not others:
        return f"you alone would have moved, {_step(trade.moves[0])}; {total}"
    named = all(move.participant is not None for move in others)
    steps = map(_named_step, others) if named else (f"{n} {step}" for step, n in Counter(map(_step, others)).items())
    return f"{_others(len(others))} would have moved: {_and(list(steps))}; with your own move, {total}"


def _step(move: Move) -> str:
    return f"from {_standing(move.from_rank)} to {_standing(move.to_rank)}"


def _named_step(move: Move) -> str:
    ends = ((move.from_session, move.from_rank), (move.to_session, move.to_rank))
    start, end = (f"{session!r} ({_standing(rank)})" if session else _standing(rank) for session, rank in ends)
    return f"{move.participant} from {start} to {end}"


def _standing(standing: Standing) -> str:
    if isinstance(standing, int):
        return f"rank {standing}"
    return "a session not chosen" if standing == "not chosen" else "no place"


def _others(number: int) -> str:
    words = ("one other", "two others", "three others")
    return words[number - 1] if number <= len(words) else f"{number} others"


# ---- pieces ------------------------------------------------------------------------------------------------------


def _session(session: str, title: str, slots: tuple[str, ...]) -> str:
    text = f"{session!r} {title}" if title else repr(session)
    return f"{text} ({', '.join(slots)})" if slots else text


def _other_rank(reason: Reason) -> str:
    return "which you did not choose" if reason.other_rank is None else f"your choice {reason.other_rank}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
