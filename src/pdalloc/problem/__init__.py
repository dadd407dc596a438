"""Problems: the builder people use, the frozen arrays machines read, and the forms they are stored in."""

from pdalloc.problem.choices import Choices
from pdalloc.problem.features import Feature
from pdalloc.problem.groups import Group
from pdalloc.problem.incidence import Incidence
from pdalloc.problem.labels import Labels
from pdalloc.problem.model import Model
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.priorities import Priorities
from pdalloc.problem.problem import Problem

__all__ = [
    "Choices",
    "Feature",
    "Group",
    "Incidence",
    "Labels",
    "Model",
    "Priorities",
    "Problem",
    "Ranking",
    "Unlisted",
]
