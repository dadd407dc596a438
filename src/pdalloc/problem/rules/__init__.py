"""Rules beyond one participant and one session: who goes with whom, quotas, and what goes with what.

In the formulas x[p, s] is 1 if participant p is in session s, and 0 if not.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pdalloc.problem.rules.base import PeopleRule, Rule
from pdalloc.problem.rules.company import Apart, Together
from pdalloc.problem.rules.demands import Forbidden, Prerequisite, Required
from pdalloc.problem.rules.quotas import GroupQuota, TagQuota
from pdalloc.problem.rules.rows import RuleRows, rule_rows

__all__ = [
    "RULES",
    "Apart",
    "Forbidden",
    "GroupQuota",
    "PeopleRule",
    "Prerequisite",
    "Required",
    "Rule",
    "RuleRows",
    "TagQuota",
    "Together",
    "rule_rows",
]

RULES: Mapping[str, type[Rule]] = MappingProxyType(
    {rule.name: rule for rule in (Together, Apart, GroupQuota, TagQuota, Required, Forbidden, Prerequisite)}
)
"""Every kind of rule by its name."""
