"""A new master key for all entries, and at no point of it a vault that does not open."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.sealed_rows import KnownKey
from llmgw_desktop.store.vault.vault_rows import VaultRows
from tests.store.vault.places import MASTER, OTHER, SECRET, Place, file, key
from tests.store.vault.rotation_child import STEPS, place_in

REPO = Path(__file__).parents[3]


def _fill(place: Place) -> None:
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")
        vault.put(key(project="shop"), OTHER, by="test")
        vault.put(file(), b"{}", by="test")


def _is_whole(place: Place) -> None:
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET
        assert vault.secret(key(project="shop"), by="test") == OTHER
        assert vault.secret(file(), by="test") == b"{}"


@pytest.mark.parametrize("with_keyring", [True, False])
def test_all_is_sealed_anew_and_the_old_key_is_gone(place: Place, with_keyring: bool) -> None:
    place.keyring.works = with_keyring
    _fill(place)
    with place.rows() as rows:
        before = {each.shown.id: each.sealed for each in rows.all()}
        old = rows.current_key()
    assert old is not None
    with place.open() as vault:
        assert vault.rotate(by="test") == 3
    with place.rows() as rows:
        after = {each.shown.id: each.sealed for each in rows.all()}
        assert rows.left_over_keys() == ([], [])
    assert before.keys() == after.keys()
    for number, sealed in after.items():
        assert sealed.key_id != before[number].key_id
        assert sealed.nonce != before[number].nonce
    assert len(place.keyring.kept) + len(place.key_files) == 1
    assert place.master_keys().find(old.key_id, old.kept_in) is None
    _is_whole(place)


def test_times_and_masks_stay(place: Place) -> None:
    _fill(place)
    with place.open() as vault:
        before = vault.entries()
        place.clock.forward(100)
        vault.rotate(by="test")
        assert vault.entries() == before


def test_a_vault_that_is_open_elsewhere_goes_on(place: Place) -> None:
    _fill(place)
    with place.open() as mine, place.open() as other:
        assert mine.secret(key(), by="test") == SECRET
        other.rotate(by="other")
        assert mine.secret(key(), by="test") == SECRET
        mine.put(key("new"), OTHER, by="test")
        assert other.secret(key("new"), by="other") == OTHER


@pytest.mark.parametrize(
    ("step", "keyring"),
    [
        *((step, "keyring") for step in STEPS),
        *((step, "file") for step in STEPS if "key" in step),
    ],
)
def test_killed_at_any_point(tmp_path: Path, step: str, keyring: str) -> None:
    _fill(place_in(tmp_path, with_keyring=keyring == "keyring"))
    child = subprocess.run(
        [sys.executable, "-m", "tests.store.vault.rotation_child", str(tmp_path), step, keyring],
        cwd=REPO,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    place = place_in(tmp_path, with_keyring=keyring == "keyring")
    _is_whole(place)
    with place.open() as vault:
        assert vault.rotate(by="test") == 3
    _is_whole(place_in(tmp_path, with_keyring=keyring == "keyring"))
    # of all the keys that were made on the way one is left
    if keyring == "keyring":
        assert len(place.keyring.kept) == 1
    else:
        assert len(place.key_files) == 1
    with place.rows() as rows:
        assert rows.left_over_keys() == ([], [])


def test_a_disk_that_fails_in_the_middle_changes_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(place)
    kept = dict(place.keyring.kept)

    def full(*_: object, **__: object) -> None:
        raise StoreUnavailable("gateway.db cannot be used: the disk is full.")

    monkeypatch.setattr(VaultRows, "_set_state", full)
    with place.open() as vault, pytest.raises(StoreUnavailable, match="full"):
        vault.rotate(by="test")
    assert place.keyring.kept == kept
    _is_whole(place)


def test_two_at_once_lose_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second clears what the first has announced, before the first puts it in force."""
    _fill(place)
    keep = MasterKeys.keep

    def overtaken(self: MasterKeys, key_id: str, master: bytes) -> object:
        kept_in = keep(self, key_id, master)
        monkeypatch.setattr(MasterKeys, "keep", keep)
        with place.open() as other:
            assert other.rotate(by="other") == 3
        return kept_in

    monkeypatch.setattr(MasterKeys, "keep", overtaken)
    with place.open() as vault, pytest.raises(VaultLocked, match="Another program changes"):
        vault.rotate(by="test")
    _is_whole(place)
    assert len(place.keyring.kept) == 1


def test_one_that_was_overtaken_before_it_kept_its_key_leaves_none(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(place)
    announce = VaultRows.announce

    def overtaken(self: VaultRows, known: KnownKey, now_s: float) -> None:
        announce(self, known, now_s)
        monkeypatch.setattr(VaultRows, "announce", announce)
        with place.open() as other:
            assert other.rotate(by="other") == 3

    monkeypatch.setattr(VaultRows, "announce", overtaken)
    with place.open() as vault, pytest.raises(VaultLocked, match="Another program changes"):
        vault.rotate(by="test")
    _is_whole(place)
    assert len(place.keyring.kept) == 1


def test_where_the_environment_gives_the_key(place: Place) -> None:
    place.env = {"LLM_GATEWAY_MASTER_KEY": MASTER}
    _fill(place)
    with place.open() as vault:
        with pytest.raises(VaultLocked, match="a new one must be given"):
            vault.rotate(by="test")
        with pytest.raises(VaultLocked, match="is the old one"):
            vault.rotate(by="test", new_master=bytes.fromhex(MASTER))
        assert vault.rotate(by="test", new_master=bytes(32)) == 3
        with pytest.raises(VaultLocked, match="is not the one in LLM_GATEWAY_MASTER_KEY"):
            vault.secret(key(), by="test")
    place.env = {"LLM_GATEWAY_MASTER_KEY": "00" * 32}
    _is_whole(place)
    assert place.keyring.kept == {}
    assert place.key_files == []


def test_an_empty_vault(place: Place) -> None:
    with place.open() as vault:
        assert vault.rotate(by="test") == 0
        vault.put(key(), SECRET, by="test")
    assert len(place.keyring.kept) == 1
