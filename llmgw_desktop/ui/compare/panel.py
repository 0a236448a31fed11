"""What stands around a comparison: its bar, its head, its marks, and who follows it while it is
looked at."""

import asyncio
from contextlib import aclosing
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QStackedWidget, QWidget

from llmgw_desktop.app.validation.compare import Compare, Progress, ShownPanel
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.validation import SeatState, Stance
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box

_STATES = {
    SeatState.RUNNING: ("running", Tone.RUNNING),
    SeatState.COMPLETED: ("ok", Tone.OK),
    SeatState.FAILED: ("error", Tone.ERROR),
    SeatState.CANCELED: ("canceled", Tone.MUTED),
    SeatState.ORPHANED: ("lost", Tone.WARNING),
    SeatState.SKIPPED: ("off", Tone.WARNING),
}
_STANCES = {
    Stance.AGREE: ("check", Tone.OK),
    Stance.DISAGREE: ("cross", Tone.ERROR),
    Stance.MIXED: ("warning", Tone.WARNING),
    Stance.UNCLEAR: ("lost", Tone.WARNING),
    Stance.ANSWERED: ("ok", Tone.MUTED),
    Stance.PENDING: ("clock", Tone.MUTED),
    Stance.NOT_RUN: ("off", Tone.MUTED),
}


def state_mark(state: SeatState) -> tuple[str, Tone]:
    return _STATES[state]


def stance_mark(stance: Stance) -> tuple[str, Tone]:
    return _STANCES[stance]


_LONGEST = 220


class PanelHead(QWidget):
    """Its marks are shapes, and words stand beside them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._title = FlowingLabel(
            theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold, is_verbatim=True
        )
        self._standing = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._mark = MarkIcon(theme, "clock")
        self._outcome = FlowingLabel(theme, weight=QFont.Weight.Medium)
        outcome = h_box(theme, self._mark, (self._outcome, 1), gap=1.5)
        v_box(theme, self._title, self._standing, outcome, on=self, gap=1.5, margins=0)

    def show_panel(self, panel: ShownPanel) -> None:
        title = panel.title
        self._title.setText(title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…")
        self._standing.setText(panel.standing)
        outcome = panel.outcome
        icon, tone = stance_mark(outcome.stance)
        if outcome.stance is Stance.PENDING:
            icon, tone = "running", Tone.RUNNING
        self._mark.show_mark(icon, tone)
        self._outcome.setText(outcome.title)


class CompareStates(QStackedWidget):
    """`show_nobody` where neither a CLI nor a provider can be asked."""

    providers_wanted = Signal()
    practice_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._hint = EmptyState(
            theme,
            icon="compare",
            title="Ask several models the same",
            text="Write a question, choose who answers, press Ask. The answers grow side by side; "
            "then you see who agrees, who dissents and on what.",
        )
        self._nobody = EmptyState(
            theme,
            icon="compare",
            title="Nobody can be asked yet",
            text="Add a provider or sign in with a CLI. Or try it with practice models: they are "
            "free and answer on this computer.",
        )
        self.to_providers = Button(theme, "Go to Providers", kind=ButtonKind.PLAIN)
        self.practice = Button(theme, "Try with practice models")
        self._nobody.add_buttons(self.to_providers, self.practice)
        self.addWidget(self._hint)
        self.addWidget(self._nobody)
        self.to_providers.clicked.connect(self.providers_wanted)
        self.practice.clicked.connect(self.practice_wanted)

    @property
    def is_nobody(self) -> bool:
        return self.currentWidget() is self._nobody

    def show_nobody(self, on: bool) -> None:
        self.setCurrentWidget(self._nobody if on else self._hint)


class CompareBar(QWidget):
    """`show_panel` without one: nothing has been asked yet."""

    change_wanted = Signal()
    again_wanted = Signal()
    stop_wanted = Signal()
    new_wanted = Signal()
    earlier_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._words = Label(theme, "Several models, one question", tone=Tone.MUTED)
        self.change = Button(theme, "Change…", icon="edit", name="Change it and ask again")
        self.again = Button(theme, "Ask again", icon="retry", name="Ask all the same again")
        self.stop = Button(theme, "Stop", icon="cross", name="Stop all")
        self.new = Button(theme, "New", icon="plus", name="New comparison")
        self.earlier = Button(theme, "Earlier", icon="clock", name="Earlier comparisons")
        h_box(
            theme,
            self._words,
            self.change,
            self.again,
            self.stop,
            None,
            self.new,
            self.earlier,
            on=self,
            gap=2,
            margins=(6, 4, 6, 3),
        )
        self.change.clicked.connect(self.change_wanted)
        self.again.clicked.connect(self.again_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.new.clicked.connect(self.new_wanted)
        self.earlier.clicked.connect(self.earlier_wanted)
        self.show_panel(None)

    def show_panel(self, panel: ShownPanel | None, *, is_edited: bool = False) -> None:
        has_panel = panel is not None
        self._words.setVisible(not has_panel)
        self.new.setVisible(has_panel)
        self.change.setVisible(has_panel and not is_edited)
        self.stop.setVisible(panel is not None and not panel.has_ended)
        self.again.setVisible(panel is not None and panel.has_ended and not is_edited)


PACE_S = 0.1
_TICK_S = 1.0
"""How long it has taken is told in whole seconds."""


class _Task(Protocol):
    def cancel(self) -> object: ...


class PanelFollower(QObject):
    """`follow` begins, `rest` lets go; what is said meanwhile is kept by the gateway."""

    shown = Signal(object)
    """A ShownPanel."""
    failed = Signal(str)

    def __init__(self, compare: Compare, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._compare = compare
        self._bridge = bridge
        self._tasks: list[_Task] = []

    def follow(self, panel_id: str) -> None:
        self.rest()
        scene = _Scene()
        for work, name in ((self._hear, "follow"), (self._show, "show")):
            task = self._bridge.run(work(scene, panel_id), name=f"{name} a comparison")
            self._tasks.append(task)

    def rest(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    async def _hear(self, scene: "_Scene", panel_id: str) -> None:
        try:
            async with aclosing(self._compare.follow(panel_id)) as heard:  # type: ignore[type-var]
                async for progress in heard:
                    scene.progress = progress
                    scene.news.set()
        except LlmgwError as error:
            self.failed.emit(str(error))

    async def _show(self, scene: "_Scene", panel_id: str) -> None:
        await scene.news.wait()
        try:
            while scene.progress is not None:
                scene.news.clear()
                panel = await self._compare.show(scene.progress)
                self.shown.emit(panel)
                if panel.has_ended:
                    return
                await asyncio.sleep(PACE_S)
                try:
                    async with asyncio.timeout(_TICK_S):
                        await scene.news.wait()
                except TimeoutError:
                    pass
        except LlmgwError as error:
            self.failed.emit(str(error))


class _Scene:
    """What one listens to and the other shows."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self.news = asyncio.Event()
