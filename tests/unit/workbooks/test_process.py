"""The reading process: whatever it does, the sentence comes and the process goes."""

import subprocess
import sys
from pathlib import Path
from time import sleep
from types import SimpleNamespace

import pytest

from domain.errors import WorkbookRefused
from tests.unit.workbooks.building import rows_of, saved, xlsx
from workbooks import Limits, Row, SheetStarted, process, read
from workbooks.refusals import Reason

MANY = "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{"甲" * 300}</t></is></c></row>' for n in range(1, 5000))


@pytest.fixture
def started(monkeypatch):
    """Every process that is started, to see afterwards that it has been waited for."""
    processes: list[subprocess.Popen[bytes]] = []

    def popen(*args, **options):
        processes.append(subprocess.Popen(*args, **options))
        return processes[-1]

    monkeypatch.setattr(process, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": popen}))
    yield processes
    assert processes
    assert all(one.returncode is not None and not Path(f"/proc/{one.pid}").exists() for one in processes)


@pytest.fixture
def says(monkeypatch):
    """Puts a program of the test in the place of the reader."""

    def put(program: str) -> None:
        monkeypatch.setattr(
            process, "START", f"import os, signal, time\ndef say(line): os.write(1, line + b'\\n')\n{program}"
        )

    return put


def sentence(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        rows_of(path, limits or Limits())
    return refused.value.sentence


def test_a_reader_that_never_ends_is_stopped(tmp_path, started, says):
    says('say(b\'["sheet", "a"]\')\nwhile True: pass')

    assert sentence(saved(tmp_path, b"x"), Limits(base_seconds=0.4)) == Reason.TIME.value


def test_a_reader_that_sends_without_end_is_stopped(tmp_path, started, says):
    says("while True: say(b'[\"size\", 0]'); time.sleep(0.01)")

    assert sentence(saved(tmp_path, b"x"), Limits(base_seconds=0.4)) == Reason.TIME.value


def test_the_time_grows_with_what_the_reader_has_to_unpack(tmp_path, started, says):
    says("say(b'[\"size\", 50000000]'); time.sleep(0.6); say(b'[\"end\"]')")

    assert rows_of(saved(tmp_path, b"x"), Limits(base_seconds=0.4)) == {}


def test_a_reader_that_closes_its_output_but_stays_is_stopped(tmp_path, started, says):
    says("os.close(1); time.sleep(60)")

    assert sentence(saved(tmp_path, b"x"), Limits(base_seconds=0.4)) == Reason.TIME.value


@pytest.mark.parametrize(
    ("death", "reason"),
    [("SIGKILL", Reason.MEMORY), ("SIGABRT", Reason.MEMORY), ("SIGXCPU", Reason.TIME), ("SIGSEGV", Reason.BROKEN)],
)
def test_a_reader_that_is_killed_leaves_a_sentence(tmp_path, started, says, death, reason):
    says(f'say(b\'["sheet", "a"]\'); os.kill(os.getpid(), signal.{death})')

    assert sentence(saved(tmp_path, b"x")) == reason.value


LIES = {
    "no JSON": b"rows",
    "no list": b'{"rows": 1}',
    "an unknown word": b'["hello"]',
    "too few words": b'["rows"]',
    "a row before a sheet": b'["rows", [[1, ["a"]]]]',
    "a row number that is none": b'["sheet", "a"]\n["rows", [["1", ["a"]]]]',
    "a row number too large": b'["sheet", "a"]\n["rows", [[1048577, ["a"]]]]',
    "a row again": b'["sheet", "a"]\n["rows", [[1, ["a"]], [1, ["b"]]]]',
    "too many cells": b'["sheet", "a"]\n["rows", [[1, [' + b",".join([b"1"] * 201) + b"]]]]",
    "cells that are no list": b'["sheet", "a"]\n["rows", [[1, "ab"]]]',
    "an object for a cell": b'["sheet", "a"]\n["rows", [[1, [{}]]]]',
    "an unknown tag": b'["sheet", "a"]\n["rows", [[1, [["x", "y"]]]]]',
    "a date that is none": b'["sheet", "a"]\n["rows", [[1, [["d", "2014-02-30"]]]]]',
    "a number without end": b'["sheet", "a"]\n["rows", [[1, [NaN]]]]',
    "a number too large": b'["sheet", "a"]\n["rows", [[1, [1000000000000000]]]]',
    "half a character": b'["sheet", "a"]\n["rows", [[1, ["\\\\ud800"]]]]',
    "no UTF-8": b'["sheet", "a\\xff"]',
    "deep nesting": b"[" * 100_000,
    "an unknown reason": b'["refused", "NONSENSE", []]',
    "an unknown part": b'["left out", "a", "cells", 1, []]',
    "an end in the middle": b'["sheet", "a"]',
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_reader_that_lies_is_not_believed(tmp_path, started, says, lie):
    says(f"say({lie!r})")

    assert sentence(saved(tmp_path, b"x")) == Reason.BROKEN.value


def test_a_line_without_end_does_not_fill_the_memory(tmp_path, started, says):
    says("while True: os.write(1, b'x' * 65536)")

    assert sentence(saved(tmp_path, b"x")) == Reason.BROKEN.value


def test_a_caller_that_has_seen_enough_leaves_no_process(tmp_path, started):
    reading = read(saved(tmp_path, xlsx(MANY)))

    assert next(reading) == SheetStarted("表1")
    reading.close()

    assert started[0].returncode is not None


def test_a_caller_that_stumbles_leaves_no_process(tmp_path, started):
    def judged() -> None:
        for event in read(saved(tmp_path, xlsx(MANY))):
            if isinstance(event, Row):
                raise LookupError

    with pytest.raises(LookupError):
        judged()


def test_a_workbook_that_needs_too_much_memory_is_refused(tmp_path, started):
    content = xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=f"<si><t>{'1' * (80 << 20)}</t></si>")

    assert sentence(saved(tmp_path, content), Limits(memory_bytes=100 << 20)) == Reason.MEMORY.value


def test_a_workbook_that_takes_too_long_is_refused(tmp_path, started):
    tail = "<!-- slow -->" + '<row r="2"><c r="A2" s="1"/></row>' * 200_000
    limits = Limits(base_seconds=0.3, unpacked_bytes_per_second=1 << 30)

    assert sentence(saved(tmp_path, xlsx(tail)), limits) == Reason.TIME.value


def test_the_reader_knows_nothing_and_can_write_nothing(tmp_path, started, says, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "seed")
    say_what_it_has = (
        "import json, sys; sys.path.append(sys.argv[1])\n"
        "from workbooks import child\nfrom workbooks.limits import Limits\n"
        "child._confine(Limits())\n"
        "try:\n  open('/dev/shm/x', 'w').write('x' * 9999); wrote = True\nexcept OSError: wrote = False\n"
        "say(json.dumps(['sheet', f'{os.getcwd()} {sorted(os.environ)} {wrote}']).encode()); say(b'[\"end\"]')"
    )
    says(say_what_it_has)

    (event,) = read(saved(tmp_path, b"x"))

    assert event == SheetStarted("/ ['LC_CTYPE'] False")


def test_an_open_file_without_a_name_is_read(tmp_path, started):
    path = saved(tmp_path, xlsx('<row r="1"><c r="A1"><v>1</v></c></row>'))
    with path.open("rb") as file:
        path.unlink()
        events = list(read(file))

    assert events == [SheetStarted("表1"), Row(1, [1])]


def test_reading_loads_no_reader_into_the_server():
    program = "import sys; sys.path.append('.'); import workbooks; print([n for n in ('xlrd', 'python_calamine', 'xml') if n in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_a_server_that_is_killed_takes_its_reader_with_it(tmp_path):
    path = saved(tmp_path, xlsx(MANY))
    program = (
        "import sys, time; sys.path.append('.'); from pathlib import Path; from workbooks import process, read\n"
        "started = []; popen = process.subprocess.Popen\n"
        "process.subprocess.Popen = lambda *a, **o: started.append(popen(*a, **o)) or started[-1]\n"
        f"reading = read(Path({str(path)!r})); next(reading); print(started[0].pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        reader = int(server.stdout.readline())
        server.kill()

    assert _goes(reader)


def _goes(pid: int) -> bool:
    """Whether the process ends soon; one that nobody has waited for yet (Z) has ended."""
    for _ in range(100):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        sleep(0.05)
    return False
