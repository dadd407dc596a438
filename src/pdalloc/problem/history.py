"""How much more those weigh who were served badly on earlier days."""

from __future__ import annotations

import math

import numpy as np

from pdalloc.arrays import FloatArray

__all__ = ["LEAST_HISTORY", "history_weights"]

LEAST_HISTORY = 0.1


def history_weights(history: FloatArray) -> FloatArray:
    """Return what each participant's weight is multiplied by: 1 / history, the weights of proportional fairness.

    Who was served half as well counts double. The inverse of what somebody has had on average is how fast the logarithm
    of that average grows with what they are given next, and a proportionally fair allocation is one with the largest
    sum of these logarithms (Kelly 1997, section 2). Viswanath, Tse and Laroia (2002, section III) schedule by it
    step by step, and Kushner and Whiting (2004) show that to converge.

    Parameters
    ----------
    history : float64 array, shape (participants,)
        From 0 to 1; nan unknown. Below `LEAST_HISTORY` it counts as that, so that nobody weighs more than ten times as
        much as somebody who always had the best. Who is unknown counts as the mean of those who are known.

    Returns
    -------
    float64 array, shape (participants,)
        From 1 to 10, in tenths, so that sums of weighted costs are exact and solvers see few different ones; 1 for all
        if nobody is known.
    """
    known = ~np.isnan(history)
    if not known.any():
        return np.ones(len(history))
    # summed without rounding, so that the order of the participants does not matter
    mean = math.fsum(history[known].tolist()) / np.count_nonzero(known)
    inverse = 10 / np.maximum(np.where(known, history, mean), LEAST_HISTORY)
    return np.asarray(np.rint(inverse) / 10)
