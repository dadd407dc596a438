"""What is handed to people: schedules and rosters."""

from pdalloc.report.lists import roster_rows, schedule_rows, write_result

__all__ = ["roster_rows", "schedule_rows", "write_result"]
