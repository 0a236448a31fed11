"""Takes pictures of the Providers, Routes and Settings pages and their dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from llmgw_desktop.ui.widgets.words import said
from tests.ui.pictures.window import Studio

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_WAIT_MS = 400


def providers_full(studio: Studio) -> None:
    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    studio.show("providers")


def budgets_reached(studio: Studio) -> None:
    """The banner of one client that has used up its budget, above providers that are busy."""
    from llmgw_desktop.domain.clock import SystemClock
    from llmgw_desktop.domain.events import BudgetReached
    from llmgw_desktop.domain.policy import Budget, Measure, Period, Spent
    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    spending = studio.gateway.health.spending
    spending.running = {"work-openai": 2, "anthropic": 1}
    spending.told = {
        "work-openai": "today 34 requests, $3.20 · this month 402 requests, $41.10",
        "ollama": "this month 1,204 requests",
    }
    studio.show("providers")
    budget = Budget(measure=Measure.USD, amount=5, period=Period.DAY)
    ends_at_s = SystemClock().now_s() + 20_000
    spent = Spent(budget=budget, used=5.1, reserved=0, begins_at_s=0, ends_at_s=ends_at_s)
    reached = BudgetReached(client_id="cli_1", name="nightly", spent=spent, percent=100)
    studio.gateway.control.publish(reached)
    _wait()


def providers_found(studio: Studio) -> None:
    """A key in the environment, and one account that was tested."""
    from PySide6.QtTest import QTest

    from llmgw_desktop.app.providers.providers import AccountTest
    from llmgw_desktop.ui.providers.page import ProvidersPage
    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    studio.gateway.settings.env["GROQ_API_KEY"] = "k"
    studio.show("providers")
    window = _window(studio)
    page = window.findChild(ProvidersPage)
    assert isinstance(page, ProvidersPage)
    well = "Answered in 0.3 s with 42 models, claude-opus-5-5, claude-sonnet-5, claude-haiku-5 …"
    page.views[0].show_tests(
        {"anthropic": AccountTest(account="anthropic", is_well=True, words=well)}
    )
    window.show_change("work-openai is off.", lambda: None)
    QTest.qWait(_WAIT_MS)


def providers_empty(studio: Studio) -> None:
    studio.gateway.settings.env["ANTHROPIC_API_KEY"] = "k"
    studio.show("providers")


def providers_add(studio: Studio) -> None:
    from llmgw_desktop.ui.widgets.button import Button

    studio.gateway.settings.env["ANTHROPIC_API_KEY"] = "k"
    studio.show("providers")
    _press(studio, Button, "Add a vendor…")
    _show_dialog(studio)


def providers_account(studio: Studio) -> None:
    from PySide6.QtWidgets import QAbstractButton

    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    studio.show("providers")
    named = "Add an account to work-openai"
    buttons = _window(studio).findChildren(QAbstractButton)
    next(each for each in buttons if each.accessibleName() == said(named)).click()
    _show_dialog(studio)


def providers_ways(studio: Studio) -> None:
    """Each in another way: through a proxy of its own, as a variable says, and not at all."""
    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    settings = studio.gateway.settings
    env = {"HTTPS_PROXY": "http://proxy.example.com:3128", "HTTP_PROXY": "gopher://proxy"}
    settings.env.update(env, NO_PROXY="api.anthropic.com")
    own = '[providers.office]\nkind = "openai"\napi_key_env = "TEAM_KEY"\n'
    own += 'proxy = "socks5://gate.corp.example:1080"\nproxy_vault = "proxy/office"\n'
    odd = '[providers.odd]\nkind = "openai-compatible"\nbase_url = "http://odd.example.com/v1"\n'
    settings.write(own + odd + settings.path.read_text())
    studio.show("providers")


def providers_proxy(studio: Studio) -> None:
    """The dialog of one with a proxy of its own."""
    from PySide6.QtWidgets import QAbstractButton, QScrollBar

    providers_ways(studio)
    buttons = _window(studio).findChildren(QAbstractButton)
    next(each for each in buttons if each.accessibleName() == said("Edit office")).click()
    _show_dialog(studio)
    bars = studio.subject.findChildren(QScrollBar)
    for bar in bars:
        bar.setValue(bar.maximum())


def providers_add_refused(studio: Studio) -> None:
    from llmgw_desktop.ui.providers.provider_dialog import ProviderDialog
    from llmgw_desktop.ui.widgets.button import Button

    studio.show("providers")
    _press(studio, Button, "Add a server…")
    _show_dialog(studio)
    dialog = studio.subject
    assert isinstance(dialog, ProviderDialog)
    dialog.save_wanted.emit()
    _wait()


def clis_full(studio: Studio) -> None:
    from tests.support.cli_scene import set_cli_scene

    set_cli_scene(studio.gateway)
    studio.show("providers")
    _scroll_to_clis(studio)


def clis_refused(studio: Studio) -> None:
    """A sign-in that was refused, and no terminal to open it in."""
    from llmgw_desktop.app.clis.use import SignInOpened
    from tests.support.cli_scene import set_cli_scene, set_refused

    set_cli_scene(studio.gateway)
    set_refused(studio.gateway)
    studio.show("providers")
    views = _scroll_to_clis(studio).views
    views[0].show_opened(SignInOpened(is_open=False, command="/usr/local/bin/claude auth login"))
    views[2].show_opened(SignInOpened(is_open=True, command=""))
    _wait()


def clis_none(studio: Studio) -> None:
    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    studio.show("providers")
    _scroll_to_clis(studio)


def clis_long(studio: Studio) -> None:
    """Long words, as German ones are, and as paths can be."""
    from llmgw_desktop.domain.cli import CliName

    word = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
    home = f"/home/ada/{word}/{word}/{word}"
    studio.gateway.settings.write(
        f'[clis.claude]\ndefault_model = "{word}-{word}"\n'
        f'[clis.codex]\ncommand = "/opt/{word}/{word}/codex"\n'
    )
    problem = f"Asked for its version it ended with exit code 1: {word} {word} {word}{word}"
    studio.gateway.survey.install(CliName.CLAUDE, program=f"{home}/bin/claude")
    studio.gateway.survey.install(CliName.GEMINI, program=f"{home}/gemini", problem=problem)
    studio.show("providers")
    _scroll_to_clis(studio)


def clis_settings(studio: Studio) -> None:
    from tests.support.cli_scene import set_cli_scene

    set_cli_scene(studio.gateway)
    studio.show("providers")
    _scroll_to_clis(studio).views[0].edit_wanted.emit()
    _show_dialog(studio)


def routes_full(studio: Studio) -> None:
    from llmgw_desktop.ui.routes.try_panel import TryPanel
    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    studio.show("routes")
    panel = _window(studio).findChild(TryPanel)
    assert isinstance(panel, TryPanel)
    panel._model.setText("claude-haiku-5")
    panel._client.setText("claude-code")
    _wait()


def routes_empty(studio: Studio) -> None:
    studio.show("routes")


def routes_edit(studio: Studio) -> None:
    from llmgw_desktop.ui.routes.route_list import RouteList
    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    studio.show("routes")
    found = _window(studio).findChild(RouteList)
    assert isinstance(found, RouteList)
    found.edit_wanted.emit(0)
    _show_dialog(studio)


_SET = """\
[http]
port = 4000
max_body_bytes = "128 MB"

[http.oauth]
enabled = false

[failover]
max_attempts = 3
"""


def settings_full(studio: Studio) -> None:
    studio.gateway.settings.env["LLM_GATEWAY_HTTP_HOST"] = "::1"
    studio.gateway.settings.write(_SET)
    studio.show("settings")


def settings_empty(studio: Studio) -> None:
    studio.show("settings")


def settings_searched(studio: Studio) -> None:
    settings_full(studio)
    _window(studio).page("settings").search.setText("how long")
    _wait()


def settings_changed(studio: Studio) -> None:
    settings_full(studio)
    _window(studio).page("settings").which.choose("changed")
    _wait()


def settings_wrong(studio: Studio) -> None:
    settings_full(studio)
    page = _window(studio).page("settings")
    page.search.setText("failover.max_attempts")
    _wait()
    line = page.rows["failover.max_attempts"].control.stop
    line.setText("many")
    line.textEdited.emit("many")
    _wait()


def settings_nothing(studio: Studio) -> None:
    studio.show("settings")
    _window(studio).page("settings").search.setText("zebra")
    _wait()


def conflict(studio: Studio) -> None:
    from llmgw_desktop.domain.errors import SettingsConflict

    studio.show("providers")
    mine = '[providers.work-openai]\nkind = "openai"\napi_key_env = "WORK_KEY"\nenabled = false\n'
    theirs = (
        '# the new account\n[providers.work-openai]\nkind = "openai"\napi_key_env = "NEW_KEY"\n'
    )
    asked = SettingsConflict(
        file="config.toml", table="providers.work-openai", mine=mine, theirs=theirs
    )
    _window(studio).ask_conflict(asked, lambda: None)
    _show_dialog(studio)


def tray_providers(studio: Studio) -> None:
    from PySide6.QtCore import QPoint

    from tests.support.routing_scene import set_full_scene

    set_full_scene(studio.gateway)
    studio.show("providers")
    studio.shell._tray_desk.show_providers()
    menu = studio.tray._providers
    menu.popup(QPoint(100, 100))
    _wait()
    studio.subject = menu


def _scroll_to_clis(studio: Studio):  # type: ignore[no-untyped-def]
    from llmgw_desktop.ui.providers.page import ProvidersPage

    _wait()
    page = _window(studio).findChild(ProvidersPage)
    bar = page._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    _wait()
    return page.clis


def _window(studio: Studio):  # type: ignore[no-untyped-def]
    assert studio.shell.window is not None
    return studio.shell.window


def _press(studio: Studio, kind: type, words: str) -> None:
    next(each for each in _window(studio).findChildren(kind) if each.text() == said(words)).click()


def _show_dialog(studio: Studio) -> None:
    from PySide6.QtWidgets import QDialog

    _wait()
    found: list[QWidget] = _window(studio).findChildren(QDialog)
    studio.subject = found[-1]


def _wait() -> None:
    from PySide6.QtTest import QTest

    QTest.qWait(_WAIT_MS)


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        providers_full,
        budgets_reached,
        providers_found,
        providers_empty,
        providers_add,
        providers_add_refused,
        providers_account,
        providers_ways,
        providers_proxy,
        clis_full,
        clis_refused,
        clis_none,
        clis_long,
        clis_settings,
        routes_full,
        routes_empty,
        routes_edit,
        settings_full,
        settings_empty,
        settings_searched,
        settings_changed,
        settings_wrong,
        settings_nothing,
        conflict,
        tray_providers,
    )
}
