"""What macOS' kernel tells of a process, read from bytes laid out as XNU's sources have them
(`sysctl_procargsx`, `struct proc_bsdinfo`): nobody has recorded one on a Mac yet
(docs/macos.md)."""

from __future__ import annotations

import sys

import pytest

from llmgw_desktop.platform.marks import ProcessMark, Seen
from llmgw_desktop.platform.processes_macos import seen_of_macos, words_of_macos


def told(count: int, *parts: bytes) -> bytes:
    return count.to_bytes(4, sys.byteorder, signed=True) + b"".join(parts)


PATH = b"/usr/local/bin/node\0"
PADDING = b"\0\0\0\0\0\0"
ARGUMENTS = b"node\0cli.js\0-p\0"
ENVIRONMENT = b"PATH=/usr/bin\0LLMGW_JOB=job_1\0EMPTY=\0"
OF_APPLE = b"\0executable_path=/usr/local/bin/node\0\0"


def test_arguments_and_environment_are_told_apart() -> None:
    words, count = words_of_macos(told(3, PATH, PADDING, ARGUMENTS, ENVIRONMENT, OF_APPLE))
    assert words[:count] == [b"node", b"cli.js", b"-p"]
    assert words[count : count + 3] == [b"PATH=/usr/bin", b"LLMGW_JOB=job_1", b"EMPTY="]


def test_an_argument_that_says_it_is_the_mark_is_none() -> None:
    words, count = words_of_macos(told(2, PATH, PADDING, b"sh\0LLMGW_JOB=job_2\0", ENVIRONMENT))
    assert b"LLMGW_JOB=job_2" not in words[count:]
    assert b"LLMGW_JOB=job_1" in words[count:]


def test_a_path_that_needs_no_padding_and_empty_arguments() -> None:
    words, count = words_of_macos(told(3, PATH, b"a\0\0b\0", ENVIRONMENT))
    assert words[:count] == [b"a", b"", b"b"]


def test_a_process_whose_environment_is_kept_from_us_has_none() -> None:
    words, count = words_of_macos(told(2, PATH, PADDING, b"a\0b\0"))
    assert words[:count] == [b"a", b"b"]
    assert not any(b"=" in each for each in words[count:])


@pytest.mark.parametrize(
    "cut",
    [b"", b"\x01", told(1), told(1, b"/bin/no-end"), told(-1, PATH), told(2**31 - 1, PATH, b"a\0")],
)
def test_what_is_cut_short_or_odd_is_nobodys(cut: bytes) -> None:
    assert words_of_macos(cut) == ([], 0)


def of_bsd(*, status: int = 2, name: bytes = b"node", pid: int = 4711) -> bytes:
    """Each field at its place in that structure: 136 bytes in all."""
    told = bytearray(136)
    numbers = {4: status, 12: pid, 16: 501, 20: 502, 28: 502, 96: 12, 100: 4700, 112: 4700}
    for place, number in numbers.items():
        told[place : place + 4] = number.to_bytes(4, sys.byteorder)
    told[48:64] = b"node".ljust(16, b"\0")
    told[64:96] = name.ljust(32, b"\0")
    told[116:120] = (-5).to_bytes(4, sys.byteorder, signed=True)
    told[120:128] = (1_795_000_000).to_bytes(8, sys.byteorder)
    told[128:136] = (123_456).to_bytes(8, sys.byteorder)
    return bytes(told)


def test_a_process_is_told_whole() -> None:
    assert seen_of_macos(of_bsd(name=b"node of a long name")) == Seen(
        mark=ProcessMark(pid=4711, started_ticks=1_795_000_000_123_456),
        parent=501,
        session=4700,
        name="node of a long name",
    )


def test_one_without_a_long_name_has_its_short_one() -> None:
    seen = seen_of_macos(of_bsd(name=b""))
    assert seen is not None
    assert seen.name == "node"


@pytest.mark.parametrize(
    "told", [b"", of_bsd()[:-1], of_bsd() + b"\0", of_bsd(status=5), of_bsd(pid=0)]
)
def test_a_grave_and_what_is_cut_short_are_no_process(told: bytes) -> None:
    assert seen_of_macos(told) is None
