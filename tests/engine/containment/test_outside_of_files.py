"""What a run could get at that is no file of its view: sockets among files, the kernel's keys."""

from __future__ import annotations

import errno
import socket
import struct
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from llmgw_desktop.engine.containment.sights import sockets_below
from llmgw_desktop.platform import held_thread
from llmgw_desktop.platform.held_thread import can_be_closed, held

LET, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
X86_64, I386, AARCH64 = 0xC000003E, 0x40000003, 0xC00000B7
_ASKS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
ours, theirs = os.openpty()
print(libc.syscall({keyctl}, 0, -3, 1), ctypes.get_errno(), os.get_terminal_size(theirs).columns)
"""


def what_becomes_of(machine: int, number: int, second: int = 0) -> int:
    """As the kernel would go through the filter."""
    told = struct.pack("=IIQ6Q", number, machine, 0, 0, second, 0, 0, 0, 0)
    steps = list(struct.iter_unpack("=HBBI", held_thread.filter_of(held_thread._HERE["x86_64"])))
    at, held_value = 0, 0
    while True:
        code, where_so, where_not, value = steps[at]
        at += 1
        match code:
            case 0x20:
                (held_value,) = struct.unpack_from("=I", told, value)
            case 0x15:
                at += where_so if held_value == value else where_not
            case 0x45:
                at += where_so if held_value & value else where_not
            case _:
                assert code == 0x06
                return int(value)


def test_calls_for_keys_are_refused_and_no_others() -> None:
    numbers = {X86_64: (248, 249, 250), I386: (286, 287, 288)}
    for machine, keys in numbers.items():
        refused = [number for number in range(600) if what_becomes_of(machine, number) == REFUSE]
        assert refused == list(keys)
    assert what_becomes_of(X86_64, 250 | 0x40000000) == REFUSE, "the same under another number"
    assert what_becomes_of(AARCH64, 250) == LET, "no machine of this kernel"
    for machine, ioctl in ((X86_64, 16), (I386, 54)):
        assert what_becomes_of(machine, ioctl, 0x5412) == REFUSE
        assert what_becomes_of(machine, ioctl, 0x5412 | 7 << 32) == REFUSE, "it reads half of it"
        assert what_becomes_of(machine, ioctl, 0x5413) == LET


def test_another_kernel_is_not_asked_by_the_numbers_of_linux(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Under the same number it has another call, or none: `llmgw doctor` asks on every system."""

    def libc() -> None:
        raise AssertionError

    monkeypatch.setattr(held_thread, "_libc", libc)
    monkeypatch.setattr(held_thread, "_IS_LINUX", False)
    assert not can_be_closed()
    assert held(lambda: 1) == 1


@pytest.mark.skipif(not (held_thread._calls() and can_be_closed()), reason="an older kernel")
def test_what_is_started_so_has_neither_keys_nor_less_besides() -> None:
    asks = [sys.executable, "-c", _ASKS.format(keyctl=held_thread._calls()[0].keyctl)]

    def asked() -> list[str]:
        return subprocess.run(asks, capture_output=True, text=True, check=True).stdout.split()

    assert held(asked) == ["-1", str(errno.EPERM), "0"]
    assert asked()[1] != str(errno.EPERM), "we are as we were"
    with pytest.raises(ZeroDivisionError):
        held(lambda: 1 // 0)


def test_sockets_are_found_where_they_lie(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    (home / "a b").mkdir(parents=True)
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(home)
    with ExitStack() as stack:
        for path in (home / "a b/s", tmp_path / "link/t", elsewhere / "u", home / "gone"):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(path))
            listener.listen()
        stack.enter_context(socket.socket(socket.AF_UNIX)).bind(f"\0{home}/abstract")
        (home / "gone").unlink()
        assert list(sockets_below(home)) == [home / "a b/s", home / "t"]
    assert list(sockets_below(home, tmp_path / "no table")) == []
