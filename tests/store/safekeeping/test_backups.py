"""Automatic backups: copies that hold what was copied, and open after a change of the key."""

import asyncio
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.backup_keeping import BackupKeeping
from llmgw_desktop.app.safekeeping import Safekeeping
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import StoreCorrupt, StoreInQuestion
from llmgw_desktop.domain.settings import BackupSettings
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.domain.vault_errors import VaultLocked
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.gateway_conversion import GatewayConversion
from llmgw_desktop.store.audit_store import AuditStore
from llmgw_desktop.store.database import open_database, told
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.master_key import MasterKeys
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.receipt_keys import AUDIT_ADDRESS, ReceiptKeys
from llmgw_desktop.store.safekeeping.backups import (
    Backup,
    backups_in,
    check_backup,
    newest_whole,
    superfluous,
    tidy,
)
from llmgw_desktop.store.safekeeping.checking import wrong_with
from llmgw_desktop.store.safekeeping.restoring import Restoring
from llmgw_desktop.store.safekeeping.snapshot import Snapshot
from llmgw_desktop.store.system_keyring import SecretPlaces
from llmgw_desktop.store.vault import Vault
from tests.store.set_clock import SetClock

AT = address(EntryKind.API_KEY, "openai", "default")
HOUR_S = 3600.0
EMPTY = Snapshot(size=0, sha256="", steps=1)


class Home:
    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.places = Places.of({"LLMGW_HOME": str(folder)})
        self.places.make()
        self.env = env
        self.clock = SetClock()
        self.keyring: SecretPlaces = NoKeyring()
        self.settings = BackupSettings()
        self.keeping = BackupKeeping(self.places, self.clock, lambda: self.settings)

    @property
    def keys(self) -> MasterKeys:
        return MasterKeys(self.env, self.places.data_folder, self.keyring)

    def vault(self) -> "closing[Vault]":
        return closing(Vault(self.places.gateway_db, self.keys, SystemClock()))

    def put(self, secret: bytes) -> None:
        with self.vault() as vault:
            vault.put(AT, secret, by="test")
        self.mark()

    def mark(self) -> None:
        with closing(AuditStore(self.places.gateway_db, SystemClock())) as store:
            store.keep_mark()

    def secret(self) -> bytes:
        with self.vault() as vault:
            return vault.secret(AT, by="test")

    def back_up(self) -> Backup:
        self.clock.forward(HOUR_S)
        made = self.keeping.make()
        assert made is not None
        return made

    def restore(self, backup: Backup) -> str:
        places = self.places
        restoring = Restoring(places.gateway_db, places.aside_folder, self.keys, SystemClock())
        return restoring.restore(backup, "a backup")

    def seal(self) -> str:
        """Why it is not sealed; empty where it is."""
        with self.vault() as vault, closing(AuditStore(self.places.gateway_db, self.clock)) as it:
            it.far = vault.far_head()
            it.seal(ReceiptKeys(vault, AUDIT_ADDRESS).key())
            return it.problem

    def undo(self) -> None:
        places = self.places
        restoring = Restoring(places.gateway_db, places.aside_folder, self.keys, SystemClock())
        assert restoring.undo("undone") is not None


class Keyring:
    """One that works, and that a thief of the data folder does not have."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, secret: str) -> bool:
        self.kept[name] = secret
        return True

    def remove(self, name: str) -> None:
        self.kept.pop(name, None)


class NoKeyring:
    def get(self, name: str) -> str | None:
        return None

    def put(self, name: str, secret: str) -> bool:
        return False

    def remove(self, name: str) -> None:
        pass


@pytest.fixture(params=["file", "environment"])
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Home:
    given = {"LLM_GATEWAY_MASTER_KEY": "ab" * 32} if request.param == "environment" else {}
    return Home(tmp_path, given)


def _backups(times: list[float]) -> list[Backup]:
    return [
        Backup(path=Path(f"gateway-{at_s}.db"), made_at_s=at_s, snapshot=EMPTY)
        for at_s in sorted(set(times), reverse=True)
    ]


@given(
    st.lists(st.floats(0, 40 * 86_400), max_size=30).map(_backups),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(1, 30),
)
def test_what_goes_leaves_enough(
    found: list[Backup], hourly: int, daily: int, max_days: int
) -> None:
    gone = superfluous(found, BackupSettings(hourly=hourly, daily=daily, max_days=max_days))
    left = [each for each in found if each not in gone]
    if found:
        assert left[0] is found[0], "the newest stays, whatever is set"
    young = [each for each in found if each.made_at_s >= found[0].made_at_s - max_days * 86_400]
    assert set(map(id, left)) <= set(map(id, young))
    assert {id(each) for each in young[:hourly]} <= set(map(id, left))
    days = sorted({each.made_at_s // 86_400 for each in found}, reverse=True)[:daily]
    kept_days = {each.made_at_s // 86_400 for each in left}
    assert {each.made_at_s // 86_400 for each in young} & set(days) <= kept_days
    assert len(left) <= max(hourly, 1) + daily


def test_a_backup_is_a_whole_copy_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path, {})
    home.put(b"sk-one")
    with home.vault() as writer:  # it is in use
        writer.put(AT, b"sk-two", by="test")
        made = home.back_up()
    folder = home.places.backups_folder
    modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert backups_in(folder) == [made]
    assert wrong_with(made.path, GATEWAY_STEPS) == ""
    assert made.snapshot.counts["vault_entries"] == 1
    assert b"sk-two" not in made.path.read_bytes()
    home.clock.forward(HOUR_S)
    assert home.keeping.make() is None, "nothing is new"
    assert datetime.fromtimestamp(made.made_at_s, UTC).strftime("%Y%m%dT%H%M%SZ") in made.path.name


async def test_a_gateway_that_runs_makes_one_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.app.backup_keeping.FIRST_S", 0.0)
    home = Home(tmp_path, {})
    home.put(b"sk-one")
    first = home.back_up()
    assert home.keeping._due_s() == HOUR_S
    home.clock.forward(HOUR_S / 2)
    assert home.keeping._due_s() == HOUR_S / 2
    home.clock.forward(HOUR_S)
    home.put(b"sk-two")
    home.keeping.start()
    async with asyncio.timeout(60):
        while len(backups_in(home.places.backups_folder)) < 2:
            await asyncio.sleep(0.01)
    await home.keeping.stop()
    assert backups_in(home.places.backups_folder)[1] == first
    assert home.keeping.problem == ""


def test_no_older_one_goes_while_the_newest_does_not_hold(tmp_path: Path) -> None:
    home = Home(tmp_path, {})
    home.settings = BackupSettings(hourly=2, daily=0)
    made = []
    for number in range(4):
        home.put(b"sk-%d" % number)
        made.append(home.back_up())
    folder = home.places.backups_folder
    assert backups_in(folder) == made[:1:-1], "two are kept"
    whole = made[3].path.read_bytes()
    at = whole.index(b"openai")
    made[3].path.write_bytes(whole[:at] + b"0" + whole[at + 1 :])
    with pytest.raises(StoreCorrupt, match="not as it was made"):
        check_backup(made[3])
    with pytest.raises(StoreCorrupt):
        tidy(folder, BackupSettings(hourly=1, daily=0))
    assert backups_in(folder) == made[:1:-1]
    assert newest_whole(folder) == made[2]
    with pytest.raises(StoreCorrupt):
        home.restore(made[3])
    assert home.secret() == b"sk-3", "all is as it was"


def test_no_backup_keeps_in_plain_what_is_encrypted_by_now(tmp_path: Path) -> None:
    home = Home(tmp_path, {})
    path = home.places.gateway_db
    said = b"a canary in plain"
    with closing(open_database(path, GATEWAY_STEPS)) as connection:
        connection.execute(
            "INSERT INTO kept_responses VALUES ('r', 'o', NULL, 1, ?, ?, ?)", (said, b"[]", b"{}")
        )
    plain = home.back_up()
    assert plain.snapshot.has_plain
    home.put(b"sk-more")
    still = home.back_up()
    assert backups_in(home.places.backups_folder) == [still, plain], "it is all there is"
    with home.vault() as vault:
        for _ in GatewayConversion(path, AtRest(vault.data_keys)).steps():
            pass
    sealed = home.back_up()
    assert not sealed.snapshot.has_plain
    assert backups_in(home.places.backups_folder) == [sealed]
    files = [each for each in home.places.backups_folder.iterdir() if each.is_file()]
    assert not [each.name for each in files if said in each.read_bytes()]


def test_what_is_restored_is_as_it_was_and_can_be_undone(home: Home) -> None:
    home.put(b"sk-then")
    with home.vault() as vault, closing(AuditStore(home.places.gateway_db, home.clock)) as store:
        store.seal(ReceiptKeys(vault, AUDIT_ADDRESS).key())
    made = home.back_up()
    home.put(b"sk-now")
    assert home.restore(made) == ""
    assert home.secret() == b"sk-then"
    assert wrong_with(home.places.gateway_db, GATEWAY_STEPS) == ""
    with closing(AuditStore(home.places.gateway_db, SystemClock())) as store:
        assert store.verify().problem == "", "its own head stands beside it"
        assert list(store.entries())[-1].act.verb == "store.restored"  # type: ignore[union-attr]
    home.undo()
    assert home.secret() == b"sk-now"
    assert wrong_with(home.places.gateway_db, GATEWAY_STEPS) == ""
    home.undo()
    assert home.secret() == b"sk-then"


@pytest.mark.parametrize("is_file_there", [True, False], ids=["in use", "gone"])
def test_a_backup_opens_after_the_master_key_was_changed_twice(
    home: Home, is_file_there: bool
) -> None:
    home.put(b"sk-then")
    with home.vault() as vault:
        sealed = AtRest(vault.data_keys).encrypt(b"said then", "place")
    made = home.back_up()
    for new in ("cd", "ef"):
        is_given = "LLM_GATEWAY_MASTER_KEY" in home.env
        master = bytes.fromhex(new * 32) if is_given else None
        with home.vault() as vault:
            vault.rotate(by="test", new_master=master)
        if master is not None:
            home.env["LLM_GATEWAY_MASTER_KEY"] = master.hex()
    home.put(b"sk-now")
    with home.vault() as vault:
        later = AtRest(vault.data_keys).encrypt(b"said later", "place")
    home.back_up()
    key_files = list(home.places.data_folder.glob("vault-*.key"))
    assert len(key_files) == (0 if home.env else 1), "former keys are gone"
    if not is_file_there:
        home.places.gateway_db.unlink()
        with pytest.raises(StoreInQuestion, match="is gone"):
            home.secret()
    assert home.restore(made) == ""
    assert home.secret() == b"sk-then"
    with home.vault() as vault:
        assert AtRest(vault.data_keys).decrypt(sealed, "place") == b"said then"
        assert AtRest(vault.data_keys).decrypt(later, "place") == b"said later", (
            "also what was encrypted since, under a key that the backup does not know"
        )
        assert vault.problem() == ""


def test_without_any_key_it_is_restored_and_stays_locked(tmp_path: Path) -> None:
    home = Home(tmp_path, {})
    home.put(b"sk-then")
    made = home.back_up()
    with home.vault() as vault:
        vault.rotate(by="test")
    for path in home.places.data_folder.glob("vault-*.key"):
        path.unlink()
    assert "stays locked" in home.restore(made)
    with pytest.raises(VaultLocked):
        home.secret()


def test_a_restore_that_is_broken_off_is_no_new_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path, {})
    home.put(b"sk-then")
    made = home.back_up()
    home.put(b"sk-now")

    with monkeypatch.context() as patch:
        patch.setattr("llmgw_desktop.store.safekeeping.restoring.told", _told_until_moved(home))
        with pytest.raises(KeyboardInterrupt):
            home.restore(made)
    assert "broken off" in wrong_with_mark(home)
    with pytest.raises(StoreInQuestion, match="broken off"):
        home.secret()
    home.undo()
    assert home.secret() == b"sk-now"


def wrong_with_mark(home: Home) -> str:
    return Safekeeping(home.places, home.env).wrong()


def _told_until_moved(home: Home) -> Any:
    """As `told`, until the file is away and nothing is in its place."""

    @contextmanager
    def until(path: Path) -> Iterator[None]:
        if path == home.places.gateway_db and not path.exists():
            raise KeyboardInterrupt
        with told(path):
            yield

    return until


def test_the_keyring_knows_how_far_the_log_had_come(tmp_path: Path) -> None:
    """Who has the data folder alone puts older copies back of all that lies in it."""
    home = Home(tmp_path, {})
    home.keyring = keyring = Keyring()
    home.put(b"sk-then")
    assert home.seal() == ""
    made = home.back_up()
    shutil.copytree(home.places.data_folder, tmp_path / "copy")
    home.put(b"sk-now")
    assert home.seal() == ""
    assert len([name for name in keyring.kept if name.startswith("audit head")]) == 1
    shutil.rmtree(home.places.data_folder)
    shutil.copytree(tmp_path / "copy", home.places.data_folder)
    assert wrong_with(home.places.gateway_db, GATEWAY_STEPS) == "", "all in it is of one time"
    assert "keyring knows entry" in home.seal()
    home.put(b"sk-other")
    assert "keyring knows entry" in home.seal(), "nothing is sealed over it, ever"
    with home.vault() as vault, closing(AuditStore(home.places.gateway_db, home.clock)) as store:
        store.far = vault.far_head()
        key = ReceiptKeys(vault, AUDIT_ADDRESS).key()
        assert "keyring knows entry" in store.verify(key.public_key).problem
    assert home.restore(made) == ""
    assert home.seal() == "", "a person has put it in the place"
    home.undo()
    assert home.seal() == ""
