"""All figures of an allocation that take neither a solve nor resampling, and the proof that none is better."""

from __future__ import annotations

from functools import cache

from benchmarks.checking import fresh
from benchmarks.measure import RANK_SUM, Benchmark
from benchmarks.registry import INSTANCES, LEXINGTON, Case, Shape
from benchmarks.whole_days import DAYS, Day
from pdalloc import Audit, Certificate, Claim, Result, audit, certify, solve

AUDIT = "audit(allocation)"
CERTIFY = "certify(allocation)"
CERTIFY_DAY = 'certify(result), objective="{}"'


def _answer(case: Case, table: Audit) -> list[int]:
    (column,) = table.columns.values()
    return [int(column[table.rows.index(name)]) for name in ("places filled", "total rank cost")]


def _proved(case: Case, certificate: Certificate) -> list[int]:
    assert certificate.claim is Claim.OPTIMAL
    return list(certificate.value)


@cache
def _result(instance: str, objective: str) -> Result:
    problem = INSTANCES[instance].source
    assert not isinstance(problem, Shape)
    return solve(problem(), "mip", objective=objective)


def _certified(case: Case, certificate: Certificate) -> list[int]:
    assert certificate.claim in (Claim.OPTIMAL, Claim.BOUNDED)
    return list(certificate.value)


def _of_day(day: Day) -> Benchmark:
    return Benchmark(
        CERTIFY_DAY.format(day.objective),
        f"{day.objective}, certified",
        lambda instance: instance.name == day.instance.name,
        lambda case: _result(case.instance.name, day.objective),
        certify,
        _certified,
        compiles=False,
    )


CERTIFIED_DAYS = [day for day in DAYS if day.instance.participants <= 1_000]

BENCHMARKS = [
    Benchmark(AUDIT, "figures", lambda instance: instance.is_plain, fresh, audit, _answer),
    Benchmark(
        CERTIFY,
        RANK_SUM,
        lambda instance: instance.group == "large" or instance.is_plain or instance is LEXINGTON,
        fresh,
        certify,
        _proved,
        compiles=False,
    ),
    *map(_of_day, CERTIFIED_DAYS),
]
