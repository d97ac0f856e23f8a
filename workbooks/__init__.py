"""Untrusted workbook files in, typed rows out. The file is taken apart in a process of its own, never in this one.

`read` is all that others need; what it yields is in events.py, what it may ask of the machine in limits.py.
"""

from workbooks.events import Event, LeftOut, Part, Row, SheetStarted
from workbooks.limits import DEFAULT_LIMITS, Limits
from workbooks.reading import read

__all__ = ["DEFAULT_LIMITS", "Event", "LeftOut", "Limits", "Part", "Row", "SheetStarted", "read"]
