"""Work that leaves room for others: widgets made in steps, and pages that read again no oftener
than they may."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Generic, ParamSpec, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

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


def in_turns(
    steps: Iterator[object],
    *needed: QObject,
    within: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> None:
    """The first step now, each other in a turn of the loop: together they would hold it for too
    long. No step is made any more once one of those whom they need is gone: the widget, which
    stands first, and its theme, which may go before a widget that is closed already."""

    def go_on() -> None:
        if not all(map(shiboken6.isValid, needed)):
            return
        with within():
            for _ in steps:
                QTimer.singleShot(0, needed[0], go_on)
                return

    go_on()


class ToCome(Generic[W]):
    """A widget that may not be made yet, and what is wanted of it then."""

    def __init__(self) -> None:
        self._widget: W | None = None
        self._wishes: list[Callable[[W], object]] = []

    def wish(self, do: Callable[[W], object]) -> None:
        """Now, or as soon as it is there."""
        if self._widget is None or not shiboken6.isValid(self._widget):  # its window went
            self._wishes.append(do)
        else:
            do(self._widget)

    def come(self, widget: W) -> None:
        self._widget = widget
        wishes, self._wishes = self._wishes, []
        for do in wishes:
            do(widget)


LEAST_MS = 250
COST_SHARE = 80
"""A page takes at most this part of a core."""
_LONGEST_REST_MS = 8_000
"""Rather more of a core than a list that stands still while somebody looks at it."""
_T = TypeVar("_T")


class PacedRefresh(QObject):
    """`ask` as often as you like; `begin` is called when it is time; then say `ended`.

    What is asked while the widget is hidden is made up for when it is shown. What is done for a
    reading counts where it is `costed` (work for another thread) or done within `costing`.
    """

    def __init__(
        self, widget: QWidget, begin: Callable[[], None], also: Callable[[], bool] = lambda: False
    ) -> None:
        """`also`: whether somebody looks at what is read elsewhere, be the widget hidden."""
        super().__init__(widget)
        self._also = also
        self._widget = widget
        self._begin = begin
        self._asked = False
        self._busy = False
        self._is_wish = False
        """Whether the next reading is a person's wish."""
        self._is_free = False
        self._cost_s = 0.0
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._go)
        widget.installEventFilter(self)

    def ask(self, *, at_once: bool = False) -> None:
        """`at_once` is for what a person did: it waits for no rest, and costs none."""
        self._asked = True
        if at_once:
            self._is_wish = True
            self._rest.stop()
        self._go()

    def costed(self, work: Callable[[], _T]) -> Callable[[], _T]:
        """The work, with its processor time counted."""

        def run() -> _T:
            with self.costing():
                return work()

        return run

    @contextmanager
    def costing(self) -> Iterator[None]:
        began_s = time.thread_time()
        try:
            yield
        finally:
            self._cost_s += time.thread_time() - began_s

    def ended(self) -> None:
        """The reading is done and shown, well or not."""
        self._busy = False
        rest_ms = 0.0 if self._is_free else self._cost_s * 1000 * (COST_SHARE - 1)
        self._cost_s = 0.0
        if self._is_wish:
            self._go()
        else:
            self._rest.start(round(min(max(LEAST_MS, rest_ms), _LONGEST_REST_MS)))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and self._asked:
            self._go()
        return False

    def _go(self) -> None:
        if self._asked and not self._busy and not self._rest.isActive() and self._is_seen():
            self._asked = False
            self._is_free, self._is_wish = self._is_wish, False
            self._busy = True
            self._begin()

    def _is_seen(self) -> bool:
        is_widget = self._widget.isVisible() and not self._widget.window().isMinimized()
        return is_widget or self._also()


def paint_now(widget: QWidget) -> None:
    """What changed in the widget's window, and nothing else; later it would cost the same, but
    nobody could tell what it cost."""
    QCoreApplication.sendPostedEvents(widget.window(), QEvent.Type.UpdateRequest.value)
