"""What a job changed is shown by file and line on the Jobs page, and taken back from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.workspaces.workspaces import WorktreesUse
from llmgw_desktop.domain.jobs.changes import NoSnapshot, UndoRefused
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.jobs.job_changes import ChangesDialog, JobChangesAction
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import QuestionDialog
from tests.support.plain_runs import plain_job
from tests.ui.jobs.conftest import turn_until

PATCH = """diff --git a/src/app.py b/src/app.py
--- a/src/app.py
+++ b/src/app.py
@@ -1 +1 @@
-a
+b
"""


def told(count: int = 3, **changes: Any) -> dict[str, Any]:
    kinds = ("changed", "added", "deleted")
    files = [
        {
            "path": f"src/part {number}.py",
            "change": kinds[number % 3],
            "before": None,
            "linesAdded": number,
            "linesRemoved": 1,
            "isTakenBack": False,
        }
        for number in range(count)
    ]
    return {
        "id": "job_1",
        "folder": "/home/ada/src/app",
        "isLive": False,
        "isWhole": True,
        "seenAtEnd": True,
        "before": {"at": 0.0, "tookMs": 84, "files": 3, "bytes": 100},
        "after": None,
        "history": "The branch was v1 and is v2. That stays as it is: only files are taken back.",
        "leftOut": ["vendor/sub"],
        "beside": [],
        "destructive": [
            {"command": "rm -rf build", "why": "it deletes folders with all that is in them"}
        ],
        "files": files,
        "patch": PATCH * 20,
    } | changes


class PlainChanges(WorktreesUse):
    """What the engine would say."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], bool]] = []
        self.told: Mapping[str, Any] | None = told()
        self.is_changed_since = False

    @override
    async def changes(self, job_id: str) -> Mapping[str, Any]:
        if self.told is None:
            raise NoSnapshot("There is no snapshot: larger than 512 MB.")
        return self.told

    @override
    async def undo(self, job_id: str, files: Sequence[str], *, force: bool) -> tuple[int, int]:
        self.asked.append((list(files), force))
        if self.is_changed_since and not force:
            raise UndoRefused("Changed since by somebody else: a.", ["a"], is_changed_since=True)
        return len(files) or 3, 0


class Scene:
    def __init__(self, theme: Theme) -> None:
        self.page = QWidget()
        self.changes = PlainChanges()
        self.said: list[str] = []
        self.action = JobChangesAction(theme, self.changes, Bridge(), self.page)
        self.action.said.connect(self.said.append)
        self.action.show_job(
            plain_job(1, state=JobState.COMPLETED, working_dir="/home/ada/src/app")
        )

    async def opened(self) -> ChangesDialog:
        self.action.show.trigger()
        await turn_until(lambda: self.action.dialog is not None)
        assert self.action.dialog is not None
        return self.action.dialog

    async def question(self, title: str) -> QuestionDialog:
        def asked() -> list[QuestionDialog]:
            found = self.page.findChildren(QuestionDialog)
            return [each for each in found if each.isVisible() and each.windowTitle() == title]

        await turn_until(lambda: bool(asked()))
        return asked()[0]


@pytest.fixture
def scene(theme: Theme) -> Scene:
    return Scene(theme)


async def test_all_of_it_is_taken_back_after_a_question(scene: Scene) -> None:
    dialog = await scene.opened()
    assert all(tick.isChecked() for _, tick in dialog.ticks)
    assert "+b" in dialog.patch.toPlainText()
    dialog.back.click()
    assert scene.changes.asked == []
    (await scene.question("Take it back?")).accept()
    await turn_until(lambda: bool(scene.said))
    assert scene.changes.asked == [([], False)]
    assert scene.said == ["3 files taken back."]
    assert scene.action.dialog is None


async def test_only_what_is_ticked_is(scene: Scene) -> None:
    dialog = await scene.opened()
    dialog.ticks[1][1].setChecked(False)
    dialog.back.click()
    (await scene.question("Take it back?")).accept()
    await turn_until(lambda: bool(scene.said))
    assert scene.changes.asked == [(["src/part 0.py", "src/part 2.py"], False)]


async def test_of_many_files_those_that_are_not_listed_are_ticked_as_one(scene: Scene) -> None:
    scene.changes.told = told(250)
    dialog = await scene.opened()
    assert dialog.rest is not None
    assert dialog.rest.text() == "And 50 files more."
    dialog.back.click()
    (await scene.question("Take it back?")).accept()
    await turn_until(lambda: bool(scene.said))
    assert scene.changes.asked.pop() == ([], False), "all of it"
    for is_with, count in ((True, 249), (False, 199)):
        dialog = await scene.opened()
        dialog.ticks[0][1].setChecked(False)
        assert dialog.rest is not None
        dialog.rest.setChecked(is_with)
        scene.said.clear()
        dialog.back.click()
        (await scene.question("Take it back?")).accept()
        await turn_until(lambda: bool(scene.said))
        files, _ = scene.changes.asked.pop()
        assert len(files) == count
        assert ("src/part 249.py" in files) is is_with


async def test_what_was_changed_since_is_asked_about_once_more(scene: Scene) -> None:
    scene.changes.is_changed_since = True
    (await scene.opened()).back.click()
    (await scene.question("Take it back?")).accept()
    (await scene.question("Lose what was changed since?")).accept()
    await turn_until(lambda: bool(scene.said))
    assert scene.changes.asked == [([], False), ([], True)]


async def test_where_there_is_no_snapshot_that_is_said(scene: Scene) -> None:
    scene.changes.told = None
    scene.action.show.trigger()
    await turn_until(lambda: bool(scene.said))
    assert scene.said == ["There is no snapshot: larger than 512 MB."]


async def test_nothing_is_taken_back_of_one_that_runs_or_changed_nothing(scene: Scene) -> None:
    for changes in ({"isLive": True}, {"files": [], "patch": ""}):
        scene.changes.told = told(**changes)
        dialog = await scene.opened()
        assert not dialog.back.isEnabled()
        dialog.reject()
        await turn_until(lambda: scene.action.dialog is None)
