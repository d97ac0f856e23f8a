"""How much a workbook may ask for before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one reading. Seconds count while somebody waits for rows, not while rows are worked on."""

    file_bytes: int = 300 * MEGABYTE
    memory_bytes: int = 1024 * MEGABYTE
    unpacked_bytes: int = 2048 * MEGABYTE
    unpacked_ratio: int = 200
    unpacked_bytes_always_fine: int = 100 * MEGABYTE
    base_seconds: float = 30.0
    unpacked_bytes_per_second: int = 5 * MEGABYTE
    rows: int = 1_048_576
    columns: int = 200
    row_bytes: int = MEGABYTE

    def seconds(self, unpacked: int) -> float:
        return self.base_seconds + min(unpacked, self.unpacked_bytes) / self.unpacked_bytes_per_second


DEFAULT_LIMITS = Limits()
