"""How many examples Hypothesis draws: few in `make test`, many in `make test-long`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

THOROUGH = 100
QUICK = 40
FEW = 20
"""No test that draws more is made to draw fewer than this."""

for _profile, _examples in {"quick": QUICK, "thorough": THOROUGH}.items():
    # the machine may be shared: no test fails for being slow, and every run draws the same examples
    settings.register_profile(
        _profile,
        deadline=None,
        derandomize=True,
        max_examples=_examples,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


def examples(thorough: int) -> int:
    """The share of a number of examples that the profile draws: all of them where it is the thorough one."""
    assert settings.default is not None
    return max(min(thorough, FEW), thorough * settings.default.max_examples // THOROUGH)
