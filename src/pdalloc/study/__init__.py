"""Studies: solvers x problems x seeds, measured alike and compared on common random numbers."""

from pdalloc.study.design import Study, compare
from pdalloc.study.folder import read_study
from pdalloc.study.front import Front
from pdalloc.study.intervals import Intervals
from pdalloc.study.results import StudyResults

__all__ = ["Front", "Intervals", "Study", "StudyResults", "compare", "read_study"]
