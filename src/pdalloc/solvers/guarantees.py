"""What a rule promises, and under which assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from pdalloc.errors import OptionError
from pdalloc.solvers.registry import solver_class

__all__ = ["PROPERTIES", "Guarantee", "Guarantees", "guarantees"]

PROPERTIES = (
    "Pareto efficient",
    "strategy-proof",
    "stable",
    "ordinally efficient",
    "envy-free",
    "equal treatment",
)

ONE_PLACE = "one place each"
STRICT_LISTS = "strict lists"
LISTED = "unlisted places forbidden"

TRUTH_CAN_HURT = "ranking truthfully can hurt you"
NOT_USED = "priorities are not used"


@dataclass(frozen=True)
class Guarantee:
    """One property of a rule.

    Attributes
    ----------
    holds : bool
        Whether the rule has it wherever the assumptions hold.
    assuming : tuple of str
        Assumptions without which it may fail; empty if there are none, or if it does not hold.
    remark : str
        What else a reader should know; "" for nothing.
    """

    holds: bool
    assuming: tuple[str, ...] = ()
    remark: str = ""

    def __str__(self) -> str:
        text = "yes" if self.holds else "no"
        if self.assuming:
            text += f", with {', '.join(self.assuming)}"
        return f"{text}; {self.remark}" if self.remark else text


@dataclass(frozen=True)
class Guarantees:
    """The properties of a rule with its default options, each about one slot, or a day without slots.

    Nobody is fixed in a session or barred from one, and no rule ties participants or sessions together.

    Attributes
    ----------
    pareto_efficient : Guarantee
        Nobody could have a better place without somebody having a worse one, in every allocation that can come out.
    strategy_proof : Guarantee
        Nobody ever gets a better place by giving another list than their true one.
    stable : Guarantee
        No session is wished for by a participant who comes before somebody there, or who would find a free seat.
    ordinally_efficient : Guarantee
        No other chances are at least as good for everybody, whatever numbers stand behind the lists (Bogomolnaia and
        Moulin 2001). Of a rule without chance the same as Pareto efficient.
    envy_free : Guarantee
        Everybody finds their own chances at least as good as anybody else's, whatever numbers stand behind the lists.
    equal_treatment : Guarantee
        Equal lists have equal chances, if no session's priorities tell the participants apart.
    """

    pareto_efficient: Guarantee
    strategy_proof: Guarantee
    stable: Guarantee
    ordinally_efficient: Guarantee
    envy_free: Guarantee
    equal_treatment: Guarantee

    def items(self) -> Iterator[tuple[str, Guarantee]]:
        """Yield the name of each property, such as "Pareto efficient", and what is promised of it."""
        for name, field in zip(PROPERTIES, fields(self), strict=True):
            yield name, getattr(self, field.name)

    @property
    def warning(self) -> str:
        """What a participant should be told; "" if ranking truthfully is best."""
        return "" if self.strategy_proof.holds else TRUTH_CAN_HURT

    def __str__(self) -> str:
        return "\n".join(f"{name}: {guarantee}" for name, guarantee in self.items())


def guarantees(solver: str) -> Guarantees:
    """Return what a solver promises.

    Parameters
    ----------
    solver : str
        A name from `solver_names`. A plug-in may promise something by an attribute `guarantees` of its class.

    Raises
    ------
    OptionError
        If there is no such solver, or it says nothing.

    Examples
    --------
    >>> boston = guarantees("boston")
    >>> boston.pareto_efficient.holds, str(boston.strategy_proof)
    (True, 'no; ranking truthfully can hurt you')
    """
    if not isinstance(solver, str):
        raise OptionError(f"solver is {solver!r}; give a name, one of {', '.join(KNOWN)}")
    found = KNOWN.get(solver) or getattr(solver_class(solver), "guarantees", None)
    if not isinstance(found, Guarantees):
        raise OptionError(f"solver {solver!r} does not say what it guarantees; ask {', '.join(KNOWN)}")
    return found


def _yes(*assuming: str, remark: str = "") -> Guarantee:
    """Return a property that holds under some assumptions."""
    return Guarantee(True, assuming, remark)


def _no(remark: str = "") -> Guarantee:
    """Return a property that does not hold."""
    return Guarantee(False, (), remark)


_IN_A_GIVEN_ORDER = Guarantees(
    pareto_efficient=_yes(STRICT_LISTS, LISTED),
    strategy_proof=_yes(),
    stable=_no(NOT_USED),
    ordinally_efficient=_yes(STRICT_LISTS, LISTED),
    envy_free=_no(),
    equal_treatment=_no("who comes first chooses first"),
)

_OPTIMAL = Guarantees(
    pareto_efficient=_yes(),
    strategy_proof=_no(TRUTH_CAN_HURT),
    stable=_no(NOT_USED),
    ordinally_efficient=_yes(),
    envy_free=_no(),
    equal_treatment=_no("the engine chooses among optima"),
)

KNOWN: Mapping[str, Guarantees] = MappingProxyType(
    {
        "first-come": _IN_A_GIVEN_ORDER,
        "lottery": Guarantees(
            pareto_efficient=_yes(STRICT_LISTS, LISTED),
            strategy_proof=_yes(),
            stable=_no(NOT_USED),
            ordinally_efficient=_no(),
            envy_free=_no(),
            equal_treatment=_yes(),
        ),
        "serial-dictatorship": _IN_A_GIVEN_ORDER,
        "draft": Guarantees(
            pareto_efficient=_yes(ONE_PLACE, STRICT_LISTS, LISTED),
            strategy_proof=_no(TRUTH_CAN_HURT),
            stable=_no(NOT_USED),
            ordinally_efficient=_no(),
            envy_free=_no(),
            equal_treatment=_yes(),
        ),
        "boston": Guarantees(
            pareto_efficient=_yes(STRICT_LISTS, LISTED),
            strategy_proof=_no(TRUTH_CAN_HURT),
            stable=_no(),
            ordinally_efficient=_no(),
            envy_free=_no(),
            equal_treatment=_yes(),
        ),
        "deferred-acceptance": Guarantees(
            pareto_efficient=_no(),
            strategy_proof=_yes(remark="not where sessions propose"),
            stable=_yes(),
            ordinally_efficient=_no(),
            envy_free=_no(),
            equal_treatment=_yes(),
        ),
        "top-trading-cycles": Guarantees(
            pareto_efficient=_yes(STRICT_LISTS, LISTED),
            strategy_proof=_yes(),
            stable=_no(),
            ordinally_efficient=_no(),
            envy_free=_no(),
            equal_treatment=_yes(),
        ),
        "probabilistic-serial": Guarantees(
            pareto_efficient=_yes(LISTED),
            strategy_proof=_no(TRUTH_CAN_HURT),
            stable=_no(NOT_USED),
            ordinally_efficient=_yes(LISTED),
            envy_free=_yes(),
            equal_treatment=_yes(),
        ),
        "hungarian": _OPTIMAL,
        "flow": _OPTIMAL,
        "mip": _OPTIMAL,
    }
)
