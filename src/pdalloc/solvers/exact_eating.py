"""Simultaneous eating in fractions, with ties: what is eaten of equally good sessions is settled as late as possible.

Whoever likes several sessions equally eats of all of them together. They end when some eaters have eaten all that there
is of everything they like best now: the bottleneck (Katta and Sethuraman 2006, section 3). Without ties this is the
rule of strict lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from pdalloc.solvers.maximum_flow import MaximumFlow

__all__ = ["eat_exactly"]

Class = tuple[int, ...]
"""Equally good quotas that are still open, ascending."""


class _Bottleneck(NamedTuple):
    """When quotas end, and how much was eaten of each by then, class by class."""

    time: Fraction
    is_open: list[bool]
    eaten: dict[Class, dict[int, Fraction]]


def eat_exactly(
    lists: Sequence[Sequence[Class]], most: Sequence[int], parent: Sequence[int], check: Callable[[], None]
) -> list[dict[int, Fraction]]:
    """Return how much everybody eats of what, in one unit of time.

    Parameters
    ----------
    lists : sequence of lists of tuples
        Of each eater the innermost quotas, another one for each session, from 0: the best first, equally good ones
        together.
    most, parent : sequences of int, one entry for each quota
        As in `kernels.eating.Meal`.
    check : callable
        Called before every step.

    Returns
    -------
    list of dict of quota to Fraction, above 0
    """
    return _Table(lists, most, parent).eat(check)


class _Table:
    """Who eats of which class since when, and what is left.

    Attributes
    ----------
    eaters : dict of class to list of (eater, Fraction)
        With the time at which each began with this class; what was eaten of it since then is not settled.
    """

    def __init__(self, lists: Sequence[Sequence[Class]], most: Sequence[int], parent: Sequence[int]) -> None:
        self.lists, self.parent = lists, parent
        self.left = list(most)
        self.is_open = [True] * len(most)
        # a quota has a smaller number than the one around it
        for quota in range(len(most) - 1, -1, -1):
            around = parent[quota]
            self.is_open[quota] = most[quota] > 0 and (around < 0 or self.is_open[around])
        self.eaters: dict[Class, list[tuple[int, Fraction]]] = {}
        self.at = [0] * len(lists)
        self.portions: list[dict[int, Fraction]] = [{} for _ in lists]

    def eat(self, check: Callable[[], None]) -> list[dict[int, Fraction]]:
        for eater in range(len(self.lists)):
            self._begin(eater, Fraction(0))
        while self.eaters:
            check()
            bottleneck = self._bottleneck()
            if bottleneck.time == 1:
                bottleneck = bottleneck._replace(is_open=[False] * len(self.left))
            self._end(bottleneck)
        return self.portions

    def _begin(self, eater: int, now: Fraction) -> None:
        """Let somebody begin with the best class that has something left."""
        while now < 1 and self.at[eater] < len(self.lists[eater]):
            if best := self._open_part(self.lists[eater][self.at[eater]]):
                self.eaters.setdefault(best, []).append((eater, now))
                return
            self.at[eater] += 1

    def _open_part(self, quotas: Class) -> Class:
        return tuple(quota for quota in quotas if self.is_open[quota])

    def _bottleneck(self) -> _Bottleneck:
        """Return the last time until which all can be fed; from above, as Dinkelbach 1967 finds the least ratio."""
        number = {one: len(eaters) for one, eaters in self.eaters.items()}
        begun = {one: sum((start for _, start in eaters), Fraction(0)) for one, eaters in self.eaters.items()}
        time = self._bound(number, begun)
        while True:
            wish = {one: number[one] * time - begun[one] for one in number}
            scale = lcm(*(amount.denominator for amount in wish.values()))
            network, source_arcs, class_arcs = self._network(wish, scale)
            network.maximise()
            hungry = [one for one, arc in source_arcs.items() if network.room(arc)]
            if not hungry:
                break
            reached = network.reached()
            short = [one for point, one in enumerate(wish, 1) if reached[point]]
            supply = Fraction(sum(network.flow(source_arcs[one]) for one in short), scale)
            time = (supply + sum(begun[one] for one in short)) / sum(number[one] for one in short)
        reaching = network.reaching()
        first = 1 + len(wish)
        return _Bottleneck(
            time,
            [is_open and reaching[first + quota] for quota, is_open in enumerate(self.is_open)],
            {
                one: {quota: Fraction(network.flow(arc), scale) for quota, arc in arcs.items() if network.flow(arc)}
                for one, arcs in class_arcs.items()
            },
        )

    def _bound(self, number: dict[Class, int], begun: dict[Class, Fraction]) -> Fraction:
        """Return a time by which those who like one session best now have eaten all of it, or 1."""
        eaters, starts = [0] * len(self.left), [Fraction(0)] * len(self.left)
        for one in number:
            quota = one[0] if len(one) == 1 else -1
            while quota >= 0:
                eaters[quota] += number[one]
                starts[quota] += begun[one]
                quota = self.parent[quota]
        times = [(self.left[q] + starts[q]) / eaters[q] for q in range(len(self.left)) if eaters[q]]
        return min([Fraction(1), *times])

    def _network(
        self, wish: dict[Class, Fraction], scale: int
    ) -> tuple[MaximumFlow, dict[Class, int], dict[Class, dict[int, int]]]:
        """Return the network from classes through their quotas outwards, the arcs into and those out of each class."""
        first = 1 + len(wish)
        network = MaximumFlow(first + len(self.left) + 1)
        into: dict[Class, int] = {}
        out: dict[Class, dict[int, int]] = {}
        for point, (one, amount) in enumerate(wish.items(), 1):
            units = int(amount * scale)
            into[one] = network.add(0, point, units)
            # never full
            out[one] = {quota: network.add(point, first + quota, units + 1) for quota in one}
        for quota, is_open in enumerate(self.is_open):
            if is_open:
                around = self.parent[quota]
                network.add(first + quota, network.sink if around < 0 else first + around, self.left[quota] * scale)
        return network, into, out

    def _end(self, bottleneck: _Bottleneck) -> None:
        """Close what is eaten up, settle what was eaten of it, and let its eaters go on."""
        for quota, stays in enumerate(bottleneck.is_open):
            around = self.parent[quota]
            # inside the outermost quotas that end, everything that was left of those was eaten
            if self.is_open[quota] and not stays and around >= 0 and bottleneck.is_open[around]:
                while around >= 0:
                    self.left[around] -= self.left[quota]
                    around = self.parent[around]
        self.is_open = bottleneck.is_open
        before, self.eaters = self.eaters, {}
        for one, eaters in before.items():
            if still := self._open_part(one):
                self.eaters.setdefault(still, []).extend(eaters)
        for one, eaters in before.items():
            if not self._open_part(one):
                self._settle(eaters, bottleneck.time, bottleneck.eaten[one])

    def _settle(self, eaters: list[tuple[int, Fraction]], time: Fraction, eaten: dict[int, Fraction]) -> None:
        """Share out what a class ate, to each of its eaters in proportion to how long they ate of it."""
        total = sum(eaten.values())
        for eater, start in eaters:
            for quota, amount in eaten.items():
                if time > start:
                    portion = self.portions[eater]
                    portion[quota] = portion.get(quota, Fraction(0)) + amount * (time - start) / total
            self._begin(eater, time)
