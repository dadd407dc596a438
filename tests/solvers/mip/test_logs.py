"""Best cost and bound are read from the logs of the engines, and nothing else is taken for them."""

from __future__ import annotations

from math import inf

import pytest

from pdalloc.solvers.mip.logs import Standing, read_cp_sat, read_highs, read_scip


@pytest.mark.parametrize(
    ("line", "best", "bound"),
    [
        (" J       0       0         0   0.00%   -inf            3018               Large        0      0", 3018, -inf),
        (" B     100      23        36   0.04%   0               8                100.00%      752      6", 8, 0),
        ("      1223       0         0   0.00%   -12.5           inf                  inf       11      0", inf, -12.5),
        (
            " T       0       0         0   0.00%   1234567         1234570            0.00%        0",
            1234570,
            1234567,
        ),
    ],
)
def test_a_row_of_highs_is_read_and_its_bound_rounded_down(line: str, best: float, bound: float) -> None:
    standing = read_highs(line)
    assert standing is not None
    assert standing.best == best
    assert standing.bound == pytest.approx(bound, rel=2e-8)
    assert standing.bound <= bound


@pytest.mark.parametrize(
    ("line", "best", "bound"),
    [
        (
            "i 0.0s|     1 |     0 |     0 |     - |  oneopt|-3.022000e+03 | 1.450000e+02 |    Inf | unknown",
            145,
            -3022,
        ),
        (
            "  1.2s|   900 |    12 |    30 |   4.1 |  1087k | 3.466000e+03 |      --      |    Inf | unknown",
            inf,
            3466,
        ),
    ],
)
def test_a_row_of_scip_is_read_and_its_bound_rounded_down(line: str, best: float, bound: float) -> None:
    standing = read_scip(line)
    assert standing is not None
    assert standing.best == best
    assert standing.bound == pytest.approx(bound, rel=2e-6)
    assert standing.bound <= bound


@pytest.mark.parametrize(
    ("line", "standing"),
    [
        ("#1       0.01s best:145   next:[0,144]    quick_restart (fixed_bools=0/62)", Standing(145, 0)),
        ("#Bound   0.65s best:inf   next:[3460,11195920] am1_presolve", Standing(inf, 3460)),
        ("#Bound   0.65s best:7483  next:[3460.5,7482] max_lp", Standing(7483, 3460.5)),
    ],
)
def test_a_row_of_cp_sat_is_read(line: str, standing: Standing) -> None:
    assert read_cp_sat(line) == standing


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Src  Proc. InQueue |  Leaves   Expl. | BestBound       BestSol              Gap |   Cuts   InLp",
        "  Primal bound      8",
        " time | node  | left  |LP iter|LP it/n|mem/heur|mdpt |vars |  dualbound   | primalbound  |  gap   | compl. ",
        "#Variables: 38 (#ints: 8 in floating point objective) (37 primary variables)",
        "#kLinearN: 4 (#terms: 125)",
        "#Done    4.10s core",
    ],
)
def test_other_lines_say_nothing(line: str) -> None:
    assert read_highs(line) is read_scip(line) is read_cp_sat(line) is None
