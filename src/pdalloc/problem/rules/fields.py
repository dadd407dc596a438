"""Rules as they are written in rules.toml and in JSON: the name of the rule, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from pdalloc.errors import ProblemError
from pdalloc.hints import did_you_mean
from pdalloc.problem.rules import RULES
from pdalloc.problem.rules.base import Rule

__all__ = ["fields_of_rule", "rule_of_fields"]


def fields_of_rule(rule: Rule) -> dict[str, Any]:
    """Return what a rule was told, under "rule" its name; what is at its default is left out."""
    told = {field.name: getattr(rule, field.name) for field in fields(rule)}
    written = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
    return {"rule": rule.name, **{name: value for name, value in written.items() if value not in (None, [])}}


def rule_of_fields(written: object) -> Rule:
    """Return the rule that `fields_of_rule` wrote, or a person.

    Raises
    ------
    ProblemError
        If there is no such rule, or it cannot be told this.
    """
    if not isinstance(written, Mapping) or "rule" not in written:
        raise ProblemError(f'{written!r} is not a rule; write rule = "..." and what it is about')
    name = written["rule"]
    kind = RULES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ProblemError(f"unknown rule {name!r}; {did_you_mean(name, RULES) or 'there are ' + ', '.join(RULES)}")
    told = {key: value for key, value in written.items() if key != "rule"}
    known = {field.name: field.default is MISSING for field in fields(kind)}
    for key in told:
        if key not in known:
            remedy = did_you_mean(key, known) or f"there are {', '.join(known)}"
            raise ProblemError(f"rule {name!r}: unknown key {key!r}; {remedy}")
    for key, is_needed in known.items():
        if is_needed and key not in told:
            raise ProblemError(f"rule {name!r}: {key} is missing; give it")
    return kind(**told)
