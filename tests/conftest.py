from __future__ import annotations

from hypothesis import HealthCheck, settings

# the machine may be shared: no test fails for being slow, and every run draws the same examples
settings.register_profile(
    "pdalloc",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
settings.load_profile("pdalloc")
