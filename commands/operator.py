"""Who works at the command line, as events name them."""

from __future__ import annotations

import getpass
import os

from domain.access import Actor, Place, Role


def operator(place: Place | None = None) -> Actor:
    """Return the server administrator, standing where the office stands that the command is about."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Actor(Role.ADMIN, None, f"命令行（{name}）", place)
