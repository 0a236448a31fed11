"""Abstract sockets belong to the network, which runs share with the computer: by those of a screen
(X11) a run could type into the person's terminals. Landlock (Linux 6.12) keeps it from them.
"""

import ctypes
import os
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

_CREATE, _RESTRICT = 444, 446
_VERSION = 1
_FIRST_WITH_SCOPES = 6
_ABSTRACT_SOCKETS = 1
_NO_NEW_PRIVILEGES = 38
_RULES = struct.Struct("=QQQ")
"""Files, network, scopes."""
_T = TypeVar("_T")


def can_be_closed() -> bool:
    """Whether this kernel can keep a program from others' abstract sockets."""
    try:
        version = _libc().syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    except (OSError, AttributeError):
        return False
    return int(version) >= _FIRST_WITH_SCOPES


def without_them(work: Callable[[], _T]) -> _T:
    """What `work` starts reaches none but its own. It is done in a thread of its own, which holds
    itself to that first: programs have what their thread has. Where the kernel cannot, it is done
    all the same. Raises what `work` raises."""
    if not can_be_closed():
        return work()
    results: list[_T] = []
    faults: list[BaseException] = []

    def held() -> None:
        try:
            with suppress(OSError):
                _hold_this_thread()
            results.append(work())
        except BaseException as fault:  # noqa: BLE001 - raised below
            faults.append(fault)

    thread = threading.Thread(target=held, name="start a run")
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
    return results[0]


def _hold_this_thread() -> None:
    """For good. Raises OSError."""
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
