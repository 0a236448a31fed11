"""Data keys: made once, wrapped anew by a rotation, and bound to their places."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.vault import EntryBroken, VaultLocked
from llmgw_desktop.store.at_rest import data_keys
from llmgw_desktop.store.at_rest.cells import (
    GONE_WORDS,
    PLAIN,
    WITHHELD,
    WITHHELD_WORDS,
    AtRest,
    Standing,
)
from llmgw_desktop.store.at_rest.data_keys import (
    EXTRA_BYTES,
    HEAD_BYTES,
    NONCE_BYTES,
    DataKey,
    is_encrypted,
    number_of,
)
from llmgw_desktop.store.vault.vault import Vault
from tests.store.vault.places import SECRET, Place, key

KEY = DataKey(7, bytes(32))


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 64, 100])
def test_what_is_encrypted_in_steps_is_what_would_be_at_once(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = os.urandom(size)
    at_once = KEY.encrypt(text, "here")
    monkeypatch.setattr(data_keys, "STEP_BYTES", 16)
    in_steps = KEY.encrypt(text, "here")
    assert len(in_steps) == len(at_once)
    assert KEY.decrypt(at_once, "here") == KEY.decrypt(in_steps, "here") == text
    for place, cell in (("there", in_steps), ("here", in_steps[:-1] + bytes([in_steps[-1] ^ 1]))):
        with pytest.raises(EntryBroken):
            KEY.decrypt(cell, place)
    monkeypatch.undo()
    assert KEY.decrypt(in_steps, "here") == text


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_a_cell_opens_at_its_place_alone(text: bytes, place: str, other: str) -> None:
    cell = KEY.encrypt(text, place)
    assert is_encrypted(cell)
    assert number_of(cell) == KEY.number
    assert len(cell) == len(text) + EXTRA_BYTES
    assert KEY.decrypt(cell, place) == text
    if other != place:
        with pytest.raises(EntryBroken):
            KEY.decrypt(cell, other)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_changed_cell_does_not_open(text: bytes, data: st.DataObject) -> None:
    cell = bytearray(KEY.encrypt(text, "place"))
    at = data.draw(st.integers(5, len(cell) - 1))
    cell[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EntryBroken):
        KEY.decrypt(bytes(cell), "place")


def test_no_nonce_comes_twice_and_few_draws_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever draws gives up the interpreter's lock: done for every cell, it costs the loop."""
    draws: list[int] = []
    draw = os.urandom

    def counted(size: int) -> bytes:
        draws.append(size)
        return draw(size)

    monkeypatch.setattr(os, "urandom", counted)
    key = DataKey(1, draw(32))
    with ThreadPoolExecutor(4) as threads:
        cells = list(threads.map(lambda _: key.encrypt(b"said", "place"), range(4000)))
    nonces = {cell[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES] for cell in cells}
    assert len(nonces) == len(cells)
    assert len(draws) <= 20


def test_two_processes_make_one_key(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as one, place.open() as other:
        numbers: list[int] = []

        def want(vault: Vault) -> None:
            numbers.append(vault.data_keys.current().number)

        threads = [threading.Thread(target=want, args=(vault,)) for vault in (one, other) * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(numbers)) == 1
        with place.rows() as rows:
            assert len(rows.data_keys()) == 1


def test_a_rotation_wraps_all_anew_and_adds_one(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")
        first = vault.data_keys.current()
        cell = first.encrypt(b"said", "place")
        vault.rotate(by="test")
        second = vault.data_keys.current()
        assert second.number != first.number
    with place.open() as vault:  # as after a start: nothing is in memory
        assert vault.data_keys.current().number == second.number
        assert AtRest(vault.data_keys).decrypt(cell, "place") == b"said"
        with place.rows() as rows:
            current = rows.current_key()
            assert current is not None
            assert {row.master for row in rows.data_keys()} == {current.key_id}


def test_a_process_that_holds_the_old_key_learns_of_the_new(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as one, place.open() as other:
        before = one.data_keys.current().number
        other.rotate(by="test")
        one.data_keys.refresh()
        assert one.data_keys.current().number != before


def test_what_was_encrypted_under_a_lost_key_stays_and_says_so(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as vault:
        cell = AtRest(vault.data_keys).cell("said", "place")
        vault.clear(by="test")
    with place.open() as vault:
        at_rest = AtRest(vault.data_keys)
        assert at_rest.text_or_words(cell, "place") == GONE_WORDS
        new = at_rest.cell("anew", "place")
        assert at_rest.text(new, "place") == "anew"


def test_a_process_that_holds_the_key_of_a_cleared_vault_makes_another(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as one, place.open() as other:
        before = one.data_keys.current()
        other.clear(by="test")
        one.data_keys.refresh()
        after = one.data_keys.current()
        assert after.number != before.number
    with place.open() as vault:
        assert vault.data_keys.current().number == after.number


def test_a_locked_vault_withholds_and_writes_no_plain_text(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as vault:
        vault.data_keys.current()
    place.keyring.works = False
    with place.open() as vault:
        at_rest = AtRest(vault.data_keys)
        with pytest.raises(VaultLocked):
            at_rest.cell("said", "place")
        assert at_rest.cell_or_withheld("said", "place") == WITHHELD
        assert at_rest.text(WITHHELD, "place") == WITHHELD_WORDS
        assert "keyring" in at_rest.problem


def test_the_keyring_is_asked_beside_whoever_wants_the_key(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as vault:
        answered, told = threading.Event(), threading.Event()
        ask = place.keyring.put
        place.keyring.put = lambda *what: (answered.wait(30), ask(*what))[1]  # type: ignore[method-assign]
        at_rest = AtRest(vault.data_keys)
        assert at_rest.ask(told.set) is Standing.ASKING
        assert at_rest.ask(told.set) is Standing.ASKING
        assert not told.is_set()
        answered.set()
        assert told.wait(30)
        assert at_rest.ask(told.set) is Standing.OPEN


def test_nothing_is_encrypted_where_it_is_switched_off(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as vault:
        old = AtRest(vault.data_keys).cell("old", "place")
        off = AtRest(vault.data_keys, lambda: False)
        assert off.ask(lambda: None) is Standing.OFF
        assert off.cell("new", "place") == "new"
        assert off.text(old, "place") == "old"
    assert PLAIN.cell("said", "place") == "said"
    with pytest.raises(VaultLocked):
        PLAIN.text(old, "place")
