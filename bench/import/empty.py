"""Makes a database to import into: the tables, the dictionaries, a city's offices.

python -m bench.import.empty FOLDER [--url postgresql://…]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import measuring


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    with measuring.application(asked.folder, asked.url).app_context():
        measuring.fill_empty()


if __name__ == "__main__":
    main()
