"""Whatever is changed in a row, by whatever amount: a sentence and never garbage."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.vault import (
    EntryAddress,
    EntryBroken,
    EntryKind,
    Sealed,
    VaultError,
    VaultLocked,
    address,
)
from llmgw_desktop.store.at_rest.key_set import KeySet
from tests.store.vault.places import OTHER, SECRET, Place, file, key

KEYS = KeySet(bytes(range(32)))
WORDS = "it is not what was stored there"

providers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_@+-]{0,20}x", fullmatch=True)
projects = st.one_of(
    st.just(""),
    st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30),
)
addresses = st.builds(address, st.sampled_from(EntryKind), providers, names, projects)
values = st.binary(max_size=300)


@given(addresses, values)
def test_what_is_sealed_opens_to_the_same(entry: EntryAddress, secret: bytes) -> None:
    sealed = KEYS.seal(entry, secret)
    assert KEYS.open(entry, sealed) == secret
    assert len(sealed.nonce) == 12
    assert len(sealed.data) == len(secret) + 16
    assert KEYS.seal(entry, secret).nonce != sealed.nonce


@given(addresses, addresses, values)
def test_it_opens_for_no_other_entry(one: EntryAddress, other: EntryAddress, secret: bytes) -> None:
    sealed = KEYS.seal(one, secret)
    if one == other:
        assert KEYS.open(other, sealed) == secret
    else:
        with pytest.raises(EntryBroken, match=WORDS):
            KEYS.open(other, sealed)


@given(addresses, values, st.data())
def test_one_bit_anywhere_is_noticed(entry: EntryAddress, secret: bytes, data: Any) -> None:
    sealed = KEYS.seal(entry, secret)
    whole = bytearray(sealed.nonce + sealed.data)
    place = data.draw(st.integers(0, 8 * len(whole) - 1))
    whole[place // 8] ^= 1 << place % 8
    changed = Sealed(sealed.key_id, bytes(whole[:12]), bytes(whole[12:]))
    with pytest.raises(EntryBroken, match=WORDS):
        KEYS.open(entry, changed)


@given(addresses, values, st.data())
def test_what_is_cut_or_lengthened_is_noticed(
    entry: EntryAddress, secret: bytes, data: Any
) -> None:
    sealed = KEYS.seal(entry, secret)
    length = data.draw(st.integers(0, len(sealed.data) - 1))
    for nonce, rest in (
        (sealed.nonce, sealed.data[:length]),
        (sealed.nonce, sealed.data + b"\0"),
        (sealed.nonce[:8], sealed.data),
        (b"", sealed.data),
        (sealed.nonce + b"\0", sealed.data),
    ):
        with pytest.raises(EntryBroken, match=WORDS):
            KEYS.open(entry, Sealed(sealed.key_id, nonce, rest))


@given(addresses, values, st.binary(min_size=32, max_size=32))
def test_another_master_key_opens_nothing(entry: EntryAddress, secret: bytes, other: bytes) -> None:
    sealed = KEYS.seal(entry, secret)
    stranger = KeySet(other)
    assert stranger.key_id != KEYS.key_id
    assert not stranger.is_of(KEYS.key_id, KEYS.check_value)
    for named in (sealed, Sealed(stranger.key_id, sealed.nonce, sealed.data)):
        with pytest.raises(EntryBroken):
            stranger.open(entry, named)


def test_no_purpose_shares_a_key() -> None:
    entry = key(name="auth.json")
    as_file = address(EntryKind.FILE, "openai", "auth.json")
    with pytest.raises(EntryBroken):
        KEYS.open(as_file, KEYS.seal(entry, SECRET))
    assert KEYS.check_value[:8].hex() != KEYS.key_id
    assert repr(KEYS) == f"KeySet({KEYS.key_id})"
    assert SECRET.decode() not in repr(KEYS.seal(entry, SECRET))


@contextmanager
def _vault_with_rows() -> Iterator[tuple[Place, sqlite3.Connection]]:
    """1: openai of all; 2: openai of shop; 3: anthropic of all; 4: codex's file."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        with place.open() as vault:
            vault.put(key(), SECRET, by="test")
            vault.put(key(project="shop"), OTHER, by="test")
            vault.put(key("anthropic"), OTHER, by="test")
            vault.put(file(), OTHER, by="test")
        with closing(sqlite3.connect(place.path, isolation_level=None)) as connection:
            yield place, connection


def _swap(column: str) -> list[str]:
    return [
        f"UPDATE vault_entries SET {column} = (SELECT {column} FROM vault_entries WHERE id = 2) "
        "WHERE id = 1"
    ]


_MOVES = {
    "nonce of another row": _swap("nonce"),
    "value of another row": _swap("sealed"),
    "nonce and value of another row": [*_swap("nonce"), *_swap("sealed")],
    "row of another project": [
        "DELETE FROM vault_entries WHERE id = 1",
        "UPDATE vault_entries SET project = '_global' WHERE id = 2",
    ],
    "row of another provider": [
        "DELETE FROM vault_entries WHERE id = 1",
        "UPDATE vault_entries SET provider = 'openai' WHERE id = 3",
    ],
    "row of another kind": [
        "DELETE FROM vault_entries WHERE id = 1",
        "UPDATE vault_entries SET kind = 'api-key', provider = 'openai', name = 'default' "
        "WHERE id = 4",
    ],
    "row of another name": [
        "DELETE FROM vault_entries WHERE id = 1",
        "UPDATE vault_entries SET provider = 'openai', name = 'x' WHERE id = 3",
        "UPDATE vault_entries SET name = 'default' WHERE id = 3",
    ],
    "no nonce": ["UPDATE vault_entries SET nonce = x'' WHERE id = 1"],
    "text for a value": ["UPDATE vault_entries SET sealed = 'sk-plain' WHERE id = 1"],
    "a number for a nonce": ["UPDATE vault_entries SET nonce = 7 WHERE id = 1"],
    "another key's id": ["UPDATE vault_entries SET key_id = 'ffffffffffffffff' WHERE id = 1"],
}


@pytest.mark.parametrize("statements", _MOVES.values(), ids=_MOVES)
def test_rows_changed_in_the_file(statements: list[str]) -> None:
    with _vault_with_rows() as (place, connection):
        for statement in statements:
            connection.execute(statement)
        with place.open() as vault:
            with pytest.raises(EntryBroken, match="openai/default cannot be opened") as broken:
                vault.secret(key(), by="test")
            assert OTHER.decode() not in str(broken.value)
            with pytest.raises(VaultError):
                vault.everything(by="test")
            with pytest.raises(VaultError):
                vault.rotate(by="test")


def _forget_key(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM vault_keys")


def _change_check(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE vault_keys SET check_value = x'00'")


def _text_check(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE vault_keys SET check_value = 'words'")


@pytest.mark.parametrize("change", [_forget_key, _change_check, _text_check])
def test_what_is_known_of_the_key_was_changed(
    change: Callable[[sqlite3.Connection], None],
) -> None:
    with _vault_with_rows() as (place, connection):
        change(connection)
        before = connection.execute("SELECT * FROM vault_entries").fetchall()
        with place.open() as vault:
            for work in (
                lambda: vault.secret(key(), by="test"),
                lambda: vault.put(key(), OTHER, by="test"),
                lambda: vault.put(key("new"), OTHER, by="test"),
                lambda: vault.remove(1, by="test"),
                lambda: vault.rotate(by="test"),
            ):
                with pytest.raises(VaultLocked, match="The vault is locked"):
                    work()
        assert connection.execute("SELECT * FROM vault_entries").fetchall() == before


def test_a_kind_of_a_later_version_is_left_alone() -> None:
    with _vault_with_rows() as (place, connection):
        connection.execute("UPDATE vault_entries SET kind = 'passkey' WHERE id = 3")
        with place.open() as vault:
            assert [each.id for each in vault.entries()] == [4, 1, 2]
            with pytest.raises(EntryBroken, match="kind that this version does not know"):
                vault.rotate(by="test")
            assert vault.secret(key(), by="test") == SECRET


@pytest.mark.parametrize("cell", [b"\xff\x00", b"openai", 5, 1.5e300, -1.0, "", "text"])
@pytest.mark.parametrize(
    "column",
    ["provider", "name", "project", "hint", "size", "created_at_s", "updated_at_s", "nonce"],
)
def test_cells_of_another_kind_can_be_shown(column: str, cell: object) -> None:
    with _vault_with_rows() as (place, connection):
        connection.execute(f"UPDATE vault_entries SET {column} = ? WHERE id = 1", (cell,))
        with place.open() as vault:
            shown = vault.entries()
            assert len(shown) == 4
            for entry in shown:
                assert datetime.fromtimestamp(entry.updated_at_s, tz=UTC)
                at = entry.address
                told = [entry.hint, at.provider, at.name, at.project, entry.size]
                assert json.loads(json.dumps(told)) == told
            if column in ("provider", "name", "project", "nonce"):
                with pytest.raises(EntryBroken, match=WORDS):
                    vault.everything(by="test")
            else:
                assert len(vault.everything(by="test")) == 4
