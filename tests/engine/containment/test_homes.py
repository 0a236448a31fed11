"""Sign-ins lent to runs: what changes on either side meanwhile, and what must never be lost."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.vault import EntryAddress, EntryKind, NoSuchEntry, VaultLocked, address
from llmgw_desktop.engine.containment.homes import Homes, WantedSignIn
from llmgw_desktop.engine.containment.safe_files import read_record
from llmgw_desktop.store.vault.vault import Vault
from tests.store.vault.places import Place

MAIN, OTHER = ".own/auth.json", ".own/accounts.json"


def signed_in(number: int) -> bytes:
    return b'{"access": "a%d", "refresh": "r%d"}' % (number, number)


@dataclass
class House:
    """Homes with a vault. `place`: where the vault lies."""

    root: Path
    place: Place
    vault: Vault
    homes: Homes

    def put(self, secret: bytes, name: str = "auth.json", project: str = "") -> None:
        self.vault.put(entry(name, project), secret, by="test")

    def stored(self, name: str = "auth.json", project: str = "") -> bytes:
        return self.vault.secret(entry(name, project), by="test")

    def lend(self, job_id: str = "job-1", project: str = "") -> Path:
        return self.homes.lend(wanted(project), job_id)

    def again(self) -> Homes:
        """As after a restart."""
        self.homes = Homes(self.root, self.vault)
        return self.homes

    def left(self) -> list[str]:
        """Files in any HOME."""
        homes = self.root.glob("*/*/home")
        return [path.name for home in homes for path in home.rglob("*") if path.is_file()]


def entry(name: str = "auth.json", project: str = "") -> EntryAddress:
    return address(EntryKind.FILE, "work", name, project)


def wanted(project: str = "") -> WantedSignIn:
    return WantedSignIn(cli=CliName.CODEX, account="work", files=(MAIN, OTHER), project=project)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    place = Place(tmp_path)
    with place.open() as vault:
        root = tmp_path / "homes"
        made = House(root, place, vault, Homes(root, vault))
        made.put(signed_in(1))
        yield made


def test_lent_and_given_back(house: House) -> None:
    home = house.lend()
    assert home == house.root / "codex" / "work" / "home"
    assert (home / MAIN).read_bytes() == signed_in(1)
    assert (home / MAIN).stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    assert house.homes.home_of("job-1") == home
    (home / "session").write_text("goes on")
    house.homes.give_back("job-1")
    house.homes.give_back("job-1")
    assert house.left() == ["session"]
    assert house.homes.home_of("job-1") is None
    assert house.stored() == signed_in(1)


def test_what_was_refreshed_is_written_back(house: House) -> None:
    (house.lend() / MAIN).write_bytes(signed_in(2))
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(2)
    assert (house.lend("job-2") / MAIN).read_bytes() == signed_in(2)


def test_a_file_in_its_place_anew_counts_as_well(house: House) -> None:
    home = house.lend()
    new = home / ".own" / "new"
    new.write_bytes(signed_in(2))
    new.replace(home / MAIN)
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(2)


def test_two_runs_share_it_and_the_latest_counts(house: House) -> None:
    home = house.lend("job-1")
    (home / MAIN).write_bytes(signed_in(2))
    assert house.lend("job-2") == home
    assert (home / MAIN).read_bytes() == signed_in(2)
    assert house.stored() == signed_in(2)
    (home / MAIN).write_bytes(signed_in(3))
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(3)
    assert (home / MAIN).read_bytes() == signed_in(3)
    (home / MAIN).write_bytes(signed_in(4))
    house.homes.give_back("job-2")
    assert house.stored() == signed_in(4)
    assert house.left() == []


def test_what_another_run_is_writing_is_left_to_it(house: House) -> None:
    home = house.lend("job-1")
    (home / MAIN).write_bytes(signed_in(2)[:9])
    house.lend("job-2")
    assert (home / MAIN).read_bytes() == signed_in(2)[:9]
    (home / MAIN).write_bytes(signed_in(2))
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(2)


@pytest.mark.parametrize("spoilt", [b"", b"{}", signed_in(2)[:12], b"\0" * 30, b"x" * 2_000_000])
def test_what_is_spoilt_is_not(
    house: House, spoilt: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (house.lend() / MAIN).write_bytes(spoilt)
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(1)
    assert house.left() == []
    assert (house.lend("job-2") / MAIN).read_bytes() == signed_in(1)
    assert "refresh" not in caplog.text


def test_a_file_that_the_cli_took_away(house: House) -> None:
    (house.lend() / MAIN).unlink()
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(1)


def test_a_link_in_its_place_is_neither_read_nor_followed(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(signed_in(66))
    home = house.lend()
    (home / MAIN).unlink()
    (home / MAIN).symlink_to(elsewhere)
    house.lend("job-2")
    assert (home / MAIN).read_bytes() == signed_in(1)
    (home / MAIN).unlink()
    (home / MAIN).symlink_to(elsewhere)
    house.homes.give_back("job-1")
    house.homes.give_back("job-2")
    assert house.stored() == signed_in(1)
    assert elsewhere.read_bytes() == signed_in(66)
    assert not (home / MAIN).is_symlink()


def test_what_a_person_stored_meanwhile_stays_and_nothing_is_lost(house: House) -> None:
    home = house.lend()
    house.put(signed_in(10))
    (home / MAIN).write_bytes(signed_in(2))
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(10)
    assert house.stored("auth.json.refreshed") == signed_in(2)
    assert (house.lend("job-2") / MAIN).read_bytes() == signed_in(10)
    house.homes.give_back("job-2")
    assert house.stored() == signed_in(10)


def test_what_a_person_stored_is_placed_for_the_next_run(house: House) -> None:
    home = house.lend("job-1")
    house.put(signed_in(10))
    house.lend("job-2")
    assert (home / MAIN).read_bytes() == signed_in(10)
    (home / MAIN).write_bytes(signed_in(11))
    house.homes.give_back("job-2")
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(11)


def test_what_a_person_removed_does_not_come_back(house: House) -> None:
    home = house.lend()
    house.vault.remove(house.vault.entries()[0].id, by="test")
    (home / MAIN).write_bytes(signed_in(2))
    house.homes.give_back("job-1")
    assert house.vault.entries() == []
    assert house.left() == []


def test_further_files_where_the_vault_has_them(house: House) -> None:
    assert not (house.lend() / OTHER).exists()
    house.put(b"{}", "accounts.json")
    assert (house.lend("job-2") / OTHER).read_bytes() == b"{}"
    house.homes.give_back("job-1")
    house.homes.give_back("job-2")
    assert house.left() == []


def test_a_project_has_its_own(house: House) -> None:
    house.put(signed_in(20), project="shop / 1")
    shared, own = house.lend("job-1", "nobody's"), house.lend("job-2", "shop / 1")
    assert (shared / MAIN).read_bytes() == signed_in(1)
    assert (own / MAIN).read_bytes() == signed_in(20)
    (own / MAIN).write_bytes(signed_in(21))
    house.homes.give_back("job-2")
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(1)
    assert house.stored(project="shop / 1") == signed_in(21)


def test_after_a_fall(house: House) -> None:
    home = house.lend("job-1")
    house.lend("job-2")
    (home / MAIN).write_bytes(signed_in(2))
    homes = house.again()
    homes.take_over({"job-2"})
    homes.settle()
    assert house.stored() == signed_in(2)
    assert (home / MAIN).exists()
    assert (homes.home_of("job-1"), homes.home_of("job-2")) == (None, home)
    (home / MAIN).write_bytes(signed_in(3))
    homes = house.again()
    homes.take_over(set())
    homes.settle()
    assert house.stored() == signed_in(3)
    assert house.left() == []


def test_a_fall_between_the_vault_and_the_record(house: House) -> None:
    (house.lend() / MAIN).write_bytes(signed_in(2))
    house.put(signed_in(2))
    house.homes.give_back("job-1")
    assert house.stored() == signed_in(2)
    assert [each.address.name for each in house.vault.entries()] == ["auth.json"]


def test_a_fall_before_the_file_is_placed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from llmgw_desktop.engine.containment import safe_files

    home = house.lend()
    house.put(signed_in(10))
    put = safe_files.put

    def full(root: Path, place: str, data: bytes) -> None:
        if place.endswith("auth.json"):
            raise OSError(28, "no space left")
        put(root, place, data)

    monkeypatch.setattr(safe_files, "put", full)
    with pytest.raises(OSError, match="no space"):
        house.lend("job-2")
    monkeypatch.undo()
    assert not (home / MAIN).exists()
    house.again().take_over(set())
    house.homes.settle()
    assert house.stored() == signed_in(10)


def test_a_locked_vault_lends_nothing_and_loses_nothing(house: House) -> None:
    home = house.lend()
    (home / MAIN).write_bytes(signed_in(2))
    kept = [(path, path.read_bytes()) for path in house.place.key_files]
    ring = dict(house.place.keyring.kept)
    house.place.keyring.kept.clear()
    for path, _ in kept:
        path.unlink()
    with house.place.open() as locked:
        homes = Homes(house.root, locked)
        homes.take_over(set())
        homes.settle()
        assert (home / MAIN).read_bytes() == signed_in(2)
        with pytest.raises(VaultLocked):
            homes.check(wanted())
        with pytest.raises(VaultLocked):
            homes.lend(wanted(), "job-2")
    house.place.keyring.kept |= ring
    for path, data in kept:
        path.write_bytes(data)
    with house.place.open() as vault:
        homes = Homes(house.root, vault)
        homes.take_over(set())
        homes.settle()
        assert vault.secret(entry(), by="test") == signed_in(2)
    assert house.left() == []


def test_what_is_not_there_is_said_with_the_way_out(house: House) -> None:
    house.vault.clear(by="test")
    for ask in (house.homes.check, lambda each: house.homes.lend(each, "job-1")):
        with pytest.raises(NoSuchEntry, match="llmgw vault set work"):
            ask(wanted())
    with pytest.raises(NoSuchEntry, match="Take `vault` out"):
        house.homes.check(WantedSignIn(cli=CliName.GEMINI, account="work", files=()))
    assert not house.root.exists()


@pytest.mark.parametrize("file", ["../../../../victim", "/etc/victim", "a//b", "."])
def test_a_record_that_leads_elsewhere_is_none(house: House, file: str) -> None:
    house.lend()
    record = house.root / "codex" / "work" / "record.json"
    record.write_text(record.read_text().replace(MAIN, file))
    assert read_record(house.root, "codex/work") is None


def test_nothing_of_it_is_ever_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    home = house.lend()
    house.put(signed_in(777))
    (home / MAIN).write_bytes(signed_in(888))
    house.homes.give_back("job-1")
    assert "work/auth.json" in caplog.text
    for word in ("a1", "r1", "777", "888"):
        assert f'"{word}' not in caplog.text
        assert f"r{word}" not in caplog.text
