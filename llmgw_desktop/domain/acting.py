"""Who acts now: set where somebody comes in, read where something is written down.

A context (`acting`) covers what is done within it, worker threads of asyncio included. Outside of
any, the process acts: as the person of its window or of its command line, or as the gateway itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from llmgw_desktop.domain.audit import BY_ITSELF, Actor

_ACTOR: ContextVar[Actor | None] = ContextVar("actor", default=None)


@dataclass(slots=True)
class _Process:
    """What holds for the whole process."""

    actor: Actor = BY_ITSELF
    clean: Callable[[str], str] = str
    listeners: list[Callable[[], None]] = field(default_factory=list)


_process = _Process()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What is done inside is this one's act."""
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)


def who_acts() -> Actor:
    return _ACTOR.get() or _process.actor


def act_as(actor: Actor) -> None:
    """Whose acts those are that no context covers; said once, when the process begins."""
    _process.actor = actor


def clean_with(clean: Callable[[str], str]) -> None:
    """What takes the secrets that this process knows out of a text."""
    _process.clean = clean


def cleaned(text: str) -> str:
    return _process.clean(text)


def hear_acts(listener: Callable[[], None]) -> Callable[[], None]:
    """`listener` is told from any thread, quickly, just before an act is committed; the answer
    ends it."""
    _process.listeners.append(listener)

    def end() -> None:
        if listener in _process.listeners:
            _process.listeners.remove(listener)

    return end


def tell_acted() -> None:
    for listener in tuple(_process.listeners):
        listener()
