"""A job is started from the window: what can be chosen and asked, what is said of a refusal."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from llmgw_desktop.app.jobs.starting import JobStarter, StarterParts
from llmgw_desktop.domain.access.principal import LOCAL, SITTING
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.approval import ApprovalSettings, Asking
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.workspace import Workspace, WorkspaceKind
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.ui.jobs.new_job import NewJobDialog
from llmgw_desktop.ui.jobs.page import HowToAsk, JobsPage
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_runs import plain_job
from tests.ui.jobs.conftest import PlainBench, turn_until


class StartBench(PlainBench):
    """A page that starts jobs, of plain runs."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        super().__init__(theme, folder)
        self.page.deleteLater()
        self.known: list[Workspace] = []
        self.said = Settings()
        self.runs.ready = ("claude", "codex")
        self.starter = JobStarter(
            StarterParts(
                runs=self.runs,
                settings=lambda: self.said,
                ready=lambda: self.runs.ready,
                workspaces=lambda: self.known,
                recent=self.runs.list,
                is_ours=lambda path: folder / "own" in path.parents,
                hand_overs=self.runs,
            )
        )
        how = HowToAsk(lambda: {"OpenAI": "http://x/v1"}, folder / "key", lambda: self.starter)
        self.page = JobsPage(self.jobs, how, self.bridge, theme, settings=self.settings)

    async def dialog(self) -> NewJobDialog:
        await self.show()
        made = self.page.new_job()
        assert made is not None
        await turn_until(lambda: made.cli.count() or made.problem)
        return made


@pytest_asyncio.fixture
async def bench(theme: Theme, tmp_path: Path) -> AsyncIterator[StartBench]:
    made = StartBench(theme, tmp_path)
    yield made
    await made.close()


def choose(box: object, key: str) -> None:
    box.choose(key)  # type: ignore[attr-defined]
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined]


async def test_what_is_filled_in_is_asked_in_the_persons_name_and_opened(bench: StartBench) -> None:
    bench.known.append(Workspace(alias="app", path="/src/app", kind=WorkspaceKind.GIT))
    dialog = await bench.dialog()
    assert not dialog._save.isEnabled()
    dialog.prompt.setPlainText("Mend the parser")
    choose(dialog.cli, "codex")
    choose(dialog.where, "app")
    dialog.own_worktree.click()
    QTest.keyClick(dialog.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await turn_until(lambda: bench.runs.asked)
    [(cli, fields, principal)] = bench.runs.asked
    assert (cli, principal) == ("codex", SITTING)
    assert fields == {
        "prompt": "Mend the parser",
        "forceRefresh": True,
        "workspace": "app",
        "approvals": "ask",
        "worktree": True,
    }
    await turn_until(lambda: bench.page.pane.job is not None)
    assert bench.page.pane.job is not None
    assert bench.page.pane.job.title == "Mend the parser"
    assert bench.page.browser.is_open


async def test_without_a_folder_it_is_asked_for_none(bench: StartBench) -> None:
    dialog = await bench.dialog()
    dialog.prompt.setPlainText("Say hello")
    dialog.asks.click()
    assert not dialog.own_worktree.isEnabled()
    dialog.save_wanted.emit()
    dialog.save_wanted.emit()
    await turn_until(lambda: bench.runs.asked)
    assert [fields for _, fields, _ in bench.runs.asked] == [
        {"prompt": "Say hello", "forceRefresh": True}
    ]


async def test_a_model_of_the_list_or_another_by_its_name(bench: StartBench) -> None:
    bench.said = Settings(
        clis=(CliSettings(name=CliName.CLAUDE, models=("opus",), default_model="haiku"),)
    )
    dialog = await bench.dialog()
    assert dialog.model.itemText(0) == "Its usual one, haiku"
    choose(dialog.model, "opus")
    assert dialog.filled.model == "opus"
    choose(dialog.model, "\0other")
    assert not dialog.other_model.isHidden()
    dialog.prompt.setPlainText("Say hello")
    assert not dialog._save.isEnabled(), "it has no name yet"
    dialog.other_model.setText(" opus-next ")
    assert dialog.filled.model == "opus-next"
    assert dialog._save.isEnabled()


async def test_a_refusal_stands_beside_its_field_and_nothing_is_lost(bench: StartBench) -> None:
    bench.runs.ask_trouble = InvalidRun("there is no folder '/gone'", field="workingDir")
    dialog = await bench.dialog()
    dialog.prompt.setPlainText("Say hello")
    dialog.save_wanted.emit()
    await turn_until(lambda: dialog._fields["workingDir"].note.startswith("There is"))
    assert dialog._fields["workingDir"].note == "There is no folder '/gone'."
    assert (dialog.problem, dialog.prompt.text) == ("", "Say hello")
    assert dialog._save.isEnabled()
    bench.runs.ask_trouble = StoreUnavailable("The disk is full.")
    dialog.save_wanted.emit()
    await turn_until(lambda: dialog.problem)
    assert dialog.problem == "The disk is full."
    bench.runs.ask_trouble = None
    dialog.save_wanted.emit()
    await turn_until(lambda: bench.runs.asked)


async def test_folders_of_the_persons_own_jobs_come_back(bench: StartBench, tmp_path: Path) -> None:
    here, own = tmp_path / "here", tmp_path / "own" / "wtr_1"
    for folder in (here / "below", own):
        folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(here)], check=True)
    done: dict[str, object] = {"state": JobState.COMPLETED, "owner": LOCAL.client_id}
    bench.runs.put(
        plain_job(1, working_dir=str(here / "below"), **done),
        plain_job(2, working_dir=str(here / "below"), **done),
        plain_job(3, working_dir=str(own), **done),
        plain_job(4, working_dir=str(tmp_path / "gone"), **done),
        plain_job(5, working_dir=str(tmp_path), state=JobState.COMPLETED, owner="cli_other"),
    )
    [place] = bench.starter.choices().places
    assert (place.path, place.is_git) == (str(here / "below"), True)
    dialog = await bench.dialog()
    assert dialog.where.count() == 2
    choose(dialog.where, str(here / "below"))
    assert dialog.own_worktree.isEnabled()
    dialog.choose_folder(str(tmp_path))
    assert dialog.filled.folder == str(tmp_path)
    assert not dialog.own_worktree.isEnabled()


async def test_settings_that_let_only_asking_agents_run_leave_no_choice(bench: StartBench) -> None:
    bench.said = Settings(approvals=ApprovalSettings(agents=Asking.ASK))
    dialog = await bench.dialog()
    assert dialog.asks.isChecked()
    assert not dialog.asks.isEnabled()
    assert "approvals.agents" in dialog._fields["approvals"].note


async def test_without_any_cli_it_says_so(bench: StartBench) -> None:
    bench.runs.ready = ()
    dialog = await bench.dialog()
    assert dialog.problem == "No CLI that the gateway can run is installed and switched on."
    dialog.prompt.setPlainText("Say hello")
    assert not dialog._save.isEnabled()
    QTest.keyClick(dialog.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bench.runs.asked == []


async def test_what_was_chosen_last_stands_there_first(bench: StartBench) -> None:
    dialog = await bench.dialog()
    choose(dialog.cli, "codex")
    dialog.asks.click()
    dialog.prompt.setPlainText("Say hello")
    dialog.save_wanted.emit()
    await turn_until(lambda: bench.runs.asked)
    again = await bench.dialog()
    assert again.cli.key == "codex"
    assert not again.asks.isChecked()


async def test_esc_in_the_prompt_leaves(bench: StartBench) -> None:
    dialog = await bench.dialog()
    QTest.keyClick(dialog.prompt, Qt.Key.Key_Escape)
    await turn_until(lambda: bench.page.window().findChild(NewJobDialog) is None)


async def test_a_conversation_that_is_handed_over_stands_there_to_be_changed(
    bench: StartBench, tmp_path: Path
) -> None:
    for folder, key in ((tmp_path, str(tmp_path)), (tmp_path / "gone", "")):
        await bench.show()
        made = bench.page.new_job("Go on with it.", str(folder), "flt_1")
        assert made is not None
        await turn_until(lambda made=made: made.cli.count() or made.problem)
        assert (made.filled.prompt, made.filled.folder) == ("Go on with it.", key)
        assert made.filled.goes_on_from == "flt_1"
        made.reject()
