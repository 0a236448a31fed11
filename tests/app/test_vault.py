"""The vault as windows see it, and what the program loads before anybody needs it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.vault.credentials import Credentials
from llmgw_desktop.domain.vault import EntryUnfit
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault.vault import Vault
from tests.store.vault.places import OTHER, SECRET, Place

MASTER = "0123456789abcdef" * 4


async def test_storing_listing_and_removing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[str] = set()
    put = Vault.put

    def noted(*args: object, **kwargs: object) -> object:
        threads.add(threading.current_thread().name)
        return put(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Vault, "put", noted)
    place = Place(tmp_path)
    with place.open() as vault:
        credentials = Credentials(vault)
        assert await credentials.problem() == ""
        stored = await credentials.store_key("openai", "default", SECRET.decode())
        assert threading.current_thread().name not in threads
        own = await credentials.store_key("openai", "default", OTHER.decode(), project="shop")
        assert await credentials.all() == [stored, own]
        with pytest.raises(EntryUnfit):
            await credentials.store_key("openai", "default", "two words")
        assert await credentials.remove(own.id)
        assert not await credentials.remove(own.id)
    place.keyring.kept.clear()
    with place.open() as vault:
        assert (await Credentials(vault).problem()).startswith("The vault is locked")


async def test_what_is_missing_is_told_by_name_and_as_soon_as_it_changes(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as vault, place.open() as other_process:
        credentials = Credentials(vault)
        assert credentials.missing("") == ""
        assert credentials.missing("openai/default") == "the vault has no key openai/default"
        Credentials(other_process).keep_key("openai", "default", SECRET.decode())
        assert credentials.missing("openai/default") == ""
        assert credentials.known() == ("openai/default",)


async def test_guards_of_records_know_the_master_key_of_the_environment() -> None:
    places = Places.of(os.environ)
    places.make()
    container = Container(places, {"LLM_GATEWAY_MASTER_KEY": f" {MASTER} "})
    told: list[str] = []
    container.tell_keys(told.append)
    assert told == [MASTER]
    assert MASTER.encode() not in container.recording._sealed(f"env: {MASTER}".encode())
    await container.stop()


def test_a_start_loads_neither_keyring_nor_ciphers() -> None:
    script = (
        "import sys; import llmgw_desktop.app.composition.container; "
        "print([name for name in ('keyring', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "[]\n"
