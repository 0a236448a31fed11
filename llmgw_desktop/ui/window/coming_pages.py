"""Pages that are on their way: what they need is read in beside the loop, then they are made one
step a turn of it."""

from collections.abc import Callable, Generator, Mapping
from inspect import isgeneratorfunction

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import BoundPage
from llmgw_desktop.ui.widgets.pacing import Steps

_POLISHED_AT_ONCE = 10
"""So many widgets get their fonts, colours and measures in one step."""


class ComingPages(QObject):
    """`placed` is called with each page when all its parts are made, `taken` when it is also
    dressed and measured where it then is."""

    def __init__(
        self,
        makers: Mapping[str, BoundPage],
        placed: Callable[[QWidget], object],
        taken: Callable[[str, QWidget], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._makers = makers
        self._placed = placed
        self._taken = taken
        self._steps: dict[str, Steps[QWidget]] = {}
        self._awaited: set[str] = set()
        """What they need is being read in."""
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._step)

    def begin(self, key: str) -> None:
        """Soon, or at once where it is made at once; again changes nothing."""
        if key in self._steps or key in self._awaited:
            return
        if not isgeneratorfunction(self._makers[key].make):  # there are no steps to it
            self.finish(key)
            return
        self._awaited.add(key)
        self._makers[key].read_in(lambda: self._read(key))

    def finish(self, key: str) -> None:
        """Now, in one go."""
        self._awaited.discard(key)
        steps = self._steps.get(key) or self._begun(key)
        while key in self._steps:
            self._advance(key, steps)

    def _read(self, key: str) -> None:
        if key in self._awaited:  # else nobody wanted to wait for it
            self._awaited.discard(key)
            self._begun(key)
            self._turn.start()

    def _begun(self, key: str) -> Steps[QWidget]:
        self._steps[key] = steps = self._in_steps(self._makers[key].make)
        return steps

    def _step(self) -> None:
        """The one that was asked for last comes first."""
        if not self._steps:
            self._turn.stop()
            return
        key = next(reversed(self._steps))
        self._advance(key, self._steps[key])

    def _advance(self, key: str, steps: Steps[QWidget]) -> None:
        try:
            next(steps)
        except StopIteration as whole:
            del self._steps[key]
            self._taken(key, whole.value)
        except BaseException:
            del self._steps[key]
            raise

    def _in_steps(self, make: Callable[[], QWidget | Steps[QWidget]]) -> Steps[QWidget]:
        page = make()
        if isinstance(page, Generator):
            page = yield from page
        self._placed(page)
        yield
        # The innermost first: others are measured by them.
        widgets = page.findChildren(QWidget)[::-1]
        for at in range(0, len(widgets), _POLISHED_AT_ONCE):
            for each in widgets[at : at + _POLISHED_AT_ONCE]:
                each.ensurePolished()
                if (layout := each.layout()) is not None:
                    layout.activate()
            yield
        if (around := page.parentWidget()) is not None:
            page.resize(around.size())
        page.minimumSizeHint()
        yield
        return page
