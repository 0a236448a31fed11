"""The tray tells how things stand, and comes when the desktop is ready for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.gateway.control import base_urls
from llmgw_desktop.app.providers.cards import AccountLine, ProviderCard
from llmgw_desktop.app.providers.usage import QuotaLine
from llmgw_desktop.domain.events import GatewayState, GatewayStatus
from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.ui.shell.tray import Tray, TrayJob, TraySnapshot
from llmgw_desktop.ui.theme import Icons

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

URL = "http://127.0.0.1:3333"
URLS = base_urls(URL, "/mcp")


class Desktop:
    """Says whether there is a tray; a test turns it."""

    def __init__(self) -> None:
        self.has_tray = True
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.has_tray


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def tray(qapp: object, desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tray]:
    monkeypatch.setattr("llmgw_desktop.ui.shell.tray._LOOK_EVERY_MS", 40)
    made = Tray(Icons(), desktop)
    yield made
    made.close()


def snapshot(state: GatewayState, **more: object) -> TraySnapshot:
    url = URL if state in (GatewayState.RUNNING, GatewayState.PAUSED) else ""
    return TraySnapshot(
        status=GatewayStatus(state=state, url=url),
        base_urls=URLS if url else {},
        **more,  # type: ignore[arg-type]
    )


def lines(menu: QMenu) -> list[str]:
    return [
        ("" if action.isEnabled() else "(") + action.text()
        for action in menu.actions()
        if action.isVisible() and not action.isSeparator()
    ]


def line(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == text)


def icon_of(tray: Tray) -> QSystemTrayIcon | None:
    found = [each for each in tray.children() if isinstance(each, QSystemTrayIcon)]
    return found[0] if found else None


def test_the_menu_says_how_things_stand(tray: Tray) -> None:
    tray.show(snapshot(GatewayState.RUNNING, under_way=2))
    assert lines(tray.menu) == [
        "(Running on 127.0.0.1:3333 · 2 flights under way",
        "Open LLM Gateway",
        "Copy base URL",
        "Jobs",
        "New job…",
        "Pause gateway",
        "Pause for an hour",
        "Settings…",
        "Quit LLM Gateway",
    ]
    tray.show(snapshot(GatewayState.PAUSED))
    assert lines(tray.menu)[0] == "(Paused on 127.0.0.1:3333 · programs are told to wait"
    assert "Resume gateway" in lines(tray.menu)
    tray.show(snapshot(GatewayState.FAILED, trouble="Port 3333 is held by ollama (pid 812)."))
    assert lines(tray.menu) == [
        "(Not running",
        "(Port 3333 is held by ollama (pid 812).",
        "Open LLM Gateway",
        "(Copy base URL",
        "Jobs",
        "New job…",
        "(Pause gateway",
        "Settings…",
        "Quit LLM Gateway",
    ]


def test_labels_change_in_place(tray: Tray) -> None:
    tray.show(snapshot(GatewayState.RUNNING))
    before = tray.menu.actions()
    copies = line(tray.menu, "Copy base URL").menu()
    assert isinstance(copies, QMenu)
    urls_before = copies.actions()
    for state in GatewayState:
        tray.show(snapshot(state, under_way=1))
    tray.show(snapshot(GatewayState.RUNNING))
    assert tray.menu.actions() == before
    assert copies.actions() == urls_before


def test_each_line_does_what_it_says(tray: Tray, qtbot: QtBot) -> None:
    tray.show(snapshot(GatewayState.RUNNING))
    for text, signal in (
        ("Open LLM Gateway", tray.open_wanted),
        ("Pause gateway", tray.pause_wanted),
        ("Pause for an hour", tray.pause_hour_wanted),
        ("New job…", tray.new_job_wanted),
        ("Settings…", tray.settings_wanted),
        ("Quit LLM Gateway", tray.quit_wanted),
    ):
        with qtbot.waitSignal(signal):
            line(tray.menu, text).trigger()
    tray.show(snapshot(GatewayState.PAUSED))
    with qtbot.waitSignal(tray.resume_wanted):
        line(tray.menu, "Resume gateway").trigger()


def test_base_urls_are_copied_as_they_are_now(tray: Tray) -> None:
    tray.show(snapshot(GatewayState.RUNNING))
    tray.show(
        TraySnapshot(
            status=GatewayStatus(state=GatewayState.RUNNING, url="http://127.0.0.1:4444"),
            base_urls=base_urls("http://127.0.0.1:4444", "/mcp"),
        )
    )
    copies = line(tray.menu, "Copy base URL").menu()
    assert isinstance(copies, QMenu)
    assert [action.text() for action in copies.actions()] == [
        "OpenAI   http://127.0.0.1:4444/v1",
        "Anthropic   http://127.0.0.1:4444",
        "Gemini   http://127.0.0.1:4444",
        "Codex   http://127.0.0.1:4444/v1",
        "MCP   http://127.0.0.1:4444/mcp",
    ]
    copies.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:4444/v1"


def test_a_left_click_opens_the_window_and_a_right_click_does_not(tray: Tray, qtbot: QtBot) -> None:
    tray.start()
    icon = icon_of(tray)
    assert icon is not None
    with qtbot.waitSignal(tray.open_wanted):
        icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    for reason in (
        QSystemTrayIcon.ActivationReason.Context,
        QSystemTrayIcon.ActivationReason.MiddleClick,
    ):
        with qtbot.assertNotEmitted(tray.open_wanted):
            icon.activated.emit(reason)


def test_the_tooltip_and_the_picture_follow_the_state(tray: Tray) -> None:
    tray.start()
    icon = icon_of(tray)
    assert icon is not None
    pictures = set()
    for state in (
        GatewayState.RUNNING,
        GatewayState.PAUSED,
        GatewayState.FAILED,
        GatewayState.STOPPED,
    ):
        tray.show(snapshot(state))
        pictures.add(icon.icon().cacheKey())
    assert len(pictures) == 4
    tray.show(snapshot(GatewayState.RUNNING, under_way=1))
    assert icon.toolTip() == "LLM Gateway: Running on 127.0.0.1:3333 · 1 flight under way"


def test_what_looks_like_markup_is_none_to_a_desktop(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _self, *words: said.append(words[:2])
    )
    tray.start()
    assert tray.say("<b>Done</b>", "job <img src='file://host/share'>")
    assert said == [("‹b>Done‹/b>", "job ‹img src='file://host/share'>")]
    tray.show(snapshot(GatewayState.FAILED, trouble="line 3: <a href='x'>"))
    icon = icon_of(tray)
    assert icon is not None
    assert icon.toolTip().endswith("line 3: ‹a href='x'>")


def test_without_a_tray_there_is_no_icon_and_nothing_is_said(tray: Tray, desktop: Desktop) -> None:
    desktop.has_tray = False
    tray.start()
    assert not tray.is_shown
    assert icon_of(tray) is None
    assert tray.say("title", "text") is False


def test_a_tray_that_comes_up_later_gets_a_new_icon(
    tray: Tray, desktop: Desktop, qtbot: QtBot
) -> None:
    desktop.has_tray = False
    tray.start()
    desktop.has_tray = True
    with qtbot.waitSignal(tray.appeared):
        pass
    assert tray.is_shown
    first = icon_of(tray)
    assert first is not None
    asked = desktop.asked
    qtbot.wait(200)
    assert desktop.asked == asked, "it was found, so nobody asks any more"
    desktop.has_tray = False
    with qtbot.waitSignal(tray.vanished):
        tray.look_again()
    assert not tray.is_shown
    desktop.has_tray = True
    tray.look_again()
    qtbot.waitUntil(lambda: icon_of(tray) is not first)


def test_it_stops_asking_after_half_a_minute(
    tray: Tray, desktop: Desktop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.ui.shell.tray._LOOK_FOR_MS", 0)
    desktop.has_tray = False
    tray.start()
    qtbot.waitUntil(lambda: desktop.asked == 2)
    qtbot.wait(200)
    assert desktop.asked == 2
    assert tray.look_again() is False


def card(name: str, words: str, *, enabled: bool = True) -> ProviderCard:
    return ProviderCard(
        name=name,
        kind="OpenAI",
        address="",
        state=AccountState.READY,
        words=words,
        models="",
        enabled=enabled,
        is_practice=name == "practice",
        accounts=(),
    )


def test_providers_are_switched_from_the_menu(tray: Tray, qtbot: QtBot) -> None:
    tray.show_providers(
        [
            card("claude", "ready"),
            card("work", "cooling 2 m"),
            card("groq", "off", enabled=False),
            card("practice", "always there"),
        ]
    )
    menu = line(tray.menu, "Providers").menu()
    assert isinstance(menu, QMenu)
    assert [(each.text(), each.isChecked()) for each in menu.actions()] == [
        ("claude", True),
        ("work (cooling 2 m)", True),
        ("groq", False),
    ]
    before = menu.actions()
    with qtbot.waitSignal(tray.provider_toggled) as told:
        before[0].trigger()
    assert told.args == ["claude", False]
    tray.show_providers(
        [card("claude", "off", enabled=False), card("work", "ready"), card("groq", "ready")]
    )
    assert menu.actions() == before, "labels change in place"
    assert [(each.text(), each.isChecked()) for each in before] == [
        ("claude", False),
        ("work", True),
        ("groq", True),
    ]


def test_without_providers_there_is_no_such_menu(tray: Tray) -> None:
    tray.show_providers([card("practice", "always there")])
    assert "Providers" not in lines(tray.menu)


def test_what_is_left_of_a_quota_stands_beside_its_provider(tray: Tray) -> None:
    quotas = (
        QuotaLine(name="minute", left_share=0.01, words="", is_low=True, is_brief=True),
        QuotaLine(name="week", left_share=0.8, words="", is_low=False),
        QuotaLine(name="5 h", left_share=0.25, words="", is_low=False),
        QuotaLine(name="month", left_share=None, words="", is_low=False),
    )
    account = AccountLine(
        id="claude",
        name="",
        credential="",
        used="",
        state=AccountState.READY,
        words="",
        reason="",
        last_error="",
        quotas=quotas,
        can_ask_again=False,
        wants_key=False,
        awaits_key=False,
        can_be_switched=False,
    )
    tray.show_providers([replace(card("claude", "ready"), accounts=(account,))])
    menu = line(tray.menu, "Providers").menu()
    assert isinstance(menu, QMenu)
    assert [each.text() for each in menu.actions()] == ["claude (5 h: 25 % left)"]


def test_jobs_that_go_on_have_lines_that_lead_to_them(tray: Tray, qtbot: QtBot) -> None:
    menu = line(tray.menu, "Jobs").menu()
    assert isinstance(menu, QMenu)
    before = menu.actions()
    tray.show_jobs([TrayJob(job_id=f"job_{n}", words=f"codex · R&D {n} · 4 m") for n in range(12)])
    assert menu.title() == "Jobs (12 under way)"
    assert menu.actions() == before, "labels change in place"
    shown = [each.text() for each in before if each.isVisible() and not each.isSeparator()]
    assert shown == [*(f"codex · R&&D {n} · 4 m" for n in range(8)), "All jobs"]
    with qtbot.waitSignal(tray.job_wanted) as told:
        before[3].trigger()
    assert told.args == ["job_3"]
    tray.show_jobs([])
    assert lines(menu) == ["All jobs"]
    assert menu.title() == "Jobs"


def test_today_and_the_end_of_a_pause_are_told(tray: Tray) -> None:
    tray.show(snapshot(GatewayState.PAUSED))
    assert "Pause for an hour" not in lines(tray.menu)
    tray.show_pause("until 15:01")
    tray.show_today("Today $3.20 · 83 % from cache · 412 flights")
    assert lines(tray.menu)[:2] == [
        "(Paused on 127.0.0.1:3333 · programs are told to wait · until 15:01",
        "(Today $3.20 · 83 % from cache · 412 flights",
    ]
    tray.show_pause("")
    tray.show_today("")
    assert lines(tray.menu)[1] == "Open LLM Gateway"


def test_opening_the_menu_asks_for_fresh_countdowns(tray: Tray, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tray.menu_opens):
        tray.menu.aboutToShow.emit()


def test_jobs_at_a_limit_have_a_line_that_leads_to_them(tray: Tray, qtbot: QtBot) -> None:
    line = tray._parked
    assert not line.isVisible()
    tray.show_parked("1 job waits for a limit, it goes on in 2 h 13 m")
    assert line.isVisible()
    assert line in tray.menu.actions()
    with qtbot.waitSignal(tray.jobs_wanted):
        line.trigger()
    tray.show_parked("")
    assert not line.isVisible()


def test_trouble_has_a_shape_of_its_own(tray: Tray) -> None:
    """Not by colour alone; a question comes before it, and a gateway that failed looks so."""
    made = Icons()

    def drawn(name: str) -> object:
        return made.fixed_icon(name, (64,)).pixmap(64, 64).toImage()

    def shown() -> object:
        icon = icon_of(tray)
        assert icon is not None
        return icon.icon().pixmap(64, 64).toImage()

    tray.start()
    tray.show(snapshot(GatewayState.RUNNING))
    assert shown() == drawn("tray-running")
    tray.show(snapshot(GatewayState.RUNNING, trouble="Flights are not being recorded."))
    assert shown() == drawn("tray-trouble")
    tray.show_questions(1)
    assert shown() == drawn("tray-waiting")
    tray.show_questions(0)
    assert shown() == drawn("tray-trouble")
    tray.show(snapshot(GatewayState.FAILED, trouble="Port 3333 is held."))
    assert shown() == drawn("tray-failed")
