"""Changes of the settings file in the audit log: by the editor, by hand, and while nothing runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.domain.audit import MASK, OTHER, Act, Actor, ActorDoor, AuditQuery, acting
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.settings.editor import Edit, SettingsEditor
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.settings.reader import settings_of
from llmgw_desktop.store.toml_changes import SetKeys

PERSON = Actor(name="ada", door=ActorDoor.WINDOW)
CANARY = "canary-of-a-secret"


class Desk:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "config.toml"
        self.database = folder / "gateway.db"
        self.store = AuditStore(self.database, SystemClock())
        self.begin()

    def begin(self) -> None:
        """As a start of the program."""
        self.journal = SettingsJournal(self.database, self.file)
        self.editor = SettingsEditor(
            self.file, lambda file, raw: settings_of(file, raw, {}), self.journal.writing
        )
        self.journal.look()

    def again(self) -> None:
        self.journal.close()
        self.begin()

    def close(self) -> None:
        self.journal.close()
        self.store.close()

    def hand(self, text: str) -> None:
        self.file.write_text(text)
        self.journal.look()

    def edit(self, **values: object) -> None:
        base = self.file.read_bytes() if self.file.exists() else b""
        change = SetKeys(table=("limits",), values=values)
        with acting(PERSON):
            self.editor.apply(Edit(base=base, changes=(change,)))

    def noted(self) -> list[tuple[ActorDoor, dict[str, object], dict[str, object]]]:
        found = reversed(self.store.page(AuditQuery()))
        return [(e.actor.door, dict(e.act.before), dict(e.act.after)) for e in found]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path)) as desk:
        yield desk


def test_the_editor_and_a_hand_are_told_apart_and_nothing_twice(desk: Desk) -> None:
    desk.edit(max_running_jobs=3)
    desk.journal.look()
    desk.hand("[limits]\nmax_running_jobs = 5\n# a comment\n")
    desk.hand("[limits]\nmax_running_jobs = 5\n# another comment\n")
    desk.hand("[limits\nbroken")
    desk.hand("")
    path = "limits.max_running_jobs"
    assert desk.noted() == [
        (ActorDoor.WINDOW, {}, {path: 3}),
        (ActorDoor.FILE, {path: 3}, {path: 5}),
        (ActorDoor.FILE, {path: 5}, {}),
    ]


def test_what_a_hand_did_before_the_first_look_is_noted(desk: Desk) -> None:
    """The program started with another file than the one that is there by then."""
    desk.file.write_text("[limits]\nmax_running_jobs = 9\n")
    desk.journal.look(b"[limits]\nmax_running_jobs = 3\n")
    path = "limits.max_running_jobs"
    assert desk.noted() == [
        (ActorDoor.FILE, {}, {path: 3}),
        (ActorDoor.FILE, {path: 3}, {path: 9}),
    ]


def test_what_a_hand_did_before_the_editor_is_not_the_editors(desk: Desk) -> None:
    desk.file.write_text("[limits]\nmax_queued_jobs = 9\n")
    desk.edit(max_running_jobs=3)
    assert [(door, after) for door, _, after in desk.noted()] == [
        (ActorDoor.FILE, {"limits.max_queued_jobs": 9}),
        (ActorDoor.WINDOW, {"limits.max_running_jobs": 3}),
    ]


def test_a_secret_is_masked_and_its_change_is_told(desk: Desk, tmp_path: Path) -> None:
    def text(secret: str) -> str:
        return f'[clis.claude]\ncommand = "c"\nenv = {{ ANTHROPIC_KEY = "{secret}" }}\n'

    path = "clis.claude.env.ANTHROPIC_KEY"
    desk.hand(text(f"{CANARY}-1"))
    desk.hand(text(f"{CANARY}-2"))
    desk.again()
    desk.file.write_text(text(f"{CANARY}-3"))
    desk.again()  # changed while nothing ran: only that, for no copy of it was kept
    first, second, third = desk.noted()
    assert first[2][path] == MASK
    assert (second[1], second[2]) == ({path: MASK}, {path: OTHER})
    assert (third[1], third[2]) == ({}, {})
    assert "masked" in desk.store.page(AuditQuery())[0].act.note
    desk.file.unlink()
    desk.close()
    for file in tmp_path.iterdir():
        assert CANARY.encode() not in file.read_bytes()


def test_a_rule_is_noted_by_its_name_wherever_it_stands(desk: Desk) -> None:
    one = '[[rules]]\nname = "one"\naction = "allow"\ncommands = ["ls"]\n'
    two = '[[rules]]\nname = "two.b"\naction = "deny"\ncommands = ["rm *"]\n'
    nameless = '[[rules]]\naction = "deny"\n'
    told = {"rules[one].name": "one", "rules[one].action": "allow", "rules[one].commands": ["ls"]}
    desk.hand(one + two)
    desk.hand(two)
    desk.hand(two.replace("deny", "ask"))
    desk.hand(two.replace("deny", "ask") + nameless)
    added, removed, changed, more = desk.noted()
    assert {**added[2], **told} == added[2]
    assert (removed[1], removed[2]) == (told, {})
    assert (changed[1], changed[2]) == (
        {"rules[two.b].action": "deny"},
        {"rules[two.b].action": "ask"},
    )
    assert (more[1], more[2]) == ({}, {"rules[2].action": "deny"})
    entries = desk.store.page(AuditQuery())
    assert [each.act.subject for each in entries][1:3] == ["rules[two.b].action", "rules[one]"]


def test_a_change_that_cannot_be_noted_is_not_made(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.edit(max_running_jobs=3)
    before = desk.file.read_bytes()

    def full(*_: object, **__: object) -> Act:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("llmgw_desktop.store.settings.journal.note", full)
    with pytest.raises(StoreUnavailable, match="cannot be noted"):
        desk.edit(max_running_jobs=4)
    assert desk.file.read_bytes() == before


def test_a_commit_that_fails_puts_the_file_back(desk: Desk) -> None:
    desk.edit(max_running_jobs=3)
    before = desk.file.read_bytes()
    count = len(desk.noted())
    connection = desk.journal._file._opened()
    connection.execute("PRAGMA foreign_keys = ON")
    # what is deferred fails with the commit, when the file is written already
    connection.executescript(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);"
        "CREATE TABLE c (p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED);"
        "CREATE TRIGGER late AFTER INSERT ON audit_log BEGIN INSERT INTO c VALUES (9); END;"
    )
    with pytest.raises(StoreUnavailable, match="cannot be noted"):
        desk.edit(max_running_jobs=4)
    assert desk.file.read_bytes() == before
    assert len(desk.noted()) == count


def test_a_file_that_cannot_be_written_is_not_noted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.edit(max_running_jobs=3)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("llmgw_desktop.store.settings.editor.write_whole", full)
    with pytest.raises(StoreUnavailable, match=r"config\.toml cannot be written"):
        desk.edit(max_running_jobs=4)
    assert len(desk.noted()) == 1
