"""The audit log: chained, sealed, only added to, and what each kind of tampering shows."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import Client, Scope
from llmgw_desktop.domain.audit import (
    MASK,
    Act,
    Actor,
    ActorDoor,
    AuditQuery,
    acting,
    masked_act,
    masked_value,
)
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.vault.derived_keys import ReceiptKey

KEY, OTHER_KEY = ReceiptKey(b"k" * 32), ReceiptKey(b"o" * 32)
TRIGGERS = ("audit_log_unchanged", "audit_log_whole", "audit_seals_whole", "audit_seals_unchanged")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AuditStore]:
    with closing(AuditStore(tmp_path / "gateway.db", SystemClock())) as store:
        yield store


def noted(store: AuditStore, count: int) -> None:
    for number in range(1, count + 1):
        actor = Actor(name=f"ada{number}", door=ActorDoor.WINDOW)
        store.note(Act(verb="key.made", subject=f"k{number}"), actor=actor)


def client(name: str) -> Client:
    return Client(
        id=f"cli_{name}",
        name=name,
        key_digest=name.encode(),
        key_hint="llmgw-abcde",
        scopes=frozenset({Scope.MODELS_USE}),
        created_at_s=1.0,
    )


def by_force(path: Path, *statements: str) -> None:
    """As somebody who can write the file."""
    connection = sqlite3.connect(path)
    for trigger in TRIGGERS:
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_entries_follow_each_other_and_cannot_be_touched(store: AuditStore, tmp_path: Path) -> None:
    noted(store, 3)
    entries = store.page(AuditQuery())
    assert [each.number for each in entries] == [3, 2, 1]
    assert entries[0].previous == entries[1].digest
    assert store.verify().problem == ""
    connection = sqlite3.connect(tmp_path / "gateway.db")
    for statement in (
        "UPDATE audit_log SET who = ''",
        "DELETE FROM audit_log WHERE number = 3",
        "INSERT OR REPLACE INTO audit_log VALUES (2, 0, '', '', x'', '')",
        "INSERT INTO audit_log VALUES (9, 0, '', '', x'', '')",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="audit log"):
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statements", "first_bad"),
    [
        (["UPDATE audit_log SET body = replace(body, 'k2', 'kX') WHERE number = 2"], 2),
        (["UPDATE audit_log SET who = 'eve' WHERE number = 2"], 2),
        (["UPDATE audit_log SET at_s = 5 WHERE number = 3"], 3),
        (["DELETE FROM audit_log WHERE number = 2"], 2),
        (["DELETE FROM audit_log WHERE number = 1"], 1),
        (["DELETE FROM audit_log WHERE number > 2"], 3),
        (["DELETE FROM audit_log WHERE number > 2", "DELETE FROM audit_seals"], 3),
        (["DELETE FROM audit_log WHERE number > 0", "DELETE FROM audit_seals"], 1),
        (["UPDATE audit_seals SET signature = '00'"], 4),
        (["DELETE FROM audit_seals"], None),
    ],
)
def test_what_was_done_to_the_file_shows(
    store: AuditStore, tmp_path: Path, statements: list[str], first_bad: int | None
) -> None:
    noted(store, 4)
    assert store.seal(KEY) is not None
    by_force(tmp_path / "gateway.db", *statements)
    report = store.verify(KEY.public_key)
    assert report.problem
    assert report.first_bad == first_bad


def test_a_chain_made_anew_does_not_pass_without_the_key(store: AuditStore, tmp_path: Path) -> None:
    noted(store, 3)
    store.seal(KEY)
    (tmp_path / "audit-head.json").unlink()
    by_force(tmp_path / "gateway.db", "DELETE FROM audit_log", "DELETE FROM audit_seals")
    noted(store, 2)
    assert "no seal" in store.verify(KEY.public_key).problem
    store.seal(OTHER_KEY)
    assert store.verify().problem == ""  # whole in itself: whose key it is only the vault knows
    (tmp_path / "audit-head.json").unlink()
    assert "another key" in store.verify(KEY.public_key).problem


def test_a_log_that_does_not_hold_is_not_sealed(store: AuditStore, tmp_path: Path) -> None:
    noted(store, 2)
    assert store.seal(KEY) is not None
    assert store.seal(KEY) is None
    noted(store, 2)
    by_force(tmp_path / "gateway.db", "UPDATE audit_log SET digest = 'x' WHERE number = 3")
    assert store.seal(KEY) is None
    assert [seal.number for seal in store.seals()] == [2]


SHORTENED = ("DELETE FROM audit_log WHERE number > 2", "DELETE FROM audit_seals WHERE number > 2")


def test_a_sealed_log_without_its_head_is_not_whole_and_is_not_sealed_over(
    store: AuditStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        noted(store, 2)
        assert store.seal(KEY) is not None
    by_force(tmp_path / "gateway.db", *SHORTENED)
    (tmp_path / "audit-head.json").unlink()
    for key in ("", KEY.public_key):
        assert "audit-head.json, which is kept beside it, is gone" in store.verify(key).problem
    noted(store, 1)
    for _ in range(2):
        assert store.seal(KEY, is_new=False) is None
    assert [seal.number for seal in store.seals()] == [2]
    assert not (tmp_path / "audit-head.json").exists()
    assert store.problem == store.lost_head() != ""
    assert caplog.text.count("is gone") == 1
    assert store.seal(KEY, needs_head=False) is not None, "a person has said so"
    assert (store.verify(KEY.public_key).problem, store.problem) == ("", "")


def test_a_forged_head_is_not_sealed_over(store: AuditStore, tmp_path: Path) -> None:
    noted(store, 2)
    assert store.seal(KEY) is not None
    head = tmp_path / "audit-head.json"
    head.write_text(head.read_text().replace(KEY.public_key, OTHER_KEY.public_key))
    noted(store, 1)
    assert store.seal(KEY) is None
    assert "not genuine" in store.problem
    assert OTHER_KEY.public_key in head.read_text()


def test_a_known_key_does_not_seal_a_log_whose_seals_and_head_are_gone(
    store: AuditStore, tmp_path: Path
) -> None:
    noted(store, 4)
    assert store.seal(KEY, is_new=True) is not None
    by_force(tmp_path / "gateway.db", *SHORTENED, "DELETE FROM audit_seals")
    (tmp_path / "audit-head.json").unlink()
    assert store.seal(KEY, is_new=False) is None
    assert store.seals() == []
    assert "no seal and no head" in store.problem
    store.note(Act(verb="vault.restored", subject="vault"))
    assert store.seal(KEY, is_new=False) is not None, "the key came out of a backup"


def test_no_seal_is_left_without_its_head(
    store: AuditStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    noted(store, 2)
    monkeypatch.setattr("llmgw_desktop.store.audit.audit_store.write_whole", full_disk)
    with pytest.raises(StoreUnavailable):
        store.seal(KEY)
    assert store.seals() == []
    monkeypatch.undo()
    assert store.seal(KEY) is not None
    assert store.verify(KEY.public_key).problem == ""


_CHILD = """
import sys
from pathlib import Path
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.audit.audit_store import AuditStore
store = AuditStore(Path(sys.argv[1]), SystemClock())
for number in range(40):
    store.note(Act(verb="key.made", subject=f"{sys.argv[2]}{number}"))
"""


def test_several_processes_write_one_chain(store: AuditStore, tmp_path: Path) -> None:
    noted(store, 1)
    path = str(tmp_path / "gateway.db")
    children = [subprocess.Popen([sys.executable, "-c", _CHILD, path, name]) for name in "ab"]
    assert [child.wait() for child in children] == [0, 0]
    report = store.verify()
    assert (report.problem, report.count) == ("", 81)


def test_pages_and_filters(store: AuditStore) -> None:
    noted(store, 5)
    store.note(
        Act(verb="vault.deleted", subject="openai"), actor=Actor(name="", door=ActorDoor.FILE)
    )

    def numbers(query: AuditQuery) -> list[int]:
        return [each.number for each in store.page(query)]

    assert numbers(AuditQuery(limit=2)) == [6, 5]
    assert numbers(AuditQuery(limit=2, below=5)) == [4, 3]
    assert numbers(AuditQuery(who="ADA3")) == [3]
    assert numbers(AuditQuery(what="vault")) == [6]
    assert numbers(AuditQuery(what="OpenAI")) == [6]
    assert numbers(AuditQuery(since_s=SystemClock.now_s() + 60)) == []
    assert store.count(AuditQuery(what="key.")) == 5


def full(connection: sqlite3.Connection) -> None:
    """As a disk that takes no entry any more."""
    connection.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.audit_log"
        " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )


def test_nothing_is_made_that_cannot_be_noted_and_access_is_still_taken(
    store: AuditStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clients = ClientStore(tmp_path / "gateway.db", SystemClock())
    clients.add(client("old"))
    full(clients._file._opened())
    with pytest.raises(StoreUnavailable):
        clients.add(client("new"))
    assert [each.name for each in clients.active()] == ["old"]
    assert clients.revoke("old") is not None
    assert clients.active() == []
    assert "not in the audit log" in caplog.text
    assert 'key.revoked "old"' in caplog.text
    clients.close()
    assert [each.act.verb for each in store.page(AuditQuery())] == ["key.made"]


def test_who_acts_comes_from_the_context(store: AuditStore, tmp_path: Path) -> None:
    clients = ClientStore(tmp_path / "gateway.db", SystemClock())
    agent = Actor(name="nightly", door=ActorDoor.MCP, client_id="cli_7", address="10.0.0.7")
    with acting(agent):
        clients.add(client("made"))
    clients.close()
    assert store.page(AuditQuery())[0].actor == agent


CANARY = "sk-canary-ABCDEFGHIJ0123456789abcdef"


@pytest.mark.parametrize(
    "make",
    [
        lambda text: Act(verb="v.x", subject=text),
        lambda text: Act(verb="v.x", subject=f"key '{text}'"),
        lambda text: Act(verb="v.x", subject="s", note=f"said {text}, twice"),
        lambda text: Act(
            verb="v.x", subject="s", after={"url": f"https://u:{text}@host/?key={text}"}
        ),
        lambda text: Act(verb="v.x", subject="s", before={"http.bearer": text}),
        lambda text: Act(
            verb="v.x", subject="s", after={"clis.claude.env.ANY": [text, {"a": text}]}
        ),
        lambda text: Act(verb="v.x", subject="s", after={"deep": {"api_key": text, "b": [text]}}),
        lambda text: Act(verb="v.x", subject="s", after={text: 1}),
        lambda text: Act(verb="v.x", subject="s", after={"long": "x" * 490 + " " + text}),
    ],
)
def test_no_secret_comes_in(store: AuditStore, tmp_path: Path, make: Callable[[str], Act]) -> None:
    store.note(make(CANARY))
    store.close()
    for file in tmp_path.iterdir():
        assert CANARY[:20].encode() not in file.read_bytes()


def test_no_entry_is_large() -> None:
    deep = {str(one): [{str(two): "x" * 400 for two in range(60)}] * 60 for one in range(70)}
    act = masked_act(Act(verb="v.x", subject="s", after=deep, before={"n": list(range(9**5))}))
    assert len(json.dumps([dict(act.after), dict(act.before)])) < 40_000


@pytest.mark.parametrize(
    "value",
    [
        "https://user:p@Zq7Ny@host/v1",
        "https://host/?x-api-key=Zq7Ny&a=1",
        "https://host/?access_token=Zq7Ny",
        "https://host/#access_token=Zq7Ny",
        "https://host/?sig%3DZq7Ny",
        "https://host?X-Amz-Signature=Zq7Ny",
        "run --token Zq7Ny",
        ["--api-key", "Zq7Ny", "--port", "5"],
        ["--api-key=Zq7Ny", "-H", "Authorization: Basic Zq7Ny"],
        ["-H", "X: Bearer Zq7Ny"],
    ],
)
def test_a_short_secret_in_an_address_or_a_command_is_masked_and_the_rest_stays(
    value: object,
) -> None:
    shown = json.dumps(masked_value("mcp_servers.x.command", value))
    assert "Zq7Ny" not in shown
    assert MASK in shown or "[secret removed]" in shown, "whoever else takes secrets out was first"
    kept = {"a": ["--port", "5"], "b": "https://host/v1?a=1", "c": "monkey --keyboard de"}
    assert {name: masked_value(name, each) for name, each in kept.items()} == kept


def test_short_secrets_are_known_by_their_names_and_values_are_cut() -> None:
    act = masked_act(
        Act(
            verb="v.x",
            subject="s" * 1000,
            after={"oauth.client_secret": "1234", "providers.a.headers.X": "5", "n": "y" * 5000},
        )
    )
    assert act.after["oauth.client_secret"] == MASK
    assert act.after["providers.a.headers.X"] == MASK
    assert len(str(act.after["n"])) < 600
    assert len(act.subject) < 400
    assert (
        len(
            json.dumps(
                masked_act(Act(verb="v", subject="", after={str(n): n for n in range(999)})).after
            )
        )
        < 2000
    )
