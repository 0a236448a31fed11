"""Client keys in gateway.db, by one process and by several."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import ALL_SCOPES, DEFAULT_SCOPES, Client, Scope
from llmgw_desktop.domain.errors import SchemaTooNew, StoreCorrupt, StoreError, StoreUnavailable
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from tests.store.set_clock import SetClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture
def store(path: Path) -> Iterator[ClientStore]:
    store = ClientStore(path, SetClock())
    yield store
    store.close()


def _client(number: int, name: str = "") -> Client:
    return Client(
        id=f"cli_{number:04}",
        name=name or f"client {number}",
        key_digest=bytes([number % 256]) * 31 + b"\x00",
        key_hint="llmgw-abc",
        scopes=DEFAULT_SCOPES,
        created_at_s=1000.0 + number,
    )


def test_what_is_added_is_there(store: ClientStore) -> None:
    clients = [
        _client(1),
        replace(_client(2, "Café ' -- \" %_"), scopes=ALL_SCOPES, last_used_at_s=5.5),
        replace(_client(3), scopes=frozenset({Scope.OPERATIONS})),
    ]
    for client in reversed(clients):
        store.add(client)
    assert store.all() == clients
    assert store.active() == clients


def test_revoking_by_name_and_by_id(store: ClientStore) -> None:
    for number in (1, 2, 3):
        store.add(_client(number))
    revoked = store.revoke("client 1", 2000.0)
    assert revoked == replace(_client(1), revoked_at_s=2000.0)
    revoked = store.revoke("cli_0002")
    assert revoked is not None
    assert revoked.revoked_at_s == SetClock().now_s()
    assert store.active() == [_client(3)]
    assert [client.id for client in store.all()] == ["cli_0001", "cli_0002", "cli_0003"]
    assert store.revoke("client 1", 3000.0) is None
    assert store.revoke("' OR 1=1 --", 3000.0) is None
    assert store.active() == [_client(3)]


def test_name_is_free_again_after_revoking(store: ClientStore) -> None:
    store.add(_client(1, "zed"))
    with pytest.raises(StoreError, match="There is already a client named 'zed'"):
        store.add(_client(2, "zed"))
    store.revoke("zed", 1.0)
    store.add(_client(2, "zed"))
    assert [client.id for client in store.active()] == ["cli_0002"]
    revoked = store.revoke("zed", 2.0)
    assert revoked is not None
    assert revoked.id == "cli_0002"


def test_scope_of_a_later_version_is_not_granted(store: ClientStore, path: Path) -> None:
    store.add(_client(1))
    connection = open_database(path, GATEWAY_STEPS)
    connection.execute("UPDATE clients SET scopes = 'models:use vault:read'")
    connection.close()
    assert store.all()[0].scopes == {Scope.MODELS_USE}


def test_version_changes_with_every_write_of_anyone(store: ClientStore, path: Path) -> None:
    other = ClientStore(path, SetClock())
    seen = [store.data_version()]
    assert store.data_version() == seen[0]
    other.add(_client(1))
    seen.append(store.data_version())
    assert store.data_version() == seen[-1]
    store.add(_client(2))
    seen.append(store.data_version())
    other.revoke("client 2", 1.0)
    seen.append(store.data_version())
    store.revoke("client 1", 1.0)
    seen.append(store.data_version())
    assert store.revoke("nobody", 1.0) is None
    seen.append(store.data_version())
    assert len(set(seen)) == 5
    assert seen[-1] == seen[-2]
    other.close()


def test_threads(store: ClientStore) -> None:
    def add_some(first: int) -> None:
        for number in range(first, first + 10):
            store.add(replace(_client(number), key_digest=number.to_bytes(32)))
            store.data_version()

    threads = [threading.Thread(target=add_some, args=(start,)) for start in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(store.active()) == 40


def test_processes_at_once(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from dataclasses import replace\n"
        "from tests.store.test_client_store import _client\n"
        "from tests.store.set_clock import SetClock\n"
        "from llmgw_desktop.store.access.clients import ClientStore\n"
        "first = int(sys.argv[2])\n"
        "sys.stdin.readline()\n"
        "store = ClientStore(Path(sys.argv[1]), SetClock())\n"
        "for number in range(first, first + 20):\n"
        "    store.add(replace(_client(number), key_digest=number.to_bytes(32)))\n"
        "    store.active()\n"
        "store.revoke(f'client {first}', 1.0)\n"
        "store.close()\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path), str(first)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for first in (0, 100, 200)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [child.communicate(timeout=100)[1] for child in children] == ["", "", ""]
    store = ClientStore(path, SetClock())
    assert len(store.all()) == 60
    assert len(store.active()) == 57
    store.close()


def test_files_that_cannot_be_used(path: Path, tmp_path: Path) -> None:
    path.write_bytes(b"x" * 5000)
    with pytest.raises(StoreCorrupt):
        ClientStore(path, SetClock()).all()
    assert path.read_bytes() == b"x" * 5000
    later = tmp_path / "later.db"
    open_database(later, (*GATEWAY_STEPS, ())).close()
    with pytest.raises(SchemaTooNew):
        ClientStore(later, SetClock()).all()
    with pytest.raises(StoreUnavailable):
        ClientStore(tmp_path / "none" / "gateway.db", SetClock()).all()


@pytest.mark.parametrize("steps", [1, len(GATEWAY_STEPS) - 1])
def test_keys_open_where_a_full_disk_keeps_the_tables_of_an_earlier_version(
    path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    earlier = open_database(path, GATEWAY_STEPS[:steps])
    told = ("cli_1", "nightly", b"d" * 32, "llmgw-abc", "models:use", 1.0)
    names = "id, name, key_digest, key_hint, scopes, created_at_s"
    earlier.execute(f"INSERT INTO clients ({names}) VALUES (?, ?, ?, ?, ?, ?)", told)
    earlier.commit()
    earlier.close()

    def full(path: Path, steps: object) -> None:
        raise StoreUnavailable(f"{path.name} cannot be used: the disk is full.")

    monkeypatch.setattr("llmgw_desktop.store.database.gateway_file.open_database", full)
    store = ClientStore(path, SetClock())
    (client,) = store.active()
    assert (client.name, client.key_digest, client.old_key_digest) == ("nightly", b"d" * 32, None)
    assert not client.wants_all_or_nothing
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        store.revoke("nightly")
    monkeypatch.undo()
    assert store.revoke("nightly") is not None, "there is room again"
    store.close()
