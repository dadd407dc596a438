"""Two people who pick two of four sessions in the order 1, 2, 2, 1: the first gains by picking b before a."""

from __future__ import annotations

from pdalloc import Model, Problem


def two_pickers(first: str = "abcd") -> Problem:
    """The day on which the first of them gives this list."""
    model = Model()
    for session in "abcd":
        model.add_session(session, capacity=1)
    for who, ranking in (("1", first), ("2", "bcda")):
        model.add_participant(who, limit=2)
        model.add_ranking(who, list(ranking))
    return model.build()
