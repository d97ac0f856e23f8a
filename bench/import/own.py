"""The project's own import, from the file to the commit, as the command line and the worker do it.

    python -m bench.import.own FOLDER BOOK [--url postgresql://…] [--profile]

One JSON line comes out.
"""

from __future__ import annotations

import argparse
import cProfile
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import importers
from domain.vocabulary import Outcome
from extensions import db, writing
from models import ImportBatch
from operations import imports

from . import measuring


def run(book: Path) -> dict[str, Any]:
    actor, office = measuring.city()
    cost = measuring.Cost(measuring.own_backend())
    with cost.watching_the_lock():
        with book.open("rb") as file:
            batch_id = importers.check(actor, office, file, book.name)
        checked = cost.told()
        version = db.session.get_one(ImportBatch, batch_id).version
        with writing(much=True):
            batch = imports.commit_batch(actor, batch_id, version)
            counts = {outcome.label: batch.count(outcome) for outcome in Outcome if batch.count(outcome)}
    told = cost.told(what="own", counts=counts)
    return told | {"checking_cpu": checked["cpu"], "checking_seconds": checked["seconds"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("book", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    profile = cProfile.Profile() if asked.profile else nullcontext()
    with measuring.application(asked.folder, asked.url).app_context():
        with profile:
            told = run(asked.book)
        print(json.dumps(told, ensure_ascii=False))
    if isinstance(profile, cProfile.Profile):
        profile.print_stats("tottime")


if __name__ == "__main__":
    main()
