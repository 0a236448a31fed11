"""Large widgets made in steps that are short for a turn of the loop.

Such a widget makes its parts in a generator, which yields between them. Whoever just makes one gets
it whole; `in_steps` gives the turns back, and the widget when it is whole, so that nobody ever sees
half of one.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
W = TypeVar("W")
Steps = Generator[None, None, W]
_begun: list[object] = []
"""Who shall not be made whole at once: the class that `in_steps` calls at this moment."""


class MadeInSteps:
    """Beside a QWidget. `_begin` is the last thing that its constructor does."""

    _steps: Iterator[None] = iter(())

    def _begin(self, steps: Iterator[None]) -> None:
        if _begun and _begun[-1] is type(self):
            _begun[-1] = None
            self._steps = steps
        else:
            for _ in steps:
                pass


def in_steps(make: Callable[P, W], *args: P.args, **words: P.kwargs) -> Steps[W]:
    """`make` is the class itself."""
    _begun.append(make)
    try:
        made = make(*args, **words)
    finally:
        _begun.pop()
    yield
    if isinstance(made, MadeInSteps):
        yield from made._steps
    return made


class ToCome(Generic[W]):
    """A widget that may not be made yet, and what is wanted of it then."""

    def __init__(self) -> None:
        self._widget: W | None = None
        self._wishes: list[Callable[[W], object]] = []

    def wish(self, do: Callable[[W], object]) -> None:
        """Now, or as soon as it is there."""
        if self._widget is None:
            self._wishes.append(do)
        else:
            do(self._widget)

    def come(self, widget: W) -> None:
        self._widget = widget
        wishes, self._wishes = self._wishes, []
        for do in wishes:
            do(widget)
