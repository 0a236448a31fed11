"""What goes into the vault comes out for its project and for nobody else, and never in clear."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.vault import (
    MOST_FILE_BYTES,
    EntryAddress,
    EntryKind,
    EntryUnfit,
    NoSuchEntry,
    address,
)
from tests.store.vault.places import MASTER, OTHER, SECRET, Place, file, key


def test_storing_again_replaces_and_tells_the_row_it_is(place: Place) -> None:
    with place.open() as vault:
        first = vault.put(key(), SECRET, by="test")
        vault.put(key("anthropic"), SECRET, by="test")
        place.clock.forward(10)
        again = vault.put(key(), OTHER, by="test")
        assert again.id == first.id
        assert again.created_at_s == first.created_at_s
        assert again.updated_at_s == first.updated_at_s + 10
        assert vault.secret(key(), by="test") == OTHER
        assert [each.id for each in vault.entries()] == [2, 1]


def test_the_id_of_a_removed_entry_is_never_anothers(place: Place) -> None:
    with place.open() as vault:
        first = vault.put(key(), SECRET, by="test")
        assert vault.remove(first.id, by="test")
        assert not vault.remove(first.id, by="test")
        assert vault.put(key(), SECRET, by="test").id != first.id


def test_a_project_has_its_own_and_falls_back_to_the_one_of_all(place: Place) -> None:
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")
        vault.put(key(project="shop"), OTHER, by="test")
        assert vault.secret(key(project="shop"), by="test") == OTHER
        assert vault.secret(key(project="blog"), by="test") == SECRET
        assert vault.secret(key(), by="test") == SECRET
        with pytest.raises(NoSuchEntry, match="openai/second for project shop or for all"):
            vault.secret(key(name="second", project="shop"), by="test")


def test_a_project_sees_its_own_and_what_is_for_all(place: Place) -> None:
    with place.open() as vault:
        shared = vault.put(key(), SECRET, by="test")
        own = vault.put(key(project="shop"), SECRET, by="test")
        foreign = vault.put(key(project="blog"), SECRET, by="test")
        seen = vault.entries(EntryKind.API_KEY, "shop")
        assert {each.id for each in seen} == {shared.id, own.id}
        assert vault.entry(own.id, EntryKind.API_KEY, "shop") == own
        with pytest.raises(NoSuchEntry):
            vault.entry(foreign.id, EntryKind.API_KEY, "shop")
        with pytest.raises(NoSuchEntry):
            vault.entry(own.id, EntryKind.FILE, "shop")


def test_keys_and_files_are_apart(place: Place) -> None:
    with place.open() as vault:
        vault.put(address(EntryKind.API_KEY, "codex", "auth.json"), SECRET, by="test")
        vault.put(file(), b'{"tokens": {}}\n\x00\xff', by="test")
        assert vault.secret(file(), by="test") == b'{"tokens": {}}\n\x00\xff'
        assert [each.address.kind for each in vault.entries(EntryKind.FILE)] == ["file"]
        assert len(vault.entries()) == 2


@pytest.mark.parametrize(
    ("secret", "hint"),
    [
        (b"k", "***"),
        (b"1234567", "***"),
        (b"12345678", "12...***"),
        (b"sk-ant-api03-0123456789abcdefgh", "sk-ant-...***"),
    ],
)
def test_at_most_a_quarter_of_a_key_is_shown(place: Place, secret: bytes, hint: str) -> None:
    with place.open() as vault:
        assert vault.put(key(), secret, by="test").hint == hint
        assert [each.hint for each in vault.entries()] == [hint]


def test_lists_open_nothing(place: Place) -> None:
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")
    place.keyring.kept.clear()
    with place.open() as vault:
        assert [each.hint for each in vault.entries()] == ["sk-test...***"]


def test_nothing_of_a_secret_is_on_the_disk_or_in_the_log(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place.keyring.works = False
    with place.open() as vault:
        stored = vault.put(key(project="shop"), SECRET, by="editor")
        vault.secret(key(project="shop"), by="provider work")
        vault.remove(stored.id, by="editor")
        vault.put(key(), OTHER, by="editor")
        assert SECRET.decode() not in repr(vars(vault))
        master = place.key_files[0].read_text().strip()
        on_disk = b"".join(
            path.read_bytes() for path in place.folder.iterdir() if path.suffix != ".key"
        )
    for secret in (SECRET, OTHER, master.encode(), bytes.fromhex(master)):
        assert secret not in on_disk
        assert secret[8:24].hex() not in caplog.text
        assert secret.decode("latin1") not in caplog.text
    said = [record.getMessage() for record in caplog.records if "vault:" in record.getMessage()]
    assert said == [
        "vault: editor stored api-key openai/default of project shop",
        "vault: provider work used api-key openai/default of project shop",
        f"vault: editor removed entry {stored.id}",
        "vault: editor stored api-key openai/default",
    ]


@pytest.mark.parametrize(
    ("kind", "provider", "name", "project", "field"),
    [
        (EntryKind.API_KEY, "", "default", "", "provider"),
        (EntryKind.API_KEY, "../x", "default", "", "provider"),
        (EntryKind.API_KEY, "open ai", "default", "", "provider"),
        (EntryKind.API_KEY, "openai", "", "", "keyName"),
        (EntryKind.API_KEY, "openai", "a/b", "", "keyName"),
        (EntryKind.API_KEY, "openai", "a\n", "", "keyName"),
        (EntryKind.API_KEY, "openai", "x" * 101, "", "keyName"),
        (EntryKind.API_KEY, "openai", "default", "a\x00b", "project"),
        (EntryKind.API_KEY, "openai", "default", " shop", "project"),
        (EntryKind.API_KEY, "openai", "default", "a\u202eb", "project"),
        (EntryKind.API_KEY, "openai", "default", "x" * 201, "project"),
        *(
            (EntryKind.FILE, "codex", name, "", "fileName")
            for name in (
                *("", ".", "..", "../auth.json", "a/b", "a\\b", "/etc/passwd", "C:x", "a.", "a b"),
                *("nul", "CON.json", "com1", "a\x00", "a\n", "\u202e", "x" * 129, "~", "-" * 129),
            )
        ),
    ],
)
def test_names_that_lead_elsewhere_are_refused(
    kind: EntryKind, provider: str, name: str, project: str, field: str
) -> None:
    with pytest.raises(EntryUnfit) as refused:
        address(kind, provider, name, project)
    assert refused.value.field == field


@pytest.mark.parametrize("name", [".credentials.json", "auth.json", "oauth_creds.json", "a"])
def test_names_of_the_clis_files_are_taken(name: str) -> None:
    assert address(EntryKind.FILE, "cli", name).name == name


@pytest.mark.parametrize(
    ("entry", "secret"),
    [
        (key(), b""),
        (key(), b"  \n"),
        (key(), b"two words"),
        (key(), b"line\r\nx-injected: 1"),
        (key(), "schlüssel".encode()),
        (key(), b"x" * 9000),
        (file(), b""),
        (file(), b"x" * (MOST_FILE_BYTES + 1)),
    ],
    ids=str,
)
def test_values_that_nothing_could_use_are_refused(
    place: Place, entry: EntryAddress, secret: bytes
) -> None:
    with place.open() as vault, pytest.raises(EntryUnfit) as refused:
        vault.put(entry, secret, by="test")
    assert "two words" not in str(refused.value)
    assert not place.path.exists() or place.keyring.kept == {}


def test_a_key_is_taken_without_the_blanks_around_it(place: Place) -> None:
    with place.open() as vault:
        vault.put(key(), b" " + SECRET + b"\r\n", by="test")
        assert vault.secret(key(), by="test") == SECRET


def test_the_version_changes_with_every_change_of_the_vault_and_with_nothing_else(
    place: Place,
) -> None:
    with place.open() as mine, place.open() as other:
        seen = [mine.version()]
        stored = other.put(key(), SECRET, by="test")
        seen.append(mine.version())
        other.put(key(), SECRET, by="test")
        seen.append(mine.version())
        mine.put(key("x"), SECRET, by="test")
        seen.append(mine.version())
        other.rotate(by="test")
        seen.append(mine.version())
        other.remove(stored.id, by="test")
        seen.append(mine.version())
        assert len(set(seen)) == 6
        beside = sqlite3.connect(place.path)
        with beside:
            beside.execute("INSERT INTO kept_responses VALUES ('r', 'o', NULL, 1, '', '', '')")
        beside.close()
        assert mine.version() == seen[-1]


def test_processes_at_once_agree_on_one_key(place: Place) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.store.vault.places import Place, PlainKeyring, SECRET, key\n"
        "place = Place(Path(sys.argv[1]), PlainKeyring(works=False))\n"
        "sys.stdin.readline()\n"
        "with place.open() as vault:\n"
        "    for number in range(12):\n"
        "        mine = key(name=f'{sys.argv[2]}-{number}')\n"
        "        vault.put(mine, SECRET, by='child')\n"
        "        vault.put(key(name='shared'), SECRET, by='child')\n"
        "        assert vault.secret(mine, by='child') == SECRET\n"
        "        if number == 6 and sys.argv[2] == 'a':\n"
        "            vault.rotate(by='child')\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(place.folder), name],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for name in "abc"
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [child.communicate(timeout=100)[1] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], "\n".join(said)
    assert len(place.key_files) == 1
    with place.open() as vault:
        opened = vault.everything(by="test")
        assert len(opened) == 37
        assert {each.secret for each in opened} == {SECRET}


def test_a_disk_that_cannot_be_written_still_gives_its_keys(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")

    def refuse(*_: object) -> sqlite3.Connection:
        raise StoreUnavailable("gateway.db cannot be used: the file or its folder is read-only.")

    monkeypatch.setattr("llmgw_desktop.store.vault.vault_rows.open_database", refuse)
    with place.open() as vault:
        assert vault.secret(key(), by="test") == SECRET
        with pytest.raises(StoreUnavailable, match="read-only"):
            vault.put(key(), OTHER, by="test")


def test_the_environments_key_is_kept_nowhere(place: Place) -> None:
    place.env = {"LLM_GATEWAY_MASTER_KEY": MASTER}
    with place.open() as vault:
        vault.put(key(), SECRET, by="test")
    assert place.keyring.kept == {}
    assert place.key_files == []
