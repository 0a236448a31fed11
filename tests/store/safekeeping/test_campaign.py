"""Random damages of each database: each is noticed by the next start, and none is repaired in
silence. A few of them daily, all where no stamp holds."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import Client, Scope
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import SchemaTooNew, StoreInQuestion
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.flights.batch import make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_file import FlightFile
from llmgw_desktop.store.safekeeping.checking import leave, look_at_start
from llmgw_desktop.store.vault.derived_keys import AUDIT_ADDRESS, ReceiptKeys
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from tests.store.set_clock import SetClock
from tests.support.made_flights import record

COUNT, DAILY = 100, 8
Damage = Callable[[Path, random.Random, Path], None]
"""Of a file, by chance, with an older copy of it at hand."""


@dataclass(frozen=True)
class Template:
    folder: Path
    """With both databases as an orderly end left them."""
    earlier: Path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    root = tmp_path_factory.mktemp("template")
    folder, earlier = root / "data", root / "earlier"
    folder.mkdir()
    clock = SetClock()
    _fill(folder, clock, range(20))
    shutil.copytree(folder, earlier)
    clock.forward(60)
    _fill(folder, clock, range(20, 40))
    return Template(folder, earlier)


def _fill(folder: Path, clock: SetClock, numbers: range) -> None:
    path = folder / "gateway.db"
    clients = ClientStore(path, SystemClock())
    for number in numbers:
        clients.add(_client(number))
    clients.close()
    keys = MasterKeys({"LLM_GATEWAY_MASTER_KEY": "ab" * 32}, folder)
    with closing(Vault(path, keys, SystemClock())) as vault:
        for number in numbers:
            at = address(EntryKind.API_KEY, "openai", f"n{number}")
            vault.put(at, os.urandom(40).hex().encode(), by="test")
        with closing(AuditStore(path, SystemClock())) as audit:
            audit.seal(ReceiptKeys(vault, AUDIT_ADDRESS).key())
            audit.keep_mark()
    leave(path)
    flights = FlightFile(folder / "flights.db", clock)
    settings = RecorderSettings(retention_days=36500)
    flights.write(make_batch({}, [record(number) for number in numbers], settings, Seal(bytes)))
    flights.close()


def _client(number: int) -> Client:
    return Client(
        id=f"cli_{number}",
        name=f"client {number}",
        key_digest=os.urandom(32),
        key_hint="llmgw-abc",
        scopes=frozenset({Scope.MODELS_USE}),
        created_at_s=1.0,
    )


def _flip(path: Path, chance: random.Random, _: Path) -> None:
    """As a disk does it: nobody has written."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    for _number in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _spoil_pages(path: Path, chance: random.Random, _: Path) -> None:
    before = path.stat()
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data) // 512) * 512
    data[at : at + 512] = chance.choice([bytes(512), os.urandom(512), data[:512]])
    data[at] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _cut(path: Path, chance: random.Random, _: Path) -> None:
    size = path.stat().st_size
    at = chance.choice(
        [1, 100, 512, 8192, 8192 * 3, size - 1, size // 2, chance.randrange(1, size)]
    )
    os.truncate(path, at)


def _empty(path: Path, chance: random.Random, _: Path) -> None:
    if chance.random() < 0.5:
        os.truncate(path, 0)
    else:
        path.unlink()


def _fresh(path: Path, _: random.Random, __: Path) -> None:
    """Somebody has begun it anew."""
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE any (a)")


def _put_back(path: Path, _: random.Random, earlier: Path) -> None:
    shutil.copyfile(earlier / path.name, path)


def _drop(path: Path, chance: random.Random, _: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        parts = connection.execute(
            "SELECT type, name FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        kind, name = chance.choice(parts)
        connection.execute(f"DROP {kind} {name}")


def _halve(path: Path, chance: random.Random, _: Path) -> None:
    """The steps of the schema are said to be fewer than were taken."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        steps = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {chance.randrange(steps)}")


def _garbage(path: Path, _: random.Random, __: Path) -> None:
    path.write_bytes(os.urandom(20_000))


DAMAGES: list[Damage] = [
    *(_flip, _flip, _flip, _spoil_pages, _cut, _cut, _empty, _fresh, _put_back, _drop, _drop),
    *(_halve, _garbage),
]
SEEDS = [
    pytest.param(seed, marks=pytest.mark.daily if seed < DAILY else ()) for seed in range(COUNT)
]


def _damaged(template: Template, folder: Path, name: str, seed: int) -> tuple[Path, bytes | None]:
    shutil.copytree(template.folder, folder)
    for each in template.folder.iterdir():  # with its times
        shutil.copystat(each, folder / each.name)
    chance, path = random.Random(seed), folder / name
    damage = DAMAGES[seed % len(DAMAGES)]
    damage(path, chance, template.earlier)
    return path, path.read_bytes() if path.exists() else None


@pytest.mark.parametrize("seed", SEEDS)
def test_gateway_db(template: Template, tmp_path: Path, seed: int) -> None:
    path, before = _damaged(template, tmp_path / "data", "gateway.db", seed)
    found = look_at_start(path)
    assert found.startswith("gateway.db ")
    for _ in range(2):  # it stays so
        clients = ClientStore(path, SystemClock())
        with pytest.raises(StoreInQuestion) as told:
            clients.all()
        assert str(told.value) == found
        assert look_at_start(path) == found
    assert (path.read_bytes() if path.exists() else None) == before, "nothing is repaired"


@pytest.mark.parametrize("seed", SEEDS)
def test_flights_db(template: Template, tmp_path: Path, seed: int) -> None:
    path, before = _damaged(template, tmp_path / "data", "flights.db", seed)
    flights, said = FlightFile(path, SetClock()), ""
    try:
        flights.open()
    except SchemaTooNew as error:  # nothing is recorded then
        said = str(error)
    flights.close()
    assert path.name in flights.note + said
    for aside in path.parent.glob("flights.db.corrupt-*[0-9Z]"):
        kept = aside.read_bytes()
        assert len(kept) >= len(before or b"") - 8192, "what was damaged is kept"


def test_what_is_well_is_not_told_of(template: Template, tmp_path: Path) -> None:
    shutil.copytree(template.folder, tmp_path / "data")
    assert look_at_start(tmp_path / "data" / "gateway.db") == ""
    flights = FlightFile(tmp_path / "data" / "flights.db", SetClock())
    flights.open()
    flights.close()
    assert flights.note == ""
