"""A backup opens with its passphrase, on any computer, and with nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.vault import EntryBroken, EntryUnfit, OpenEntry, VaultError, VaultLocked
from llmgw_desktop.store.vault import vault_backup
from llmgw_desktop.store.vault.vault_backup import packed, unpacked
from tests.store.vault.places import OTHER, SECRET, Place, file, key

PASSPHRASE = "correct horse battery"
ENTRIES = [
    OpenEntry(key(), SECRET),
    OpenEntry(key(project="Läden"), OTHER),
    OpenEntry(file(), bytes(range(256))),
]


@pytest.fixture(autouse=True, scope="module")
def cheap() -> Any:
    """The cost is for guessers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault_backup, "COST", {"n": 16, "r": 8, "p": 1})
        yield


def test_there_and_back() -> None:
    data = packed(ENTRIES, PASSPHRASE, 1.0)
    assert unpacked(data, PASSPHRASE) == ENTRIES
    assert packed(ENTRIES, PASSPHRASE, 1.0) != data
    for secret in (SECRET, OTHER, b"openai", b"Default", PASSPHRASE.encode()):
        assert secret not in data
    assert SECRET.decode() not in repr(ENTRIES)


def test_the_real_cost_is_in_the_file_and_opens_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_backup, "COST", {"n": 1 << 17, "r": 8, "p": 1})
    data = packed(ENTRIES, PASSPHRASE, 1.0)
    kdf = json.loads(data.split(b"\n")[0])["kdf"]
    assert (kdf["name"], kdf["n"], kdf["r"], kdf["p"]) == ("scrypt", 131072, 8, 1)
    monkeypatch.setattr(vault_backup, "COST", {"n": 16, "r": 8, "p": 1})
    assert unpacked(data, PASSPHRASE) == ENTRIES


def test_a_passphrase_is_the_same_however_its_letters_are_composed() -> None:
    data = packed(ENTRIES, "scho\u0308ne Gru\u0308\u00dfe", 1.0)
    assert unpacked(data, "sch\u00f6ne Gr\u00fc\u00dfe") == ENTRIES


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE[:-1], PASSPHRASE.upper(), PASSPHRASE + " "])
def test_another_passphrase(passphrase: str) -> None:
    data = packed(ENTRIES, PASSPHRASE, 1.0)
    with pytest.raises(EntryBroken, match="passphrase is not the right one"):
        unpacked(data, passphrase)


@given(st.data())
def test_one_byte_anywhere_is_noticed(data: Any) -> None:
    whole = bytearray(packed(ENTRIES, PASSPHRASE, 1.0))
    place = data.draw(st.integers(0, len(whole) - 2))
    whole[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    with pytest.raises(VaultError, match=r"Nothing was restored|later version"):
        unpacked(bytes(whole), PASSPHRASE)


@given(st.data())
def test_a_file_that_was_cut(data: Any) -> None:
    whole = packed(ENTRIES, PASSPHRASE, 1.0)
    with pytest.raises(VaultError, match="Nothing was restored"):
        unpacked(whole[: data.draw(st.integers(0, len(whole) - 2))], PASSPHRASE)


@given(st.binary(max_size=200))
def test_other_files(data: bytes) -> None:
    with pytest.raises(VaultError, match="no backup of a vault"):
        unpacked(data, PASSPHRASE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("n", value) for value in (1 << 40, 0, -2, 3, True, "16", None, 1.5)),
        *(("n", value) for value in (1 << 23, 10**60)),
        *(("r", value) for value in (1 << 30, 1 << 20, 0)),
        *(("p", value) for value in (1 << 20, 0)),
        *(("salt", value) for value in ("", "00", "zz", 5)),
    ],
)
def test_a_header_that_asks_for_the_whole_computer(field: str, value: object) -> None:
    head, body, _ = packed(ENTRIES, PASSPHRASE, 1.0).split(b"\n")
    header = json.loads(head)
    header["kdf"][field] = value
    with pytest.raises(VaultError, match="no backup of a vault"):
        unpacked(json.dumps(header).encode() + b"\n" + body, PASSPHRASE)


@pytest.mark.parametrize(
    ("n", "r", "p"), [(1 << 20, 8, 16), (1 << 20, 8, 3), (2, 1 << 19, 16), (2, 8, 1 << 26)]
)
def test_a_header_that_asks_for_the_whole_day(n: int, r: int, p: int) -> None:
    head, body, _ = packed(ENTRIES, PASSPHRASE, 1.0).split(b"\n")
    header = json.loads(head)
    header["kdf"] |= {"n": n, "r": r, "p": p}
    with pytest.raises(VaultError, match="no backup of a vault"):
        unpacked(json.dumps(header).encode() + b"\n" + body, PASSPHRASE)


def test_a_later_version_is_left_alone() -> None:
    head, body, _ = packed(ENTRIES, PASSPHRASE, 1.0).split(b"\n")
    header = {**json.loads(head), "version": 2}
    with pytest.raises(VaultError, match="later version"):
        unpacked(json.dumps(header).encode() + b"\n" + body, PASSPHRASE)


def test_short_passphrases_are_refused() -> None:
    with pytest.raises(EntryUnfit, match="at least 10 characters"):
        packed(ENTRIES, "short", 1.0)


def test_restoring_replaces_and_leaves_the_rest(place: Place) -> None:
    with place.open() as vault:
        vault.put_all(ENTRIES, by="test")
        data = packed(vault.everything(by="test"), PASSPHRASE, 1.0)
        vault.put(key(), OTHER, by="test")
        vault.put(key("later"), OTHER, by="test")
        vault.put_all(unpacked(data, PASSPHRASE), by="test")
        assert vault.secret(key(), by="test") == SECRET
        assert vault.secret(key("later"), by="test") == OTHER
        assert len(vault.entries()) == 4


def test_a_locked_vault_takes_nothing(place: Place) -> None:
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")
    place.keyring.kept.clear()
    with place.open() as vault, pytest.raises(VaultLocked):
        vault.put_all(ENTRIES, by="test")
    with place.rows() as rows:
        assert len(rows.all()) == 1
