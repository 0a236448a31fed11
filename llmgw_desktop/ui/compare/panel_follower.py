"""Follows one comparison while it is looked at: at most ten pictures a second, none unseen."""

import asyncio
from contextlib import aclosing
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from llmgw_desktop.app.compare import Compare, Progress
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.ui.bridge import Bridge

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
