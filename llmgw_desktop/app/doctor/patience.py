"""Calls that may wait for a person or a dead service: they are waited for so long and no longer."""

import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


class Late(Exception):
    """It did not come back in time."""


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What `call` gives or raises. One that is late is left to itself; it cannot keep the program
    from ending. Raises Late."""
    given: list[_T] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            given.append(call())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True, name="doctor")
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise Late
    return given[0]
