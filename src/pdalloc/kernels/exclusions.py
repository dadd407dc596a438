"""Whether two sessions exclude each other: by a topic, or as the two of a conflict."""

from __future__ import annotations

from pdalloc.arrays import Int32Array, Int64Array
from pdalloc.kernels.kernel import kernel

__all__ = ["share_exclusion"]


@kernel
def share_exclusion(first: int, second: int, start: Int64Array, exclusion: Int32Array) -> bool:
    """Return whether two sessions have an exclusion in common.

    Parameters
    ----------
    first, second : int
        Sessions.
    start, exclusion : int64 array, shape (sessions + 1,), and int32 array
        The exclusions of session s, ascending, are ``exclusion[start[s]:start[s + 1]]``.
    """
    k, j = start[first], start[second]
    while k < start[first + 1] and j < start[second + 1]:
        if exclusion[k] == exclusion[j]:
            return True
        if exclusion[k] < exclusion[j]:
            k += 1
        else:
            j += 1
    return False
