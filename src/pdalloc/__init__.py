"""Choice-based session allocation: exact, with proof, reasons and fairness figures.

Everything is imported when first used, so that importing pdalloc costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdalloc import errors, generators, lottery, metrics, plots, readers, solvers, study
    from pdalloc.allocation import Allocation
    from pdalloc.auditing.answers import Answer, WhatIf
    from pdalloc.auditing.certificate import Certificate, Claim
    from pdalloc.auditing.certify import certify
    from pdalloc.auditing.conflict import Conflict, explain_infeasible
    from pdalloc.auditing.explain import explain
    from pdalloc.auditing.explanation import Explanation
    from pdalloc.auditing.history import history
    from pdalloc.auditing.manipulate import manipulate
    from pdalloc.auditing.manipulation import Manipulation, Manipulations
    from pdalloc.auditing.offers import Offer, Offers, offer_seat
    from pdalloc.auditing.questions import DropSession, ExtraSection, MoveSession, Seats
    from pdalloc.auditing.record import Record, export_record
    from pdalloc.auditing.remedies import Remedy
    from pdalloc.auditing.repair import repair
    from pdalloc.auditing.repaired import Move, MoveReason, Repair
    from pdalloc.auditing.table import Audit, audit
    from pdalloc.auditing.waitlist import Waitlists, waitlist
    from pdalloc.auditing.whatif import what_if
    from pdalloc.context import Context, Progress
    from pdalloc.metrics import Summary, summary
    from pdalloc.objectives import Changes, Generous, Greedy, RankMaximal, RankSum, Welfare
    from pdalloc.problem import Feature, Model, Problem
    from pdalloc.problem.rules import Apart, Forbidden, GroupQuota, Prerequisite, Required, TagQuota, Together
    from pdalloc.problem.table_writer import write_tables
    from pdalloc.problem.tables import read_tables
    from pdalloc.random_assignment import RandomAssignment
    from pdalloc.result import Result, Status
    from pdalloc.solvers.guarantees import Guarantee, Guarantees, guarantees
    from pdalloc.solvers.mip.told import ConflictMember
    from pdalloc.solvers.quotas import Quota
    from pdalloc.solvers.registry import solver_class, solver_names
    from pdalloc.solvers.solve import solve
    from pdalloc.study import Study, StudyResults, compare, read_study
    from pdalloc.verifier import verify
    from pdalloc.violations import Violation

    __version__: str

__all__ = [
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

_MODULE_OF = {
    "Allocation": "pdalloc.allocation",
    "Answer": "pdalloc.auditing.answers",
    "Apart": "pdalloc.problem.rules",
    "Audit": "pdalloc.auditing.table",
    "Certificate": "pdalloc.auditing.certificate",
    "Changes": "pdalloc.objectives",
    "Claim": "pdalloc.auditing.certificate",
    "Conflict": "pdalloc.auditing.conflict",
    "ConflictMember": "pdalloc.solvers.mip.told",
    "Context": "pdalloc.context",
    "DropSession": "pdalloc.auditing.questions",
    "Explanation": "pdalloc.auditing.explanation",
    "ExtraSection": "pdalloc.auditing.questions",
    "Feature": "pdalloc.problem",
    "Forbidden": "pdalloc.problem.rules",
    "Generous": "pdalloc.objectives",
    "Greedy": "pdalloc.objectives",
    "GroupQuota": "pdalloc.problem.rules",
    "Guarantee": "pdalloc.solvers.guarantees",
    "Guarantees": "pdalloc.solvers.guarantees",
    "Manipulation": "pdalloc.auditing.manipulation",
    "Manipulations": "pdalloc.auditing.manipulation",
    "Model": "pdalloc.problem",
    "Move": "pdalloc.auditing.repaired",
    "MoveReason": "pdalloc.auditing.repaired",
    "MoveSession": "pdalloc.auditing.questions",
    "Offer": "pdalloc.auditing.offers",
    "Offers": "pdalloc.auditing.offers",
    "Prerequisite": "pdalloc.problem.rules",
    "Problem": "pdalloc.problem",
    "Progress": "pdalloc.context",
    "Quota": "pdalloc.solvers.quotas",
    "RandomAssignment": "pdalloc.random_assignment",
    "RankMaximal": "pdalloc.objectives",
    "RankSum": "pdalloc.objectives",
    "Record": "pdalloc.auditing.record",
    "Remedy": "pdalloc.auditing.remedies",
    "Repair": "pdalloc.auditing.repaired",
    "Required": "pdalloc.problem.rules",
    "Result": "pdalloc.result",
    "Seats": "pdalloc.auditing.questions",
    "Status": "pdalloc.result",
    "Study": "pdalloc.study",
    "StudyResults": "pdalloc.study",
    "Summary": "pdalloc.metrics",
    "TagQuota": "pdalloc.problem.rules",
    "Together": "pdalloc.problem.rules",
    "Violation": "pdalloc.violations",
    "Waitlists": "pdalloc.auditing.waitlist",
    "Welfare": "pdalloc.objectives",
    "WhatIf": "pdalloc.auditing.answers",
    "audit": "pdalloc.auditing.table",
    "certify": "pdalloc.auditing.certify",
    "compare": "pdalloc.study",
    "explain": "pdalloc.auditing.explain",
    "explain_infeasible": "pdalloc.auditing.conflict",
    "export_record": "pdalloc.auditing.record",
    "guarantees": "pdalloc.solvers.guarantees",
    "history": "pdalloc.auditing.history",
    "manipulate": "pdalloc.auditing.manipulate",
    "offer_seat": "pdalloc.auditing.offers",
    "read_study": "pdalloc.study",
    "read_tables": "pdalloc.problem.tables",
    "repair": "pdalloc.auditing.repair",
    "solve": "pdalloc.solvers.solve",
    "solver_class": "pdalloc.solvers.registry",
    "solver_names": "pdalloc.solvers.registry",
    "summary": "pdalloc.metrics",
    "verify": "pdalloc.verifier",
    "waitlist": "pdalloc.auditing.waitlist",
    "what_if": "pdalloc.auditing.whatif",
    "write_tables": "pdalloc.problem.table_writer",
}


if not TYPE_CHECKING:  # so that type checkers refuse names that do not exist

    def __getattr__(name: str) -> Any:
        if name in _MODULE_OF:
            value = getattr(importlib.import_module(_MODULE_OF[name]), name)
        elif name in ("errors", "generators", "lottery", "metrics", "plots", "readers", "solvers", "study"):
            value = importlib.import_module(f"pdalloc.{name}")
        elif name == "__version__":
            from importlib import metadata

            value = metadata.version("pdalloc")
        else:
            raise AttributeError(f"module 'pdalloc' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
