"""A figure that may have been counted on some participants only."""

from __future__ import annotations

from dataclasses import dataclass

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
    def of_share(cls, share: float, most: float, sampled: int) -> Estimate:
        """Make ``share * most`` from the mean share of participants drawn at random (Wilson 1927).

        Parameters
        ----------
        share : float
            Mean over the sample of a number from 0 to 1. Such numbers vary no more than coins of that mean do, so the
            interval of coins is on the safe side.
        most : float
            The figure if all shares were 1.
        sampled : int
            Participants in the sample.
        """
        middle = (share + Z2 / (2 * sampled)) / (1 + Z2 / sampled)
        spread = share * (1 - share) / sampled + Z2 / (4 * sampled**2)
        half = (Z2 * spread) ** 0.5 / (1 + Z2 / sampled)
        return cls(share * most, max(middle - half, 0.0) * most, min(middle + half, 1.0) * most, sampled)
