"""When a setting is good enough to run for real: secrets that were drawn, addresses that are only addresses."""

from __future__ import annotations

import ipaddress
import re
from itertools import pairwise
from urllib.parse import urlsplit

FEWEST_DIFFERENT = 10
"""Of the signs of a secret, and of the steps from each to the next. 32 drawn hexadecimal digits have fewer once in 100,000."""
_SITE = re.compile(r"https?://(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
_PAGE = re.compile(r"https?://[^\s\"'<>\\`{}|^\x00-\x1f]+")


def is_drawn(secret: bytes) -> bool:
    """Whether a secret may have been drawn by chance: zeros, a word repeated, the alphabet and 0, 1, 2, 3 … were not."""
    steps = {(after - before) % 256 for before, after in pairwise(secret)}
    return min(len(set(secret)), len(steps)) >= FEWEST_DIFFERENT and secret not in (secret * 2)[1:-1]


def is_site(address: str) -> bool:
    """Whether an address is scheme, host and perhaps a port, and nothing else."""
    return bool(_SITE.fullmatch(address)) and _has_host(address)


def is_page(address: str) -> bool:
    """Whether an address leads to a page by http or https."""
    return bool(_PAGE.fullmatch(address)) and _has_host(address)


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def is_this_machine(address: str) -> bool:
    """Whether what is sent to a site never leaves the machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
