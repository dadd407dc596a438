"""The public names are frozen: a change here is a change for every user, and belongs in CHANGELOG.md."""

from __future__ import annotations

import inspect

import pytest

import pdalloc
from pdalloc import errors, generators, lottery, metrics, plots, readers

PUBLIC = [
    "Allocation",
    "Answer",
    "Apart",
    "Audit",
    "Certificate",
    "Changes",
    "Claim",
    "Conflict",
    "ConflictMember",
    "Context",
    "DropSession",
    "Explanation",
    "ExtraSection",
    "Feature",
    "Forbidden",
    "Generous",
    "Greedy",
    "GroupQuota",
    "Guarantee",
    "Guarantees",
    "Manipulation",
    "Manipulations",
    "Model",
    "Move",
    "MoveReason",
    "MoveSession",
    "Offer",
    "Offers",
    "Prerequisite",
    "Problem",
    "Progress",
    "Quota",
    "RandomAssignment",
    "RankMaximal",
    "RankSum",
    "Record",
    "Remedy",
    "Repair",
    "Required",
    "Result",
    "Seats",
    "Status",
    "Study",
    "StudyResults",
    "Summary",
    "TagQuota",
    "Together",
    "Violation",
    "Waitlists",
    "Welfare",
    "WhatIf",
    "audit",
    "certify",
    "compare",
    "errors",
    "explain",
    "explain_infeasible",
    "export_record",
    "generators",
    "guarantees",
    "history",
    "lottery",
    "manipulate",
    "metrics",
    "offer_seat",
    "plots",
    "read_study",
    "read_tables",
    "readers",
    "repair",
    "solve",
    "solver_class",
    "solver_names",
    "solvers",
    "study",
    "summary",
    "verify",
    "waitlist",
    "what_if",
    "write_tables",
]


def test_names_are_frozen_and_sorted() -> None:
    assert pdalloc.__all__ == PUBLIC == sorted(PUBLIC)
    assert dir(pdalloc) == sorted([*PUBLIC, "__version__"])


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_is_there_and_documented(name: str) -> None:
    assert inspect.getdoc(getattr(pdalloc, name))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="module 'pdalloc' has no attribute 'allocate'"):
        _ = pdalloc.allocate  # type: ignore[attr-defined]


def test_names_of_the_parts_are_frozen() -> None:
    assert metrics.__all__ == [
        "BlockingPairs",
        "Envy",
        "Estimate",
        "Exchange",
        "GroupGap",
        "Move",
        "NashWelfare",
        "ProbabilityGap",
        "SDEnvy",
        "SlotEfficiency",
        "Summary",
        "atkinson",
        "blocking_pairs",
        "cancelled_sessions",
        "choice_values",
        "cumulative_profile",
        "day_costs",
        "egalitarian_welfare",
        "empty_places",
        "envy",
        "filled_places",
        "gini",
        "group_gap",
        "history_correlation",
        "hoover",
        "jain",
        "leximin_vector",
        "mean_rank",
        "median_rank",
        "nash_welfare",
        "ordinal_exchanges",
        "own_maximum",
        "popularity_margin",
        "probability_gap",
        "profile",
        "rank_cost",
        "sd_envy",
        "seats_filled",
        "share_in_top",
        "share_of_own_maximum",
        "slot_efficiency",
        "summary",
        "theil",
        "unattended_sessions",
        "utilitarian_welfare",
        "utilities",
        "variance",
    ]
    assert generators.__all__ == [
        "capacities",
        "cohort",
        "course",
        "day",
        "edcamp",
        "euclidean",
        "group_taste",
        "impartial_culture",
        "lexington",
        "mallows",
        "market",
        "personal_plan",
        "plackett_luce",
        "random_market",
        "resample",
        "rollout_wave",
        "single_peaked",
        "tied_ranks",
        "urn",
    ]
    assert readers.__all__ == ["ariel", "fairpyx", "matrix", "preflib", "umass", "wpi"]
    assert lottery.__all__ == [
        "Commitment",
        "Openings",
        "RejectedError",
        "Transcript",
        "commit",
        "draw",
        "verify",
        "verify_opening",
    ]
    assert plots.__all__ == [
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
    assert errors.__all__ == [
        "Finding",
        "InfeasibleError",
        "OptionError",
        "OutputError",
        "PdallocError",
        "ProblemError",
        "SolveStoppedError",
        "SolverError",
        "StudyError",
        "UnsupportedError",
    ]


def test_every_error_is_a_pdalloc_error() -> None:
    assert all(issubclass(getattr(errors, name), errors.PdallocError) for name in errors.__all__ if name != "Finding")


def test_version_is_that_of_the_installed_package() -> None:
    from importlib.metadata import version

    assert pdalloc.__version__ == version("pdalloc")
