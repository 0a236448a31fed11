"""Takes pictures of the Access page and of the dialogs that ask a person, full, empty and with
hostile content.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.ui.pictures.window import Studio

_WAIT_MS = 400


def _page(studio: Studio, tab: str, *, full: bool = True, hostile: bool = False) -> None:
    from tests.support.access_scene import set_access_scene

    if full:
        set_access_scene(studio.gateway, hostile=hostile)
    studio.show("access")
    assert studio.shell.window is not None
    studio.shell.window.page("access").show_tab(tab)  # type: ignore[attr-defined]
    _wait()
    if tab == "decisions" and full:
        studio.shell.window.page("access").decisions.table.choose_row(3)  # type: ignore[attr-defined]
        _wait()


def _dialog(studio: Studio, question: object) -> None:
    from llmgw_desktop.domain.access.consent import ConsentQuestion
    from llmgw_desktop.domain.brakes import HeldQuestion

    studio.show()
    questions = studio.gateway.questions
    desk = questions.consents if isinstance(question, ConsentQuestion) else questions.agents
    if isinstance(question, HeldQuestion):
        desk = questions.holds
    desk.put(question)  # type: ignore[arg-type]
    studio.shell._question_watch.open_question(question.id)  # type: ignore[attr-defined]
    _wait()
    studio.subject = studio.shell._question_watch.dialog


def _wait(ms: int = _WAIT_MS) -> None:
    """In a loop of Qt's own: a waiting test would keep the interpreter's lock from the reader."""
    from PySide6.QtCore import QEventLoop, QTimer

    waiting = QEventLoop()
    QTimer.singleShot(ms, waiting.quit)
    waiting.exec()


def access_waiting(studio: Studio) -> None:
    _page(studio, "waiting")


def access_waiting_all(studio: Studio) -> None:
    """Every kind, and some that may have one answer."""
    from llmgw_desktop.domain.cli import CliName
    from llmgw_desktop.domain.events import TerminalTold
    from llmgw_desktop.domain.jobs.cli_settings import LimitWait
    from llmgw_desktop.domain.jobs.job import JobState
    from tests.support.plain_questions import NOW_S, consent, held, permission
    from tests.support.plain_runs import plain_job

    questions = studio.gateway.questions
    questions.appear(consent(), *(permission(each, job_id="job_1") for each in (1, 2, 3)))
    questions.holds.put(held())
    wait = LimitWait(
        since_s=NOW_S - 60, due_at_s=NOW_S + 3600, is_known=True, reason="5-hour limit", asks=True
    )
    for number in (1, 2):
        questions.limits.put(plain_job(number, state=JobState.PARKED, limit_wait=wait))
    grok = {"id": "told_1", "job_id": "term_grok_1", "cli": CliName.GROK}
    told = permission(9, **grok, job_title="a terminal in app")
    questions._bus.publish(TerminalTold(question=told))  # no loop turns here
    _page(studio, "waiting", full=False)


def access_rules(studio: Studio) -> None:
    from tests.ui.test_access_rules import SETTINGS_FILE

    studio.show("access")
    assert studio.shell.window is not None
    page = studio.shell.window.page("access")
    file = page.rules._rules._file  # type: ignore[attr-defined]
    file.write_text(SETTINGS_FILE)
    page.show_tab("rules")  # type: ignore[attr-defined]
    _wait()


def access_rules_empty(studio: Studio) -> None:
    _page(studio, "rules", full=False)


def question_group(studio: Studio) -> None:
    access_waiting_all(studio)
    studio.shell._question_watch.open_group("prm_0001")
    _wait()
    studio.subject = studio.shell._question_watch.dialog


def access_waiting_hostile(studio: Studio) -> None:
    _page(studio, "waiting", hostile=True)


def access_waiting_empty(studio: Studio) -> None:
    _page(studio, "waiting", full=False)


def access_holders(studio: Studio) -> None:
    _page(studio, "holders")


def access_holders_hostile(studio: Studio) -> None:
    _page(studio, "holders", hostile=True)


def access_holders_empty(studio: Studio) -> None:
    _page(studio, "holders", full=False)


def access_revoked(studio: Studio) -> None:
    _page(studio, "holders")
    page = studio.shell.window.page("access")  # type: ignore[union-attr]
    page.holders.list.cards["grt_0001"].buttons[0].click()  # type: ignore[attr-defined]
    _wait()


def access_devices(studio: Studio) -> None:
    _pocket_on(studio)
    pocket = studio.gateway.pocket
    now_s = pocket.clock.now_s()
    for name in ("Pixel 9", "Ada's tablet in the kitchen"):
        pocket.devices.add(name, name, now_s, now_s + 90 * 86_400)
    _page(studio, "devices")


def access_devices_empty(studio: Studio) -> None:
    _page(studio, "devices", full=False)


def access_device_code(studio: Studio) -> None:
    _pairing(studio, is_claimed=False)


def access_device_words(studio: Studio) -> None:
    _pairing(studio, is_claimed=True)


def _pocket_on(studio: Studio) -> None:
    from tempfile import mkdtemp

    from llmgw_desktop.store.access.pocket import pocket_door

    pocket = studio.gateway.pocket
    pocket.door = pocket_door(Path(mkdtemp()), "192.168.1.5")
    pocket.url = "https://192.168.1.5:3443"


def _pairing(studio: Studio, *, is_claimed: bool) -> None:
    from PySide6.QtWidgets import QApplication

    from llmgw_desktop.ui.access.devices import PairingDialog
    from llmgw_desktop.ui.bridge import Bridge

    _pocket_on(studio)
    _page(studio, "devices")
    waits: list[object] = []
    Bridge.run = lambda _, work, *, name: waits.append(work)  # type: ignore[method-assign, assignment, return-value]
    page = studio.shell.window.page("access")  # type: ignore[union-attr]
    page.devices.pair.click()  # type: ignore[attr-defined]
    QApplication.processEvents()
    dialog = studio.shell.window.findChild(PairingDialog)  # type: ignore[union-attr]
    assert isinstance(dialog, PairingDialog)
    dialog.name.setText("Pixel 9")
    dialog.save_wanted.emit()
    offer = dialog._offer
    assert offer is not None
    if is_claimed:
        code = offer.url.partition("/p/")[2].partition("#")[0]
        studio.gateway.pocket.pairings.claimed_by(code, "192.168.1.9")
        asyncio.run(waits[0])  # type: ignore[arg-type]
    _wait()
    studio.subject = dialog


def access_decisions(studio: Studio) -> None:
    _page(studio, "decisions")


def access_decisions_empty(studio: Studio) -> None:
    _page(studio, "decisions", full=False)


def access_changes(studio: Studio) -> None:
    _page(studio, "changes")
    studio.shell.window.page("access").changes.table.choose_row(5)  # type: ignore[union-attr]
    _wait()


def access_changes_hostile(studio: Studio) -> None:
    _page(studio, "changes", hostile=True)


def access_changes_empty(studio: Studio) -> None:
    _page(studio, "changes", full=False)


def access_changes_searched(studio: Studio) -> None:
    _page(studio, "changes")
    studio.shell.window.page("access").changes.field.setText("nothing has this")  # type: ignore[union-attr]
    _wait(800)


def access_changes_tampered(studio: Studio) -> None:
    import sqlite3

    _page(studio, "changes")
    connection = sqlite3.connect(studio.gateway.audit._path)
    connection.execute("DROP TRIGGER IF EXISTS audit_log_unchanged")
    connection.execute("UPDATE audit_log SET digest = 'x' WHERE number = 4")
    connection.commit()
    connection.close()
    studio.shell.window.page("access").changes.check.click()  # type: ignore[union-attr]
    _wait(800)


def access_workspaces(studio: Studio) -> None:
    _page(studio, "workspaces")


def access_workspaces_empty(studio: Studio) -> None:
    _page(studio, "workspaces", full=False)


def access_workspace_dialog(studio: Studio) -> None:
    _page(studio, "workspaces")
    page = studio.shell.window.page("access")  # type: ignore[union-attr]
    studio.subject = page.workspaces.open_dialog()  # type: ignore[attr-defined]
    _wait()


def access_workspace_change(studio: Studio) -> None:
    _page(studio, "workspaces")
    section = studio.shell.window.page("access").workspaces  # type: ignore[union-attr, attr-defined]
    studio.subject = section.open_dialog(section._cards["app"])


def access_worktrees(studio: Studio) -> None:
    _page(studio, "worktrees")


def access_worktrees_empty(studio: Studio) -> None:
    _page(studio, "worktrees", full=False)


def access_worktree_diff(studio: Studio) -> None:
    from PySide6.QtWidgets import QDialog

    _page(studio, "worktrees")
    page = studio.shell.window.page("access")  # type: ignore[union-attr]
    page.worktrees.list.cards["wt_2"].buttons[0].click()  # type: ignore[attr-defined]
    _wait()
    studio.subject = studio.shell.window.findChildren(QDialog)[-1]  # type: ignore[union-attr]


def question_consent(studio: Studio) -> None:
    from tests.support.plain_questions import consent

    _dialog(studio, consent())


def question_consent_details(studio: Studio) -> None:
    from tests.support.plain_questions import consent

    _dialog(studio, consent())
    studio.subject.more.click()  # type: ignore[attr-defined]
    _wait(2000)


def question_consent_hostile(studio: Studio) -> None:
    from tests.support.plain_questions import hostile_consent

    _dialog(studio, hostile_consent())


def question_command(studio: Studio) -> None:
    from tests.support.plain_questions import permission

    _dialog(studio, permission())


def question_command_armed(studio: Studio) -> None:
    from tests.support.plain_questions import permission

    _dialog(studio, permission())
    _wait(2000)


def question_note(studio: Studio) -> None:
    from tests.support.plain_questions import permission

    _dialog(studio, permission())
    studio.subject.with_note.click()  # type: ignore[attr-defined]
    studio.subject.note.setText("Use the test of the parser alone.")  # type: ignore[attr-defined]
    _wait()


def _of_agent(name: str) -> Callable[[Studio], None]:
    """One of the plain questions, as its dialog shows it."""

    def pose(studio: Studio) -> None:
        from tests.support import plain_questions

        _dialog(studio, getattr(plain_questions, f"{name}_permission")())

    pose.__name__ = f"question_{name}"
    return pose


def question_held(studio: Studio) -> None:
    from tests.support.plain_questions import held

    _dialog(studio, held())
    _wait(2000)


def tray_questions(studio: Studio) -> None:
    from PySide6.QtCore import QPoint

    studio.show()
    studio.tray.show_questions(2)
    studio.tray.menu.popup(QPoint(100, 100))
    _wait()
    studio.subject = studio.tray.menu


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        access_waiting,
        access_waiting_all,
        access_rules,
        access_rules_empty,
        access_waiting_hostile,
        access_waiting_empty,
        access_holders,
        access_holders_hostile,
        access_holders_empty,
        access_revoked,
        access_devices,
        access_devices_empty,
        access_device_code,
        access_device_words,
        access_decisions,
        access_decisions_empty,
        access_changes,
        access_changes_hostile,
        access_changes_empty,
        access_changes_searched,
        access_changes_tampered,
        access_workspaces,
        access_workspaces_empty,
        access_workspace_dialog,
        access_workspace_change,
        access_worktrees,
        access_worktrees_empty,
        access_worktree_diff,
        question_consent,
        question_consent_details,
        question_consent_hostile,
        question_command,
        question_command_armed,
        question_note,
        *map(_of_agent, ("edit", "tool", "call", "hostile", "own")),
        question_held,
        question_group,
        tray_questions,
    )
}
