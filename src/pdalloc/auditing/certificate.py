"""Certificates: what is true of an allocation, with all that a third party needs to check it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from pdalloc import verifier
from pdalloc.allocation import Allocation
from pdalloc.allocation_json import cancelled, schedules
from pdalloc.auditing.proofs import Proof
from pdalloc.auditing.shortages import Need, Shortage
from pdalloc.errors import OptionError
from pdalloc.objectives import Level
from pdalloc.problem import Problem
from pdalloc.problem.table_writer import table_texts

__all__ = ["Certificate", "Claim", "Move"]

SHOWN = 10
FEW = 8


class Claim(StrEnum):
    """What a certificate says, and proves unless it is `OPEN`."""

    OPTIMAL = "optimal"
    BOUNDED = "bounded"
    IMPROVABLE = "improvable"
    INFEASIBLE = "infeasible"
    EFFICIENT = "efficient"
    INEFFICIENT = "inefficient"
    STABLE = "stable"
    UNSTABLE = "unstable"
    OPEN = "open"


class Move(NamedTuple):
    """A participant's sessions in an allocation and in a better one."""

    participant: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        left = [session for session in self.before if session not in self.after]
        new = [session for session in self.after if session not in self.before]
        return f"{self.participant}: {', '.join(left) or 'nothing'} -> {', '.join(new) or 'nothing'}"


@dataclass(frozen=True)
class Certificate:
    """A claim about an allocation, or about a problem that has none.

    Attributes
    ----------
    claim : Claim
    problem : Problem
    allocation : Allocation or None
        None where there is no allocation.
    objective : tuple of dict
        Name and options of each objective of a chain; empty where the claim is not about one.
    levels : tuple of Level
    value : tuple of int
        What the allocation reaches at each level, in units of 1 / scale.
    bound : tuple of int
        What no allocation that is as good at the levels before can better: of each level up to the first open one.
    proof : Proof or None
        What proves the bounds, or the claim.
    prices : dict of str to int or None
        Prices of sessions that show efficiency where everybody wants one place.
    shortages : tuple of Shortage
        Why places stay empty, where slots are separate.
    need : Need or None
        Why there is no allocation, where one slot tells it.
    better : Allocation or None
        An allocation that improves this one.
    pair : tuple of str, or None
        A participant and a session that block the allocation.
    """

    claim: Claim
    problem: Problem
    allocation: Allocation | None = None
    objective: tuple[dict[str, Any], ...] = ()
    levels: tuple[Level, ...] = ()
    value: tuple[int, ...] = ()
    bound: tuple[int, ...] = ()
    proof: Proof | None = field(default=None, repr=False)
    prices: dict[str, int] | None = field(default=None, repr=False)
    shortages: tuple[Shortage, ...] = ()
    need: Need | None = None
    better: Allocation | None = field(default=None, repr=False)
    pair: tuple[str, str] | None = None

    @property
    def is_proof(self) -> bool:
        """Whether the claim is the good one that was asked about, proved."""
        return self.claim in (Claim.OPTIMAL, Claim.EFFICIENT, Claim.STABLE)

    @property
    def moves(self) -> tuple[Move, ...]:
        """Who moves where in the better allocation; empty without one."""
        if self.allocation is None or self.better is None:
            return ()
        before, after = schedules(self.allocation), schedules(self.better)
        people = (who for who in self.problem.participants if before.get(who) != after.get(who))
        return tuple(Move(who, tuple(before.get(who, ())), tuple(after.get(who, ()))) for who in people)

    def __str__(self) -> str:
        """Return the claim in words, with the moves of a better allocation or the shortages."""
        lines = [self._headline()]
        lines += [f"  {shortage}" for shortage in self.shortages[:SHOWN]]
        moves = self.moves
        lines += [f"  {move}" for move in moves[:SHOWN]]
        if more := max(len(moves), len(self.shortages)) - SHOWN:
            lines += [f"  ... and {more:,} more"] if more > 0 else []
        return "\n".join(lines)

    def _headline(self) -> str:
        name = ",".join(part["name"] for part in self.objective)
        moved = "1 participant" if len(self.moves) == 1 else f"{len(self.moves):,} participants"
        match self.claim:
            case Claim.OPTIMAL:
                return f"proved: no allocation is better for {name} ({self._values()})"
            case Claim.BOUNDED:
                return f"not proved to be the best for {name} ({self._values()}), but bounded: {self._bounds()}"
            case Claim.IMPROVABLE:
                return f"not the best for {name} ({self._values()}): moving {moved} is better"
            case Claim.INFEASIBLE:
                return "proved: no allocation keeps all the rules" + (f"; {self.need}" if self.need else "")
            case Claim.EFFICIENT:
                return "proved: nobody can be better off without another being worse off while the same sessions run"
            case Claim.INEFFICIENT:
                return f"not efficient: moving {moved} makes somebody better off and nobody worse off"
            case Claim.STABLE:
                return "proved: no participant and session would both rather have each other"
            case Claim.UNSTABLE:
                assert self.pair is not None
                who, what = self.pair
                return f"not stable: participant {who!r} and session {what!r} would both rather have each other"
            case Claim.OPEN:
                return "open: neither proved nor refuted"

    def _values(self) -> str:
        pairs = zip(self.levels, self.value, strict=True)
        shown = [f"{level.text(value)} {level.name}" for level, value in pairs if value or len(self.levels) <= FEW]
        return ", ".join(shown)

    def _bounds(self) -> str:
        level, bound = self.levels[len(self.bound) - 1], self.bound[-1]
        return f"{level.text(bound)} {level.name} at best"

    def to_json(self) -> str:
        """Return the certificate as a JSON document, "pdalloc/certificate" version 2, for `pdalloc.verify`.

        Raises
        ------
        OptionError
            If the claim is open: then there is nothing to verify.
        """
        if self.claim is Claim.OPEN:
            raise OptionError("nothing is proved and nothing refuted, so there is no certificate to write")
        document = {
            "format": "pdalloc/certificate",
            "version": 2,
            "tables": verifier.tables_digest(table_texts(self.problem)),
            "claim": self.claim.value,
            **{name: self._parts()[name]() for name in verifier.CLAIMS[self.claim.value].fields},
        }
        document["digest"] = verifier.digest_of(document)
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    # ---- the parts of the document -------------------------------------------------------------------------------

    def _parts(self) -> dict[str, Callable[[], Any]]:
        """Return what makes each field; a claim has some of them."""
        return {
            "schedules": self._schedules,
            "cancelled": self._cancelled,
            "objective": self._objective,
            "levels": self._levels,
            "proofs": self._proofs,
            "proof": self._proof,
            "prices": self._prices,
            "needs": self._needs,
            "shortages": self._shortages,
            "better": self._better,
            "pair": self._pair,
        }

    def _schedules(self) -> dict[str, list[str]]:
        return {} if self.allocation is None else schedules(self.allocation)

    def _cancelled(self) -> list[str]:
        return [] if self.allocation is None else cancelled(self.allocation)

    def _objective(self) -> list[dict[str, Any]]:
        return list(self.objective)

    def _levels(self) -> list[dict[str, Any]]:
        bounds = [*self.bound, *[None] * (len(self.levels) - len(self.bound))]
        return [
            {"name": level.name, "maximise": level.maximise, "scale": level.scale, "value": value, "bound": bound}
            for level, value, bound in zip(self.levels, self.value, bounds, strict=True)
        ]

    def _proofs(self) -> list[dict[str, Any] | None]:
        return [] if self.proof is None else self.proof.entries()

    def _proof(self) -> dict[str, Any] | None:
        return None if self.proof is None else self.proof.entries()[0]

    def _prices(self) -> dict[str, int] | None:
        return self.prices

    def _shortages(self) -> list[dict[str, Any]]:
        return [
            {"slot": shortage.slot, "participants": list(shortage.participants), "sessions": list(shortage.sessions)}
            for shortage in self.shortages
        ]

    def _needs(self) -> dict[str, Any] | None:
        if self.need is None:
            return None
        return {"sessions": list(self.need.sessions), "participants": list(self.need.participants)}

    def _better(self) -> dict[str, Any]:
        assert self.better is not None
        return {
            "schedules": {move.participant: list(move.after) for move in self.moves},
            "cancelled": cancelled(self.better),
        }

    def _pair(self) -> list[str] | None:
        return None if self.pair is None else list(self.pair)
