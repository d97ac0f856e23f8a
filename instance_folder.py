"""The folder of database, keys and photos belongs to one account: nobody else on the machine reads what lies in it."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from config import HalfConfigured

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SQLITE = "sqlite:///"

log = logging.getLogger(__name__)


def new_files_are_private() -> None:
    """Let what this process and its children make be read by their own account only."""
    os.umask(OTHERS)


def make_private(settings: Mapping[str, Any]) -> None:
    """Refuse data that other accounts read: they may have done so. Close a folder without data, and any in development."""
    folder = Path(settings["INSTANCE_PATH"])
    folder.mkdir(parents=True, exist_ok=True)
    looked_at = [*_looked_at(folder, settings["SQLALCHEMY_DATABASE_URI"])]
    open_to_others = [path for path in looked_at if _mode(path) & OTHERS]
    holds_data = any(path != folder and not path.name.startswith(".") for path in looked_at)
    if open_to_others and holds_data and not settings["DEVELOPMENT"]:
        named = " ".join(dict.fromkeys(str(folder if folder in path.parents else path) for path in open_to_others))
        raise HalfConfigured(
            f"服务器没有启动：这台机器上别的账号能读到 {named} 里的数据。请先运行 chmod -R go= {named} ，再启动。"
        )
    _close(open_to_others)
    if open_to_others and holds_data:
        log.warning("closed %s to other accounts of this machine", folder)


def _looked_at(folder: Path, database: str) -> Iterator[Path]:
    """Yield the folder, what lies directly in it, and a SQLite database that lies elsewhere with its companions."""
    yield folder
    yield from (path for path in folder.iterdir() if not path.is_symlink())
    file = Path(database.removeprefix(_SQLITE)) if database.startswith(_SQLITE) else None
    if file and file.parent != folder and file.name:
        yield from file.parent.glob(f"{file.name}*")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0


def _close(paths: list[Path]) -> None:
    for path in paths:
        with suppress(FileNotFoundError, PermissionError):
            path.chmod(_mode(path) & ~OTHERS)
