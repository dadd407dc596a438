"""Proofs that no allocation is better: multipliers from which `pdalloc.verifier` computes a bound for each level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pdalloc.arrays import Int64Array
from pdalloc.objectives import LevelCosts, Objective
from pdalloc.problem import Problem

__all__ = ["Proof", "SlotProof", "WrittenProof"]


class Proof(Protocol):
    """What proves the bounds of the first levels."""

    def entries(self) -> list[dict[str, Any] | None]:
        """Return the proof of each bound, as the certificate has it; None where a count cannot be below 0."""
        ...


@dataclass(frozen=True)
class WrittenProof:
    """A proof whose entries are at hand."""

    written: tuple[dict[str, Any] | None, ...]

    def entries(self) -> list[dict[str, Any] | None]:
        """See `Proof.entries`."""
        return list(self.written)


@dataclass(frozen=True, eq=False)
class SlotProof:
    """Prices of each level on a day whose slots are separate, in which the levels before decide.

    Attributes
    ----------
    problem : Problem
    objective : Objective
    prices : list of int64 array, shape (sessions,)
        Of each level.
    """

    problem: Problem
    objective: Objective
    prices: Sequence[Int64Array]

    def entries(self) -> list[dict[str, Any] | None]:
        """See `Proof.entries`.

        The prices of several levels become one number by weights that no difference at the later levels reaches.
        """
        spreads = [self._spread(costs, price) for costs, price in zip(self._costs(), self.prices, strict=False)]
        return [self._entry(spreads, level) for level in range(len(self.prices))]

    def _costs(self) -> list[LevelCosts]:
        return [costs for costs in self.objective.costs(self.problem) if isinstance(costs, LevelCosts)]

    def _entry(self, spreads: list[int], level: int) -> dict[str, Any]:
        weights = [0] * len(self._costs())
        weights[level] = 1
        for earlier in reversed(range(level)):
            later = zip(weights[earlier + 1 : level + 1], spreads[earlier + 1 : level + 1], strict=True)
            weights[earlier] = 1 + sum(weight * spread for weight, spread in later)
        # Python's integers, since products of weights may need more than 64 bits
        total = np.zeros(len(self.problem.sessions), object)
        for weight, price in zip(weights, self.prices, strict=False):
            total = total + weight * price.astype(object)
        priced = np.flatnonzero(total)
        return {"weights": weights, "seats": {self.problem.sessions[s]: int(total[s]) for s in priced.tolist()}}

    def _spread(self, costs: LevelCosts, price: Int64Array) -> int:
        parts = [np.asarray(part) for part in (costs.listed, costs.unlisted, costs.empty) if np.size(part)]
        cost = max(int(part.max()) for part in parts) - min(int(part.min()) for part in parts)
        return cost + 2 * int(np.abs(price).max(initial=0))
