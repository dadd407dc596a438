"""What is handed to people: schedules and rosters."""

from pdalloc.report.lists import move_rows, roster_rows, schedule_rows, write_result

__all__ = ["move_rows", "roster_rows", "schedule_rows", "write_result"]
