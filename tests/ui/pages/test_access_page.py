"""The Access page: what waits, who has access, what was decided, where jobs may work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import delete

from llmgw_desktop.app.gateway.web.codes import PairingState
from llmgw_desktop.domain.access.consent import ConsentWay
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import GrantsChanged, PermissionChanged
from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay, PermissionAnswer
from llmgw_desktop.domain.jobs.cli_settings import Contain, ContainSettings, LimitWait, Network
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.store.access.pocket import pocket_door
from llmgw_desktop.ui.access.devices import PairingDialog
from llmgw_desktop.ui.access.page import AccessPage
from llmgw_desktop.ui.access.section import AccessSection
from llmgw_desktop.ui.access.workspaces import WorkspaceDialog
from llmgw_desktop.ui.questions.group_dialog import GroupDialog
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import QuestionDialog, WorktreeDialog
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.support.access_scene import set_access_scene
from tests.support.plain_questions import NOW_S, agent_decision, ask, permission, terminal_job
from tests.support.plain_runs import plain_job
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import PlainGateway


class Stage:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "run" / "access.key")
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        tray = Tray(theme.icons, lambda: False)
        self.shell = DesktopShell(self.gateway, theme, tray, self.settings)

    @property
    def window(self) -> MainWindow:
        assert self.shell.window is not None
        return self.shell.window

    @property
    def page(self) -> AccessPage:
        found = self.window.page("access")
        assert isinstance(found, AccessPage)
        return found

    async def show(self, tab: str) -> AccessPage:
        """With what is read for it."""
        self.window.show_page("access")
        self.page.show_tab(tab)
        QApplication.processEvents()
        return self.page

    async def cards(self, section: AccessSection, count: int) -> list[str]:
        await turn_until(lambda: len(section.list.cards) == count)
        return list(section.list.cards)

    def dialog(self, kind: type[QDialog]) -> QDialog | None:
        found = self.window.findChild(kind)
        return found if isinstance(found, QDialog) else None


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path)
    await made.shell.start()
    made.shell.open(hidden=False)
    yield made
    await made.shell.stop()
    delete(made.window)


async def test_empty_parts_say_so(stage: Stage) -> None:
    for tab in ("waiting", "holders", "decisions", "workspaces", "worktrees"):
        page = await stage.show(tab)
        assert page.tab == tab
        part = page._stack.currentWidget()
        if isinstance(part, AccessSection):
            await stage.cards(part, 0)
            assert part.list.currentIndex() == 0


async def test_what_waits_can_be_denied_and_looked_at(stage: Stage) -> None:
    set_access_scene(stage.gateway)
    page = await stage.show("waiting")
    ids = await stage.cards(page.waiting, 4)
    assert ids == ["ask_0001", "prm_0001", "prm_0002", "prm_0003"], "what is lost first"
    words = [button.text() for button in page.waiting.list.cards["ask_0001"].buttons]
    assert words == ["Deny", "Look…"], "allowing takes the look"
    page.waiting.list.cards["prm_0002"].buttons[0].click()
    assert stage.gateway.questions.agents.answers[0][1].decision is Decision.DENY
    page.waiting.list.cards["ask_0001"].buttons[0].click()
    answer = stage.gateway.questions.consents.answers[0][1]
    assert (answer.allowed, answer.way, answer.person) == (False, ConsentWay.DIALOG, "ada")
    await stage.cards(page.waiting, 2)
    page.waiting.list.cards["prm_0001"].buttons[1].click()
    dialog = stage.shell._question_watch.dialog
    assert dialog is not None
    assert dialog.question.id == "prm_0001"  # type: ignore[attr-defined]


async def test_several_of_one_kind_have_one_answer(stage: Stage) -> None:
    questions = stage.gateway.questions
    questions.appear(*(permission(number, job_id="job_1") for number in (1, 2, 3)))
    questions.appear(permission(4, job_id="job_2"))
    page = await stage.show("waiting")
    await stage.cards(page.waiting, 4)
    cards = page.waiting.list.cards
    words = {key: [each.text() for each in card.buttons] for key, card in cards.items()}
    assert words["prm_0001"] == ["Deny", "Look…", "All 3…"]
    assert words["prm_0002"] == words["prm_0004"] == ["Deny", "Look…"]
    cards["prm_0001"].buttons[2].click()
    dialog = stage.shell._question_watch.dialog
    assert isinstance(dialog, GroupDialog)
    assert [each.id for each in dialog.items] == ["prm_0001", "prm_0002", "prm_0003"]
    assert len(dialog.pieces) >= 3, "each is shown whole"
    assert dialog.deny.text() == "Deny: all 3"
    dialog.arming.set_active(True)
    assert list(dialog.choices) == ["once"]
    assert not dialog.choices["once"].isEnabled(), "not before it was looked at"
    questions.agents.answer(
        "prm_0002", PermissionAnswer(decision=Decision.DENY, way=DecisionWay.COMMAND, at_s=NOW_S)
    )
    await turn_until(
        lambda: getattr(stage.shell._question_watch.dialog, "items", ()) != dialog.items
    )
    left = stage.shell._question_watch.dialog
    assert isinstance(left, GroupDialog)
    assert [each.id for each in left.items] == ["prm_0001", "prm_0003"], "what is left of it"
    left.reject()
    assert stage.shell._question_watch.dialog is None
    assert len(questions.open) == 3, "whoever closes it leaves them waiting"
    page.waiting.list.cards["prm_0001"].buttons[2].click()
    again = stage.shell._question_watch.dialog
    assert isinstance(again, GroupDialog)
    again.chosen.emit("once")
    await turn_until(lambda: len(questions.open) == 1)
    assert [
        (asked.id, answer.decision, answer.person) for asked, answer in questions.agents.answers[1:]
    ] == [("prm_0001", Decision.ONCE, "ada"), ("prm_0003", Decision.ONCE, "ada")]


async def test_a_job_at_a_limit_is_told_here_whether_it_may_go_on(stage: Stage) -> None:
    questions = stage.gateway.questions
    wait = LimitWait(since_s=NOW_S, due_at_s=NOW_S + 600, is_known=True, reason="5 h", asks=True)
    for number in (1, 2, 3):
        job = replace(plain_job(number, id=f"job_{number}"), state=JobState.PARKED, limit_wait=wait)
        questions.limits.put(job)
    page = await stage.show("waiting")
    await stage.cards(page.waiting, 3)
    first = page.waiting.list.cards["lim_1"]
    words = [each.text() for each in first.buttons]
    assert words == ["Go on after it", "Go on now", "All 3 after it"]
    page.waiting.list.cards["lim_2"].buttons[1].click()
    await stage.cards(page.waiting, 2)
    assert questions.limits.went_on == [("job_2", True)]
    page.waiting.list.cards["lim_1"].buttons[2].click()
    await stage.cards(page.waiting, 0)
    assert questions.limits.went_on[1:] == [("job_1", False), ("job_3", False)]


async def test_what_a_terminal_only_tells_is_taken_off(stage: Stage) -> None:
    """Nothing can be allowed or denied here, and no dialog comes up for it."""
    questions = stage.gateway.questions
    questions.told.tell(terminal_job(), ask())
    page = await stage.show("waiting")
    await stage.cards(page.waiting, 1)
    (card,) = page.waiting.list.cards.values()
    assert card.accessibleName().startswith("Grok asks in its terminal: run pytest -q")
    assert [each.text() for each in card.buttons] == ["Take off"]
    assert stage.shell._question_watch.dialog is None
    card.buttons[0].click()
    await stage.cards(page.waiting, 0)


async def test_a_new_question_comes_into_the_list(stage: Stage) -> None:
    page = await stage.show("waiting")
    stage.gateway.questions.agents.put(permission(9))
    await stage.cards(page.waiting, 1)
    assert page._tabs.tabText(0) == "Waiting (1)"


async def test_a_hundred_questions_come_in_turns_of_the_loop(stage: Stage) -> None:
    page = await stage.show("waiting")
    for number in range(100):
        stage.gateway.questions.agents.put(permission(number))
    page.waiting.read()
    assert 0 < len(page.waiting.list.cards) < 10
    await stage.cards(page.waiting, 100)
    bar = page.waiting.list._scroll.verticalScrollBar()
    await turn_until(lambda: bar.maximum() > 2000)
    bar.setValue(2000)
    stage.gateway.questions.agents.put(permission(100))
    await stage.cards(page.waiting, 101)
    await turn_until(lambda: bar.value() == 2000)


async def test_revoking_holds_at_once_and_can_be_undone(stage: Stage) -> None:
    set_access_scene(stage.gateway)
    page = await stage.show("holders")
    assert await stage.cards(page.holders, 4) == ["grt_0001", "grt_0002", "cli_0002", "cli_0001"]
    for holder in ("grt_0001", "cli_0001"):
        page.holders.list.cards[holder].buttons[0].click()
        await stage.cards(page.holders, 3)
        assert "has no access any more." in stage.window._undo.text
        stage.window._undo.undo()
        await stage.cards(page.holders, 4)
        assert "has access again." in stage.window._undo.text


async def test_who_has_access_is_read_again_when_it_changes(stage: Stage) -> None:
    page = await stage.show("holders")
    set_access_scene(stage.gateway)
    stage.gateway.control.publish(GrantsChanged())
    assert len(await stage.cards(page.holders, 4)) == 4


async def test_decisions_are_listed_filtered_and_told_in_full(stage: Stage) -> None:
    set_access_scene(stage.gateway)
    page = await stage.show("decisions")
    pane = page.decisions
    await turn_until(lambda: len(pane.table.rows) == 8)
    assert pane.table.rows[0].cells[6] == "3.2 s"
    pane.kinds.choose("gate")
    assert len(pane.table.rows) == 2
    pane.kinds.choose("all")
    pane.field.setText("parser alone")
    assert len(pane.table.rows) == 1
    pane.table.choose_row(0)
    assert "Denied: Use the test of the parser alone" in pane.more_words
    new = agent_decision(0, way=DecisionWay.COMMAND)
    stage.gateway.decisions.agents.append(new)
    stage.gateway.control.publish(PermissionChanged(question=new.question, answer=new.answer))
    pane.field.clear()
    await turn_until(lambda: len(pane.table.rows) == 9)


async def test_decisions_that_cannot_be_read_say_why(stage: Stage) -> None:
    stage.gateway.decisions.trouble = StoreUnavailable("The disk cannot be read: gateway.db.")
    page = await stage.show("decisions")
    await turn_until(lambda: not page._trouble.isHidden())
    assert "The disk cannot be read" in page._trouble.words


async def test_workspaces_are_added_changed_and_removed(stage: Stage, tmp_path: Path) -> None:
    page = await stage.show("workspaces")
    page.workspaces.add.click()
    dialog = stage.dialog(WorkspaceDialog)
    assert isinstance(dialog, WorkspaceDialog)
    dialog._alias.setText("app")
    dialog._path.setText(str(tmp_path / "gone"))
    dialog._save.click()
    await turn_until(lambda: dialog._fields["path"].note == "there is no such folder")
    dialog._path.setText(str(tmp_path))
    dialog._save.click()
    await stage.cards(page.workspaces, 1)
    page.workspaces.list.cards["app"].buttons[0].click()
    await turn_until(lambda: len(stage.window.findChildren(WorkspaceDialog)) >= 1)
    changing = stage.window.findChildren(WorkspaceDialog)[-1]
    assert isinstance(changing, WorkspaceDialog)
    changing._default.set_on(True)
    contained = changing._contained
    assert changing.containment == ContainSettings()
    contained._contain.choose("always")
    contained._network.choose("loopback")
    contained._readable.setPlainText("~/.ssh\n\n /data ")
    changing._save.click()
    await turn_until(lambda: stage.gateway.registry.known[0].is_default)
    assert stage.gateway.registry.known[0].containment == ContainSettings(
        contain=Contain.ALWAYS, network=Network.LOOPBACK, readable=("~/.ssh", "/data")
    )
    await turn_until(lambda: page.workspaces.list.cards["app"].accessibleDescription() != "")
    page.workspaces.list.cards["app"].buttons[1].click()
    question = stage.dialog(QuestionDialog)
    assert isinstance(question, QuestionDialog)
    question.yes.click()
    await stage.cards(page.workspaces, 0)


async def test_those_of_the_settings_are_changed_there(stage: Stage) -> None:
    set_access_scene(stage.gateway)
    page = await stage.show("workspaces")
    await stage.cards(page.workspaces, 2)
    assert page.workspaces.list.cards["site"].buttons == []


async def test_worktrees_are_read_and_removed_with_a_question(stage: Stage) -> None:
    set_access_scene(stage.gateway)
    page = await stage.show("worktrees")
    await stage.cards(page.worktrees, 3)
    cards = page.worktrees.list.cards
    assert [button.text() for button in cards["wt_1"].buttons] == ["Changes…"], "it is in use"
    cards["wt_2"].buttons[0].click()
    await turn_until(lambda: stage.dialog(WorktreeDialog) is not None)
    dialog = stage.dialog(WorktreeDialog)
    assert isinstance(dialog, WorktreeDialog)
    assert '+    return text.split(",")' in dialog.patch.toPlainText()
    dialog.accept()
    cards["wt_3"].buttons[1].click()
    question = stage.dialog(QuestionDialog)
    assert isinstance(question, QuestionDialog)
    assert question.no.isDefault()
    question.yes.click()
    await stage.cards(page.worktrees, 2)
    assert stage.gateway.trees.removed == [("wt_3", True)]


async def test_the_tab_is_remembered(stage: Stage) -> None:
    page = await stage.show("workspaces")
    stage.window.save()
    stage.settings.beginGroup("page-access")
    page.show_tab("waiting")
    page.restore_state(stage.settings)
    stage.settings.endGroup()
    assert page.tab == "workspaces"


async def test_how_long_before_allow_is_kept(stage: Stage) -> None:
    page = await stage.show("waiting")
    page.waiting.delay.choose("5000")
    page.waiting.delay.activated.emit(2)
    assert stage.settings.value("questions/arm-after-ms") == 5000


async def test_a_device_is_paired_in_the_window_and_taken_back(
    stage: Stage, tmp_path: Path
) -> None:
    pocket = stage.gateway.pocket
    page = await stage.show("devices")
    assert not page.devices.pair.isEnabled(), "it is off"
    led: list[str] = []
    page.devices.setting_wanted.connect(led.append)
    page.devices.setting.click()
    assert led == ["pocket.on"]
    pocket.door = pocket_door(tmp_path, "127.0.0.1")
    pocket.url = "https://127.0.0.1:3443"
    page.devices.read()
    assert not page.devices.setting.isVisible()
    page.devices.pair.click()
    dialog = stage.dialog(PairingDialog)
    assert isinstance(dialog, PairingDialog)
    dialog.save_wanted.emit()
    assert "1 to 40 characters" in dialog.problem
    dialog.name.setText("Pixel 9")
    dialog.save_wanted.emit()
    assert dialog.code.isVisible()
    assert dialog.print.text().replace(":", "").lower() == pocket.door.fingerprint
    assert not dialog._save.isEnabled(), "nobody has shown the code"
    offer = dialog._offer
    assert offer is not None
    code = offer.url.partition("/p/")[2].partition("#")[0]
    claimed = pocket.pairings.claimed_by(code, "192.168.1.9")
    assert claimed is not None
    await turn_until(dialog._save.isEnabled)
    assert claimed[0].claim is not None
    assert dialog.two_words.text() == claimed[0].claim.words
    assert not dialog.code.isVisible()
    dialog.save_wanted.emit()
    (key,) = await stage.cards(page.devices, 1)
    assert page.devices.list.cards[key].accessibleName() == "Pixel 9"
    page.devices.list.cards[key].buttons[0].click()
    await stage.cards(page.devices, 0)
    assert pocket.devices.all() == ()


async def test_a_device_whose_time_is_over_is_shown_as_that(stage: Stage) -> None:
    pocket = stage.gateway.pocket
    now_s = pocket.clock.now_s()
    pocket.devices.add("Tablet", "a", now_s - 9, now_s + 9e6)
    pocket.devices.add("Pixel 9", "b", now_s - 9, now_s - 1)
    page = await stage.show("devices")
    await stage.cards(page.devices, 2)
    told = {
        card.accessibleName(): card.accessibleDescription()
        for card in page.devices.list.cards.values()
    }
    assert "sees nothing any more" in told["Pixel 9"]
    assert "sees nothing any more" not in told["Tablet"]


async def test_a_pairing_dialog_that_is_closed_pairs_nothing(stage: Stage, tmp_path: Path) -> None:
    pocket = stage.gateway.pocket
    pocket.door, pocket.url = pocket_door(tmp_path, "127.0.0.1"), "https://127.0.0.1:3443"
    page = await stage.show("devices")
    page.devices.read()
    page.devices.pair.click()
    dialog = stage.dialog(PairingDialog)
    assert isinstance(dialog, PairingDialog)
    dialog.name.setText("Pixel 9")
    dialog.save_wanted.emit()
    assert dialog._offer is not None
    pairing = dialog._offer.pairing
    dialog.reject()
    assert pairing.state is PairingState.REFUSED
    assert pocket.pairings.find(pairing.id) is None
