"""`llmgw vault`: secrets come by prompt or stdin, are never shown, and nothing is silent."""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.vault import command
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.vault import (
    EntryAddress,
    EntryBroken,
    EntryKind,
    NoSuchEntry,
    VaultError,
    VaultLocked,
    address,
)
from llmgw_desktop.store.at_rest.files import encrypt_file
from llmgw_desktop.store.flights.flight_file import place_of_old
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault import vault_backup
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

SECRET = "sk-test-0123456789abcdefghijklmnop"
OTHER = "sk-other-9876543210zyxwvutsrqponm"
PASSPHRASE = "correct horse battery"


@dataclass
class Desk:
    """The command line in a home of its own."""

    places: Places
    home: Path
    type_in: Callable[[bytes], None]
    said: Callable[[], tuple[str, str]]
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        self.type_in(stdin)
        code = command.run(parse(["vault", *words]), self.places, self.env)
        return (code, *self.said())

    def value(self, entry: EntryAddress) -> bytes:
        vault = Vault(
            self.places.gateway_db, MasterKeys(self.env, self.places.data_folder), SystemClock()
        )
        try:
            return vault.secret(entry, by="test")
        finally:
            vault.close()


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    places = Places.of(os.environ)
    places.make()
    home = tmp_path / "person"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setattr(vault_backup, "COST", {"n": 16, "r": 8, "p": 1})

    def type_in(text: bytes) -> None:
        stdin = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", errors="surrogateescape")
        monkeypatch.setattr("sys.stdin", stdin)

    def said() -> tuple[str, str]:
        out = capsys.readouterr()
        return out.out, out.err

    return Desk(places, home, type_in, said)


def key(provider: str = "openai", name: str = "default", project: str = "") -> EntryAddress:
    return address(EntryKind.API_KEY, provider, name, project)


def test_a_key_is_stored_listed_and_removed(desk: Desk) -> None:
    code, out, err = desk.run("set", "openai", stdin=f"{SECRET}\n".encode())
    assert (code, out) == (0, "Stored openai/default sk-test...***\n")
    assert 'vault = "openai/default"' in err
    desk.run("set", "openai", "team", "--project", "shop", stdin=OTHER.encode())
    code, out, _ = desk.run("list")
    rows = [line.split()[:4] for line in out.splitlines()]
    assert rows == [
        ["ENTRY", "KIND", "PROJECT", "VALUE"],
        ["openai/default", "api-key", "_global", "sk-test...***"],
        ["openai/team", "api-key", "shop", "sk-othe...***"],
    ]
    assert desk.value(key(name="team", project="shop")) == OTHER.encode()
    with pytest.raises(NoSuchEntry, match="no api-key openai/team"):
        desk.run("rm", "openai", "team")
    assert desk.run("rm", "openai", "team", "--project", "shop")[0] == 0
    with pytest.raises(NoSuchEntry):
        desk.run("rm", "openai", "team", "--project", "shop")
    assert desk.run("list")[1].count("\n") == 2


def test_an_empty_vault_says_how_to_fill_it(desk: Desk) -> None:
    code, out, err = desk.run("list")
    assert (code, out) == (0, "")
    assert "vault set PROVIDER" in err


def test_a_file_comes_on_stdin_as_it_is(desk: Desk) -> None:
    content = b'{"a": "\xc3\xa9"}\r\n\x00'
    code, out, _ = desk.run("set", "codex", "auth.json", "--file", stdin=content)
    assert (code, out) == (0, "Stored codex/auth.json\n")
    assert desk.value(address(EntryKind.FILE, "codex", "auth.json")) == content
    assert "15 bytes" in desk.run("list")[1].replace(f"{len(content)} bytes", "15 bytes")
    assert desk.run("rm", "codex", "auth.json", "--file")[0] == 0


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("set", "openai"), b""),
        (("set", "openai"), b"\n"),
        (("set", "openai"), b"two words\n"),
        (("set", "openai"), b"k\xff\n"),
        (("set", "../x"), b"k\n"),
        (("set", "codex", "../auth.json", "--file"), b"{}"),
        (("set", "codex", "auth.json", "--file"), b""),
        (("set", "openai", "--project", " x"), b"k\n"),
    ],
    ids=str,
)
def test_what_cannot_be_stored_is_wrong_usage(
    desk: Desk, words: tuple[str, ...], stdin: bytes
) -> None:
    code, out, err = desk.run(*words, stdin=stdin)
    assert (code, out) == (2, "")
    assert err.startswith("llmgw: ")
    assert "two words" not in err
    assert desk.run("list")[1] == ""


def test_no_verb_takes_a_secret_as_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["set", "openai", "default", SECRET],
        ["backup", "x", PASSPHRASE],
        ["rotate", "x"],
    ):
        with pytest.raises(SystemExit) as exited:
            parse(["vault", *words])
        assert exited.value.code == 2
    told = capsys.readouterr().err
    assert "never arguments" in told
    assert SECRET not in told
    with pytest.raises(SystemExit):
        parse(["--port", "1", "vault", "list"])
    assert "not for 'vault'" in capsys.readouterr().err


def test_a_key_in_the_place_of_the_name_is_neither_stored_nor_shown(desk: Desk) -> None:
    code, out, err = desk.run("set", "openai", SECRET, stdin=b"sk-x")
    assert code == 2
    assert "A key is no argument" in err
    assert SECRET not in out + err
    assert desk.run("list")[1] == ""


def test_a_prompt_shows_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def typed(words: str) -> str:
        asked.append(words)
        return SECRET

    monkeypatch.setattr("getpass.getpass", typed)
    monkeypatch.setattr("sys.stdin", Terminal())
    assert command.run(parse(["vault", "set", "openai"]), desk.places, {}) == 0
    assert asked == ["Key for openai/default: "]
    out, err = desk.said()
    assert SECRET not in out + err
    answers = iter([PASSPHRASE, "another one"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    backup = desk.home / "vault.backup"
    assert command.run(parse(["vault", "backup", str(backup)]), desk.places, {}) == 2
    assert "the same both times" in desk.said()[1]
    assert not backup.exists()


def test_a_database_that_was_set_aside_is_written_in_plain(desk: Desk) -> None:
    aside = desk.places.flights_db.with_name("flights.db.corrupt-20260101T000000")
    aside.write_bytes(b"what was said" * 9000)
    to = desk.home / "plain.db"
    with pytest.raises(VaultError, match="use it as it is"):
        desk.run("decrypt", str(aside), str(to))
    keys = MasterKeys(desk.env, desk.places.data_folder)
    with closing(Vault(desk.places.gateway_db, keys, SystemClock())) as vault:
        encrypt_file(aside, vault.data_keys.current(), place_of_old(aside))
    assert b"what was said" not in aside.read_bytes()
    assert desk.run("decrypt", str(aside), str(to))[0] == 0
    assert (to.read_bytes(), to.stat().st_mode & 0o777) == (b"what was said" * 9000, 0o600)
    with pytest.raises(VaultError, match="is there already"):
        desk.run("decrypt", str(aside), str(to))
    other = aside.rename(aside.with_name("moved.db"))
    with pytest.raises(VaultError, match="moved from another place"):
        desk.run("decrypt", str(other), str(desk.home / "never.db"))
    assert not (desk.home / "never.db").exists()


def test_backup_and_restore(desk: Desk) -> None:
    desk.run("set", "openai", stdin=SECRET.encode())
    desk.run("set", "codex", "auth.json", "--file", stdin=b"{}")
    backup = desk.home / "vault.backup"
    code, out, _ = desk.run("backup", str(backup), stdin=f"{PASSPHRASE}\n".encode())
    assert (code, backup.stat().st_mode & 0o777) == (0, 0o600)
    assert "2 entries written to" in out
    before = backup.read_bytes()
    with pytest.raises(VaultError, match="is there already"):
        desk.run("backup", str(backup), stdin=f"{PASSPHRASE}\n".encode())
    desk.run("set", "openai", stdin=OTHER.encode())
    with pytest.raises(EntryBroken, match="passphrase is not the right one"):
        desk.run("restore", str(backup), stdin=b"something else\n")
    assert desk.value(key()) == OTHER.encode()
    code, out, _ = desk.run("restore", str(backup), stdin=f"{PASSPHRASE}\n".encode())
    assert (code, out) == (0, "2 entries restored, 2 in the place of others.\n")
    assert desk.value(key()) == SECRET.encode()
    assert backup.read_bytes() == before
    assert desk.run("backup", str(desk.home / "x"), stdin=b"short\n")[0] == 2


def test_a_lost_key_and_the_way_out(desk: Desk) -> None:
    desk.run("set", "openai", stdin=SECRET.encode())
    backup = desk.home / "vault.backup"
    desk.run("backup", str(backup), stdin=f"{PASSPHRASE}\n".encode())
    (path,) = desk.places.data_folder.glob("vault-*.key")
    path.unlink()
    code, out, err = desk.run("list")
    assert (code, out.count("\n")) == (0, 2)
    assert "The vault is locked" in err
    with pytest.raises(VaultLocked):
        desk.run("restore", str(backup), stdin=f"{PASSPHRASE}\n".encode())
    assert desk.run("clear", stdin=b"no\n")[0] == 1
    assert desk.run("clear", stdin=b"")[0] == 1
    code, out, _ = desk.run("clear", stdin=b"y\n")
    assert (code, out) == (0, "1 entry removed.\n")
    assert desk.run("restore", str(backup), stdin=f"{PASSPHRASE}\n".encode())[0] == 0
    assert desk.value(key()) == SECRET.encode()


def test_rotating(desk: Desk) -> None:
    desk.run("set", "openai", stdin=SECRET.encode())
    (before,) = desk.places.data_folder.glob("vault-*.key")
    code, out, _ = desk.run("rotate")
    assert (code, out) == (0, "1 entry put under a new master key.\n")
    (after,) = desk.places.data_folder.glob("vault-*.key")
    assert after != before
    assert desk.value(key()) == SECRET.encode()


def test_rotating_the_key_of_the_environment(desk: Desk) -> None:
    desk.env["LLM_GATEWAY_MASTER_KEY"] = "01" * 32
    desk.run("set", "openai", stdin=SECRET.encode())
    assert desk.run("rotate", stdin=b"no key\n")[0] == 2
    code, out, err = desk.run("rotate", stdin=b"02" * 32 + b"\n")
    assert code == 0
    assert "Set LLM_GATEWAY_MASTER_KEY to it" in err
    assert "02" * 32 not in out + err
    desk.env["LLM_GATEWAY_MASTER_KEY"] = "02" * 32
    assert desk.value(key()) == SECRET.encode()


def _bridge(folder: Path, master: str) -> Path:
    folder.mkdir()
    (folder / "master.key").write_text(master)
    path = folder / "vault.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    for table, name in (("credentials", "key_name"), ("files", "file_name")):
        connection.execute(
            f"CREATE TABLE {table} (id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT, {name} "
            "TEXT, project TEXT, encrypted_value BLOB, iv BLOB, auth_tag BLOB)"
        )
    rows = [
        ("credentials", "groq", "default", "_global", b"gsk_0123456789abcdef"),
        ("credentials", "groq", "second", "shop", b"gsk_second0123456789"),
        ("credentials", "odd name", "default", "_global", b"sk-odd-0123456789"),
        ("files", "codex", "auth.json", "shop", b'{"token": 1}'),
    ]
    for number, (table, *names, secret) in enumerate(rows):
        nonce = bytes([number]) * 12
        sealed = AESGCM(bytes.fromhex(master)).encrypt(nonce, secret, None)
        connection.execute(
            f"INSERT INTO {table} VALUES (NULL, ?, ?, ?, ?, ?, ?)",
            (*names, sealed[:-16], nonce, sealed[-16:]),
        )
    connection.commit()
    connection.close()
    return path


def _all_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def furnished(desk: Desk) -> Desk:
    """A computer on which everything lies about."""
    desk.env |= {
        "OPENAI_API_KEY": SECRET,
        "GEMINI_API_KEY": "AIza-first",
        "GOOGLE_API_KEY": "AIza-second",
        "GROQ_API_KEY": "",
        "MISTRAL_API_KEY": "two words",
    }
    for folder, name in (
        (".codex", "auth.json"),
        (".claude", ".credentials.json"),
        (".gemini", "oauth_creds.json"),
    ):
        (desk.home / folder).mkdir()
        (desk.home / folder / name).write_text(f'{{"of": "{folder}"}}')
    _bridge(desk.home / ".llm-gateway", "ab" * 32)
    return desk


FOUND = [
    "openai/default from the variable OPENAI_API_KEY",
    "google/default from the variable GEMINI_API_KEY",
    "claude/.credentials.json from the sign-in {home}/.claude/.credentials.json",
    "codex/auth.json from the sign-in {home}/.codex/auth.json",
    "gemini/oauth_creds.json from the sign-in {home}/.gemini/oauth_creds.json",
    "groq/default from the vault {home}/.llm-gateway/vault.db",
    "groq/second of project shop from the vault {home}/.llm-gateway/vault.db",
    "codex/auth.json of project shop from the vault {home}/.llm-gateway/vault.db",
]


def test_each_thing_found_is_asked_about(furnished: Desk) -> None:
    desk = furnished
    before = _all_of(desk.home)
    code, out, err = desk.run("import", stdin=b"y\nn\n\nyes\n")
    assert code == 0
    asked = [line.partition("?")[0] for line in err.replace("[y/N] ", "\n").splitlines()]
    expected = [f"Import {each.format(home=desk.home)}" for each in FOUND]
    assert [line for line in asked if line.startswith("Import ")] == expected
    assert "Left out: the variable MISTRAL_API_KEY: apiKey: expected" in err
    assert "odd name" not in out
    assert "Imported 2 of 8." in out
    assert SECRET not in out + err
    assert "two words" not in out + err
    assert desk.value(key()) == SECRET.encode()
    assert desk.value(address(EntryKind.FILE, "codex", "auth.json")) == b'{"of": ".codex"}'
    assert _all_of(desk.home) == before
    assert len(desk.run("list")[1].splitlines()) == 3


def test_yes_takes_what_is_new_and_replaces_nothing(furnished: Desk) -> None:
    desk = furnished
    desk.run("set", "openai", stdin=OTHER.encode())
    before = _all_of(desk.home)
    _, out, err = desk.run("import", "--yes")
    assert "another one is in the vault; import without --yes to replace it" in out
    assert "Imported 7 of 8." in out
    assert "[y/N]" not in err
    assert desk.value(key()) == OTHER.encode()
    assert desk.value(key("groq", "second", "shop")) == b"gsk_second0123456789"
    assert _all_of(desk.home) == before
    _, out, _ = desk.run("import", "--yes")
    assert out.count("is in the vault already") == 7
    assert "Imported 0 of 8." in out
    _, _, err = desk.run("import", stdin=b"y\n")
    assert "in the place of the one in the vault?" in err
    assert desk.value(key()) == SECRET.encode()


def test_folders_that_the_clis_were_told_of(desk: Desk) -> None:
    elsewhere = desk.home / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "auth.json").write_text("{}")
    desk.env["CODEX_HOME"] = str(elsewhere)
    _, out, _ = desk.run("import", "--yes")
    assert f"codex/auth.json from the sign-in {elsewhere}/auth.json: imported." in out


@pytest.mark.parametrize(
    ("variable", "below", "name"),
    [
        ("CLAUDE_CONFIG_DIR", "", "claude/.credentials.json"),
        ("GEMINI_CLI_HOME", ".gemini", "gemini/oauth_creds.json"),
        ("GEMINI_CLI_HOME", ".gemini", "gemini/google_accounts.json"),
        ("GROK_HOME", "", "grok/auth.json"),
        ("VIBE_HOME", "", "mistral/.env"),
        ("XDG_DATA_HOME", "opencode", "opencode/auth.json"),
        ("COPILOT_HOME", "", "copilot/config.json"),
    ],
)
def test_what_is_found_is_what_runs_are_signed_in_with(
    desk: Desk, variable: str, below: str, name: str
) -> None:
    place = desk.home / "elsewhere" / below / name.partition("/")[2]
    place.parent.mkdir(parents=True)
    place.write_text('{"token": "some"}')
    desk.env[variable] = str(desk.home / "elsewhere")
    _, out, _ = desk.run("import", "--yes")
    assert f"{name} from the sign-in {place}: imported." in out
    cli, file = name.split("/")
    kept = {each.rpartition("/")[2] for each in cli_of(CliName(cli)).sign_in.kept}
    assert file in kept
    assert desk.value(address(EntryKind.FILE, cli, file)) == b'{"token": "some"}'


@pytest.mark.parametrize("spoil", ["key", "gone", "value", "file"])
def test_another_vault_that_does_not_open(desk: Desk, spoil: str) -> None:
    path = _bridge(desk.home / ".llm-gateway", "ab" * 32)
    key_file = path.with_name("master.key")
    if spoil == "key":
        key_file.write_text("cd" * 32)
    elif spoil == "gone":
        key_file.unlink()
    elif spoil == "value":
        connection = sqlite3.connect(path)
        connection.execute("UPDATE credentials SET auth_tag = x'00', iv = NULL")
        connection.execute("UPDATE files SET encrypted_value = 'text'")
        connection.commit()
        connection.close()
    else:
        path.write_bytes(b"x" * 5000)
    before = _all_of(desk.home)
    code, _, err = desk.run("import", "--yes")
    assert code == 0
    assert f"Left out: {path}" in err
    assert "Nothing was found" in err
    assert _all_of(desk.home) == before


def test_nothing_to_find(desk: Desk) -> None:
    assert desk.run("import") == (0, "", "Nothing was found that could be imported.\n")
