"""Figures for matplotlib: Axes in, Axes out; matplotlib is imported when one is drawn (extra `plots`)."""

from pdalloc.plots.chances import probability_shares
from pdalloc.plots.demand import demand_bars
from pdalloc.plots.fronts import efficiency_fairness_front
from pdalloc.plots.groups import group_gaps
from pdalloc.plots.inequality import lorenz_curve
from pdalloc.plots.intervals import interval_bars
from pdalloc.plots.profiles import profile_bars
from pdalloc.plots.ranks import rank_curves
from pdalloc.plots.saving import save

__all__ = [
    "demand_bars",
    "efficiency_fairness_front",
    "group_gaps",
    "interval_bars",
    "lorenz_curve",
    "probability_shares",
    "profile_bars",
    "rank_curves",
    "save",
]
