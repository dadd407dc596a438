"""From sizes to a problem in one call, under any of the laws of random lists."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

from pdalloc.errors import OptionError
from pdalloc.generators.inputs import Seed
from pdalloc.generators.mallows import mallows
from pdalloc.generators.markets import capacities, market
from pdalloc.generators.preferences import euclidean, group_taste, impartial_culture, plackett_luce
from pdalloc.generators.single_peaked import single_peaked
from pdalloc.generators.urn import urn
from pdalloc.hints import did_you_mean
from pdalloc.problem import Problem

__all__ = ["random_market"]

CULTURES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "impartial": impartial_culture,
        "mallows": mallows,
        "plackett-luce": plackett_luce,
        "euclidean": euclidean,
        "group": group_taste,
        "urn": urn,
        "single-peaked": single_peaked,
    }
)


def random_market(
    participants: int,
    sessions: int,
    list_length: npt.ArrayLike,
    *,
    culture: str = "impartial",
    slack: float = 1.1,
    seat_zipf: float = 0.0,
    seed: Seed,
    **options: Any,
) -> Problem:
    """Make the `market` of random lists and random `capacities`.

    Parameters
    ----------
    participants, sessions : int
        From 1.
    list_length : int, or array_like of int, shape (participants,)
        From 0 to `sessions`; one for all, or one for each.
    culture : {"impartial", "mallows", "plackett-luce", "euclidean", "group", "urn", "single-peaked"}
        The law of the lists: `impartial_culture`, `mallows`, `plackett_luce`, `euclidean`, `group_taste`, `urn` or
        `single_peaked`. With "group" the problem has the column "group".
    slack, seat_zipf : float
        The `slack` and `zipf` of `capacities`.
    seed : int or numpy.random.Generator
        From 0; the same seed gives the same problem. Lists and capacities are those that the functions give for this
        seed, so that markets which differ in their culture alone have the same capacities.
    **options
        Options of the culture, such as ``dispersion=0.5`` for "mallows".

    Returns
    -------
    Problem
        Without slots; ids are the numbers as text.

    Raises
    ------
    OptionError
        If a parameter is out of its range, or the culture has no such option, or needs another one.

    Examples
    --------
    >>> random_market(1_000, 50, 5, culture="mallows", dispersion=0.6, normalised=True, seed=1)
    <Problem: 1,000 participants, 50 sessions, 0 slots, 5,000 choices>
    """
    draw = _culture(culture, options)
    drawn = draw(participants, sessions, list_length, seed=seed, **options)
    lists, group = drawn if culture == "group" else (drawn, None)
    capacity = capacities(participants, sessions, slack=slack, zipf=seat_zipf, seed=seed)
    return market(lists, capacity, group=group)


def _culture(name: str, options: Mapping[str, Any]) -> Callable[..., Any]:
    """Return the function that draws lists, once it is clear that it takes these options."""
    if not isinstance(name, str) or name not in CULTURES:
        remedy = did_you_mean(name, CULTURES) or f"give one of {', '.join(map(repr, CULTURES))}"
        raise OptionError(f"random_market: culture is {name!r}; {remedy}")
    parameters = inspect.signature(CULTURES[name]).parameters.values()
    takes = {parameter.name: parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
    del takes["seed"]
    for option in options:
        if option not in takes:
            there = ", ".join(map(repr, takes)) or "none"
            raise OptionError(f"random_market: culture {name!r} has no option {option!r}; its options are {there}")
    for option, parameter in takes.items():
        if parameter.default is parameter.empty and option not in options:
            raise OptionError(f"random_market: culture {name!r} needs {option}; give it")
    return CULTURES[name]
