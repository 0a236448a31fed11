"""Takes pictures of the Clients page and its dialogs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.ui.pictures.window import Studio

_WAIT_MS = 400


def _page(studio: Studio, tab: str = "clients"):  # type: ignore[no-untyped-def]
    from llmgw_desktop.ui.clients.page import ClientsPage

    studio.show("clients")
    assert studio.shell.window is not None
    page = studio.shell.window.findChild(ClientsPage)
    page.show_tab(tab)
    _wait()
    return page


def _clients(studio: Studio, *, opened: str = "", at_right: bool = False):  # type: ignore[no-untyped-def]
    from tests.support.plain_desk import SCENE, set_scene
    from tests.ui.plain_gateway import NOW_S

    studio.gateway.settings.write(SCENE)
    set_scene(studio.gateway.desk, NOW_S)
    page = _page(studio)
    if opened:
        key = next(row.key for row in page.clients.rows if row.name.startswith(opened))
        page.clients.table.choose(key)
        page.clients.table.opened.emit()
        if at_right:
            page.clients.pane.turn.click()
        _wait()
    return page


def list_full(studio: Studio) -> None:
    _clients(studio)


def list_narrow(studio: Studio) -> None:
    _clients(studio)
    studio.shell.window.resize(studio.shell.window.minimumSizeHint())  # type: ignore[union-attr]
    _wait()


def list_narrow_pane(studio: Studio) -> None:
    _clients(studio, opened="nightly")
    studio.shell.window.resize(studio.shell.window.minimumSizeHint())  # type: ignore[union-attr]
    _wait()


def list_pane(studio: Studio) -> None:
    _clients(studio, opened="nightly")


def list_flood(studio: Studio) -> None:
    from llmgw_desktop.domain.events import FloodsChanged
    from tests.support.plain_desk import flood_of
    from tests.ui.plain_gateway import NOW_S

    _clients(studio)
    desk = studio.gateway.desk
    desk.floods = (flood_of("nightly-review", desk.id_of("nightly-review"), NOW_S),)
    studio.shell._bridge.note(FloodsChanged(floods=desk.floods))
    _wait()
    studio.shell._notices.floods._look()
    _wait()


def list_pane_right(studio: Studio) -> None:
    _clients(studio, opened="codex", at_right=True)


def list_pane_program(studio: Studio) -> None:
    _clients(studio, opened="MCP Inspector")


def list_pane_everyone(studio: Studio) -> None:
    _clients(studio, opened="Everyone")


def list_empty(studio: Studio) -> None:
    _page(studio)


def list_no_match(studio: Studio) -> None:
    _clients(studio).clients.field.setText("nobody of this name")
    _wait()


def list_broken(studio: Studio) -> None:
    studio.gateway.clients_problem = (
        "Client keys are not accepted: /home/ada/.local/share/llmgw-desktop/data/gateway.db is"
        " damaged: file is not a database."
    )
    _page(studio)


def list_revoked(studio: Studio) -> None:
    page = _clients(studio, opened="claude-code")
    page.clients.acts.revoke.trigger()
    _wait()


def dialog_limits(studio: Studio) -> None:
    page = _clients(studio, opened="nightly")
    page.clients.acts.limits.trigger()
    _dialog(studio)


def dialog_limits_wrong(studio: Studio) -> None:
    page = _clients(studio, opened="nightly")
    page.clients.acts.limits.trigger()
    _dialog(studio)
    fields = studio.subject.limits  # type: ignore[attr-defined]
    fields.budgets._lines[1].amount.setText("a lot")
    fields.expires.setText("tomorrow")
    fields.time_zone.setText("Berlin")
    fields.parallel.setText("0")
    fields.show_wrong()
    _wait()


def dialog_limits_empty(studio: Studio) -> None:
    page = _clients(studio, opened="cursor")
    page.clients.acts.limits.trigger()
    _dialog(studio)


def dialog_key(studio: Studio) -> None:
    page = _clients(studio)
    page.clients.make.click()
    _dialog(studio)


def dialog_key_limits(studio: Studio) -> None:
    dialog_key(studio)
    studio.subject._name.setText("new-one")  # type: ignore[attr-defined]
    studio.subject._show()  # type: ignore[attr-defined]
    studio.subject._open_limits()  # type: ignore[attr-defined]
    _wait()


def dialog_key_shown(studio: Studio) -> None:
    dialog_key(studio)
    studio.subject._name.setText("new-one")  # type: ignore[attr-defined]
    studio.subject.save_wanted.emit()  # type: ignore[attr-defined]
    _dialog(studio)


def dialog_rotate(studio: Studio) -> None:
    page = _clients(studio, opened="cursor")
    page.clients.acts.rotate.trigger()
    _dialog(studio)


def _show(studio: Studio, **changes: object):  # type: ignore[no-untyped-def]
    from tests.support.plain_clients import FULL, PlainClients

    studio.gateway.clients = PlainClients(replace(FULL, **changes))  # type: ignore[arg-type]
    return _page(studio, "programs").programs


def programs_full(studio: Studio) -> None:
    _show(studio)


def programs_lower(studio: Studio) -> None:
    page = _show(studio)
    page._make_key()
    _wait()
    bar = page._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    _wait()


def programs_pins(studio: Studio) -> None:
    from tests.support.plain_clients import FULL

    page = _show(studio, cards=FULL.cards[:1])
    bar = page._scroll.verticalScrollBar()
    bar.setValue(bar.maximum() // 3)
    _wait()


def programs_empty(studio: Studio) -> None:
    from tests.support.plain_clients import EMPTY, PlainClients

    studio.gateway.clients = PlainClients(EMPTY)
    _page(studio, "programs")


def programs_no_port(studio: Studio) -> None:
    _show(studio, problem="config.toml: http.port: 0 takes another port at every start")


def programs_connect(studio: Studio) -> None:
    page = _show(studio)
    page.open_dialog("codex", is_undo=False)
    _dialog(studio)


def programs_undo(studio: Studio) -> None:
    page = _show(studio)
    page.open_dialog("claude-code", is_undo=True)
    _dialog(studio)


def programs_refused(studio: Studio) -> None:
    page = _show(studio)
    studio.gateway.clients.trouble = OSError(  # type: ignore[attr-defined]
        "/home/ada/.codex/config.toml, line 14: not valid TOML: Expected '=' after a key in a"
        " key/value pair (column 3). Nothing was changed"
    )
    page.open_dialog("codex", is_undo=False)
    _dialog(studio)


def _dialog(studio: Studio) -> None:
    from PySide6.QtWidgets import QDialog

    _wait()
    assert studio.shell.window is not None
    studio.subject = studio.shell.window.findChildren(QDialog)[-1]


def _wait() -> None:
    """In a loop of Qt's own: a waiting test would keep the interpreter's lock from the reader."""
    from PySide6.QtCore import QEventLoop, QTimer

    waiting = QEventLoop()
    QTimer.singleShot(_WAIT_MS, waiting.quit)
    waiting.exec()


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        list_full,
        list_narrow,
        list_narrow_pane,
        list_pane,
        list_flood,
        list_pane_right,
        list_pane_program,
        list_pane_everyone,
        list_empty,
        list_no_match,
        list_broken,
        list_revoked,
        dialog_limits,
        dialog_limits_wrong,
        dialog_limits_empty,
        dialog_key,
        dialog_key_limits,
        dialog_key_shown,
        dialog_rotate,
        programs_full,
        programs_lower,
        programs_pins,
        programs_empty,
        programs_no_port,
        programs_connect,
        programs_undo,
        programs_refused,
    )
}
