"""Takes pictures of the pages and dialogs that help: settings."""

from __future__ import annotations

from collections.abc import Callable

from tests.ui.pictures.access import _wait
from tests.ui.pictures.window import Studio

_FILE = """\
[http]
port = 4000  # mine
allowed_hosts = ["box.local"]

[recorder]
level = "figures"

[[prices]]
model = "a"
input = 1
output = 2
"""


def _settings(studio: Studio, group: str = "", search: str = "") -> None:
    from llmgw_desktop.domain.settings.whole import SettingGroup

    studio.gateway.settings.write(_FILE)
    studio.show("settings")
    assert studio.shell.window is not None
    page = studio.shell.window.page("settings")
    if group:
        page.groups.choose(SettingGroup(group))  # type: ignore[attr-defined]
    if search:
        page.show_setting(search)  # type: ignore[attr-defined]
    _wait()


def settings_general(studio: Studio) -> None:
    _settings(studio)


def settings_gateway(studio: Studio) -> None:
    _settings(studio, "Gateway")


def settings_costs(studio: Studio) -> None:
    _settings(studio, "Prices and budgets")


def settings_notifications(studio: Studio) -> None:
    _settings(studio, "Notifications")


def settings_search(studio: Studio) -> None:
    _settings(studio, search="port")


def settings_nothing(studio: Studio) -> None:
    _settings(studio, search="zebra")


def _log(studio: Studio, *, full: bool = True) -> None:
    from llmgw_desktop.store.paths import Places
    from tests.app.test_log_reader import line

    own = studio.gateway.settings.path.parent
    studio.gateway.places = Places.of({"LLMGW_HOME": str(own)})
    folder = studio.gateway.places.log_folder
    folder.mkdir(parents=True, exist_ok=True)
    lines = [line(number, words=f"flight {number} went to anthropic") for number in range(60)]
    lines.append(line(1, "WARNING", "the settings stay as they were: config.toml, line 3"))
    lines.append(line(2, "ERROR", "groq refused the key") + "    Traceback (most recent call)\n")
    (folder / "llmgw.log").write_text("".join(lines) if full else "")
    studio.show("log")
    _wait()


def log_full(studio: Studio) -> None:
    _log(studio)


def log_empty(studio: Studio) -> None:
    _log(studio, full=False)


def log_report(studio: Studio) -> None:
    from llmgw_desktop.ui.log.page import ReportDialog

    _log(studio)
    assert studio.shell.window is not None
    studio.shell.window.page("log").report.click()  # type: ignore[attr-defined]
    for _ in range(20):
        _wait()
        if (dialog := studio.shell.window.findChild(ReportDialog)) is not None:
            studio.subject = dialog
            return


def _palette(studio: Studio, words: str) -> None:
    from llmgw_desktop.ui.shell.palette import Palette

    studio.show("overview")
    window = studio.shell.window
    assert window is not None
    window.menus.palette_wanted.emit()
    _wait()
    palette = window.findChild(Palette)
    assert isinstance(palette, Palette)
    palette.field.setText(words)
    _wait()
    studio.subject = palette


def palette_open(studio: Studio) -> None:
    _palette(studio, "")


def palette_found(studio: Studio) -> None:
    _palette(studio, "log")


def keys(studio: Studio) -> None:
    from llmgw_desktop.ui.window.window_menus import ShortcutList

    studio.show("overview")
    window = studio.shell.window
    assert window is not None
    window.menus.shortcuts_wanted.emit()
    for _ in range(30):
        _wait()
        if (sheet := window.findChild(ShortcutList)) is not None:
            studio.subject = sheet
            return


def news(studio: Studio) -> None:
    from llmgw_desktop.ui.shell.about import AboutBox

    studio.show("overview")
    window = studio.shell.window
    assert window is not None
    window.troubles.show_update("Version 9.0.0 is there; this is 0.1.0.", "https://example.com")
    window.menus.news_wanted.emit()
    for _ in range(8):
        _wait()
    studio.subject = window.findChild(AboutBox)


def news_banner(studio: Studio) -> None:
    news(studio)
    studio.subject = studio.shell.window


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        settings_general,
        settings_gateway,
        settings_costs,
        settings_notifications,
        settings_search,
        settings_nothing,
        log_full,
        log_empty,
        log_report,
        palette_open,
        palette_found,
        keys,
        news,
        news_banner,
    )
}
