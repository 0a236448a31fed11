"""Takes pictures of the Clients page and its dialogs, to be looked at by a person.

python tests/ui/take_clients_pictures.py FOLDER [--scales 1 2] [--only NAME] [--size W H]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.ui import take_pictures
from tests.ui.take_pictures import Studio

_WAIT_MS = 400


def _show(studio: Studio, **changes: object):  # type: ignore[no-untyped-def]
    from llmgw_desktop.ui.pages.clients_page import ClientsPage
    from tests.support.plain_clients import FULL, PlainClients

    studio.gateway.clients = PlainClients(replace(FULL, **changes))  # type: ignore[arg-type]
    studio.show("clients")
    _wait()
    assert studio.shell.window is not None
    return studio.shell.window.findChild(ClientsPage)


def clients_full(studio: Studio) -> None:
    _show(studio)


def clients_lower(studio: Studio) -> None:
    page = _show(studio)
    page._make_key()
    _wait()
    bar = page._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    _wait()


def clients_empty(studio: Studio) -> None:
    from tests.support.plain_clients import EMPTY, PlainClients

    studio.gateway.clients = PlainClients(EMPTY)
    studio.show("clients")
    _wait()


def clients_no_port(studio: Studio) -> None:
    _show(studio, problem="config.toml: http.port: 0 takes another port at every start")


def clients_connect(studio: Studio) -> None:
    page = _show(studio)
    page.open_dialog("codex", is_undo=False)
    _dialog(studio)


def clients_undo(studio: Studio) -> None:
    page = _show(studio)
    page.open_dialog("claude-code", is_undo=True)
    _dialog(studio)


def clients_refused(studio: Studio) -> None:
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
    from PySide6.QtTest import QTest

    QTest.qWait(_WAIT_MS)


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        clients_full,
        clients_lower,
        clients_empty,
        clients_no_port,
        clients_connect,
        clients_undo,
        clients_refused,
    )
}

if __name__ == "__main__":
    take_pictures.POSES = POSES
    take_pictures.main(__file__)
