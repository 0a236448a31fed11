"""Where the master key is looked for, and what happens when it is wrong or gone."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import pytest

from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.store.system_keyring import SystemKeyring
from llmgw_desktop.store.vault import unlocking
from llmgw_desktop.store.vault.master_key import KeptIn, MasterKeys
from llmgw_desktop.store.vault.sealed_rows import KnownKey
from llmgw_desktop.store.vault.vault_rows import VaultRows
from tests.store.vault.places import MASTER, OTHER, SECRET, Place, PlainKeyring, key

VARIABLE = "LLM_GATEWAY_MASTER_KEY"


def _fill(place: Place) -> None:
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")


def _rows_are_as_before(place: Place) -> None:
    """Locked: nothing is read, nothing written; and all is well once the key is back."""
    with place.rows() as rows:
        before = rows.all()
    with place.open() as vault:
        assert vault.problem().startswith("The vault is locked")
        for work in (
            lambda: vault.secret(key(), by="test"),
            lambda: vault.put(key(), OTHER, by="test"),
            lambda: vault.put_all([], by="test"),
            lambda: vault.remove(1, by="test"),
            lambda: vault.rotate(by="test"),
            lambda: vault.everything(by="test"),
        ):
            with pytest.raises(VaultLocked, match=r"The vault is locked: .*llmgw vault clear"):
                work()
        assert len(vault.entries()) == 1
    with place.rows() as rows:
        assert rows.all() == before


def test_the_keyring_is_preferred(place: Place) -> None:
    _fill(place)
    assert place.key_files == []
    assert len(place.keyring.kept) == 1
    with place.open() as vault:
        assert vault.problem() == ""
        assert vault.secret(key(), by="test") == SECRET


def test_without_a_keyring_a_file_of_this_person_alone(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.keyring.works = False
    _fill(place)
    (path,) = place.key_files
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"is kept in the file {path}" in caplog.text
    path.chmod(0o644)
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET
    assert path.stat().st_mode & 0o777 == 0o600
    assert "could be read by other users" in caplog.text


def test_a_file_serves_though_there_is_a_keyring_now(place: Place) -> None:
    place.keyring.works = False
    _fill(place)
    place.keyring.works = True
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET


def test_the_environment_wins(place: Place) -> None:
    place.env = {VARIABLE: MASTER.upper()}
    _fill(place)
    place.env = {VARIABLE: f" {MASTER}\n"}
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET


def test_another_key_in_the_environment(place: Place) -> None:
    _fill(place)
    place.env = {VARIABLE: MASTER}
    _rows_are_as_before(place)
    with place.open() as vault:
        assert f"is not the one in {VARIABLE}" in vault.problem()
    place.env = {}
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET


@pytest.mark.parametrize("text", ["short", "g" * 64, MASTER + "0", "Ⅷ" * 64])
def test_no_key_in_the_environment(place: Place, text: str) -> None:
    place.env = {VARIABLE: text}
    with place.open() as vault:
        with pytest.raises(VaultLocked, match="64 hexadecimal digits") as locked:
            vault.put(key(), SECRET, by="test")
        assert text not in str(locked.value)
        assert vault.entries() == []


def test_the_environment_is_gone(place: Place) -> None:
    place.env = {VARIABLE: MASTER}
    _fill(place)
    place.env = {}
    _rows_are_as_before(place)
    with place.open() as vault:
        assert f"came from {VARIABLE}, which is not set here" in vault.problem()
    assert place.keyring.kept == {}


def test_the_keyring_is_locked_and_opens_again(place: Place) -> None:
    _fill(place)
    place.keyring.works = False
    _rows_are_as_before(place)
    assert place.key_files == []
    with place.open() as vault:
        assert "lies in the system's keyring" in vault.problem()
        place.keyring.works = True
        assert vault.problem() == ""
        assert vault.secret(key(), by="test") == SECRET


def test_the_file_is_gone_or_is_another(place: Place) -> None:
    place.keyring.works = False
    _fill(place)
    (path,) = place.key_files
    good = path.read_text()
    path.unlink()
    _rows_are_as_before(place)
    assert place.key_files == []
    for text in (MASTER, "", "not a key", "\x00" * 64):
        path.write_text(text)
        _rows_are_as_before(place)
        assert path.read_text() == text
    path.write_text(good)
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has pipes in the place of files")
@pytest.mark.parametrize("what", ["pipe", "folder", "link to a device"])
def test_nobody_waits_for_what_is_no_file(place: Place, what: str) -> None:
    place.keyring.works = False
    _fill(place)
    (path,) = place.key_files
    path.unlink()
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    _rows_are_as_before(place)
    assert not path.is_file(), "nothing was written over it"


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX systems")
def test_a_link_in_the_place_of_the_key_is_neither_read_nor_narrowed(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.keyring.works = False
    _fill(place)
    (path,) = place.key_files
    elsewhere = path.rename(path.with_name("elsewhere"))
    elsewhere.chmod(0o644)
    path.symlink_to(elsewhere)
    _rows_are_as_before(place)
    assert "it is a link to another file" in caplog.text
    assert elsewhere.stat().st_mode & 0o777 == 0o644


def test_a_new_key_is_never_made_where_there_is_one(place: Place) -> None:
    _fill(place)
    place.keyring.kept.clear()
    _rows_are_as_before(place)
    assert place.keyring.kept == {}
    assert place.key_files == []


def test_clearing_is_the_way_out(place: Place) -> None:
    _fill(place)
    place.keyring.kept.clear()
    with place.open() as vault:
        assert vault.clear(by="test") == 1
        assert vault.problem() == ""
        vault.put(key(), OTHER, by="test")
        assert vault.secret(key(), by="test") == OTHER
    assert len(place.keyring.kept) == 1


def test_a_process_that_made_its_key_too_late_takes_the_other(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = MasterKeys.keep

    def overtaken(self: MasterKeys, key_id: str, master: bytes) -> KeptIn:
        kept_in = keep(self, key_id, master)
        monkeypatch.setattr(MasterKeys, "keep", keep)
        _fill(place)
        return kept_in

    monkeypatch.setattr(MasterKeys, "keep", overtaken)
    with place.open() as vault:
        vault.put(key("mine"), OTHER, by="test")
        assert vault.secret(key(), by="test") == SECRET
    assert len(place.keyring.kept) == 1


def test_a_process_that_sees_the_others_entries_before_its_key(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    current_key = VaultRows.current_key

    def too_early(self: VaultRows) -> KnownKey | None:
        monkeypatch.setattr(VaultRows, "current_key", current_key)
        _fill(place)
        return None

    with place.open() as vault:
        monkeypatch.setattr(VaultRows, "current_key", too_early)
        vault.put(key("mine"), OTHER, by="test")
        assert vault.secret(key(), by="test") == SECRET


def test_a_key_that_a_rotation_takes_away_while_it_is_looked_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(place)
    find = MasterKeys.find

    def overtaken(self: MasterKeys, key_id: str, kept_in: KeptIn) -> bytes | None:
        monkeypatch.setattr(MasterKeys, "find", find)
        with place.open() as other:
            other.rotate(by="other")
        return find(self, key_id, kept_in)

    monkeypatch.setattr(MasterKeys, "find", overtaken)
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET


def test_a_keyring_that_waits_for_a_person_does_not_hold_up_all(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(place)
    monkeypatch.setattr(unlocking, "PATIENCE_S", 0.05)
    waiting, go_on = threading.Event(), threading.Event()

    class Dialog(PlainKeyring):
        def get(self, name: str) -> str | None:
            waiting.set()
            go_on.wait(30)
            return super().get(name)

    place.keyring = Dialog(kept=place.keyring.kept)
    with place.open() as vault:
        first = threading.Thread(target=vault.secret, args=(key(),), kwargs={"by": "test"})
        first.start()
        assert waiting.wait(30)
        with pytest.raises(VaultLocked, match="waiting for its password"):
            vault.secret(key(), by="test")
        go_on.set()
        first.join(30)
        assert vault.secret(key(), by="test") == SECRET


class _Backend:
    priority = 5.0

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def fail(self, *_: str) -> None:
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize(
    "error",
    ["NoKeyringError", "InitError", "KeyringLocked", "PasswordSetError", "PasswordDeleteError"],
)
def test_every_trouble_with_the_keyring_leads_to_the_file(
    tmp_path: Path, error: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import keyring
    from keyring import errors

    caplog.set_level(logging.INFO)
    backend = _Backend(getattr(errors, error)("Prompt dismissed"))
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, backend.fail)
    masters = MasterKeys({}, tmp_path, SystemKeyring())
    assert masters.keep("0011223344556677", bytes(32)) is KeptIn.FILE
    assert masters.find("0011223344556677", KeptIn.KEYRING) == bytes(32)
    masters.forget("0011223344556677", KeptIn.KEYRING)
    assert masters.find("0011223344556677", KeptIn.FILE) is None
    assert caplog.text.count(f"be written ({error}: Prompt dismissed)") == 1
    assert caplog.text.count(f"be read ({error}: Prompt dismissed)") == 1
    assert bytes(32).hex() not in caplog.text
    levels = {each.levelname for each in caplog.records if "be read" in each.message}
    assert levels == {"INFO" if error == "NoKeyringError" else "WARNING"}, "none is no trouble"


def test_a_backend_that_keeps_plain_files_is_not_taken_for_a_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import keyring

    caplog.set_level(logging.INFO)
    backend = _Backend(AssertionError("asked"))
    backend.priority = 0.5
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(keyring, "set_password", backend.fail)
    assert MasterKeys({}, tmp_path, SystemKeyring()).keep("00", bytes(32)) is KeptIn.FILE
    assert "there is no keyring of the system" in caplog.text
