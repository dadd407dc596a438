"""Chances instead of places: the probability with which each participant gets each session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.allocation import Allocation
from pdalloc.arrays import FloatArray, FrozenArrays, Int32Array
from pdalloc.errors import OptionError, ProblemError
from pdalloc.problem import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RandomAssignment"]


@dataclass(frozen=True, eq=False)
class RandomAssignment(FrozenArrays):
    """The probabilities of a rule that uses chance, sparse: a pair that is not stored was never drawn, or cannot be.

    Attributes
    ----------
    problem : Problem
    participant, session : int32 arrays, shape (pairs,)
        Numbers from 0, sorted by participant, then session; no pair twice.
    probability : float64 array, shape (pairs,)
        In (0, 1]; exact, or the share of `draws` that had the pair.
    draws : int or None
        How many draws the probabilities were estimated from; None if they are exact.
    draw : callable
        Makes one allocation of the rule from a `numpy.random.Generator`.
    exact : tuple of Fraction, length pairs, or None
        The probabilities as fractions, where these were asked for.
    write_out : callable or None
        Makes what `lottery` returns, for rules that can.
    """

    problem: Problem
    participant: Int32Array
    session: Int32Array
    probability: FloatArray
    draws: int | None
    draw: Callable[[np.random.Generator], Allocation]
    exact: tuple[Fraction, ...] | None = None
    write_out: Callable[[], tuple[tuple[Fraction | float, Allocation], ...]] | None = None

    def __repr__(self) -> str:
        source = "exact" if self.draws is None else f"from {self.draws:,} draws"
        return f"<RandomAssignment: {len(self.participant):,} pairs, {source}>"

    def probability_of(self, participant: str, session: str) -> float:
        """Return the probability of one pair, from 0 to 1.

        Raises
        ------
        ProblemError
            If there is no such participant or session.
        """
        who, what = self.problem.participants.get(participant), self.problem.sessions.get(session)
        if who is None or what is None:
            raise ProblemError(
                f"unknown {'participant' if who is None else 'session'} {participant if who is None else session!r}"
            )
        start, end = np.searchsorted(self.participant, (who, who + 1))
        at = start + int(np.searchsorted(self.session[start:end], what))
        return float(self.probability[at]) if at < end and self.session[at] == what else 0.0

    def interval(self, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper ends of each stored pair's confidence interval (Wilson 1927).

        Parameters
        ----------
        confidence : float
            Between 0 and 1, for each pair by itself.

        Returns
        -------
        lower, upper : float64 arrays, shape (pairs,)
            Both the probability itself where that is exact.
        """
        if not 0 < confidence < 1:
            raise OptionError(f"confidence {confidence} is not between 0 and 1")
        if self.draws is None:
            return self.probability, self.probability
        from scipy.special import ndtri

        z2 = float(ndtri((1 + confidence) / 2)) ** 2
        middle = (self.probability + z2 / (2 * self.draws)) / (1 + z2 / self.draws)
        spread = self.probability * (1 - self.probability) / self.draws + z2 / (4 * self.draws**2)
        half = np.sqrt(z2 * spread) / (1 + z2 / self.draws)
        return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)

    def sample(self, rng: np.random.Generator | int) -> Allocation:
        """Draw one allocation by the rule itself, from a generator or a seed."""
        return self.draw(np.random.default_rng(rng))

    def lottery(self) -> tuple[tuple[Fraction | float, Allocation], ...]:
        """Return allocations with probabilities that make up exactly these chances.

        Of every sum of chances that the rule bounds (a participant's in one slot, a session's, a quota's) each of the
        allocations has the whole number just below or just above it.

        Returns
        -------
        tuple of (probability, Allocation)
            Fractions where `exact` has them, else floats; they sum up to 1.

        Raises
        ------
        OptionError
            If the chances were estimated from draws, the rule has no such lottery, or it would be too long: then
            `sample` draws from it.
        """
        if self.draws is not None:
            raise OptionError(
                f"the chances were estimated from {self.draws:,} draws, so that no lottery is known to have exactly "
                "these; use solver 'probabilistic-serial', or draw allocations with sample"
            )
        if self.write_out is None:
            raise OptionError("this rule writes out no lottery; draw allocations with sample")
        return self.write_out()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a stored pair: participant, session, probability, and its 95% interval."""
        import pandas as pd

        lower, upper = self.interval()
        return pd.DataFrame(
            {
                "participant": [self.problem.participants[who] for who in self.participant.tolist()],
                "session": [self.problem.sessions[what] for what in self.session.tolist()],
                "probability": self.probability,
                "lower": lower,
                "upper": upper,
            }
        )
