"""How differently the groups of a day were served, and who was served badly before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pdalloc.arrays import BoolArray, FloatArray, FrozenArrays, Int64Array, count_values, freeze
from pdalloc.errors import OptionError
from pdalloc.problem.groups import Group

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GroupGap", "group_gap", "history_correlation"]

NUMBERS_AT_ONCE = 2**22


@dataclass(frozen=True, eq=False)
class GroupGap(FrozenArrays):
    """A quantity by group. All arrays have one entry for each of `values`.

    Attributes
    ----------
    name : str
        Of the group column.
    values : tuple of str
    count : int64 array
        Participants whose quantity is known.
    mean, lower, upper : float64 arrays
        Mean of the quantity and its interval, nan where the count is 0. The interval of one participant has no width.
    small : bool array
        Whether there are too few participants for the mean to say much; these do not enter the gap.
    gap, gap_lower, gap_upper : float
        Largest mean minus smallest one and its interval; nan with fewer than two groups that are not small.
    gap_by_chance : float
        The mean gap when the participants are dealt out to the same groups at random. A largest minus a smallest mean
        is above 0 even where groups do not differ; a gap no larger than this is no evidence that they do.
    """

    name: str
    values: tuple[str, ...]
    count: Int64Array
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    small: BoolArray
    gap: float
    gap_lower: float
    gap_upper: float
    gap_by_chance: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group: count, mean, lower, upper, small."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in ("count", "mean", "lower", "upper", "small")}
        return pd.DataFrame(columns, index=pd.Index(self.values, name=self.name))


def group_gap(
    quantity: FloatArray,
    group: Group,
    rng: np.random.Generator | int,
    *,
    resamples: int = 1000,
    confidence: float = 0.95,
    small: int = 5,
) -> GroupGap:
    """Compare the means of a quantity between groups, with bootstrap intervals.

    Each group is resampled by itself with replacement (Efron 1979); intervals are percentiles, each for itself. The gap
    is biased upward, the more so the smaller the groups and the more of them there are, and so is its interval:
    compare it with `gap_by_chance`, which is estimated by permuting the participants (Fisher 1935).

    Parameters
    ----------
    quantity : float64 array, shape (participants,)
        Such as `utilities` or `day_costs`; nan where unknown, which leaves the participant out.
    group : Group
        One of `Problem.groups`. Participants whose group is unknown are left out.
    rng : numpy.random.Generator or int
        A generator or a seed.
    resamples : int
        Bootstrap samples, and permutations, from 1.
    confidence : float
        Between 0 and 1.
    small : int
        Groups with fewer participants are small.

    Raises
    ------
    OptionError
        If an option is out of its range, or the quantity has another shape than the group.

    Notes
    -----
    A bootstrap sample draws how often each different value comes up, so it costs as much as there are different values;
    a permutation costs as much as there are participants.
    """
    if resamples < 1:
        raise OptionError(f"resamples is {resamples}; it is at least 1, and 1,000 for steady intervals")
    if not 0 < confidence < 1:
        raise OptionError(f"confidence {confidence} is not between 0 and 1")
    if quantity.shape != group.value.shape:
        raise OptionError(f"quantity has shape {quantity.shape}, but group {group.name!r} has {group.value.shape}")
    rng = np.random.default_rng(rng)
    # shuffled labels must not depend on where participants stand in the table
    known = np.flatnonzero(~np.isnan(quantity) & (group.value >= 0))
    known = known[np.argsort(group.value[known], kind="stable")]
    count = np.bincount(group.value[known], minlength=len(group.values)).astype(np.int64)
    end = np.cumsum(count)
    cells = [quantity[known[last - size : last]] for last, size in zip(end.tolist(), count.tolist(), strict=True)]
    resampled = np.stack([_resampled_means(cell, resamples, rng) for cell in cells], axis=1)
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    lower, upper = np.quantile(resampled, tails, axis=0)
    mean = np.array([cell.mean() if cell.size else np.nan for cell in cells])
    large = np.flatnonzero(count >= max(small, 1))
    gap = gap_lower = gap_upper = by_chance = float("nan")
    if len(large) > 1:
        gap = float(np.ptp(mean[large]))
        gap_lower, gap_upper = np.quantile(np.ptp(resampled[:, large], axis=1), tails).tolist()
        by_chance = _mean_gap_by_chance([cells[cell] for cell in large.tolist()], resamples, rng)
    return GroupGap(
        group.name, group.values, freeze(count), freeze(mean), freeze(lower), freeze(upper), freeze(count < small),
        gap, gap_lower, gap_upper, by_chance,
    )  # fmt: skip


def _resampled_means(quantity: FloatArray, resamples: int, rng: np.random.Generator) -> FloatArray:
    """Return the means of bootstrap samples: shape (resamples,), nan for nobody."""
    if not quantity.size:
        return np.full(resamples, np.nan)
    value, count = count_values(quantity)
    share = count / quantity.size
    means = np.empty(resamples)
    step = max(1, NUMBERS_AT_ONCE // len(value))
    for first in range(0, resamples, step):
        times = rng.multinomial(quantity.size, share, size=min(step, resamples - first))
        means[first : first + step] = times @ value / quantity.size
    return means


def _mean_gap_by_chance(cells: list[FloatArray], permutations: int, rng: np.random.Generator) -> float:
    """Return the mean of largest minus smallest mean when all quantities are dealt out to cells of these sizes."""
    size = np.array([cell.size for cell in cells])
    start, quantity = np.cumsum(size) - size, np.concatenate(cells)
    gaps = [np.ptp(np.add.reduceat(rng.permutation(quantity), start) / size) for _ in range(permutations)]
    return float(np.mean(gaps))


def history_correlation(quantity: FloatArray, history: FloatArray) -> float:
    """Return Spearman's rank correlation of what participants get with how they were served before.

    It is Pearson's correlation of mid-ranks (Spearman 1904): from -1 to 1, unchanged by any increasing scale of either
    side; and with many equal values, as utilities have, it needs no rule for tied pairs, as Kendall's does. With a good
    a negative number says that those who were served badly before are served better now.

    Parameters
    ----------
    quantity : float64 array, shape (participants,)
    history : float64 array, shape (participants,)
        As `Problem.history`. Participants with nan on either side are left out.

    Returns
    -------
    float
        nan with fewer than two participants, or where one side is the same for all.
    """
    known = ~(np.isnan(quantity) | np.isnan(history))
    first, second = _mid_ranks(quantity[known]), _mid_ranks(history[known])
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(np.clip((first @ second) / spread, -1, 1)) if spread else float("nan")


def _mid_ranks(values: FloatArray) -> FloatArray:
    """Return ranks less their mean, equal values sharing the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place] - (len(values) + 1) / 2
