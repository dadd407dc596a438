"""A figure that may have been counted on some participants only."""

from __future__ import annotations

from dataclasses import dataclass

from pdalloc.arrays import Int64Array

__all__ = ["Estimate"]

Z2 = 1.959963984540054**2
"""Square of the normal quantile that leaves 2.5% on each side."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval.

    Attributes
    ----------
    value, lower, upper : float
        All equal where everything was counted.
    sampled : int or None
        How many participants it was counted on; None if on all.
    """

    value: float
    lower: float
    upper: float
    sampled: int | None = None

    @property
    def is_exact(self) -> bool:
        """Whether everything was counted."""
        return self.sampled is None

    @classmethod
    def exact(cls, value: float) -> Estimate:
        """Make the figure of a full count."""
        return cls(value, value, value)

    @classmethod
    def of_share(cls, count: int, sampled: int, population: int) -> Estimate:
        """Estimate how many of a population are of a kind from how many of a sample are (Wilson 1927)."""
        share, slack = count / sampled, Z2 / sampled
        half = (Z2 * (share * (1 - share) / sampled + slack / (4 * sampled))) ** 0.5 / (1 + slack)
        middle = (share + slack / 2) / (1 + slack)
        lower, upper = max(middle - half, 0.0) * population, min(middle + half, 1.0) * population
        return cls(share * population, max(lower, count), upper, sampled)

    @classmethod
    def of_sum(cls, values: Int64Array, most: int, population: int) -> Estimate:
        """Estimate a sum over a population from the values of a sample drawn without replacement (Cochran 1977, ch. 2).

        The interval is that of the normal distribution, and no lower than what was seen. Where all values are equal,
        which says nothing of how much others differ, it is that of `of_share` as if those had the most there can be.

        Parameters
        ----------
        values : int64 array, shape (sampled,)
            From 0.
        most : int
            The largest value that there can be.
        population : int
        """
        sampled, seen = len(values), int(values.sum())
        mean, deviation = seen / sampled, float(values.std(ddof=1))
        if deviation == 0:
            others = cls.of_share(0, sampled, population)
            return cls(mean * population, seen, mean * population + others.upper * (most - mean), sampled)
        half = population * deviation * (Z2 * (1 / sampled - 1 / population)) ** 0.5
        total = mean * population
        return cls(total, max(total - half, seen), min(total + half, most * population), sampled)
