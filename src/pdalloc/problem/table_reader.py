"""Tables to problems: what each column of sessions, participants, facilitators, choices and so on means."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeGuard, get_args

from pdalloc.errors import Finding, ProblemError
from pdalloc.hints import did_you_mean
from pdalloc.problem.cells import parse_ids, parse_moment, parse_number, parse_whole, parse_yes, shown
from pdalloc.problem.choices import MAX_WHOLE
from pdalloc.problem.labels import clean_text, id_fault
from pdalloc.problem.model import Model
from pdalloc.problem.options import Ranking, Unlisted
from pdalloc.problem.problem import Problem
from pdalloc.problem.sheets import Sheet
from pdalloc.problem.table_names import TableNames
from pdalloc.problem.table_rows import Cells, rows_of
from pdalloc.problem.wide_columns import wide_ranks

__all__ = ["TableReader"]

OPTIONS: Mapping[str, tuple[str, ...]] = {"ranking": get_args(Ranking), "unlisted": get_args(Unlisted)}
KEYS = (*OPTIONS, "slots", "fixed", "forbidden", "rules")
READING_ORDER = ("sessions", "participants", "facilitators", "choices", "priorities", "conflicts", "rules")
MESSAGE_SHOWN = 600


class TableReader:
    """Adds tables to a model, row by row; every breach becomes a finding of the model.

    Parameters
    ----------
    sheets : mapping of str to Sheet
        By table; "rules" only says what to call the place of the rules, and what is wrong with it.
    rules : mapping of str to object
        What rules.toml holds.
    """

    def __init__(self, sheets: Mapping[str, Sheet], rules: Mapping[str, object]) -> None:
        self.sheets = {"rules": Sheet("rules.toml"), **sheets}
        self.rules = rules
        options: dict[str, Any] = {key: rules[key] for key, words in OPTIONS.items() if rules.get(key) in words}
        self.model = Model(**options)
        self.names = TableNames(self.report)

    def report(self, message: str, place: str, column: str = "") -> None:
        """Add a finding."""
        self.model.report(Finding(message, column=column, place=place))

    def problem(self) -> Problem:
        """Return the problem that the tables hold.

        Raises
        ------
        ProblemError
            Naming everything that is wrong.
        """
        for sheet in self.sheets.values():
            for finding in sheet.findings:
                self.model.report(finding)
        self.read_participants()
        self.read_sessions()
        self.read_facilitators()
        self.read_choices()
        self.read_priorities()
        self.read_conflicts()
        self.read_rules()
        try:
            return self.model.build()
        except ProblemError as error:
            findings = sorted(map(self.tidied, error.findings), key=self.reading_order)
            # what has no place, such as a day without sessions, follows from what has
            raise ProblemError([finding for finding in findings if finding.place] or findings) from None

    def tidied(self, finding: Finding) -> Finding:
        """Return a finding of readable length; one about a pair of the rules gets these as its place."""
        message, place = finding.message, finding.place
        if len(message) > MESSAGE_SHOWN:
            message = f"{message[: MESSAGE_SHOWN // 2]}...{message[-MESSAGE_SHOWN // 2 :]}"
        if finding.kind in ("fixed", "forbidden"):
            place = place or self.sheets["rules"].name
        return replace(finding, message=message, place=place)

    def reading_order(self, finding: Finding) -> tuple[int, int]:
        """Return the number of a finding's table, and of its line: what others follow from comes first."""
        names = [self.sheets[table].name for table in READING_ORDER if table in self.sheets]
        table = next((number for number, name in enumerate(names) if finding.place.startswith(name)), len(names))
        line = re.search(r" (\d+)$", finding.place)
        return table, int(line[1]) if line else 0

    # ---- tables --------------------------------------------------------------------------------------------------

    def read_participants(self) -> None:
        """Add the participants; columns of other names are groups."""
        optional = ("name", "away", "limit", "weight", "arrival", "history")
        for cells in self.rows("participants", ("participant",), optional, others=True):
            participant = cells.required("participant", str)
            fields = {
                "name": cells.get("name", str, ""),
                "away": cells.get("away", parse_ids, []),
                "limit": cells.get("limit", parse_whole, None),
                "weight": cells.get("weight", parse_number, 1.0),
                "arrival": cells.get("arrival", parse_moment, None),
                "history": cells.get("history", parse_number, None),
                "groups": cells.others(),
            }
            if participant is not None:
                self.model.add_participant(participant, place=cells.place, **fields)
                self.names.participants.add(participant)

    def read_sessions(self) -> None:
        """Add the sessions."""
        optional = ("title", "minimum", "must_run", "slots", "topic", "facilitators", "tags", "room")
        lists: list[tuple[Cells, str, list[str]]] = []
        for cells in self.rows("sessions", ("session", "capacity"), optional):
            session, capacity = cells.required("session", str), cells.required("capacity", parse_whole)
            title, slots = cells.get("title", str, ""), cells.get("slots", parse_ids, [])
            facilitators = cells.get("facilitators", parse_ids, [])
            fields = {
                # a capacity that cannot be read is reported; what stands in for it must not lead to more findings
                "capacity": MAX_WHOLE if capacity is None else capacity,
                "minimum": cells.get("minimum", parse_whole, 0),
                "must_run": cells.get("must_run", parse_yes, False),
                "topic": cells.get("topic", str, None),
                "facilitators": facilitators,
                "tags": cells.get("tags", parse_ids, []),
                "room": cells.get("room", str, ""),
            }
            if session is not None:
                self.model.add_session(session, title=title, slots=slots, place=cells.place, **fields)
                self.names.add_session(session, title, slots)
            lists += [(cells, "slots", slots), (cells, "facilitators", facilitators)]
        known = {"slots": self.names.slots, "facilitators": self.names.participants}
        for cells, column, ids in lists:
            self.refuse_commas(cells, column, ids, known[column])

    def read_facilitators(self) -> None:
        """Add the limits of facilitators."""
        for cells in self.rows("facilitators", ("facilitator",), ("most_sessions", "most_participants")):
            facilitator = cells.required("facilitator", str)
            limits = {
                "most_sessions": cells.get("most_sessions", parse_whole, None),
                "most_participants": cells.get("most_participants", parse_whole, None),
            }
            if facilitator is not None:
                self.model.add_facilitator(facilitator, place=cells.place, **limits)

    def refuse_commas(self, cells: Cells, column: str, ids: list[str], known: Collection[str]) -> None:
        """Report a list that is separated by commas: it would be taken for one new id."""
        for text in ids:
            parts = [part.strip() for part in text.split(",")]
            if len(parts) > 1 and all(part in known for part in parts):
                cells.report(f"{shown(text)} holds {len(parts)} ids; separate them with ';'", column)

    def read_choices(self) -> None:
        """Add the choices, from a row for each of them or from a row for each participant."""
        columns = {column.casefold() for column in self.sheets["choices"].columns}
        if columns.isdisjoint({"session", "rank", "rating"}):
            self.read_wide_choices()
        else:
            self.read_long_choices()

    def read_long_choices(self) -> None:
        """Add the choices of a table with a row for each."""
        rows = list(self.rows("choices", ("participant", "session"), ("rank", "rating")))
        parsers: dict[str, Callable[[str], float]] = {"rank": parse_whole, "rating": parse_number}
        filled = {column: parse for column, parse in parsers.items() if any(cells.has(column) for cells in rows)}
        if rows and not filled:
            self.report("neither 'rank' nor 'rating' is filled; fill one of them", self.sheets["choices"].name)
        for cells in rows:
            participant, session = self.participant(cells), self.session(cells, "session")
            values: dict[str, Any] = {column: cells.required(column, parse) for column, parse in filled.items()}
            if participant and session and values and None not in values.values():
                self.model.add_choice(participant, session, **values, place=cells.place)

    def read_wide_choices(self) -> None:
        """Add the choices of a table with a row for each participant and a column for each rank."""
        ranks = wide_ranks(self.sheets["choices"], self.names, self.report)
        row_of: dict[str, str] = {}
        for cells in self.rows("choices", ("participant",), others=True):
            participant = self.participant(cells)
            if participant in row_of:
                message = f"participant {shown(participant)} has a row already ({row_of[participant]}); keep one"
                cells.report(message, "participant")
            elif participant:
                row_of[participant] = cells.place
                self.add_wide_row(participant, cells, ranks)

    def add_wide_row(self, participant: str, cells: Cells, ranks: Mapping[str, tuple[str, int]]) -> None:
        """Add the choices of one participant; a session over several slots may stand in a column of each."""
        chosen: dict[str, list[tuple[str, int]]] = {}
        for column, text in cells.others().items():
            slot, rank = ranks.get(column, ("", 0))
            session = self.names.session(text, cells.place, column, slot) if rank else None
            if session is None:
                continue
            before = chosen.setdefault(session, [])
            if not before:
                self.model.add_choice(participant, session, rank, place=cells.place)
            elif any(slot == other_slot or rank != other_rank for other_slot, other_rank in before):
                pair = f"participant {shown(participant)}, session {shown(session)}"
                self.report(f"{pair}: the session is chosen twice; keep one of the two", cells.place, column)
            before.append((slot, rank))

    def read_priorities(self) -> None:
        """Add the sessions' orders of participants."""
        rows = list(self.rows("priorities", ("session", "participant"), ("priority", "score")))
        filled = [column for column in ("priority", "score") if any(cells.has(column) for cells in rows)]
        if rows and len(filled) != 1:
            what = "both columns 'priority' and 'score' are" if filled else "neither column 'priority' nor 'score' is"
            remedy = "fill 'priority' (1 comes first) or 'score' (the highest comes first)"
            self.report(f"{what} filled; {remedy}", self.sheets["priorities"].name)
            return
        for cells in rows:
            session, participant = self.session(cells, "session"), self.participant(cells)
            value = cells.required(filled[0], parse_number)
            if session and participant and value is not None:
                value = -value if filled[0] == "score" else value
                self.model.add_priority(session, participant, value, place=cells.place)

    def read_conflicts(self) -> None:
        """Add the pairs of sessions that nobody can take together; their two columns may have any names."""
        sheet = self.sheets.get("conflicts", Sheet(""))
        if sheet.columns and len(sheet.columns) != 2:
            self.report(f"the number of columns is {len(sheet.columns)}; two are needed, a session in each", sheet.name)
            return
        both = tuple(column.casefold() for column in sheet.columns)
        for cells in self.rows("conflicts", both):
            first, second = (self.session(cells, column) for column in both)
            if first and first == second:
                cells.report(f"session {shown(first)} conflicts with itself; name two sessions", both[1])
            elif first and second:
                self.model.add_conflict(first, second, place=cells.place)

    # ---- rules ---------------------------------------------------------------------------------------------------

    def read_rules(self) -> None:
        """Add the order of slots, the fixed and forbidden pairs and the rules; check the options."""
        name = self.sheets["rules"].name
        for key, value in self.rules.items():
            if key in OPTIONS:
                if value not in OPTIONS[key]:
                    self.report(f"{key} is {shown(value)}; write {' or '.join(map(_quoted, OPTIONS[key]))}", name)
            elif key == "slots":
                self.read_slots(value, name)
            elif key == "rules":
                self.read_written_rules(value, name)
            elif key in KEYS:
                self.read_pairs(key, value, name)
            else:
                remedy = did_you_mean(key, KEYS) or f"remove it; there are {', '.join(KEYS)}"
                self.report(f"key {shown(key)} is unknown; {remedy}", name)

    def read_slots(self, slots: object, place: str) -> None:
        """Add the order of the slots."""
        if not isinstance(slots, list | tuple):
            self.report(f'slots is {shown(slots)}; write a list such as ["morning", "afternoon"]', place)
            return
        for slot in slots:
            if not isinstance(slot, str):
                self.report(f"slots: {shown(slot)} is not a text; put quotation marks around it", place)
            elif fault := id_fault(clean_text(slot)):
                self.report(f"slots: {shown(slot)} {fault}; change it", place)
            else:
                self.model.add_slot(clean_text(slot))

    def read_written_rules(self, rules: object, name: str) -> None:
        """Add the rules of several participants or sessions."""
        if not isinstance(rules, list | tuple):
            self.report(f"rules is {shown(rules)}; write [[rules]] above what each rule is told", name)
            return
        for number, rule in enumerate(rules, 1):
            self.model.add_written_rule(rule, place=f"{name}, rule {number}")

    def read_pairs(self, key: str, pairs: object, name: str) -> None:
        """Add the fixed or the forbidden pairs."""
        if not isinstance(pairs, list | tuple):
            self.report(
                f"{key} is {shown(pairs)}; write [[{key}]] above the participant and session of each pair", name
            )
            return
        add = self.model.fix if key == "fixed" else self.model.forbid
        for number, pair in enumerate(pairs, 1):
            place = f"{name}, {key} {number}"
            if not _is_pair(pair):
                remedy = 'write participant = "..." and session = "...", nothing else'
                self.report(f"{shown(pair)} is not a pair of ids; {remedy}", place)
                continue
            participant = self.names.participant(clean_text(pair["participant"]), place, "participant")
            session = self.names.session(clean_text(pair["session"]), place, "session")
            if participant and session:
                add(participant, session, place=place)

    # ---- parts ---------------------------------------------------------------------------------------------------

    def rows(
        self, table: str, required: tuple[str, ...], optional: tuple[str, ...] = (), *, others: bool = False
    ) -> Iterator[Cells]:
        """Yield the rows of a table, if it is there."""
        if table not in self.sheets:
            return iter(())
        return rows_of(self.sheets[table], self.report, required, optional, others=others)

    def participant(self, cells: Cells) -> str | None:
        """Return the participant of a row; None, which is reported, if it names none."""
        text = cells.required("participant", str)
        return text and self.names.participant(text, cells.place, cells.columns["participant"])

    def session(self, cells: Cells, column: str) -> str | None:
        """Return the session that a row names in a column; None, which is reported, if it names none."""
        text = cells.required(column, str)
        return text and self.names.session(text, cells.place, cells.columns[column])


def _is_pair(pair: object) -> TypeGuard[dict[str, str]]:
    return (
        isinstance(pair, dict)
        and pair.keys() == {"participant", "session"}
        and all(isinstance(value, str) for value in pair.values())
    )


def _quoted(text: str) -> str:
    return f'"{text}"'
