"""Keys of the vault reach an upstream: of its project, at once after a change, asked for once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import KeyMissing
from llmgw_desktop.domain.net_address import ProviderWay, read_proxy
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.engine.upstream import keys as keys_module
from llmgw_desktop.engine.upstream.keys import LOOK_S, MOST_KEPT, REFUSED_S, ProviderKeys
from llmgw_desktop.store.vault.vault import Vault
from tests.store.set_clock import SetClock
from tests.store.vault.places import OTHER, SECRET, Place, PlainKeyring, key


@dataclass
class Scene:
    place: Place
    vault: Vault
    clock: SetClock
    keys: ProviderKeys
    learned: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def key_for(self, project: str = "", vault: str = "openai/default") -> str:
        return (await self.keys.with_key(upstream(vault), project)).api_key

    async def why_not(self, project: str = "", vault: str = "openai/default") -> str:
        with pytest.raises(KeyMissing) as missing:
            await self.key_for(project, vault)
        return str(missing.value)


def upstream(vault: str = "openai/default") -> Upstream:
    return Upstream(
        provider="work",
        kind=ProviderKind.OPENAI,
        protocol=ModelProtocol.OPENAI_CHAT,
        base_url="https://api.openai.com/v1",
        account="work",
        vault=vault,
    )


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    place = Place(tmp_path)
    clock = SetClock()
    with place.open() as vault:
        learned: list[str] = []
        scene = Scene(
            place, vault, clock, ProviderKeys(vault, clock, learn=learned.append), learned
        )
        secret = Vault.secret

        def counted(self: Vault, *args: object, **kwargs: object) -> bytes:
            scene.asked.append(threading.current_thread().name)
            return secret(self, *args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(Vault, "secret", counted)
        yield scene


async def test_the_projects_own_key_and_else_that_of_all(scene: Scene) -> None:
    scene.vault.put(key(), SECRET, by="test")
    scene.vault.put(key(project="shop"), OTHER, by="test")
    assert await scene.key_for() == SECRET.decode()
    assert await scene.key_for("shop") == OTHER.decode()
    assert await scene.key_for("blog") == SECRET.decode()
    assert await scene.key_for("no\x00project") == SECRET.decode()


async def test_the_sign_in_of_a_proxy_comes_beside_the_key(scene: Scene) -> None:
    way = ProviderWay(proxy=read_proxy("http://p:1")[0], vault="proxy/office")
    asked = replace(upstream(), way=way)
    scene.vault.put(key(), SECRET, by="test")
    with pytest.raises(KeyMissing, match="proxy/office"):
        await scene.keys.with_key(asked, "")
    entry = address(EntryKind.API_KEY, "proxy", "office")
    scene.vault.put(entry, b"no-colon-in-it", by="test")
    with pytest.raises(KeyMissing, match="name:password") as unfit:
        await scene.keys.with_key(asked, "")
    assert "no-colon" not in str(unfit.value)
    scene.vault.put(entry, b"ada:s3cret:word", by="test")
    found = await scene.keys.with_key(asked, "")
    assert (found.api_key, found.way.sign_in) == (SECRET.decode(), "ada:s3cret:word")
    assert not found.way.wants_sign_in
    assert set(scene.learned) == {SECRET.decode(), "ada:s3cret:word", "s3cret:word"}
    keyless = await scene.keys.with_key(replace(asked, vault=""), "")
    assert (keyless.api_key, keyless.way.sign_in) == ("", "ada:s3cret:word")


async def test_an_upstream_without_a_vault_stays_as_it_is(scene: Scene) -> None:
    plain = upstream(vault="")
    assert await scene.keys.with_key(plain, "") is plain
    assert scene.asked == []


async def test_it_is_asked_for_once_and_beside_the_loop(scene: Scene) -> None:
    scene.vault.put(key(), SECRET, by="test")
    async with asyncio.TaskGroup() as group:
        many = [group.create_task(scene.key_for()) for _ in range(20)]
    assert {task.result() for task in many} == {SECRET.decode()}
    assert len(scene.asked) == 1
    assert scene.asked[0] != threading.current_thread().name
    first = await scene.keys.with_key(upstream(), "")
    assert await scene.keys.with_key(upstream(), "") is first
    assert SECRET.decode() not in repr(first)
    assert SECRET.decode() not in repr(scene.keys)


async def test_it_is_learned_before_it_is_used(scene: Scene) -> None:
    scene.vault.put(key(), SECRET, by="test")
    await scene.key_for()
    assert scene.learned == [SECRET.decode()]


async def test_a_change_by_this_process_counts_at_once(scene: Scene) -> None:
    stored = scene.vault.put(key(), SECRET, by="test")
    assert await scene.key_for() == SECRET.decode()
    scene.vault.put(key(), OTHER, by="test")
    assert await scene.key_for() == OTHER.decode()
    scene.vault.put(key(project="shop"), SECRET, by="test")
    assert await scene.key_for("shop") == SECRET.decode()
    scene.vault.remove(stored.id, by="test")
    assert "the vault has no key openai/default" in await scene.why_not()


async def test_a_change_by_another_process_counts_soon(scene: Scene) -> None:
    with scene.place.open() as other:
        stored = other.put(key(), SECRET, by="other")
        assert await scene.key_for() == SECRET.decode()
        other.put(key(), OTHER, by="other")
        scene.clock.forward(LOOK_S)
        assert await scene.key_for() == OTHER.decode()
        other.rotate(by="other")
        scene.clock.forward(LOOK_S)
        assert await scene.key_for() == OTHER.decode()
        other.remove(stored.id, by="other")
        scene.clock.forward(LOOK_S)
        await scene.why_not()


async def test_nothing_that_is_old_is_kept_when_it_changes_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.vault.put(key(), SECRET, by="test")
    secret = Vault.secret

    def overtaken(self: Vault, *args: object, **kwargs: object) -> bytes:
        found = secret(self, *args, **kwargs)  # type: ignore[arg-type]
        monkeypatch.setattr(Vault, "secret", secret)
        self.put(key(), OTHER, by="test")
        return found

    monkeypatch.setattr(Vault, "secret", overtaken)
    assert await scene.key_for() == SECRET.decode()
    assert await scene.key_for() == OTHER.decode()


async def test_what_is_missing_is_not_asked_for_at_every_request(scene: Scene) -> None:
    for _ in range(5):
        why = await scene.why_not("shop", "openai/second")
        assert why == (
            "'work' was not asked, because its key is missing: the vault has no key "
            "openai/second for project shop or for all."
        )
    assert len(scene.asked) == 1
    scene.clock.forward(REFUSED_S)
    await scene.why_not("shop", "openai/second")
    assert len(scene.asked) == 2


async def test_a_locked_vault_is_a_missing_key_until_it_opens(scene: Scene) -> None:
    with scene.place.open() as other:
        other.put(key(), SECRET, by="other")
    scene.place.keyring.works = False
    assert "its key is missing: the vault is locked: its key (" in await scene.why_not()
    scene.place.keyring.works = True
    scene.clock.forward(REFUSED_S)
    assert await scene.key_for() == SECRET.decode()


async def test_a_file_that_cannot_be_used(scene: Scene) -> None:
    scene.place.path.write_bytes(b"x" * 5000)
    assert "gateway.db is damaged" in await scene.why_not()


async def test_projects_without_end_do_not_fill_the_memory(scene: Scene) -> None:
    scene.vault.put(key(), SECRET, by="test")
    for number in range(MOST_KEPT + 10):
        assert await scene.key_for(f"p{number}") == SECRET.decode()
    assert len(scene.keys._kept) <= MOST_KEPT


@pytest.fixture
async def dialog(scene: Scene) -> AsyncIterator[threading.Event]:
    """A keyring that waits until this is set."""
    go_on = threading.Event()

    class Dialog(PlainKeyring):
        def get(self, name: str) -> str | None:
            go_on.wait(30)
            return super().get(name)

    with scene.place.open() as other:
        other.put(key(), SECRET, by="other")
    kept = scene.place.keyring.kept
    scene.vault._lock._master_keys.keyring = Dialog(kept=kept)
    yield go_on
    go_on.set()


async def test_a_keyring_that_asks_a_person_holds_up_no_other_request(
    scene: Scene, dialog: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "PATIENCE_S", 0.05)
    assert "does not answer; it may be waiting for its password" in await scene.why_not()
    dialog.set()
    scene.clock.forward(REFUSED_S)
    monkeypatch.setattr(keys_module, "PATIENCE_S", 10)
    assert await scene.key_for() == SECRET.decode()
