"""What a contained run is begun in: a thread that has given up the kernel's keys, others' abstract
sockets and typing into terminals. On Linux; elsewhere a thread like others.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from llmgw_desktop.domain.values import value

_IS_LINUX: bool = sys.platform == "linux"
_CREATE, _RESTRICT = 444, 446
_VERSION = 1
_FIRST_WITH_SCOPES = 6
_ABSTRACT_SOCKETS = 1
_NO_NEW_PRIVILEGES = 38
_RULES = struct.Struct("=QQQ")
"""Files, network, scopes."""


def can_be_closed() -> bool:
    """Whether this kernel can keep a program from others' abstract sockets. Another one than
    Linux's has other calls under these numbers, and is not asked."""
    return _IS_LINUX and _has_scopes()


def _has_scopes() -> bool:
    try:
        version = _libc().syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    except (OSError, AttributeError):
        return False
    return int(version) >= _FIRST_WITH_SCOPES


def close_to_this_thread() -> None:
    """For good, and for what it starts, which gains no rights any more. Raises OSError."""
    libc = _libc()
    rules = ctypes.create_string_buffer(_RULES.pack(0, 0, _ABSTRACT_SOCKETS), _RULES.size)
    handle = libc.syscall(_CREATE, rules, ctypes.c_size_t(_RULES.size), 0)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "no rules of Landlock")
    try:
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.syscall(_RESTRICT, handle, 0):
            raise OSError(ctypes.get_errno(), "Landlock refuses")
    finally:
        os.close(handle)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


_JOIN_SESSION_KEYRING = 1
_SET_FILTER = 22, 2
"""PR_SET_SECCOMP, SECCOMP_MODE_FILTER."""
_LOAD, _IS, _HAS, _RETURN = 0x20, 0x15, 0x45, 0x06
"""What the filter is made of: instructions of classic BPF."""
_NUMBER, _MACHINE, _SECOND_ARGUMENT = 0, 4, 24
_LET, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_TYPE_INTO_TERMINAL = 0x5412
_OTHER_NUMBERS = 0x40000000
"""Calls of x32, which has the same ones under other numbers."""
_STEP = struct.Struct("=HBBI")


@value
class _Calls:
    """Numbers of one machine; its own as the kernel's audit knows it."""

    machine: int
    add_key: int
    request_key: int
    keyctl: int
    ioctl: int


_X86_64 = _Calls(machine=0xC000003E, add_key=248, request_key=249, keyctl=250, ioctl=16)
_I386 = _Calls(machine=0x40000003, add_key=286, request_key=287, keyctl=288, ioctl=54)
_AARCH64 = _Calls(machine=0xC00000B7, add_key=217, request_key=218, keyctl=219, ioctl=29)
_ARM = _Calls(machine=0x40000028, add_key=309, request_key=310, keyctl=311, ioctl=54)
_RISCV64 = _Calls(machine=0xC00000F3, add_key=217, request_key=218, keyctl=219, ioctl=29)
_HERE: Mapping[str, tuple[_Calls, ...]] = {
    "x86_64": (_X86_64, _I386),
    "aarch64": (_AARCH64, _ARM),
    "riscv64": (_RISCV64,),
}
"""A 64-bit machine runs programs of its 32-bit one as well."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def leave_keyring() -> None:
    """This thread, and what it starts, has an empty session's keyring from now on. Raises
    OSError; does nothing on machines that are not known here."""
    calls = _calls()
    if calls and _libc().syscall(calls[0].keyctl, _JOIN_SESSION_KEYRING, None) < 0:
        raise OSError(ctypes.get_errno(), "no keyring of its own")


def refuse_keys() -> None:
    """The calls for keys fail from now on, in this thread and what it starts, and so does typing
    into a terminal. Only where nobody gains rights any more (PR_SET_NO_NEW_PRIVS). Raises
    OSError."""
    calls = _calls()
    if not calls:
        return
    steps = filter_of(calls)
    program = _Program(len(steps) // _STEP.size, steps)
    if _libc().prctl(*_SET_FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of calls")


def filter_of(machines: tuple[_Calls, ...]) -> bytes:
    """A program for the kernel; calls of other machines pass."""
    blocks = [_block(each) for each in machines]
    steps = []
    for machine, block in zip(machines, blocks, strict=True):
        steps += [(_LOAD, 0, 0, _MACHINE), (_IS, 0, len(block), machine.machine), *block]
    steps.append((_RETURN, 0, 0, _LET))
    return b"".join(_STEP.pack(*step) for step in steps)


def _block(calls: _Calls) -> list[tuple[int, int, int, int]]:
    """A jump says how many steps it leaves out: where it is so, where it is not."""
    refused = (calls.add_key, calls.request_key, calls.keyctl)
    end = 2 + len(refused) + 3  # the step that lets it pass; the one after it refuses
    steps = [(_LOAD, 0, 0, _NUMBER), (_HAS, end - 1, 0, _OTHER_NUMBERS)]
    steps += [(_IS, end - 2 - at, 0, number) for at, number in enumerate(refused)]
    steps += [
        (_IS, 0, 2, calls.ioctl),
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        (_IS, 1, 0, _TYPE_INTO_TERMINAL),
    ]
    return [*steps, (_RETURN, 0, 0, _LET), (_RETURN, 0, 0, _REFUSE)]


def _calls() -> tuple[_Calls, ...]:
    is_wide = sys.maxsize > 2**32 and _IS_LINUX
    return _HERE.get(platform.machine(), ()) if is_wide else ()


_T = TypeVar("_T")


def held(work: Callable[[], _T]) -> _T:
    """It is done in a thread of its own, which holds itself to that first, as far as this kernel
    lets it: programs have what their thread has. Raises what `work` raises."""
    results: list[_T] = []
    faults: list[BaseException] = []

    def under_way() -> None:
        try:
            _hold_this_thread()
            results.append(work())
        except BaseException as fault:  # noqa: BLE001 - raised below
            faults.append(fault)

    thread = threading.Thread(target=under_way, name="start a run")
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
    return results[0]


def _hold_this_thread() -> None:
    """For good. A filter of calls wants that nobody gains rights any more, which an older kernel's
    bubblewrap may have to: there it is left out."""
    with suppress(OSError):
        leave_keyring()
    if can_be_closed():
        with suppress(OSError):
            close_to_this_thread()
            refuse_keys()
