"""Automatic backups: copies that hold what was copied, and open after a change of the key."""

import asyncio
import hashlib
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

from llmgw_desktop.app.safekeeping.safekeeping import Safekeeping
from llmgw_desktop.app.safekeeping.store_guard import BackupKeeping
from llmgw_desktop.domain.access.principal import Client, Scope
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import StoreCorrupt, StoreError, StoreInQuestion
from llmgw_desktop.domain.events import AuditNoted
from llmgw_desktop.domain.settings.tables import BackupSettings
from llmgw_desktop.domain.vault import EntryKind, KeyGone, VaultLocked, address
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.data_keys import number_of
from llmgw_desktop.store.at_rest.gateway_conversion import GatewayConversion
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.database import open_database, told
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import (
    Backup,
    Snapshot,
    backups_in,
    check_backup,
    newest_whole,
    superfluous,
    tidy,
)
from llmgw_desktop.store.safekeeping.checking import wrong_with
from llmgw_desktop.store.safekeeping.restoring import Restoring
from llmgw_desktop.store.system_keyring import SecretPlaces
from llmgw_desktop.store.vault.derived_keys import AUDIT_ADDRESS, ReceiptKeys
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
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

    def encrypt(self, text: bytes) -> bytes:
        """As another process would; the cell opens at "place"."""
        with self.vault() as vault:
            return AtRest(vault.data_keys).encrypt(text, "place")

    def rotate(self, new: str) -> None:
        """To another master key: this one where the environment gives it."""
        master = bytes.fromhex(new * 32) if self.env else None
        with self.vault() as vault:
            vault.rotate(by="test", new_master=master)
        if master is not None:
            self.env["LLM_GATEWAY_MASTER_KEY"] = master.hex()

    @property
    def restoring(self) -> Restoring:
        places = self.places
        return Restoring(places.gateway_db, places.aside_folder, self.keys, SystemClock())

    def restore(self, backup: Backup) -> str:
        return self.restoring.restore(backup, "a backup")

    def seal(self) -> str:
        """Why it is not sealed; empty where it is."""
        path = self.places.gateway_db
        with self.vault() as vault, closing(AuditStore(path, self.clock, vault.far_head)) as it:
            it.seal(ReceiptKeys(vault, AUDIT_ADDRESS).key())
            return it.problem

    def undo(self) -> None:
        assert self.restoring.undo("undone") is not None


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


def _client(name: str) -> Client:
    return Client(
        id=f"cli_{name}",
        name=name,
        key_digest=hashlib.sha256(name.encode()).digest(),
        key_hint="llmgw-abc",
        scopes=frozenset({Scope.MODELS_USE}),
        created_at_s=1.0,
    )


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
    for span_s, count in ((3600, hourly), (86_400, daily)):
        spans = sorted({each.made_at_s // span_s for each in found}, reverse=True)[:count]
        kept = {each.made_at_s // span_s for each in left}
        assert {each.made_at_s // span_s for each in young} & set(spans) <= kept
    assert len(left) <= max(hourly, 1) + hourly + daily


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
    monkeypatch.setattr("llmgw_desktop.app.safekeeping.store_guard.FIRST_S", 0.0)
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


async def test_a_change_of_access_is_backed_up_soon_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.app.safekeeping.store_guard.SOON_S", 0.0)
    home, looks = Home(tmp_path, {}), asyncio.Queue[bool]()
    home.put(b"sk-one")
    home.back_up()
    home.clock.forward(60)
    has_changed = home.keeping._has_access_changed

    def looked() -> bool:
        found = has_changed()
        loop.call_soon_threadsafe(looks.put_nowait, found)
        return found

    monkeypatch.setattr(home.keeping, "_has_access_changed", looked)
    loop = asyncio.get_running_loop()
    home.keeping.start()
    assert not await looks.get(), "of before the start"
    with closing(AuditStore(home.places.gateway_db, home.clock)) as store:
        store.note(Act(verb="gateway.paused", subject="gateway"))
    home.keeping.look_soon(AuditNoted())
    assert not await looks.get()
    home.put(b"sk-two")
    for _ in range(5):
        home.keeping.look_soon(AuditNoted())
    assert await looks.get()
    while len(backups_in(home.places.backups_folder)) < 2:
        await asyncio.sleep(0.01)
    home.keeping.look_soon(AuditNoted())
    while await looks.get():
        pass
    await home.keeping.stop()
    assert len(backups_in(home.places.backups_folder)) == 2


def test_before_a_restore_it_is_told_what_goes(tmp_path: Path) -> None:
    home = Home(tmp_path, {})
    path = home.places.gateway_db
    with closing(ClientStore(path, home.clock)) as clients:
        for name in ("nightly", "daily"):
            clients.add(_client(name))
        made = home.back_up()
        keeping = Safekeeping(home.places, home.env)
        assert keeping.lost_by(made) == "Nothing done since then is lost. Recorded flights stay."
        clients.add(_client("brief"))
        for name in ("nightly", "brief"):
            clients.revoke(f"cli_{name}")
    home.put(b"sk-two")
    with home.vault() as vault:  # its own, which nobody stored by hand
        vault.put(address(EntryKind.SIGNING_KEY, "llmgw", "audit"), b"k" * 64, by="audit")
    assert keeping.lost_by(made) == (
        "Done since then, and lost: Key made (1); Key revoked (2); Vault entry stored (1). Access"
        " that was taken since then is open again: nightly. Recorded flights stay."
    )
    later = home.back_up()
    home.restore(made)
    assert "Nothing done" in keeping.lost_by(made)
    assert "cannot be told" in keeping.lost_by(later), "of what was replaced"
    path.write_bytes(b"")
    assert "cannot be told" in keeping.lost_by(made)


def test_a_file_that_is_taken_as_it_is_has_a_whole_log(tmp_path: Path) -> None:
    home = Home(tmp_path, {})
    home.put(b"sk-one")
    assert home.seal() == ""
    made = home.back_up()
    home.put(b"sk-two")
    assert home.seal() == ""
    path, keeping = home.places.gateway_db, Safekeeping(home.places, home.env)
    shutil.copy(made.path, path)
    wrong = keeping.wrong()
    assert "older copy" in wrong
    assert "newest seal" in keeping.take_as_it_is()
    assert keeping.wrong() == ""
    with closing(AuditStore(path, home.clock)) as store:
        assert store.verify().problem == ""
    assert home.seal() == "", "the log goes on"
    for data, what in ((b"", "nothing to use"), (b"garbage" * 4096, "is damaged")):
        path.write_bytes(data)
        wrong = keeping.wrong()
        with pytest.raises(StoreError, match=what):
            keeping.take_as_it_is()
        assert keeping.wrong() == wrong, "it stays in question"
        assert path.read_bytes() == data


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
    sealed = home.encrypt(b"said then")
    made = home.back_up()
    for new in ("cd", "ef"):
        home.rotate(new)
    home.put(b"sk-now")
    later = home.encrypt(b"said later")
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


@pytest.mark.parametrize("is_emptied", [True, False], ids=["emptied", "gone"])
@pytest.mark.parametrize("since", ["first key", "new key"])
def test_data_keys_that_were_made_after_the_backup_are_not_lost(
    home: Home, since: str, is_emptied: bool
) -> None:
    if since == "first key":  # the backup is from before anything was encrypted
        home.mark()
    else:
        home.put(b"sk-then")
        home.encrypt(b"said then")
    made = home.back_up()
    if since == "new key":
        home.rotate("cd")
    later = home.encrypt(b"said later")
    home.places.gateway_db.unlink()
    if is_emptied:
        home.places.gateway_db.touch()
    assert home.restore(made) == ""
    with home.vault() as vault:
        assert AtRest(vault.data_keys).decrypt(later, "place") == b"said later"
    home.encrypt(b"said now")
    with home.vault() as vault:
        assert AtRest(vault.data_keys).decrypt(later, "place") == b"said later"
        assert vault.data_keys.current().number in vault.data_keys.numbers()


@pytest.mark.parametrize("is_anew", [True, False], ids=["begun anew", "put back by hand"])
def test_a_file_that_knows_no_data_key_is_told_of_all_when_one_is_wanted(
    home: Home, is_anew: bool
) -> None:
    home.mark()
    made = home.back_up()
    later = home.encrypt(b"said later")
    if is_anew:
        home.restoring.begin_anew("an empty file")
    else:
        home.places.gateway_db.unlink()
        shutil.copyfile(made.path, home.places.gateway_db)
        home.restoring.take_as_it_is("put back by hand")
    home.encrypt(b"said now")
    with home.vault() as vault:
        assert AtRest(vault.data_keys).decrypt(later, "place") == b"said later"
        vault.clear(by="test")
    home.env.clear()
    again = home.encrypt(b"said again")
    home.restore(home.back_up())
    with home.vault() as vault:
        assert AtRest(vault.data_keys).decrypt(again, "place") == b"said again"
        with pytest.raises(KeyGone):
            AtRest(vault.data_keys).decrypt(later, "place")
        assert number_of(later) not in vault.data_keys.numbers()
        assert number_of(again) in vault.data_keys.numbers()


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
    path = home.places.gateway_db
    with home.vault() as vault, closing(AuditStore(path, home.clock, vault.far_head)) as store:
        key = ReceiptKeys(vault, AUDIT_ADDRESS).key()
        assert "keyring knows entry" in store.verify(key.public_key).problem
    assert home.restore(made) == ""
    assert home.seal() == "", "a person has put it in the place"
    home.undo()
    assert home.seal() == ""
