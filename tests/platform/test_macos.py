"""What macOS' kernel tells of a process, read from bytes laid out as XNU's sources have them
(`sysctl_procargsx`): nobody has recorded one on a Mac yet (docs/macos.md)."""

from __future__ import annotations

import sys

import pytest

from llmgw_desktop.platform.processes_posix import words_of_macos


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
