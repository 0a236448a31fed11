"""What `gateway.db` keeps of what was said lies encrypted: new rows, old ones, after a rotation."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.store.at_rest.cells import PLAIN, UNREADABLE_WORDS, WITHHELD_WORDS, AtRest
from llmgw_desktop.store.at_rest.gateway_conversion import TEXTS, GatewayConversion, read_number
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.routing.responses import KeptResponse, KeptTexts, ResponseStore
from tests.store.set_clock import SetClock
from tests.store.vault.places import SECRET, Place, key
from tests.support.plain_runs import plain_job

WORDS = "the-words-that-were-said"
ITEMS = b'[{"text": "' + WORDS.encode() + b'"}]'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def fill(path: Path) -> None:
    """Every text that TEXTS names, in plain, in two rows of each table; one is deleted again."""
    with closing(open_database(path, GATEWAY_STEPS)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for texts in TEXTS:
            info = connection.execute(f"PRAGMA table_info({texts.table})").fetchall()
            for number in (1, 2):
                row = [_cell(column, texts.columns, number) for column in info]
                holes = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {texts.table} VALUES ({holes})", row)
        connection.execute("PRAGMA secure_delete = OFF")
        for texts in TEXTS:
            connection.execute(f"DELETE FROM {texts.table} WHERE {texts.key[0]} IN ('k2', 2)")


def _cell(column: tuple[object, ...], texts: tuple[str, ...], number: int) -> object:
    _, name, kind, *_ = column
    if name in texts:
        return ITEMS if kind == "BLOB" else WORDS * 300
    return f"k{number}" if kind == "TEXT" else number


def texts_in(path: Path) -> Iterator[tuple[str, object]]:
    with closing(sqlite3.connect(path)) as connection:
        for texts in TEXTS:
            for column in texts.columns:
                for (cell,) in connection.execute(f"SELECT {column} FROM {texts.table}"):
                    yield f"{texts.table}.{column}", cell


def _lies_open(folder: Path) -> list[str]:
    files = (each for each in folder.rglob("*") if each.is_file())
    return [each.name for each in files if WORDS.encode() in each.read_bytes()]


def _convert(path: Path, at_rest: AtRest) -> None:
    conversion = GatewayConversion(path, at_rest)
    parts = list(conversion.steps())
    assert parts == sorted(parts)
    with closing(sqlite3.connect(path)) as connection:
        key = at_rest.key()
        assert read_number(connection) == (0 if key is None else key.number)


def test_every_old_text_is_encrypted_and_no_page_holds_it(place: Place) -> None:
    fill(place.path)
    assert "gateway.db" in "".join(_lies_open(place.folder))
    with place.open() as vault:
        at_rest = AtRest(vault.data_keys)
        assert GatewayConversion(place.path, at_rest).wants_key()
        _convert(place.path, at_rest)
        assert not GatewayConversion(place.path, at_rest).wants_key()
    assert _lies_open(place.folder) == []
    cells = dict(texts_in(place.path))
    assert len(cells) == sum(len(texts.columns) for texts in TEXTS)
    assert all(isinstance(cell, bytes) and cell[:1] == b"\x01" for cell in cells.values())


def test_a_rotation_and_the_way_back(place: Place) -> None:
    fill(place.path)
    before = dict(texts_in(place.path))
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")
        at_rest = AtRest(vault.data_keys)
        _convert(place.path, at_rest)
        vault.rotate(by="test")
        _convert(place.path, at_rest)
        number = vault.data_keys.current().number.to_bytes(4, "big")
        assert {cell[1:5] for _, cell in texts_in(place.path) if isinstance(cell, bytes)} == {
            number
        }
        _convert(place.path, AtRest(vault.data_keys, lambda: False))
    assert dict(texts_in(place.path)) == before


def test_a_conversion_that_broke_off_goes_on(place: Place) -> None:
    fill(place.path)
    with place.open() as vault:
        at_rest = AtRest(vault.data_keys)
        with closing(GatewayConversion(place.path, at_rest).steps()) as steps:
            for _ in range(3):
                next(steps)
        _convert(place.path, at_rest)
    assert _lies_open(place.folder) == []


def test_a_job_of_a_locked_vault_keeps_its_title(place: Place) -> None:
    with place.open() as vault, closing(JobStore(place.path, AtRest(vault.data_keys))) as store:
        store.add(plain_job(1, title=WORDS))
        assert store.get(plain_job(1).id) == plain_job(1, title=WORDS)
    assert _lies_open(place.folder) == []
    place.keyring.works = False
    with place.open() as vault, closing(JobStore(place.path, AtRest(vault.data_keys))) as store:
        found = store.get(plain_job(1).id)
        assert found is not None
        assert found.title == UNREADABLE_WORDS
        assert store.move(found, since=[found.state])
        store.add(plain_job(2, title=WORDS))
        assert [each.title for each in store.recent()] == [UNREADABLE_WORDS, WITHHELD_WORDS] or [
            each.title for each in store.recent()
        ] == [WITHHELD_WORDS, UNREADABLE_WORDS]
    place.keyring.works = True
    with place.open() as vault, closing(JobStore(place.path, AtRest(vault.data_keys))) as store:
        found = store.get(plain_job(1).id)
        assert found is not None
        assert found.title == WORDS
    assert _lies_open(place.folder) == []


def test_kept_answers_wait_for_the_vault(place: Place) -> None:
    with place.open() as vault:
        vault.data_keys.current()
    place.keyring.works = False
    kept = KeptResponse(
        id="resp_1",
        owner="me",
        previous=None,
        size=100,
        texts=lambda: KeptTexts(input=ITEMS, answer=b'{"output": []}'),
    )
    with place.open() as vault:
        store = ResponseStore(place.path, SetClock(), AtRest(vault.data_keys))
        store.put(kept)
        assert store.conversation("resp_1", "me") == [ITEMS, b"[]"]
        place.keyring.works = True
        vault.data_keys.current()
        store.close()
    assert _lies_open(place.folder) == []
    with place.open() as vault:
        store = ResponseStore(place.path, SetClock(), AtRest(vault.data_keys))
        assert store.asked("resp_1", "me") == ITEMS
        store.close()
    with closing(ResponseStore(place.path, SetClock(), PLAIN)) as store, pytest.raises(VaultLocked):
        store.asked("resp_1", "me")
