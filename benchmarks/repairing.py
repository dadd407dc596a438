"""Late changes to a day that was published, and their repair."""

from __future__ import annotations

import json

import numpy as np

from pdalloc import Allocation, Problem

__all__ = ["late_changes"]

DROPOUTS, NEWCOMERS, NEW_LISTS, CUT_SESSIONS, CUT_SEATS = 6, 5, 5, 3, 2


def late_changes(published: Allocation, seed: int) -> Problem:
    """Return a day after 20 late changes: 6 drop out, 5 are new, 5 have another list, 3 full sessions lose 2 seats
    each, and the fullest of the others is lost."""
    rng = np.random.default_rng(seed)
    day = json.loads(published.problem.to_json())
    facilitators = {label for session in day["sessions"] for label in session.get("facilitators", [])}
    people = [entry for entry in day["participants"] if entry["participant"] not in facilitators]
    drawn = [people[number] for number in rng.permutation(len(people))]
    out, lists, givers = drawn[:6], drawn[6:11], drawn[11:21]
    day["participants"] = [entry for entry in day["participants"] if entry not in out]
    for entry, giver in zip(lists, givers[:5], strict=True):
        entry["ranks"] = dict(giver["ranks"])
    day["participants"] += [{**giver, "participant": f"new{number}"} for number, giver in enumerate(givers[5:])]
    full = np.flatnonzero(published.attendance == published.problem.capacity)
    cut = rng.choice(full, 4, replace=False).tolist()
    for number in cut[:3]:
        day["sessions"][number]["capacity"] -= 2
    lost = day["sessions"].pop(cut[3])["session"]
    for entry in day["participants"]:
        entry["ranks"].pop(lost, None)
    return Problem.from_json(json.dumps(day))
