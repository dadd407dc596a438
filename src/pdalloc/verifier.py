"""Check a certificate against the tables of its day: Python's standard library alone, in whole numbers.

Run it by itself, anywhere::

    python -I -S verifier.py certificate.json FOLDER

FOLDER holds the day as `pdalloc tables` writes it: CSV with commas, choices with ids, one to a row, and rules.toml.
Nothing here is shared with what made the allocation or the certificate, so that anybody can read all of it.
docs/certificates.md says what a certificate holds and why it proves what it claims.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, combinations, pairwise
from math import fsum
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Bound", "Day", "Level", "RejectedError", "levels_of", "value_of", "verify"]

UNREADABLE = (
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    RecursionError,
    MemoryError,
    csv.Error,
)
TABLES = ("sessions", "participants", "choices", "facilitators", "priorities", "conflicts")


class RejectedError(Exception):
    """The certificate does not prove what it claims of these tables; says why."""


def verify(certificate: str | bytes | dict[str, Any], tables: str | Path | dict[str, str]) -> str:
    """Return what a certificate proves, in words.

    Parameters
    ----------
    certificate : str, bytes or dict
        The JSON document, or what it holds.
    tables : str, Path or dict
        The folder of plain tables, or their texts by file name.

    Raises
    ------
    RejectedError
        If it does not.
    """
    if not isinstance(certificate, str | bytes | dict):
        raise RejectedError(f"a {type(certificate).__name__} is no certificate; give its JSON document")
    if not isinstance(tables, str | Path | dict):
        raise RejectedError(f"a {type(tables).__name__} is no folder of tables; give its path, or texts by file name")
    try:
        document = certificate if isinstance(certificate, dict) else json.loads(certificate)
    except (ValueError, RecursionError) as error:
        raise RejectedError(f"the certificate is not a JSON document: {error}") from None
    try:
        return _verify(document, tables if isinstance(tables, dict) else read_folder(Path(tables)))
    except RejectedError:
        raise
    except OSError as error:
        raise RejectedError(f"{error.filename}: cannot be read: {error.strerror}") from None
    except UNREADABLE as error:
        raise RejectedError(f"the certificate or the tables cannot be read: {type(error).__name__}: {error}") from None


# ---- the day -----------------------------------------------------------------------------------------------------


def read_folder(folder: Path) -> dict[str, str]:
    """Return the texts of the tables in a folder."""
    names = [*(f"{table}.csv" for table in TABLES), "rules.toml"]
    texts = {name: (folder / name).read_bytes().decode() for name in names if (folder / name).is_file()}
    _require("sessions.csv" in texts, f"{folder}: there is no sessions.csv; name the folder of the plain tables")
    return texts


def digest_of(document: Any) -> str:
    """Return the SHA-256 of anything that JSON can hold."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Day:
    """The tables, by numbers from 0 in their order; slots are bits of a mask."""

    def __init__(self, texts: dict[str, str]) -> None:
        table = {name: _rows(texts.get(f"{name}.csv", "")) for name in TABLES}
        rules = tomllib.loads(texts.get("rules.toml", ""))
        self.ranking, self.unlisted = rules.get("ranking", "per-day"), rules.get("unlisted", "forbidden") == "last"
        self.slots: list[str] = list(rules.get("slots", []))
        self.sessions = [row["session"] for row in table["sessions"]]
        self.participants = [row["participant"] for row in table["participants"]]
        self.session, self.person = _numbers(self.sessions), _numbers(self.participants)
        slot = _numbers(self.slots)
        self.mask = [_mask(row.get("slots", ""), slot) for row in table["sessions"]]
        self.size = [max(1, mask.bit_count()) for mask in self.mask]
        self.capacity = [int(row["capacity"]) for row in table["sessions"]]
        self.minimum = [int(row.get("minimum") or 0) for row in table["sessions"]]
        self.topic = [row.get("topic", "") for row in table["sessions"]]
        self.facilitators = [_list(row.get("facilitators", "")) for row in table["sessions"]]
        self.away = [_mask(row.get("away", ""), slot) for row in table["participants"]]
        self.limit = [int(row.get("limit") or max(1, len(self.slots))) for row in table["participants"]]
        self.weight, self.weight_scale = _weights(table["participants"])
        self.own: list[list[int]] = [[] for _ in self.participants]
        for number, names in enumerate(self.facilitators):
            for name in names:
                if name in self.person:
                    self.own[self.person[name]].append(number)
        self._read_choices(table["choices"])
        self.most_sessions, self.most_participants = (
            {row["facilitator"]: int(row[column]) for row in table["facilitators"] if row.get(column)}
            for column in ("most_sessions", "most_participants")
        )
        self.priority: list[dict[int, int]] = [{} for _ in self.sessions]
        for row in table["priorities"]:
            self.priority[self.session[row["session"]]][self.person[row["participant"]]] = int(row["priority"])
        self.apart: list[set[int]] = [set() for _ in self.sessions]
        for row in table["conflicts"]:
            first, second = (self.session[label] for label in row.values())
            self.apart[first].add(second)
            self.apart[second].add(first)
        self.fixed, self.forbidden = (
            {(self.person[pair["participant"]], self.session[pair["session"]]) for pair in rules.get(name, [])}
            for name in ("fixed", "forbidden")
        )
        self.opened: list[set[int]] = [set() for _ in self.participants]
        for person, number in self.fixed:
            self.opened[person].add(number)
        self.tags = [_list(row.get("tags", "")) for row in table["sessions"]]
        self.people = table["participants"]
        self.rows: dict[tuple[int, int], Row] = {}
        for number, rule in enumerate(rules.get("rules", [])):
            rows = rows_of_rule(self, rule)
            if "penalty" not in rule:
                self.rows |= {(number, row): inequality for row, inequality in enumerate(rows)}
            if rule["rule"] == "required":
                for person, session in (pair for row in rows for pair in row.coefficient):
                    self.opened[person].add(session)
        in_fixed = {session for _, session in self.fixed}
        self.may_be_cancelled = [
            not row.get("must_run")
            and number not in in_fixed
            and (self.minimum[number] > 0 or any(map(self._runs_too_many, self.facilitators[number])))
            for number, row in enumerate(table["sessions"])
        ]
        self.longest = self._longest_list()

    def _read_choices(self, rows: list[dict[str, str]]) -> None:
        self.rank: list[dict[int, int]] = [{} for _ in self.participants]
        self.rating: list[dict[int, int]] = []
        chosen = [row for row in rows if "session" in row]
        for row in chosen:
            self.rank[self.person[row["participant"]]][self.session[row["session"]]] = int(row["rank"])
        self.rating_scale = 1
        if chosen and "rating" in chosen[0]:
            ratings, self.rating_scale = _whole([row["rating"] for row in chosen])
            self.rating = [{} for _ in self.participants]
            for row, rating in zip(chosen, ratings, strict=True):
                self.rating[self.person[row["participant"]]][self.session[row["session"]]] = rating

    def _runs_too_many(self, facilitator: str) -> bool:
        theirs = sum(facilitator in names for names in self.facilitators)
        return theirs > self.most_sessions.get(facilitator, theirs)

    def _longest_list(self) -> int:
        ranks = max((rank for ranks in self.rank for rank in ranks.values()), default=0)
        if self.ranking == "per-day" or not self.slots:
            return max(ranks, *map(len, self.rank), 0) if self.rank else ranks
        bits = [*(1 << slot for slot in range(len(self.slots))), 0]
        lists = (
            sum(bool(self.mask[session] & bit) if bit else not self.mask[session] for session in ranks)
            for ranks in self.rank
            for bit in bits
        )
        return max(ranks, max(lists, default=0))

    def busy(self, person: int, cancelled: set[int]) -> int:
        """Return the slots in which somebody is away or facilitating."""
        mask = self.away[person]
        for session in self.own[person]:
            if session not in cancelled:
                mask |= self.mask[session]
        return mask

    def wanted(self, person: int, cancelled: set[int]) -> int:
        """Return how many places somebody wants."""
        if not self.slots:
            return self.limit[person]
        return min(self.limit[person], len(self.slots) - self.busy(person, cancelled).bit_count())

    def may_take(self, person: int, session: int) -> bool:
        """Return whether a session is open to somebody, whatever else they take."""
        if (person, session) in self.forbidden or session in self.own[person]:
            return False
        return self.unlisted or session in self.rank[person] or session in self.opened[person]

    def in_reach(self, person: int) -> Collection[int]:
        """Return what somebody chose, is fixed or required in; every session where unlisted places are allowed."""
        if self.unlisted:
            return range(len(self.sessions))
        return self.rank[person].keys() | self.opened[person] if self.opened[person] else self.rank[person]

    def are_apart(self, first: int, second: int) -> bool:
        """Return whether nobody can take both sessions."""
        same_topic = self.topic[first] != "" and self.topic[first] == self.topic[second]
        return bool(self.mask[first] & self.mask[second]) or same_topic or second in self.apart[first]


def _cells(text: str) -> list[list[str]]:
    # a line ends where CSV says so, at none of the other characters that can end one
    return list(csv.reader(io.StringIO(text, newline="")))


def _rows(text: str) -> list[dict[str, str]]:
    lines = [row for row in _cells(text) if row]
    if not lines:
        return []
    if any(len(row) != len(lines[0]) for row in lines):
        raise RejectedError(f"a table has rows of different lengths below {','.join(lines[0])}; write it again")
    return [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]


def _numbers(labels: list[str]) -> dict[str, int]:
    numbers = {label: number for number, label in enumerate(labels)}
    if len(numbers) < len(labels):
        raise RejectedError("an id stands twice in a table")
    return numbers


def _list(cell: str) -> list[str]:
    return cell.split(";") if cell else []


def _mask(cell: str, slot: dict[str, int]) -> int:
    return sum(1 << slot[label] for label in _list(cell))


def _whole(numbers: list[str]) -> tuple[list[int], int]:
    """Return numbers times the smallest power of ten, at most a million, that makes all of them whole."""
    exact = {number: Fraction(repr(float(number))) for number in set(numbers)}
    scale = next((10**k for k in range(7) if all((f * 10**k).denominator == 1 for f in exact.values())), 10**6)
    whole = {number: round(fraction * scale) for number, fraction in exact.items()}
    return [whole[number] for number in numbers], scale


def _weights(rows: list[dict[str, str]]) -> tuple[list[int], int]:
    """Return the participants' weights / history in units of 1 / the second number.

    A history counts as 0.1 at least, an unknown one as the mean of the known ones, and its inverse in tenths.
    """
    weight, scale = _whole([row.get("weight") or "1" for row in rows])
    cells = [row.get("history") for row in rows]
    known = [float(cell) for cell in cells if cell]
    mean = fsum(known) / len(known) if known else 1.0
    inverse, unit = _whole([str(round(10 / max(float(cell or mean), 0.1)) / 10) for cell in cells])
    return [own * more for own, more in zip(weight, inverse, strict=True)], scale * unit


# ---- rules of several participants or sessions -------------------------------------------------------------------


class Row(NamedTuple):
    """An inequality: `lower` <= sum of coefficients of the (participant, session) pairs that are there <= `upper`."""

    coefficient: dict[tuple[int, int], int]
    lower: int | None
    upper: int | None


WHO, AMOUNT = ("participants", "group", "value"), ("at_least", "at_most")
RULES = {
    "together": ("participants", "session", "topic"),
    "apart": ("participants", "session", "topic"),
    "group-quota": ("group", "value", "session", "tag", *AMOUNT),
    "tag-quota": ("tag", *AMOUNT, *WHO),
    "required": ("sessions", *WHO),
    "forbidden": ("sessions", "tag", *WHO),
    "prerequisite": ("session", "needs"),
}
"""What each rule may be told, besides its penalty."""


def rows_of_rule(day: Day, rule: dict[str, Any]) -> list[Row]:
    """Return the inequalities of a rule, in the order of pairs, participants or group values, then of sessions."""
    name = rule["rule"]
    _require(name in RULES, f"rule {name!r} is not known")
    _require(set(rule) <= {"rule", "penalty", *RULES[name]}, f"rule {name!r} is told what is not known")
    if name == "group-quota" and "value" not in rule:
        values = dict.fromkeys(row[rule["group"]] for row in day.people if row.get(rule["group"]))
        return [row for value in values for row in rows_of_rule(day, rule | {"value": value})]
    people, sessions = _people_of(day, rule), _sessions_of(day, rule)
    if name == "together":
        return [Row({(one, s): 1, (other, s): -1}, 0, 0) for one, other in pairwise(people) for s in sessions]
    if name == "apart":
        return [Row({(p, s): 1 for p in people}, None, 1) for s in sessions]
    if name == "required":
        return [Row({(p, s): 1 for s in sessions}, 1, None) for p in people]
    if name == "tag-quota":
        return [Row({(p, s): 1 for s in sessions}, rule.get("at_least"), rule.get("at_most")) for p in people]
    if name == "prerequisite":
        needs = [day.session[what] for what in rule["needs"]]
        return [Row({(p, s): -1 for s in needs} | {(p, sessions[0]): 1}, None, 0) for p in people]
    every = {(p, s): 1 for p in people for s in sessions}
    return [Row(every, rule.get("at_least"), 0 if name == "forbidden" else rule.get("at_most"))]


def _people_of(day: Day, rule: dict[str, Any]) -> list[int]:
    """Return who is meant: some participants, those who have the value in the column, or everybody."""
    if "participants" in rule:
        return [day.person[who] for who in rule["participants"]]
    if "group" in rule:
        return [person for person, row in enumerate(day.people) if row.get(rule["group"]) == rule["value"]]
    return list(range(len(day.participants)))


def _sessions_of(day: Day, rule: dict[str, Any]) -> list[int]:
    """Return what is meant: some sessions, those of the topic, those with the tag, or all."""
    if "sessions" in rule or "session" in rule:
        return [day.session[what] for what in rule.get("sessions", [rule.get("session")])]
    every = range(len(day.sessions))
    if "topic" in rule:
        return [session for session in every if day.topic[session] == rule["topic"]]
    return [session for session in every if "tag" not in rule or rule["tag"] in day.tags[session]]


# ---- rules -------------------------------------------------------------------------------------------------------

Schedules = list[list[int]]


def check_rules(day: Day, schedules: Schedules, cancelled: set[int]) -> None:
    """Reject an allocation that breaks a rule of the day."""
    attendance = [0] * len(day.sessions)
    for person, schedule in enumerate(schedules):
        _check_schedule(day, person, schedule, cancelled)
        for session in schedule:
            attendance[session] += 1
    for session, there in enumerate(attendance):
        label = day.sessions[session]
        _require(there <= day.capacity[session], f"session {label!r} has more participants than seats")
        if session in cancelled:
            _require(day.may_be_cancelled[session], f"session {label!r} may not be cancelled")
        else:
            _require(there >= day.minimum[session], f"session {label!r} runs below its minimum")
    for limits, count in ((day.most_sessions, [1] * len(attendance)), (day.most_participants, attendance)):
        for name, most in limits.items():
            total = sum(
                count[session]
                for session, names in enumerate(day.facilitators)
                if name in names and session not in cancelled
            )
            _require(total <= most, f"facilitator {name!r} is above a limit")
    taken = {(person, session) for person, schedule in enumerate(schedules) for session in schedule}
    for (rule, _), (coefficient, lower, upper) in day.rows.items():
        amount = sum(coefficient[pair] for pair in coefficient.keys() & taken)
        kept = (lower is None or lower <= amount) and (upper is None or amount <= upper)
        _require(kept, f"rule {rule} of rules.toml, counted from 0, is broken")


def _check_schedule(day: Day, person: int, schedule: list[int], cancelled: set[int]) -> None:
    who, busy = f"participant {day.participants[person]!r}", day.busy(person, cancelled)
    for session in schedule:
        what = f"{who}, session {day.sessions[session]!r}"
        _require(day.may_take(person, session), f"{what}: not open to them")
        _require(session not in cancelled, f"{what}: cancelled")
        _require(not day.mask[session] & busy, f"{what}: they are away or facilitating")
    _require(len(set(schedule)) == len(schedule), f"{who} has a session twice")
    _require(not any(day.are_apart(*pair) for pair in combinations(schedule, 2)), f"{who} has sessions that clash")
    places = sum(day.size[session] for session in schedule)
    _require(places <= day.wanted(person, cancelled), f"{who} has more places than they want")
    if day.fixed:
        missing = {session for fixed, session in day.fixed if fixed == person} - set(schedule)
        _require(not missing, f"{who} is not where they are fixed")


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise RejectedError(why)


# ---- what is optimised -------------------------------------------------------------------------------------------


class Level(NamedTuple):
    """One entry of an objective's value; costs are for one place, less is better.

    `by_rank[rank]` is the cost of a listed place, None where ratings count. `counted` is set where the level counts the
    participants whose day costs that much, and None where it is a sum over places.
    """

    name: str
    by_rank: list[int] | None
    unlisted: int = 0
    empty: int = 0
    released: int = 0
    maximise: bool = False
    weighted: bool = False
    counted: int | None = None


def levels_of(day: Day, objective: list[dict[str, Any]]) -> list[Level]:
    """Return the levels of a chain of objectives; a level that stands twice counts once."""
    levels = {level.name: level for part in reversed(objective) for level in reversed(_levels(day, **part))}
    order = dict.fromkeys(level.name for part in objective for level in _levels(day, **part))
    return [levels[name] for name in order]


def _levels(day: Day, name: str, rank_costs: list[int] | None = None) -> list[Level]:
    last = day.longest
    nothing = [0] * (last + 1)
    places = [Level("empty places", nothing, empty=1)]
    if day.unlisted:
        places.append(Level("unlisted places", nothing, unlisted=1))
    if name == "places":
        return places[:1]
    if name == "rank-sum":
        whole = all(isinstance(cost, int) and cost >= 0 for cost in rank_costs or [])
        _require(whole and (rank_costs or []) == sorted(rank_costs or []), "rank costs are not whole, or fall")
        costs = rank_costs[:last] if rank_costs else list(range(last))
        end = costs[-1] + 1 if costs else 0
        word = "weighted rank cost" if len(set(day.weight)) > 1 else "rank cost"
        return [*places, Level(word, [0, *costs], end, end, weighted=True)]
    if name == "welfare":
        return [Level("welfare", None, maximise=True)]
    if name == "leximin":
        cost = list(range(-1, last))
        most = max(day.wanted(person, _may_be_cancelled(day)) for person in range(len(day.participants)))
        return [
            *places,
            *(
                Level(f"participants with day cost {total:,}", cost, last, last, counted=total)
                for total in range(last * most, 0, -1)
            ),
        ]
    if name not in ("greedy", "generous", "rank-maximal"):
        raise RejectedError(f"objective {name!r} is not known")
    best_first, places_first = name != "generous", name != "rank-maximal"
    each = -1 if best_first else 1
    ranks = sorted({rank for ranks in day.rank for rank in ranks.values()}, reverse=not best_first)
    by_rank = [
        Level(
            f"places at rank {rank}",
            [each * (place == rank) for place in range(last + 1)],
            released=-each if places_first and rank == min(ranks) else 0,
            maximise=best_first,
        )
        for rank in ranks
    ]
    if places_first:
        return [*places, *by_rank]
    return [*by_rank, *([Level("unlisted places", nothing, unlisted=-1, maximise=True)] if day.unlisted else [])]


def _may_be_cancelled(day: Day) -> set[int]:
    return {session for session, may in enumerate(day.may_be_cancelled) if may}


def place_cost(day: Day, level: Level, person: int, session: int) -> int:
    """Return what all places in a session cost somebody at a level."""
    rank = day.rank[person].get(session)
    weight = day.weight[person] if level.weighted else 1
    if rank is None:
        return level.unlisted * day.size[session] * weight
    if level.by_rank is None:
        return -day.rating[person][session]
    return level.by_rank[rank] * day.size[session] * weight


def value_of(day: Day, levels: list[Level], schedules: Schedules, cancelled: set[int]) -> list[int]:
    """Return the value of an allocation: one whole number for each level, less is better."""
    value = [0] * len(levels)
    for person, schedule in enumerate(schedules):
        wanted = day.wanted(person, cancelled)
        empty = wanted - sum(day.size[session] for session in schedule)
        released = wanted - day.wanted(person, set())
        for number, level in enumerate(levels):
            weight = day.weight[person] if level.weighted else 1
            cost = level.empty * weight * empty + level.released * released
            cost += sum(place_cost(day, level, person, session) for session in schedule)
            value[number] += cost if level.counted is None else cost == level.counted
    return value


# ---- bounds ------------------------------------------------------------------------------------------------------


class Multipliers:
    """Whole numbers that turn what ties participants together into prices; those not given are 0.

    `seat[s]` is paid for each place in session s, `link[i, s]` besides by participant i for a session that may be
    cancelled, `running[i, s]` by who runs s if it runs; `session_limit` and `participant_limit` by facilitators;
    `pair[i, s]` by participant i for s because of rules, which receive `of_rules`.
    """

    def __init__(self, day: Day, proof: dict[str, Any]) -> None:
        self.weights = [_integer(weight) for weight in proof["weights"]]
        self.seat = [0] * len(day.sessions)
        for label, price in proof.get("seats", {}).items():
            self.seat[day.session[label]] = _integer(price)
        self.link, self.running = (
            {(day.person[who], day.session[what]): _integer(price) for who, what, price in proof.get(name, [])}
            for name in ("links", "running")
        )
        self.session_limit, self.participant_limit = (
            {name: _integer(price) for name, price in proof.get(key, {}).items()}
            for key in ("session_limits", "participant_limits")
        )
        for price in (*self.session_limit.values(), *self.participant_limit.values(), *self.link.values()):
            _require(price >= 0, "a multiplier of a limit is negative")
        _require(set(self.session_limit) <= set(day.most_sessions), "a facilitator has no such limit")
        _require(set(self.participant_limit) <= set(day.most_participants), "a facilitator has no such limit")
        _require(all(day.may_be_cancelled[session] for _, session in self.link), "a link to a session that always runs")
        _require(all(s in day.own[i] for i, s in self.running), "somebody runs no such session")
        self.pair: dict[tuple[int, int], int] = {}
        self.of_rules = 0
        for rule, number, price in proof.get("rules", []):
            row = day.rows[rule, number]
            # a price above 0 holds the sum below its upper bound, one below 0 above the lower one
            bound = row.upper if _integer(price) > 0 else row.lower
            if bound is None:
                raise RejectedError(f"row {number} of rule {rule} has no such bound")
            self.of_rules += price * bound
            for pair, coefficient in row.coefficient.items():
                self.pair[pair] = self.pair.get(pair, 0) + price * coefficient


def _integer(number: Any) -> int:
    _require(isinstance(number, int), f"{number!r} is not a whole number")
    whole: int = number
    return whole


class Bound:
    """A number that the weighted sum of the levels is never below, whatever the allocation (weak duality).

    Every participant takes the schedule that is cheapest for them at the prices; every session has as many participants
    as pay best. What an allocation costs is no less than that, because what participants pay sessions receive.

    Parameters
    ----------
    day : Day
    levels : list of Level
    proof : dict
        The multipliers.
    kept : tuple, optional
        For each participant the (empty places, unlisted places, day cost) that nobody may fall behind, and the sessions
        that are cancelled; all others then run.
    without : list of (Bound, int)
        Only allocations count that cost no more than the number by the weights of the other bound. They have no
        schedule that is so much dearer than its owner's cheapest one there that the bound would rise above it.

    Attributes
    ----------
    total : int
    cheapest : list of int
        What each participant's cheapest schedule costs.
    """

    def __init__(
        self,
        day: Day,
        levels: list[Level],
        proof: dict[str, Any],
        kept: tuple[list[tuple[int, int, int]], set[int]] | None = None,
        without: Sequence[tuple[Bound, int]] = (),
    ) -> None:
        self.day, self.levels, self.kept, self.without = day, levels, kept, without
        self.prices = Multipliers(day, proof)
        _require(len(self.prices.weights) == len(levels), "a proof needs a weight for each level")
        self.cheapest = [self._cheapest_day(person) for person in range(len(day.participants))]
        self.total = sum(self.cheapest) + self._of_sessions()

    def _of_sessions(self) -> int:
        """Return the least that sessions, facilitators' limits and rules add."""
        day, prices = self.day, self.prices
        total = -prices.of_rules
        total -= sum(price * day.most_sessions[name] for name, price in prices.session_limit.items())
        total -= sum(price * day.most_participants[name] for name, price in prices.participant_limit.items())
        of_run = [sum(prices.session_limit.get(name, 0) for name in names) for names in day.facilitators]
        for (_, session), price in (*prices.link.items(), *prices.running.items()):
            of_run[session] -= price
        for session, price in enumerate(prices.seat):
            running = of_run[session] + min(-price * day.capacity[session], -price * day.minimum[session])
            if self.kept is not None:
                total += 0 if session in self.kept[1] else running
            else:
                total += min(0, running) if day.may_be_cancelled[session] else running
        return total

    def _cheapest_day(self, person: int) -> int:
        """Return the least that any day of one participant costs at the prices, whichever of their sessions run."""
        if self.kept is None:
            own = [session for session in self.day.own[person] if self.day.may_be_cancelled[session]]
            ways = [set(some) for count in range(len(own) + 1) for some in combinations(own, count)]
        else:
            ways = [self.kept[1]]
        costs = []
        for cancelled in ways:
            others = [
                (other._search(person, cancelled), most - other.total + other.cheapest[person])
                for other, most in self.without
            ]
            cost = self._search(person, cancelled).run(None if self.kept is None else self.kept[0][person], others)
            if cost is not None:
                costs.append(cost)
        _require(bool(costs), f"participant {self.day.participants[person]!r} has no schedule that keeps the rules")
        return min(costs)

    def _search(self, person: int, cancelled: set[int]) -> _Cheapest:
        return _Cheapest(self.day, self.levels, self.prices, person, cancelled)


class _Option(NamedTuple):
    """A session that somebody could take: what it costs, less the empty places that it fills; and the day likewise."""

    cost: int
    session: int
    day_cost: int


class _Partial(NamedTuple):
    """Part of a schedule: up to a stage, what it costs, the day's cost if the rest stays empty, and what it holds."""

    stage: int
    cost: int
    day_cost: int
    places: int
    taken: int
    unlisted: int
    chosen: frozenset[int]


class _Cheapest:
    """The search for the cheapest schedule of one participant at the prices, given which sessions are cancelled.

    Sessions are decided on in the order of their first slots, those without a slot one by one; what is left can at best
    take the cheapest session of every later stage.
    """

    def __init__(self, day: Day, levels: list[Level], prices: Multipliers, person: int, cancelled: set[int]) -> None:
        self.day, self.prices, self.person, self.cancelled = day, prices, person, cancelled
        weighted = [(weight, level) for weight, level in zip(prices.weights, levels, strict=True) if weight]
        self.sums = [(weight, level) for weight, level in weighted if level.counted is None]
        self.wanted, self.busy = day.wanted(person, cancelled), day.busy(person, cancelled)
        self.fixed = {session for who, session in day.fixed if who == person} if day.fixed else set()
        own = day.weight[person]
        self.of_empty = sum(weight * level.empty * (own if level.weighted else 1) for weight, level in self.sums)
        released = self.wanted - day.wanted(person, set())
        self.nothing = self.of_empty * self.wanted + sum(w * level.released for w, level in self.sums) * released
        self.nothing += sum(prices.running.get((person, s), 0) for s in day.own[person] if s not in cancelled)
        # what days of each cost are weighted with, and the least of all that cost no more
        counted = [(weight, level.counted) for weight, level in weighted if level.counted is not None]
        self.score = [0] * (day.longest * self.wanted + 1 if counted else 1)
        for weight, cost in counted:
            if cost < len(self.score):
                self.score[cost] += weight
        self.least_score = list(accumulate(self.score, min))
        self.stages = self._stages()
        self.cost_of = {option.session: option.cost for options in self.stages for option in options}
        cheapest = [min(0, options[0].cost) for options in self.stages]
        self.rest = [*accumulate(reversed(cheapest), initial=0)][::-1]

    def _stages(self) -> list[list[_Option]]:
        """Return what can be chosen at each stage, the cheapest first."""
        day = self.day
        stages: dict[int, list[_Option]] = {}
        for session in day.in_reach(self.person):
            closed = kept_out(day, self.person, session, self.busy, self.wanted)
            if session in self.fixed or not (closed or session in self.cancelled):
                mask = day.mask[session]
                first = (mask & -mask).bit_length() - 1 if mask else len(day.slots) + session
                stages.setdefault(first, []).append(self._option(session))
        return [sorted(options) for _, options in sorted(stages.items())]

    def _option(self, session: int) -> _Option:
        day, prices, size = self.day, self.prices, self.day.size[session]
        cost = sum(weight * place_cost(day, level, self.person, session) for weight, level in self.sums)
        cost += prices.seat[session] - self.of_empty * size
        cost += prices.link.get((self.person, session), 0) + prices.pair.get((self.person, session), 0)
        if prices.participant_limit:
            cost += sum(prices.participant_limit.get(name, 0) for name in day.facilitators[session])
        rank = day.rank[self.person].get(session, day.longest + 1)
        return _Option(cost, session, (rank - 1 - day.longest) * size)

    def run(self, most: tuple[int, int, int] | None, others: list[tuple[_Cheapest, int]]) -> int | None:
        """Return the least cost, None without a schedule.

        `most` is the worst that the day may be; `others` are other prices, with the most that it may cost at them.
        """
        best: int | None = None
        pending = [_Partial(0, self.nothing, self.day.longest * self.wanted, 0, 0, 0, frozenset())]
        while pending:
            part = pending.pop()
            if best is not None and part.cost + self.rest[part.stage] + self._of_days(self.least_score, part) >= best:
                continue
            if part.stage < len(self.stages):
                # the last one put there is looked at first: the cheapest
                pending.extend(sorted(self._longer(part), key=lambda longer: -longer.cost))
            elif (
                self.fixed <= part.chosen
                and (most is None or self._standing(part) <= most)
                and all(other.cost(part) <= limit for other, limit in others)
            ):
                cost = part.cost + self._of_days(self.score, part)
                best = cost if best is None else min(best, cost)
        return best

    def cost(self, schedule: _Partial) -> int:
        """Return what a whole schedule costs."""
        return self.nothing + self._of_days(self.score, schedule) + sum(self.cost_of[s] for s in schedule.chosen)

    @staticmethod
    def _of_days(score: list[int], part: _Partial) -> int:
        """Return what a day is weighted with: nothing, whatever it costs, where no level counts days."""
        return score[min(part.day_cost, len(score) - 1)]

    def _standing(self, part: _Partial) -> tuple[int, int, int]:
        return self.wanted - part.places, part.unlisted, part.day_cost

    def _longer(self, part: _Partial) -> Iterator[_Partial]:
        """Yield a part of a schedule with nothing at its stage, and with each session that goes with it."""
        day = self.day
        yield part._replace(stage=part.stage + 1)
        for cost, session, day_cost in self.stages[part.stage]:
            size, mask = day.size[session], day.mask[session]
            if part.places + size > self.wanted or mask & part.taken:
                continue
            if not any(day.are_apart(session, other) for other in part.chosen):
                yield _Partial(
                    part.stage + 1,
                    part.cost + cost,
                    part.day_cost + day_cost,
                    part.places + size,
                    part.taken | mask,
                    part.unlisted + size * (session not in day.rank[self.person]),
                    part.chosen | {session},
                )


def kept_out(day: Day, person: int, session: int, busy: int, wanted: int) -> bool:
    """Return whether a session cannot be in any schedule of somebody who is busy in some slots."""
    return bool(day.mask[session] & busy) or not day.may_take(person, session) or day.size[session] > wanted


# ---- claims ------------------------------------------------------------------------------------------------------


def _verify(document: dict[str, Any], texts: dict[str, str]) -> str:
    _require(isinstance(document, dict) and document.get("format") == "pdalloc/certificate", "this is no certificate")
    _require(document["version"] in (1, 2), f"it is a certificate of version {document['version']}, not 1 or 2")
    content = {name: part for name, part in document.items() if name != "digest"}
    _require(digest_of(content) == document["digest"], "the certificate was changed: its digest does not fit")
    _require(tables_digest(texts) == document["tables"], "these are other tables, or not in their plain form")
    day = Day(texts)
    claim = document["claim"]
    _require(claim in CLAIMS, f"claim {claim!r} is not known")
    _require(set(content) == {"format", "version", "tables", "claim", *CLAIMS[claim].fields}, "wrong fields")
    return CLAIMS[claim].check(day, document)


def tables_digest(texts: dict[str, str]) -> str:
    """Return the SHA-256 of all cells of all tables."""
    return digest_of({name: _cells(text) for name, text in texts.items()})


def _allocation(day: Day, part: dict[str, Any]) -> tuple[Schedules, set[int]]:
    """Return the allocation in a part of the document, which keeps all rules."""
    schedules: Schedules = [[] for _ in day.participants]
    for who, sessions in part["schedules"].items():
        schedules[day.person[who]] = [day.session[what] for what in sessions]
    cancelled = {day.session[what] for what in part["cancelled"]}
    check_rules(day, schedules, cancelled)
    return schedules, cancelled


def _levels_with_values(day: Day, document: dict[str, Any]) -> tuple[list[Level], list[int], list[int]]:
    """Return the levels, and the stated values and bounds so that less is better; the values are checked."""
    _require(document["objective"] != [], "there is no objective")
    levels = levels_of(day, document["objective"])
    entries = document["levels"]
    _require([entry["name"] for entry in entries] == [level.name for level in levels], "these are other levels")
    for level, entry in zip(levels, entries, strict=True):
        _require(entry["maximise"] is level.maximise and entry["scale"] == _scale(day, level), "a level is misread")
    sign = [-1 if level.maximise else 1 for level in levels]
    values = [entry["value"] * direction for entry, direction in zip(entries, sign, strict=True)]
    bounds = [
        entry["bound"] * direction for entry, direction in zip(entries, sign, strict=True) if entry["bound"] is not None
    ]
    _require(all(entry["bound"] is None for entry in entries[len(bounds) :]), "a level after an open one has a bound")
    schedules, cancelled = _allocation(day, document)
    _require(value_of(day, levels, schedules, cancelled) == values, "the allocation has another value")
    return levels, values, bounds


def _scale(day: Day, level: Level) -> int:
    if level.by_rank is None:
        return day.rating_scale
    return day.weight_scale if level.weighted else 1


def _check_optimal(day: Day, document: dict[str, Any]) -> str:
    levels, values, bounds = _levels_with_values(day, document)
    _require(bounds == values, "a bound is not the value")
    _check_bounds(day, levels, values, bounds, document["proofs"])
    return f"no allocation is better: {_text(document)}" + _check_shortages(day, document)


def _check_bounded(day: Day, document: dict[str, Any]) -> str:
    levels, values, bounds = _levels_with_values(day, document)
    _require(bounds != values, "the bounds are the values: that is an optimum")
    _check_bounds(day, levels, values, bounds, document["proofs"])
    return f"not proved to be the best, but bounded: {_text(document)}" + _check_shortages(day, document)


def _check_bounds(
    day: Day, levels: list[Level], values: list[int], bounds: list[int], proofs: list[dict[str, Any] | None]
) -> None:
    """Reject bounds that their proofs do not give: each for one level, among allocations as good at those before."""
    _require(len(proofs) == len(bounds), "there is not a proof for each bound")
    proved: dict[int, tuple[Bound, int]] = {}
    for number, (proof, bound) in enumerate(zip(proofs, bounds, strict=True)):
        _require(number == 0 or bounds[number - 1] == values[number - 1], "a level after an open one has a bound")
        if proof is None:
            _require(bound == 0 and is_count(levels[number]), f"{levels[number].name} needs a proof")
            continue
        proved[number] = weighted(day, levels, values, number, proof, proved)
        least = level_bound(proved[number], values, number)
        _require(least == bound, f"the proof for {levels[number].name} gives the bound {least}, not {bound}")


def weighted(
    day: Day,
    levels: list[Level],
    values: Sequence[int],
    number: int,
    proof: dict[str, Any],
    proved: dict[int, tuple[Bound, int]],
) -> tuple[Bound, int]:
    """Return the bound of a proof for one level, and what the values come to by its weights.

    `without` in the proof names earlier levels: only allocations count that are as good as the values there.
    """
    weights = [_integer(weight) for weight in proof["weights"]]
    _require(weights[number] > 0 and min(weights) >= 0 and not any(weights[number + 1 :]), "wrong weights")
    without = [proved[earlier] for earlier in proof.get("without", [])]
    total = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return Bound(day, levels, proof, without=without), total


def level_bound(bound_and_total: tuple[Bound, int], values: Sequence[int], number: int) -> int:
    """Return what a level is at least among allocations that have the values at the levels before."""
    bound, total = bound_and_total
    weight = bound.prices.weights[number]
    before = total - weight * values[number]
    return -((before - bound.total) // weight)


def is_count(level: Level) -> bool:
    """Return whether a level cannot be below 0."""
    costs = [-1] if level.by_rank is None else level.by_rank[1:]  # ratings: more welfare is a cost below 0
    return level.counted is not None or min([*costs, level.unlisted, level.empty, level.released]) >= 0


def _check_improvable(day: Day, document: dict[str, Any]) -> str:
    levels, values, bounds = _levels_with_values(day, document)
    _require(not bounds, "what can be improved has no bound")
    better = value_of(day, levels, *_changed(day, document))
    _require(better < values, "what it calls better is not")
    return f"not the best: {_text(document)}; moving {len(document['better']['schedules'])} participants is better"


def _changed(day: Day, document: dict[str, Any]) -> tuple[Schedules, set[int]]:
    better = document["better"]
    schedules = document["schedules"] | better["schedules"]
    return _allocation(day, {"schedules": schedules, "cancelled": better["cancelled"]})


def _text(document: dict[str, Any]) -> str:
    def number(value: int, scale: int) -> str:
        return str(value) if scale == 1 else f"{value}/{scale}"

    parts = []
    for entry in document["levels"]:
        text = f"{number(entry['value'], entry['scale'])} {entry['name']}"
        if entry["bound"] is not None and entry["bound"] != entry["value"]:
            text += f" (at best {number(entry['bound'], entry['scale'])})"
        if entry["value"] or len(document["levels"]) < 9:
            parts.append(text)
    return ", ".join(parts)


def _check_shortages(day: Day, document: dict[str, Any]) -> str:
    """Check each Hall set: participants who, in one slot, have only these sessions, with fewer seats than they are."""
    cancelled = {day.session[what] for what in document["cancelled"]}
    texts = []
    for shortage in document["shortages"]:
        people = {day.person[who] for who in shortage["participants"]}
        sessions = {day.session[what] for what in shortage["sessions"]}
        bit = 1 << day.slots.index(shortage["slot"]) if shortage["slot"] is not None else 0
        for person in people:
            busy = day.busy(person, cancelled)
            _require(day.wanted(person, cancelled) > 0 and not bit & busy, "somebody in a shortage wants no place")
            if not bit:
                _require(not day.slots and day.limit[person] == 1, "a shortage without a slot is for one place each")
            else:
                _require(
                    day.limit[person] >= len(day.slots) - busy.bit_count(), "somebody in a shortage may do without"
                )
            for session in day.in_reach(person):
                if day.mask[session] & bit == bit and day.may_take(person, session) and not day.mask[session] & busy:
                    _require(session in sessions, "somebody in a shortage has another session")
        seats = sum(day.capacity[session] for session in sessions)
        seats -= sum(person not in people and session in sessions for person, session in day.fixed)
        _require(len(people) > seats, "a shortage is none")
        texts.append(f"{len(people)} want only {len(sessions)} sessions with {seats} seats")
    return "; " + "; ".join(texts) if texts else ""


def _check_infeasible(day: Day, document: dict[str, Any]) -> str:
    needs, proof = document["needs"], document["proof"]
    if proof is None:
        return _check_needs(day, needs)
    _require(needs is None, "there are needs and a proof; one of them is enough")
    _require(proof["weights"] == [], "a proof that there is no allocation has no weights")
    _require(Bound(day, [], proof).total > 0, "the proof does not show that there is no allocation")
    return "no allocation keeps all the rules"


def _check_needs(day: Day, needs: dict[str, Any]) -> str:
    """Check a Hall set: sessions that must run, of which nobody can take two, and all who could take any of them."""
    sessions = [day.session[what] for what in needs["sessions"]]
    people = {day.person[who] for who in needs["participants"]}
    _require(not any(day.may_be_cancelled[session] for session in sessions), "a session need not run")
    surely = {session for session, may in enumerate(day.may_be_cancelled) if may}
    for person in range(len(day.participants)):
        wanted, busy = day.wanted(person, surely), day.busy(person, surely)
        open_to = [session for session in sessions if not kept_out(day, person, session, busy, wanted)]
        apart = wanted <= 1 or all(day.mask[one] & day.mask[other] for one, other in combinations(open_to, 2))
        _require(apart, f"participant {day.participants[person]!r} could take two of the sessions")
        fixed = any((person, session) in day.fixed for session in sessions)
        _require(person in people or not (open_to or fixed), f"participant {day.participants[person]!r} could come")
    least = sum(day.minimum[session] for session in sessions)
    _require(len(people) < least, "there are enough participants")
    return f"{len(sessions)} sessions must run and need {least} participants; only {len(people)} could come to any"


def _check_efficient(day: Day, document: dict[str, Any]) -> str:
    schedules, cancelled = _allocation(day, document)
    if document["proof"] is None:
        _check_prices(day, document["prices"], schedules, cancelled)
    else:
        _require(document["prices"] is None, "there are prices and a proof; one of them is enough")
        check_no_improvement(day, document["proof"], schedules, cancelled)
    return "nobody can be better off without another being worse off while the same sessions run"


def _check_prices(day: Day, labelled: dict[str, int], schedules: Schedules, cancelled: set[int]) -> None:
    """Reject prices at which somebody could afford a session they like better (or as well, if it is cheaper).

    Whoever moves to a session they like better then pays more, nobody pays less without being worse off, and all seats
    with a price are taken: no reallocation can do that without making somebody worse off. One place each.
    """
    price = [0] * len(day.sessions)
    for label, amount in labelled.items():
        price[day.session[label]] = amount
    _require(all(amount >= 0 for amount in price), "a price is negative")
    taken = [0] * len(day.sessions)
    for schedule in schedules:
        for session in schedule:
            taken[session] += 1
    for session, amount in enumerate(price):
        full = taken[session] >= day.capacity[session]
        _require(amount == 0 or session in cancelled or full, "a session with a free seat has a price")
    fixed = {person for person, _ in day.fixed}
    for person, schedule in enumerate(schedules):
        wanted, busy = day.wanted(person, cancelled), day.busy(person, cancelled)
        _require(wanted <= 1, "prices show efficiency only where everybody wants one place")
        if wanted == 0 or person in fixed:
            continue
        held = (day.rank[person].get(schedule[0], day.longest + 1), price[schedule[0]]) if schedule else (None, 0)
        for session in day.in_reach(person):
            if session in cancelled or session in schedule or kept_out(day, person, session, busy, wanted):
                continue
            rank = day.rank[person].get(session, day.longest + 1)
            if held[0] is None or rank < held[0]:
                _require(price[session] > held[1], "somebody could afford a session that they like better")
            elif rank == held[0]:
                _require(price[session] >= held[1], "somebody could pay less for a session that they like as well")


def check_no_improvement(day: Day, proof: dict[str, Any], schedules: Schedules, cancelled: set[int]) -> None:
    """Reject a proof that leaves room for a reallocation in which nobody falls behind and somebody gains.

    A gain saves at least the last weight, if each weight is larger than what all later ones can add up to.
    """
    levels = standing_levels(day)
    first, second, third = map(_integer, proof["weights"])
    most = day.longest * max(1, *day.limit) + 1
    _require(third >= 1 and second > third * most and first > (second + third) * most, "the weights are not sharp")
    standing = [standing_of(day, schedule, person, cancelled) for person, schedule in enumerate(schedules)]
    value = value_of(day, levels, schedules, cancelled)
    total = sum(weight * part for weight, part in zip(proof["weights"], value, strict=True))
    least = Bound(day, levels, proof, (standing, cancelled)).total
    _require(least > total - third, "the proof leaves room for more")


def standing_levels(day: Day) -> list[Level]:
    """Return the levels that add up what `standing_of` says of each participant."""
    last = day.longest
    nothing = [0] * (last + 1)
    return [
        Level("empty places", nothing, empty=1),
        Level("unlisted places", nothing, unlisted=1),
        Level("day cost", list(range(-1, last)), last, last),
    ]


def standing_of(day: Day, schedule: list[int], person: int, cancelled: set[int]) -> tuple[int, int, int]:
    """Return somebody's empty places, unlisted places and day cost: less is better, the first deciding."""
    empty = day.wanted(person, cancelled) - sum(day.size[session] for session in schedule)
    unlisted = sum(day.size[session] for session in schedule if session not in day.rank[person])
    cost = sum((day.rank[person].get(session, day.longest + 1) - 1) * day.size[session] for session in schedule)
    return empty, unlisted, cost + empty * day.longest


def _check_inefficient(day: Day, document: dict[str, Any]) -> str:
    before, after = _allocation(day, document), _changed(day, document)
    _require(before[1] == after[1], "other sessions run")
    gains = 0
    for person in range(len(day.participants)):
        then, now = (standing_of(day, schedules[person], person, runs) for schedules, runs in (before, after))
        _require(now <= then, f"participant {day.participants[person]!r} is worse off")
        gains += now < then
    _require(gains > 0, "nobody is better off")
    return f"not efficient: {gains} participants can be better off and nobody worse off"


def _check_stable(day: Day, document: dict[str, Any]) -> str:
    blocking = _Blocking(day, *_allocation(day, document))
    for person, ranks in enumerate(day.rank):
        for session in ranks:
            blocks = blocking.has(person, session)
            _require(not blocks, f"{day.participants[person]!r} and {day.sessions[session]!r} block it")
    return "stable: no participant and session would both rather have each other"


def _check_unstable(day: Day, document: dict[str, Any]) -> str:
    _require(not day.rows, "a rule of several participants or sessions may keep the pair apart")
    who, what = document["pair"]
    blocks = _Blocking(day, *_allocation(day, document)).has(day.person[who], day.session[what])
    _require(blocks, f"{who!r} and {what!r} do not block it")
    return f"not stable: participant {who!r} and session {what!r} would both rather have each other"


class _Blocking:
    """Which pairs block an allocation, one session at a time."""

    def __init__(self, day: Day, schedules: Schedules, cancelled: set[int]) -> None:
        self.day, self.schedules, self.cancelled = day, schedules, cancelled
        self.unlisted = len(day.participants) + 1
        taken, self.last = [0] * len(day.sessions), [0] * len(day.sessions)
        for person, schedule in enumerate(schedules):
            for session in schedule:
                taken[session] += 1
                if (person, session) not in day.fixed:
                    self.last[session] = max(self.last[session], self._level(person, session))
        self.free = [seats - there for seats, there in zip(day.capacity, taken, strict=True)]
        for name, most in day.most_participants.items():
            theirs = [s for s, names in enumerate(day.facilitators) if name in names and s not in cancelled]
            left = most - sum(taken[session] for session in theirs)
            for session in theirs:
                self.free[session] = min(self.free[session], left)

    def _level(self, person: int, session: int) -> int:
        """Return where somebody stands in a session's priorities; who is not listed comes last."""
        return self.day.priority[session].get(person, self.unlisted)

    def has(self, person: int, session: int) -> bool:
        """Return whether somebody would have a better day with a session that has a seat for them, or would make one.

        They give up what cannot be had with it, and as much more as it takes not to have more places than they want;
        the session gives up somebody, not fixed there, who comes after them in its priorities.
        """
        day, schedule = self.day, self.schedules[person]
        wanted, busy = day.wanted(person, self.cancelled), day.busy(person, self.cancelled)
        if session in schedule or session in self.cancelled or kept_out(day, person, session, busy, wanted):
            return False
        if session not in day.rank[person]:
            return False
        if self.free[session] <= 0 and self._level(person, session) >= self.last[session]:
            return False
        now = standing_of(day, schedule, person, self.cancelled)
        kept = [other for other in schedule if not day.are_apart(session, other)]
        fixed = {other for other in schedule if (person, other) in day.fixed}
        rests = (rest for count in range(len(kept) + 1) for rest in combinations(kept, count))
        return any(
            fixed <= set(rest)
            and sum(day.size[other] for other in (*rest, session)) <= wanted
            and standing_of(day, [*rest, session], person, self.cancelled) < now
            for rest in rests
        )


class _Claim(NamedTuple):
    check: Callable[[Day, dict[str, Any]], str]
    fields: tuple[str, ...]


_ALLOCATION = ("schedules", "cancelled")
_VALUE = (*_ALLOCATION, "objective", "levels")
CLAIMS = {
    "optimal": _Claim(_check_optimal, (*_VALUE, "proofs", "shortages")),
    "bounded": _Claim(_check_bounded, (*_VALUE, "proofs", "shortages")),
    "improvable": _Claim(_check_improvable, (*_VALUE, "better")),
    "infeasible": _Claim(_check_infeasible, ("needs", "proof")),
    "efficient": _Claim(_check_efficient, (*_ALLOCATION, "prices", "proof")),
    "inefficient": _Claim(_check_inefficient, (*_ALLOCATION, "better")),
    "stable": _Claim(_check_stable, _ALLOCATION),
    "unstable": _Claim(_check_unstable, (*_ALLOCATION, "pair")),
}


def main(arguments: list[str]) -> int:
    """Print what a certificate proves, or why it proves nothing; return the exit status."""
    if len(arguments) != 2:
        sys.stderr.write("usage: verifier.py CERTIFICATE.json FOLDER\n")
        return 2
    try:
        sys.stdout.write(f"verified: {verify(Path(arguments[0]).read_bytes(), Path(arguments[1]))}\n")
    except (RejectedError, OSError) as error:
        sys.stderr.write(f"rejected: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
