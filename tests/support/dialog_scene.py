"""All that dialogs of the window are about; each can be opened by whoever hears it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llmgw_desktop.app.flights.imported_sets import ImportedSets
from llmgw_desktop.app.safekeeping.importing.taking import ImportLook
from llmgw_desktop.domain.errors import SettingsConflict
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.access.pocket import pocket_door
from llmgw_desktop.store.at_rest.cells import PLAIN
from tests.support.made_flights import record
from tests.support.plain_desk import set_scene
from tests.support.plain_questions import held, permission
from tests.ui.flights.test_imported_window import har
from tests.ui.flights.test_replay_dialog import PlainReplaying
from tests.ui.plain_gateway import NOW_S

if TYPE_CHECKING:
    from llmgw_desktop.ui.shell.desktop_shell import DesktopShell


def set_dialog_scene(shell: DesktopShell) -> None:
    gateway: Any = shell._container
    window = shell.window
    assert window is not None
    flights = gateway.reader.flights
    flights[1] = replace(flights[1], client="nightly-review", replay_of=flights[2].id)
    gateway.replaying = PlainReplaying(record(1))
    data = gateway.places.data_folder
    gateway.imported_sets = ImportedSets(data, PLAIN, Redactor().clean)
    data.mkdir(parents=True, exist_ok=True)
    (data / "day.har").write_text(har(3))
    gateway.imported_sets.add(data / "day.har", lambda _: True)
    gateway.pocket.door = pocket_door(data, "127.0.0.1")
    gateway.pocket.url = "https://127.0.0.1:3443"
    gateway.program_servers.look_of = ImportLook(
        came=("files, of Cursor",), left=(), removed=("files, of Cursor",)
    )
    gateway.questions.appear(*(permission(each, job_id="job_1") for each in (5, 6)))
    gateway.questions.holds.put(held())
    set_scene(gateway.desk, NOW_S)
    conflict = SettingsConflict(
        file="config.toml", table="routes", mine="enabled = true", theirs="enabled = false"
    )
    menu = window.menuBar().addMenu("Scene")
    menu.addAction("Conflict", lambda: window.ask_conflict(conflict, lambda: None))
    night = gateway.desk.id_of("nightly-review")
    menu.addAction("Client", lambda: window.show_client(night))
