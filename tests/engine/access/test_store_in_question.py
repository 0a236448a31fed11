"""A `gateway.db` that is not what it was: said everywhere, never begun anew in silence, and the
gateway serves its own person meanwhile."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import StoreError, StoreInQuestion
from llmgw_desktop.domain.events import GatewayState, StoreAnswer
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.jobs.job_store import JobStore
from tests.engine.conftest import House, house_in
from tests.engine.policy.keys import key_of

MESSAGES = "/v1/messages"
ASK = {
    "model": "practice/echo",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "ping"}],
}


async def _statuses(house: House, key: str) -> tuple[int, int]:
    """Of the person's own request, and of a client's."""
    async with house.post(MESSAGES, ASK) as own:
        await own.read()
    async with house.post(MESSAGES, ASK, Authorization=f"Bearer {key}") as client:
        await client.read()
    return own.status, client.status


async def _health(house: House) -> tuple[int, str, str]:
    async with house.session.get(f"{house.url}/health") as answer:
        short = await answer.json()
    assert list(short) == ["status"], "no details without a key"
    async with house.get("/health/detail") as told:
        problem = (await told.json())["gateway"]["problem"]
    return answer.status, short["status"], problem


def _emptied(path: Path, _: Path) -> None:
    path.write_bytes(b"")


def _gone(path: Path, _: Path) -> None:
    path.unlink()


def _new(path: Path, _: Path) -> None:
    path.unlink()
    sqlite3.connect(path).close()
    path.write_bytes(b"")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE anything (a)")


def _put_back(path: Path, earlier: Path) -> None:
    shutil.copy(earlier, path)


def _broken(path: Path, _: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[8192 : 3 * 8192] = os.urandom(2 * 8192)
    path.write_bytes(whole)


def _cut(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[: 4 * 8192 + 100])


def _replaced(path: Path, earlier: Path) -> None:
    shutil.copy(earlier, path.with_name("new"))
    path.with_name("new").rename(path)


def _without_clients(path: Path, _: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE clients")


def _half_migrated(path: Path, _: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 3")


def _rotten(path: Path, _: Path) -> None:
    """A byte of free space, which nothing but the content's own digest sees."""
    before = path.stat()
    whole = bytearray(path.read_bytes())
    at = next(i for i in range(8192 + 300, len(whole)) if not any(whole[i - 200 : i + 200]))
    whole[at] ^= 1
    path.write_bytes(whole)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


DAMAGES = {
    _emptied: "was emptied",
    _gone: "is gone",
    _new: "is damaged|older|lacks",
    _put_back: "put back to an older copy",
    _broken: "is damaged",
    _cut: "is damaged",
    _without_clients: "lacks a part of itself",
    _half_migrated: "older version",
    _rotten: "is damaged",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__.strip("_"))
async def test_it_is_told_and_never_begun_anew(
    tmp_path: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    path, earlier = home / "data" / "gateway.db", tmp_path / "earlier.db"
    async with house_in(home) as house:
        key = key_of(house, "nightly", Scope.MODELS_USE)
        assert await _statuses(house, key) == (200, 200)
    shutil.copy(path, earlier)
    async with house_in(home) as house:
        assert await _statuses(house, key) == (200, 200)
        assert await _health(house) == (200, "ok", "")
    damage(path, earlier)  # type: ignore[operator]
    before = path.read_bytes() if path.exists() else None
    for _ in range(2):
        caplog.clear()
        async with house_in(home) as house:
            assert await _statuses(house, key) == (200, 503)
            code, status, problem = await _health(house)
            assert (code, status) == (200, "degraded")
            assert problem.startswith("gateway.db ")
            assert re.search(DAMAGES[damage], problem)  # type: ignore[index]
            assert problem == house.container.gateway.status.problem
            assert problem in caplog.text
            async with house.get("/v1/credentials") as listed:
                assert listed.status == 503
        assert (path.read_bytes() if path.exists() else None) == before


async def test_a_file_that_is_put_right_by_hand_is_used_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path, kept = home / "data" / "gateway.db", tmp_path / "kept.db"
    async with house_in(home) as house:
        key = key_of(house, "nightly", Scope.MODELS_USE)
    shutil.copy(path, kept)
    _broken(path, kept)
    async with house_in(home) as house:
        assert await _statuses(house, key) == (200, 503)
    shutil.copy(kept, path)
    async with house_in(home) as house:
        assert await _statuses(house, key) == (200, 200)
        assert await _health(house) == (200, "ok", "")


@pytest.mark.parametrize("restore", [True, False], ids=["restored", "begun anew"])
async def test_a_person_answers_and_the_same_gateway_goes_on(tmp_path: Path, restore: bool) -> None:
    home = tmp_path / "home"
    path = home / "data" / "gateway.db"
    async with house_in(home) as house:
        key = key_of(house, "nightly", Scope.MODELS_USE)
        assert house.container.store_guard.backups.make() is not None
        job = home / "data" / "jobs" / "job_1"
        job.mkdir(parents=True)
    path.write_bytes(b"")
    async with house_in(home) as house:
        control = house.container.control
        question = control.store_question()
        assert question is not None
        assert question.what == "gateway.db was emptied."
        assert question.backup
        assert "cannot be told" in question.lost[StoreAnswer.RESTORE]
        assert "programs need new keys" in question.lost[StoreAnswer.ANEW]
        assert await _statuses(house, key) == (200, 503)
        said = await control.answer_store(StoreAnswer.RESTORE if restore else StoreAnswer.ANEW)
        assert "--undo" in said
        assert control.store_question() is None
        assert await _statuses(house, key) == (200, 200 if restore else 401)
        assert (await _health(house))[2] == control.status().problem == ""
        new = key_of(house, "new", Scope.MODELS_USE)
        assert (await _statuses(house, new))[1] == 200
    async with house_in(home) as house:
        assert (await _statuses(house, new))[1] == 200
    assert job.exists(), "what another gateway.db knew is not swept away"


async def test_an_older_file_is_used_as_it_is_where_a_person_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path, earlier = home / "data" / "gateway.db", tmp_path / "earlier.db"
    async with house_in(home) as house:
        key = key_of(house, "nightly", Scope.MODELS_USE)
    shutil.copy(path, earlier)
    async with house_in(home) as house:
        key_of(house, "later", Scope.MODELS_USE)
    shutil.copy(earlier, path)
    async with house_in(home) as house:
        control = house.container.control
        question = control.store_question()
        assert question is not None
        assert question.can_stay
        assert not question.is_in_use
        assert "stays lost" in question.lost[StoreAnswer.AS_IT_IS]
        assert await _statuses(house, key) == (200, 503)
        await control.answer_store(StoreAnswer.AS_IT_IS)
        assert control.store_question() is None
        assert await _statuses(house, key) == (200, 200)
    async with house_in(home) as house:
        assert await _statuses(house, key) == (200, 200)
        assert await _health(house) == (200, "ok", "")


async def test_a_table_that_goes_while_it_runs_costs_no_own_request(house: House) -> None:
    key = key_of(house, "nightly", Scope.MODELS_USE)
    assert await _statuses(house, key) == (200, 200)
    with closing(sqlite3.connect(house.container.places.gateway_db)) as connection:
        connection.execute("ALTER TABLE clients RENAME TO away")
        house.container.access.authenticator.look_again()
        assert await _statuses(house, key) == (200, 503)
        assert (await _health(house))[:2] == (200, "degraded")
        connection.execute("ALTER TABLE away RENAME TO clients")
    house.container.access.authenticator.look_again()
    assert await _statuses(house, key) == (200, 200)
    assert (await _health(house))[:2] == (200, "ok")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """One of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    words = ["-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if (
        mount is None
        or subprocess.run([mount, *words], capture_output=True, check=False).returncode
    ):
        pytest.skip("only who may mount has a disk that is full")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_disk_that_is_full_at_start_asks_nobody_to_give_the_file_up(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.app.gateway.control.TELL_AGAIN_S", 0.01)
    home, filling = small_disk / "home", small_disk / "filling"
    async with house_in(home) as house:
        key, other = (key_of(house, each, Scope.MODELS_USE) for each in ("nightly", "daily"))
    with filling.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    async with house_in(home) as house:
        assert await _statuses(house, key) == (200, 200), "keys can be read"
        control, places = house.container.control, house.container.places
        assert control.store_question() is None
        assert not places.run_file.exists()
        recorder = house.container.recording.recorder
        while "the disk is full" not in recorder.status.problem:
            await asyncio.sleep(0.01)
        assert (await _health(house))[1] == "degraded"
        filling.unlink()
        while not places.run_file.exists():
            await asyncio.sleep(0.01)
        with closing(ClientStore(places.gateway_db, SystemClock())) as clients:
            assert clients.revoke("daily") is not None
        house.container.access.authenticator.look_again()
        assert await _statuses(house, other) == (200, 401), "what others write is seen again"
        assert await _statuses(house, key) == (200, 200)
    assert not places.run_file.exists()


def _half(path: Path, _: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // 8192 * 8192)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (_emptied, "was cut off while"),
        (_half, "was cut off while"),
        (_cut, "was cut off while"),
        (_gone, "was taken away while"),
        (_replaced, "Another gateway.db was put in its place"),
    ],
    ids=["emptied", "half", "cut", "gone", "replaced"],
)
async def test_a_file_that_goes_under_a_gateway_that_runs_is_noticed_at_the_next_look(
    house: House, tmp_path: Path, damage: Callable[[Path, Path], None], what: str
) -> None:
    key, path = key_of(house, "nightly", Scope.MODELS_USE), house.container.places.gateway_db
    authenticator, control = house.container.access.authenticator, house.container.control
    authenticator.look_again()
    assert await _statuses(house, key) == (200, 200)
    assert control.store_question() is None
    shutil.copy(path, tmp_path / "copy")
    damage(path, tmp_path / "copy")
    for _ in range(2):  # what is written into it meanwhile makes it no whole one
        authenticator.look_again()
        assert await _statuses(house, key) == (200, 503)
        status, told, problem = await _health(house)
        assert (status, told) == (200, "degraded")
        assert what in problem
        assert control.status().problem == problem, "the window is told"
        question = control.store_question()
        assert question is not None
        assert question.is_in_use
        assert question.what in problem
        with suppress(StoreError):
            house.container.audit.store.note(Act(verb="gateway.paused", subject="gateway"))


async def test_nothing_is_written_into_a_file_that_nobody_will_find_again(
    house: House, tmp_path: Path
) -> None:
    container = house.container
    store, vault = container.audit.store, container.vault
    jobs = JobStore(container.places.gateway_db)
    entry = address(EntryKind.API_KEY, "openai", "default")
    vault.put(entry, b"sk-not-a-real-key-1234567890", by="test")
    assert jobs.live() == []
    store.note(Act(verb="gateway.paused", subject="gateway"))
    container.places.gateway_db.rename(tmp_path / "taken.db")
    for work in (
        lambda: store.note(Act(verb="gateway.resumed", subject="gateway")),
        lambda: vault.put(entry, b"sk-not-a-real-key-0987654321", by="test"),
        jobs.live,
    ):
        with pytest.raises(StoreInQuestion, match="taken away while the gateway used it"):
            work()


async def test_a_file_that_grows_shorter_by_itself_is_well(house: House) -> None:
    key, path = key_of(house, "nightly", Scope.MODELS_USE), house.container.places.gateway_db
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE much (a)")
        connection.execute("INSERT INTO much VALUES (zeroblob(1000000))")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        house.container.access.authenticator.look_again()
        before = path.stat().st_size
        connection.execute("DROP TABLE much")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_size < before
    house.container.access.authenticator.look_again()
    assert await _statuses(house, key) == (200, 200)
    assert (await _health(house))[:2] == (200, "ok")


@pytest.mark.parametrize("is_key_gone", [True, False], ids=["gone", "another"])
async def test_a_vault_that_does_not_open_is_no_good_health(
    tmp_path: Path, is_key_gone: bool
) -> None:
    home, env = tmp_path / "home", {"LLM_GATEWAY_MASTER_KEY": "ab" * 32}
    async with house_in(home, env={} if is_key_gone else env) as house:
        entry = {"provider": "openai", "apiKey": "sk-not-a-real-key-1234567890"}
        async with house.post("/v1/credentials", entry) as stored:
            number = (await stored.json())["id"]
        if not is_key_gone:
            async with house.session.delete(
                f"{house.url}/v1/credentials/{number}", headers=house.headers()
            ) as answer:
                assert answer.status == 200
        assert (await _health(house))[:2] == (200, "ok")
    if is_key_gone:
        next((home / "data").glob("vault-*.key")).unlink()
    async with house_in(home, env={} if is_key_gone else {**env, **_other()}) as house:
        assert (await _health(house))[:2] == (200, "degraded")
        async with house.get("/health/detail") as told:
            assert "The vault is locked" in (await told.json())["vault"]["problem"]
        async with house.get("/v1/credentials") as listed:
            assert listed.status == 423


def _other() -> dict[str, str]:
    return {"LLM_GATEWAY_MASTER_KEY": "cd" * 32}


async def test_only_where_nothing_can_be_answered_health_is_503(house: House) -> None:
    house.container.gateway.pause()
    assert (await _health(house))[:2] == (200, "degraded")
    house.container.gateway.resume()
    assert (await _health(house))[:2] == (200, "ok")
    status = house.container.gateway.status
    object.__setattr__(status, "state", GatewayState.STOPPING)
    assert (await _health(house))[0] == 503
    object.__setattr__(status, "state", GatewayState.RUNNING)
