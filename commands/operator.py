"""Who works at the command line, as events name them."""

from __future__ import annotations

import getpass
import os

from domain.access import Actor, Place, Role
from domain.vocabulary import OfficeKind
from models import Office
from operations import sources


def operator(place: Place | None = None) -> Actor:
    """Return the server administrator, standing where the office stands that the command is about.

    What follows is done from here: events name the command line as their device.
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    sources.come_from("", "命令行")
    return Actor(Role.ADMIN, None, f"命令行（{name}）", place)


def place_above(office: Office) -> Place:
    """Return from where an import for this office is committed: a series office's batches are its city's to commit."""
    above = office.parent if office.kind is OfficeKind.SERIES else None
    return (above or office).place
